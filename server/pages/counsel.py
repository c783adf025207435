"""The counsellor's pages: the day, the portfolio, and booking on behalf."""

from datetime import date, timedelta
from urllib.parse import urlencode

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import (
    agenda,
    appointment_types,
    availability_rules,
    booking,
    evidence,
    guests,
    handover,
    hours,
    room,
    satisfaction,
)
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, AppointmentState, Attendance
from rooms.appointments.availability import whole_days
from rooms.caseload import agreed_steps, caseload, follow_requests, notes, saved_filters, suggestions
from rooms.caseload.caseload import Only
from rooms.chat import conversations, messages
from rooms.core.errors import N_, Invalid
from rooms.core.events import conversation_stream
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies, referents
from rooms.people import people
from rooms.people.people import Person
from server import language
from server.pages.appointments import appointment
from server.pages.booking import shown_times
from server.pages.following import heads
from server.visit import Visit, get, post

KEPT_IN_VIEW = timedelta(days=730)
FARTHEST_DAY = 3650


@get("/counsel")
async def day(visit: Visit) -> web.StreamResponse:
    """One page for the day: who comes, who is next, what was agreed, which gaps are free."""
    async with visit.reading() as tx:
        teams = await access.counsels(tx, visit.actor)
        following = await heads(tx, visit)
        zone = teams[0].agency.zone
        chosen = _chosen_day(visit, tx.now.astimezone(zone).date())
        begins, ends = whole_days(chosen, chosen, zone)
        rows = await agenda.of_person(tx, visit.actor.known.id, since=begins, until=ends)
        mine = [row for row in rows if row.counsellor_id == visit.actor.known.id]
        return visit.page(
            "counsel_day.html",
            rows=[row for row in mine if row.state is not AppointmentState.CANCELLED],
            cancelled=[row for row in mine if row.state is AppointmentState.CANCELLED],
            before=await agenda.last_before(tx, {row.candidate_id for row in mine}, min(tx.now, ends)),
            steps=await agreed_steps.of_people(tx, {each.candidate_id for each in mine}),
            waiting=await evidence.waiting_since(tx, mine),
            talks=await room.talks_of(tx, mine),
            opens_before=ROOM_OPENS_BEFORE,
            colleagues=await agencies.colleagues_of(tx, visit.actor.known.id),
            asking=await caseload.asking(tx, visit.actor.known.id),
            is_closed=await hours.is_closed(tx, visit.actor.known.id, chosen),
            chosen=chosen,
            yesterday=chosen - timedelta(days=1),
            tomorrow=chosen + timedelta(days=1),
            today=tx.now.astimezone(zone).date(),
            at=zone,
            moment_now=tx.now,
            following=following,
        )


def _chosen_day(visit: Visit, today: date) -> date:
    try:
        chosen = date.fromisoformat(visit.typed("day") or visit.query.get("day", ""))
    except ValueError:
        return today
    return chosen if abs((chosen - today).days) < FARTHEST_DAY else today


@post("/counsel/hand-over", again=day)
async def hand_day_over(visit: Visit) -> web.StreamResponse:
    """A colleague takes what lies ahead of this day; everybody is told."""
    async with visit.transaction() as tx:
        teams = await access.counsels(tx, visit.actor)
        chosen = visit.day("day")
        me = await tx.session.get_one(Person, visit.actor.known.id)
        zone = teams[0].agency.zone
        done = await handover.hand_day_over(tx, me, visit.uuid("colleague"), *whole_days(chosen, chosen, zone))
        if visit.typed("is_closed"):
            await handover.close_days(tx, me.id, chosen, chosen, zone)
    said = language.gettext("Appointments handed over: %(count)s.", count=len(done.taken))
    if done.left:
        names = ", ".join(row.candidate.name for row in done.left)
        said += " " + language.gettext("These stay with you, your colleague is not free then: %(names)s.", names=names)
    return visit.go(f"/counsel?day={chosen}", said)


@post("/appointments/{appointment}/record", again=appointment)
async def record(visit: Visit) -> web.StreamResponse:
    """How it went, in one of the plain states."""
    how = visit.typed("attendance")
    if how not in list(Attendance):
        raise Invalid("attendance", N_("Please choose one of the answers."), field="attendance")
    async with visit.transaction() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_RECORD, lock=True)
        await room.record(tx, row, Attendance(how), visit.actor.known)
    return visit.go(visit.came_from(row.reason.desk_path), language.gettext("Recorded."))


@get("/counsel/people")
async def portfolio(visit: Visit) -> web.StreamResponse:
    me = visit.actor.known.id
    async with visit.reading() as tx:
        teams = await access.counsels(tx, visit.actor)
        following = await heads(tx, visit)
        only = visit.asked("only") or visit.ticked("only")
        words = visit.query.get("q", "") or visit.typed("q")
        rows, filters = await caseload.portfolio(tx, me, words), await saved_filters.of_counsellor(tx, me)
        agency = teams[0].agency
        return visit.page(
            "portfolio.html",
            rows=[row for row in rows if row.is_among(only)],
            count=await caseload.count_of(tx, me),
            elsewhere=await caseload.elsewhere(tx, me, visit.query.get("q", "")),
            unfollowed=await caseload.unfollowed(tx, me, words or visit.typed("name")),
            only=only,
            choices=[each.value for each in Only],
            filters=filters,
            requests=await follow_requests.of_counsellor(tx, me),
            is_kept=any(each.words == words and set(each.only) == set(only) for each in filters),
            colleagues=await agencies.colleagues_of(tx, me),
            kept=await caseload.kept_promise(
                tx, me, agency.zone, availability_rules.holidays_around(agency, tx.now.date())
            ),
            at=teams[0].agency.zone,
            following=following,
        )


@post("/counsel/people/filters", again=portfolio)
async def keep_filter(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.counsels(tx, visit.actor)
        words, only = visit.typed("q"), visit.ticked("only")
        await saved_filters.keep(tx, visit.actor.known.id, visit.typed("filter_name"), words, only)
    asked = urlencode([("q", words), *(("only", each) for each in only)])
    return visit.go(f"/counsel/people?{asked}", language.gettext("Kept."))


@post("/counsel/people/filters/{filter}/forget")
async def forget_filter(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.counsels(tx, visit.actor)
        await saved_filters.forget(tx, visit.actor.known.id, visit.id("filter"))
    return visit.go("/counsel/people", language.gettext("Removed."))


@post("/counsel/people/hand-over", again=portfolio)
async def hand_all_over(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.counsels(tx, visit.actor)
        count = await caseload.hand_all_over(tx, visit.actor.known.id, visit.uuid("colleague"))
    return visit.go("/counsel/people", language.gettext("People handed over: %(count)s.", count=count))


@get("/counsel/satisfaction")
async def satisfied(visit: Visit) -> web.StreamResponse:
    """What people say, by team and reason; nobody's name."""
    async with visit.reading() as tx:
        teams = await access.counsels(tx, visit.actor)
        following = await heads(tx, visit)
        results = await satisfaction.results(tx, teams[0].agency_id)
    return visit.page("satisfaction.html", results=results, least=satisfaction.LEAST_SHOWN, following=following)


@post("/counsel/people", again=portfolio)
async def follow(visit: Visit) -> web.StreamResponse:
    """Take somebody into the portfolio: by address, or by name alone if they have none."""
    async with visit.transaction() as tx:
        await access.counsels(tx, visit.actor)
        email = people.clean_email(visit.typed("email")) if visit.typed("email") else None
        person, is_in = await follow_requests.take(
            tx,
            visit.actor.known,
            visit.typed("name"),
            email,
            visit.language,
            is_another=bool(visit.typed("is_another")),
        )
    if not is_in:
        return visit.go(
            "/counsel/people", language.gettext("They are asked first, and you follow them once they agree.")
        )
    return visit.go(f"/counsel/people/{person.id}", language.gettext("You follow %(name)s now.", name=person.name))


@post("/counsel/people/{asked}/take-back", again=portfolio)
async def take_request_back(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.counsels(tx, visit.actor)
        await follow_requests.take_back(tx, visit.actor.known.id, visit.id("asked"))
    return visit.go("/counsel/people#requests", language.gettext("You no longer ask to follow them."))


@post("/counsel/people/{unfollowed}/take-up", again=portfolio)
async def take_up(visit: Visit) -> web.StreamResponse:
    """Follow somebody of the agency whom nobody follows now."""
    async with visit.transaction() as tx:
        await access.counsels(tx, visit.actor)
        person = await caseload.take_up(tx, visit.actor.known.id, visit.id("unfollowed"))
    return visit.go(f"/counsel/people/{person.id}", language.gettext("You follow %(name)s now.", name=person.name))


@get("/counsel/people/{followed}")
async def person(visit: Visit) -> web.StreamResponse:
    """One person: what was, what lies ahead, and booking for them."""
    async with visit.reading() as tx:
        row = await access.followed(tx, visit.actor, visit.id("followed"))
        teams = await access.counsels(tx, visit.actor)
        following = await heads(tx, visit)
        mine = {None, *(team.id for team in teams)}
        reasons = [each for each in await appointment_types.all_of(tx, teams[0].agency) if each.team_id in mine]
        rows = await agenda.of_person(tx, row.id, since=tx.now - KEPT_IN_VIEW)
        given = [each for each in rows if each.candidate_id == row.id and not each.is_interview]
        phones = [each.phone for each in given if each.phone]
        wanted = visit.typed("reason") or visit.query.get("reason", "")
        followed_by_me = await referents.referent_of(tx, row.id) == visit.actor.known.id
        talk = await conversations.with_counsellor(tx, row.id) if followed_by_me and row.email else None
        if talk:
            following = await heads(tx, visit, conversation_stream(talk.id))
        chosen = next((each for each in reasons if str(each.id) == wanted), None)
        invitable = await guests.choices(tx, apart_from={row.id, visit.actor.known.id}) if chosen else []
        wanted_guest = visit.typed("guest") or visit.query.get("guest", "")
        guest = next((each for each in invitable if each.key == wanted_guest), None)
        suggested = await suggestions.of_person(tx, row.id) if followed_by_me else []
        return visit.page(
            "followed.html",
            suggestions=suggested,
            outcomes=await suggestions.outcomes(tx, suggested),
            fairs=await suggestions.choices(tx) if followed_by_me else [],
            person=row,
            follows=await referents.following_of(tx, row.id) if followed_by_me else None,
            conversation=talk,
            messages=await messages.messages_of(tx, talk.id) if talk else [],
            rows=[
                each for each in reversed(rows) if each.has(visit.actor.known.id) or (followed_by_me and each in given)
            ],
            reasons=reasons,
            chosen=chosen,
            notes=await notes.notes_for_counsellor(tx, visit.actor.known.id, row.id),
            steps=(await agreed_steps.of_people(tx, {row.id}))[row.id],
            colleagues=await agencies.colleagues_of(tx, visit.actor.known.id),
            last_phone=phones[-1] if phones else "",
            guests=invitable,
            guest=guest,
            shown=await shown_times(tx, visit, chosen, row, only=visit.actor.known.id, guest=guest) if chosen else None,
            at=teams[0].agency.zone,
            following=following,
        )


@post("/counsel/people/{followed}/book", again=person)
async def book_for(visit: Visit) -> web.StreamResponse:
    """On behalf of somebody, with oneself; they get a mail or a letter to print."""
    async with visit.transaction() as tx:
        row = await _followed(tx, visit)
        reason = await access.reason(tx, visit.actor, visit.uuid("reason"), for_another=True)
        mode = Mode(visit.typed("mode")) if visit.typed("mode") in reason.modes else Mode(reason.modes[0])
        me = await tx.session.get_one(Person, visit.actor.known.id)
        guest = await guests.choose(tx, visit.typed("guest"), apart_from={row.id, me.id})
        made = await booking.book_for(tx, me, row, reason, mode, visit.moment("begins"), visit.typed("phone"), guest)
    return visit.go(f"/appointments/{made.id}", language.gettext("It is booked."))


async def _followed(tx: Transaction, visit: Visit) -> Person:
    return await access.followed(tx, visit.actor, visit.id("followed"))


@post("/counsel/people/{followed}/reinforced", again=person)
async def reinforce(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await _followed(tx, visit)
        wanted = bool(visit.typed("is_reinforced"))
        await caseload.reinforce(tx, visit.actor.known.id, row.id, is_reinforced=wanted)
    return visit.go(f"/counsel/people/{row.id}", language.gettext("Saved."))


@post("/counsel/people/{followed}/stop", again=person)
async def stop_following(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await _followed(tx, visit)
        await caseload.stop_following(tx, visit.actor.known.id, row.id)
    return visit.go("/counsel/people", language.gettext("You no longer follow %(name)s.", name=row.name))


@post("/counsel/people/{followed}/email", again=person)
async def give_email(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await _followed(tx, visit)
        await booking.give_email(tx, visit.actor.known, row, visit.typed("email"))
    said = language.gettext("Saved. What is booked already is on its way to %(email)s.", email=row.email)
    return visit.go(f"/counsel/people/{row.id}", said)


@post("/counsel/people/{followed}/suggest", again=person)
async def suggest(visit: Visit) -> web.StreamResponse:
    """Suggest a fair or one of its booths; the person reads it with a mail, and says who learns how it went."""
    async with visit.transaction() as tx:
        row = await _followed(tx, visit)
        me = await tx.session.get_one(Person, visit.actor.known.id)
        slug, _, employer = visit.typed("suggested").partition("/")
        fair = await access.fair(tx, visit.actor, slug)
        booth = await access.booth(tx, visit.actor, slug, employer) if employer else None
        await suggestions.suggest(tx, me, row, fair, booth, visit.typed("suggestion_words"))
    said = language.gettext("Suggested. A mail is on its way.")
    if row.email is None:
        said = language.gettext("Kept. %(name)s has no e-mail address: tell them yourself.", name=row.name)
    return visit.go(f"/counsel/people/{row.id}#suggestions", said)
