"""The counsellor's pages: the day, the caseload, and booking on behalf."""

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
from server.page_request import PageRequest, get, post
from server.pages.appointments import appointment
from server.pages.booking import shown_times
from server.pages.stream_heads import read_heads

KEPT_IN_VIEW = timedelta(days=730)
FARTHEST_DAY = 3650


@get("/counsel")
async def day(request: PageRequest) -> web.StreamResponse:
    """One page for the day: who comes, who is next, what was agreed, which gaps are free."""
    async with request.reading() as tx:
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        zone = teams[0].agency.zone
        chosen = _chosen_day(request, tx.now.astimezone(zone).date())
        begins, ends = whole_days(chosen, chosen, zone)
        rows = await agenda.of_person(tx, request.actor.known.id, since=begins, until=ends)
        mine = [row for row in rows if row.led_by_id == request.actor.known.id]
        return request.render(
            "counsel_day.html",
            rows=[row for row in mine if row.state is not AppointmentState.CANCELLED],
            cancelled=[row for row in mine if row.state is AppointmentState.CANCELLED],
            before=await agenda.last_before(tx, {row.candidate_id for row in mine}, min(tx.now, ends)),
            steps=await agreed_steps.of_people(tx, {each.candidate_id for each in mine}),
            waiting=await evidence.waiting_since(tx, mine),
            talks=await room.talks_of(tx, mine),
            opens_before=ROOM_OPENS_BEFORE,
            colleagues=await agencies.colleagues_of(tx, request.actor.known.id),
            asking=await caseload.asking(tx, request.actor.known.id),
            is_closed=await hours.is_closed(tx, request.actor.known.id, chosen),
            chosen=chosen,
            yesterday=chosen - timedelta(days=1),
            tomorrow=chosen + timedelta(days=1),
            today=tx.now.astimezone(zone).date(),
            at=zone,
            moment_now=tx.now,
            heads=heads,
        )


def _chosen_day(request: PageRequest, today: date) -> date:
    try:
        chosen = date.fromisoformat(request.typed("day") or request.query.get("day", ""))
    except ValueError:
        return today
    return chosen if abs((chosen - today).days) < FARTHEST_DAY else today


@post("/counsel/hand-over", again=day)
async def hand_day_over(request: PageRequest) -> web.StreamResponse:
    """A colleague takes what lies ahead of this day; everybody is told."""
    async with request.transaction() as tx:
        teams = await access.counsels(tx, request.actor)
        chosen = request.day("day")
        me = await tx.session.get_one(Person, request.actor.known.id)
        zone = teams[0].agency.zone
        done = await handover.hand_day_over(tx, me, request.uuid("colleague"), *whole_days(chosen, chosen, zone))
        if request.typed("is_closed"):
            await handover.close_days(tx, me.id, chosen, chosen, zone)
    said = language.gettext("Appointments handed over: %(count)s.", count=len(done.taken))
    if done.left:
        names = ", ".join(row.candidate.name for row in done.left)
        said += " " + language.gettext("These stay with you, your colleague is not free then: %(names)s.", names=names)
    return request.go(f"/counsel?day={chosen}", said)


@post("/appointments/{appointment}/record", again=appointment)
async def record(request: PageRequest) -> web.StreamResponse:
    """How it went, in one of the plain states."""
    how = request.typed("attendance")
    if how not in list(Attendance):
        raise Invalid("attendance", N_("Please choose one of the answers."), field="attendance")
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_RECORD, lock=True)
        await room.record(tx, row, Attendance(how), request.actor.known)
    return request.go(request.came_from(row.appointment_type.desk_path), language.gettext("Recorded."))


@get("/counsel/people")
async def caseload_page(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known.id
    async with request.reading() as tx:
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        only = request.query_all("only") or request.ticked("only")
        words = request.query.get("q", "") or request.typed("q")
        rows, filters = await caseload.entries(tx, me, words), await saved_filters.of_counsellor(tx, me)
        agency = teams[0].agency
        return request.render(
            "caseload.html",
            rows=[row for row in rows if row.is_among(only)],
            count=await caseload.count_of(tx, me),
            elsewhere=await caseload.elsewhere(tx, me, request.query.get("q", "")),
            unfollowed=await caseload.unfollowed(tx, me, words or request.typed("name")),
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
            heads=heads,
        )


@post("/counsel/people/filters", again=caseload_page)
async def keep_filter(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        words, only = request.typed("q"), request.ticked("only")
        await saved_filters.keep(tx, request.actor.known.id, request.typed("filter_name"), words, only)
    asked = urlencode([("q", words), *(("only", each) for each in only)])
    return request.go(f"/counsel/people?{asked}", language.gettext("Kept."))


@post("/counsel/people/filters/{filter}/forget")
async def forget_filter(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        await saved_filters.forget(tx, request.actor.known.id, request.id("filter"))
    return request.go("/counsel/people", language.gettext("Removed."))


@post("/counsel/people/hand-over", again=caseload_page)
async def hand_all_over(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        count = await caseload.hand_all_over(tx, request.actor.known.id, request.uuid("colleague"))
    return request.go("/counsel/people", language.gettext("People handed over: %(count)s.", count=count))


@get("/counsel/satisfaction")
async def satisfied(request: PageRequest) -> web.StreamResponse:
    """What people say, by team and appointment type; nobody's name."""
    async with request.reading() as tx:
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        results = await satisfaction.results(tx, teams[0].agency_id)
    return request.render("satisfaction.html", results=results, least=satisfaction.LEAST_SHOWN, heads=heads)


@post("/counsel/people", again=caseload_page)
async def follow(request: PageRequest) -> web.StreamResponse:
    """Take somebody into the caseload: by address, or by name alone if they have none."""
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        email = people.clean_email(request.typed("email")) if request.typed("email") else None
        person, is_in = await follow_requests.take(
            tx,
            request.actor.known,
            request.typed("name"),
            email,
            request.language,
            is_another=bool(request.typed("is_another")),
        )
    if not is_in:
        return request.go(
            "/counsel/people", language.gettext("They are asked first, and you follow them once they agree.")
        )
    return request.go(f"/counsel/people/{person.id}", language.gettext("You follow %(name)s now.", name=person.name))


@post("/counsel/people/{asked}/take-back", again=caseload_page)
async def take_request_back(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        await follow_requests.take_back(tx, request.actor.known.id, request.id("asked"))
    return request.go("/counsel/people#requests", language.gettext("You no longer ask to follow them."))


@post("/counsel/people/{unfollowed}/take-up", again=caseload_page)
async def take_up(request: PageRequest) -> web.StreamResponse:
    """Follow somebody of the agency whom nobody follows now."""
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        person = await caseload.take_up(tx, request.actor.known.id, request.id("unfollowed"))
    return request.go(f"/counsel/people/{person.id}", language.gettext("You follow %(name)s now.", name=person.name))


@get("/counsel/people/{followed}")
async def person(request: PageRequest) -> web.StreamResponse:
    """One person: what was, what lies ahead, and booking for them."""
    async with request.reading() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        mine = {None, *(team.id for team in teams)}
        types = [each for each in await appointment_types.all_of(tx, teams[0].agency) if each.team_id in mine]
        rows = await agenda.of_person(tx, row.id, since=tx.now - KEPT_IN_VIEW)
        given = [each for each in rows if each.candidate_id == row.id and not each.is_interview]
        phones = [each.phone for each in given if each.phone]
        wanted = request.typed("appointment_type") or request.query.get("appointment_type", "")
        followed_by_me = await referents.referent_of(tx, row.id) == request.actor.known.id
        talk = await conversations.with_counsellor(tx, row.id) if followed_by_me and row.email else None
        if talk:
            heads = await read_heads(tx, request, conversation_stream(talk.id))
        chosen = next((each for each in types if str(each.id) == wanted), None)
        invitable = await guests.choices(tx, apart_from={row.id, request.actor.known.id}) if chosen else []
        wanted_guest = request.typed("guest") or request.query.get("guest", "")
        guest = next((each for each in invitable if each.key == wanted_guest), None)
        suggested = await suggestions.of_person(tx, row.id) if followed_by_me else []
        return request.render(
            "followed.html",
            suggestions=suggested,
            outcomes=await suggestions.outcomes(tx, suggested),
            fairs=await suggestions.choices(tx) if followed_by_me else [],
            person=row,
            follows=await referents.entry_of(tx, row.id) if followed_by_me else None,
            conversation=talk,
            messages=await messages.messages_of(tx, talk.id) if talk else [],
            rows=[
                each
                for each in reversed(rows)
                if each.has(request.actor.known.id) or (followed_by_me and each in given)
            ],
            types=types,
            chosen=chosen,
            notes=await notes.notes_for_counsellor(tx, request.actor.known.id, row.id),
            steps=(await agreed_steps.of_people(tx, {row.id}))[row.id],
            colleagues=await agencies.colleagues_of(tx, request.actor.known.id),
            last_phone=phones[-1] if phones else "",
            guests=invitable,
            guest=guest,
            shown=await shown_times(tx, request, chosen, row, counsellor_id=request.actor.known.id, guest=guest)
            if chosen
            else None,
            at=teams[0].agency.zone,
            heads=heads,
        )


@post("/counsel/people/{followed}/book", again=person)
async def book_for(request: PageRequest) -> web.StreamResponse:
    """On behalf of somebody, with oneself; they get a mail or a letter to print."""
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        appointment_type = await access.appointment_type(
            tx, request.actor, request.uuid("appointment_type"), for_another=True
        )
        mode = (
            Mode(request.typed("mode"))
            if request.typed("mode") in appointment_type.modes
            else Mode(appointment_type.modes[0])
        )
        me = await tx.session.get_one(Person, request.actor.known.id)
        guest = await guests.choose(tx, request.typed("guest"), apart_from={row.id, me.id})
        made = await booking.book_for(
            tx, me, row, appointment_type, mode, request.moment("begins"), request.typed("phone"), guest
        )
    return request.go(f"/appointments/{made.id}", language.gettext("It is booked."))


async def _followed(tx: Transaction, request: PageRequest) -> Person:
    return await access.followed(tx, request.actor, request.id("followed"))


@post("/counsel/people/{followed}/reinforced", again=person)
async def reinforce(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        wanted = bool(request.typed("is_reinforced"))
        await caseload.reinforce(tx, request.actor.known.id, row.id, is_reinforced=wanted)
    return request.go(f"/counsel/people/{row.id}", language.gettext("Saved."))


@post("/counsel/people/{followed}/stop", again=person)
async def stop_following(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        await caseload.stop_following(tx, request.actor.known.id, row.id)
    return request.go("/counsel/people", language.gettext("You no longer follow %(name)s.", name=row.name))


@post("/counsel/people/{followed}/email", again=person)
async def give_email(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        await booking.give_email(tx, request.actor.known, row, request.typed("email"))
    said = language.gettext("Saved. What is booked already is on its way to %(email)s.", email=row.email)
    return request.go(f"/counsel/people/{row.id}", said)


@post("/counsel/people/{followed}/suggest", again=person)
async def suggest(request: PageRequest) -> web.StreamResponse:
    """Suggest a fair or one of its booths; the person reads it with a mail, and says who learns how it went."""
    async with request.transaction() as tx:
        row = await _followed(tx, request)
        me = await tx.session.get_one(Person, request.actor.known.id)
        slug, _, employer = request.typed("suggested").partition("/")
        fair = await access.fair(tx, request.actor, slug)
        booth = await access.booth(tx, request.actor, slug, employer) if employer else None
        await suggestions.suggest(tx, me, row, fair, booth, request.typed("suggestion_words"))
    said = language.gettext("Suggested. A mail is on its way.")
    if row.email is None:
        said = language.gettext("Kept. %(name)s has no e-mail address: tell them yourself.", name=row.name)
    return request.go(f"/counsel/people/{row.id}#suggestions", said)
