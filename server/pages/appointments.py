"""A candidate's appointments: reason, time, confirm; then moving, cancelling, and what was recorded."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from rooms import (
    access,
    agencies,
    chat,
    conversations,
    counselling,
    documents,
    looking,
    meetings,
    people,
    portfolios,
    referents,
    suggestions,
)
from rooms.access import Act
from rooms.agencies import Mode, Reason
from rooms.appointments import booking, desk, room, rush, satisfaction, times, waitlist
from rooms.appointments.booking import Appointment, AppointmentState, Guest, Lapsed
from rooms.appointments.rush import Asked, Confirmed
from rooms.appointments.satisfaction import Verdict
from rooms.appointments.times import DAYS_AT_ONCE, Candidate, Openings, Time
from rooms.conversations import ConversationKind
from rooms.documents import Document
from rooms.errors import N_, Conflict, Problem
from rooms.facts import conversation_stream
from rooms.people import Person
from rooms.transaction import Transaction
from server import calendars, language, letter, receipt
from server.pages.following import heads
from server.visit import Visit, get, post

KEPT_IN_VIEW = timedelta(days=730)
MOST_WEEKS = 26


@dataclass(frozen=True)
class Shown:
    """Times of some days as the visitor reads them: in their own zone."""

    zone: ZoneInfo
    is_foreign: bool
    """Whether the visitor's zone is not the agency's, so that it is named."""
    begins: tuple[datetime, ...]
    week: int
    mode: Mode
    modes: tuple[str, ...]
    """By phone only where a number is known or can still be given."""


@get("/appointments")
async def mine(visit: Visit) -> web.StreamResponse:
    person = visit.actor.known
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        rows = await booking.of_person(tx, person.id, since=tx.now - KEPT_IN_VIEW)
        follows = await portfolios.following_of(tx, person.id)
        talk = await chat.with_counsellor(tx, person.id) if follows else None
        if talk:
            following = await heads(tx, visit, conversation_stream(talk.id))
        return visit.page(
            "appointments.html",
            ahead=[row for row in rows if row.state is AppointmentState.BOOKED and row.ends_at > tx.now],
            past=[row for row in reversed(rows) if row.state is not AppointmentState.BOOKED or row.ends_at <= tx.now],
            steps=(await counselling.steps_of(tx, {person.id}))[person.id],
            notes=await counselling.notes_for_person(tx, person.id),
            wishes=await waitlist.of_person(tx, person.id),
            follows=follows,
            requests=await portfolios.requests_to(tx, person.id),
            suggestions=await suggestions.of_person(tx, person.id),
            counsellor=await tx.session.get_one(Person, follows.counsellor_id) if follows else None,
            conversation=talk,
            messages=await chat.messages_of(tx, talk.id) if talk else [],
            following=following,
        )


@post("/me/counsellors/{counsellor}/answer", again=mine)
async def answer_counsellor(visit: Visit) -> web.StreamResponse:
    """May this counsellor follow me? Yes or no."""
    async with visit.transaction() as tx:
        may = visit.typed("answer") == "yes"
        await portfolios.answer_request(tx, visit.actor.known.id, visit.id("counsellor"), may=may)
    return visit.go("/appointments", language.gettext("Thank you, that is settled."))


@post("/suggestions/{suggestion}/share")
async def share_outcome(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        is_shared = bool(visit.typed("is_shared"))
        await suggestions.share(tx, visit.actor.known.id, visit.id("suggestion"), is_shared=is_shared)
    return visit.go("/appointments#suggestions", language.gettext("Saved."))


@get("/appointments/new")
async def choose_reason(visit: Visit) -> web.StreamResponse:
    """Step one of three: what for, and how."""
    person = visit.actor.known
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        reasons = await portfolios.reasons_for(tx, person)
        known = await agencies.all_agencies(tx)
        is_followed = await referents.referent_of(tx, person.id) is not None
    asks_where = not is_followed and any(each.area for each in known)
    return visit.page(
        "appointment_reason.html", agencies=reasons, asks_where=asks_where, postcode=person.postcode,
        elsewhere=[each for each in known if each.phone], following=following,
    )  # fmt: skip


@post("/appointments/where", again=choose_reason)
async def live_at(visit: Visit) -> web.StreamResponse:
    """The postcode says which agency serves somebody."""
    async with visit.transaction() as tx:
        person = await tx.session.get_one(Person, visit.actor.known.id)
        await people.live_at(tx, person, visit.typed("postcode"))
    return visit.go("/appointments/new")


def _mode(visit: Visit, reason: Reason, moving: Appointment | None = None, candidate: Person | None = None) -> Mode:
    """What was chosen; otherwise how it was to be, or the first way of the reason. Whoever has no address is called."""
    wanted = visit.typed("mode") or visit.query.get("mode", "")
    if wanted in reason.modes:
        return Mode(wanted)
    if candidate and not candidate.email and not moving and Mode.PHONE in reason.modes:
        return Mode.PHONE
    return moving.mode if moving and moving.mode in reason.modes else Mode(reason.modes[0])


def _week(visit: Visit) -> int:
    typed = visit.query.get("week", "0")
    return min(int(typed), MOST_WEEKS) if typed.isdecimal() and len(typed) <= 3 else 0


async def shown_times(
    tx: Transaction, visit: Visit, reason: Reason, candidate: Person, moving: Appointment | None = None,
    *, only: uuid.UUID | None = None, guest: Guest | None = None,
) -> Shown:  # fmt: skip
    """A week of times; `only` those of one counsellor, who chooses for somebody, perhaps with a guest, and reads all of
    their day in the agency's time."""
    first, mode = _first_day(visit, tx, reason), _mode(visit, reason, moving, candidate)
    found = await times.free_times(tx, reason, mode, candidate.id, first, moving=moving, only=only, guest=guest)
    return _shown(tx.now, visit, reason, mode, found, moving, guest, zone=reason.host.zone if only else None)


def _first_day(visit: Visit, tx: Transaction, reason: Reason) -> date:
    return tx.now.astimezone(reason.host.zone).date() + timedelta(days=_week(visit) * DAYS_AT_ONCE)


def _shown(
    now: datetime, visit: Visit, reason: Reason, mode: Mode, found: list[Time], moving: Appointment | None = None,
    guest: Guest | None = None, zone: ZoneInfo | None = None,
) -> Shown:  # fmt: skip
    here = reason.host.zone
    week, zone = _week(visit), zone or visit.zone or here
    if moving and mode is moving.mode:
        found = [each for each in found if each.span.begins != moving.begins_at]
    begins = tuple(each.span.begins for each in found)
    first = begins[0] if begins else now
    is_foreign = first.astimezone(zone).utcoffset() != first.astimezone(here).utcoffset()
    possible = times.modes_for(reason, moving.asked if moving else guest)
    modes = tuple(each for each in possible if each != Mode.PHONE or moving is None or moving.phone)
    return Shown(zone, is_foreign, begins, week, mode, modes)


@get("/appointments/new/{reason}")
async def choose_time(visit: Visit) -> web.StreamResponse:
    """Step two of three: when."""
    me = visit.actor.known.id
    following, held = "", None
    if not visit.wants_part:
        async with visit.reading() as tx:
            following, held = await heads(tx, visit), await booking.held_by(tx, me)

    async def look(asked: list[None]) -> list[Openings]:
        async with visit.reading() as tx:
            # What one may not take is no answer for who shares the look: that is asked of each afterwards.
            reason = await agencies.standing_reason(tx, visit.id("reason"))
            # Only one counsellor is asked for a follow-up, and not the same one for everybody.
            team = [] if reason.is_follow_up else await agencies.ids_for(tx, reason)
            found = await times.openings_of(tx, reason, _mode(visit, reason), team, _first_day(visit, tx, reason))
        return [found] * len(asked)

    # Many look at once when times open: nobody keeps a connection to the database while they share one look.
    gathering = visit.house.gathering
    about = ("openings", visit.id("reason"), visit.typed("mode") or visit.query.get("mode"), _week(visit))
    openings = await gathering.ask(about, None, look)
    reason = openings.reason

    async def know(people: list[uuid.UUID]) -> list[Candidate]:
        async with visit.reading() as tx:
            return await times.candidates(tx, people, openings.around)

    if reason.booth or (reason.agency and reason.agency.area):
        async with visit.reading() as tx:
            await access.may_take(tx, visit.actor, reason)
    if reason.is_follow_up:
        async with visit.reading() as tx:
            found = await times.free_times(tx, reason, _mode(visit, reason), me, openings.first)
    else:
        found = times.times_for(openings, await gathering.ask(("candidates", openings.around), me, know))
    shown = _shown(visit.house.database.clock.now(), visit, reason, _mode(visit, reason), found)
    if visit.wants_part:
        return visit.part("times.html", (reason.id, shown), reason=reason, shown=shown)
    return visit.page("appointment_times.html", reason=reason, shown=shown, moving=None, held=held, following=following)


@post("/appointments/new/{reason}/hold", again=choose_time)
async def hold(visit: Visit) -> web.StreamResponse:
    """The time is kept for five minutes while the last step is filled in."""
    visit.actor.known  # noqa: B018
    reason, begins, mode = visit.id("reason"), visit.moment("begins"), visit.typed("mode") or visit.query.get("mode")

    async def hold_all(asked: list[Asked]) -> list[Appointment | Problem]:
        async with visit.transaction() as tx:
            return await rush.hold_all(tx, reason, mode, asked)

    asked = Asked(visit.actor, begins, visit.zone.key if visit.zone else None)
    day = begins.astimezone(UTC).date()
    row = await visit.house.gathering.ask(("hold", reason, mode, day), asked, hold_all)
    return visit.go(f"/appointments/{row.id}/confirm")


@post("/appointments/new/{reason}/wish", again=choose_time)
async def wish(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        reason = await access.reason(tx, visit.actor, visit.id("reason"))
        person = await tx.session.get_one(Person, visit.actor.known.id)
        zone = (visit.zone or reason.host.zone).key
        first, last = visit.day("first_day"), visit.day("last_day")
        mode = _mode(visit, reason)
        await waitlist.wish(tx, person, reason, mode, first, last, zone)
        today = tx.now.astimezone(reason.host.zone).date()
        begins = max(first, today)
        days = min((last - begins).days + 1, DAYS_AT_ONCE)
        free = await times.free_times(tx, reason, mode, person.id, begins, days)
    said = language.gettext("You are told first when a time comes free.")
    if not free:
        return visit.go("/appointments", said)
    week = (free[0].span.begins.astimezone(reason.host.zone).date() - today).days // DAYS_AT_ONCE
    said += " " + language.gettext("Some are free in these days already: here they are.")
    return visit.go(f"/appointments/new/{reason.id}?mode={mode}&week={week}", said)


@post("/wishes/{wish}/give-up")
async def give_up(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await waitlist.give_up(tx, visit.actor.known, visit.id("wish"))
    return visit.go("/appointments", language.gettext("Done."))


@get("/appointments/{appointment}/confirm")
async def confirm_form(visit: Visit) -> web.StreamResponse:
    """Step three of three: the time is held; a question, perhaps a number, and one button."""
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        try:
            row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_KEEP)
        except Lapsed as lapsed:
            row = lapsed.row
            if row.held_until is None:
                raise
        if row.state in booking.SHOWN:
            return visit.go(f"/appointments/{row.id}")
        values = {"row": row, "at": ZoneInfo(row.time_zone), "cv": await _cv(tx, row), "following": following}
        return visit.page("appointment_confirm.html", is_kept=not row.is_lapsed(tx.now), **values)


async def _cv(tx: Transaction, row: Appointment) -> Document | None:
    """An employer reads the CV of whoever comes to an interview."""
    return (await documents.cvs_of(tx, {row.candidate_id})).get(row.candidate_id) if row.is_interview else None


@post("/appointments/{appointment}/book", again=confirm_form)
async def book(visit: Visit) -> web.StreamResponse:
    async def book_all(asked: list[Confirmed]) -> list[Appointment | Problem]:
        async with visit.transaction() as tx:
            return await rush.book_all(tx, asked)

    asked = Confirmed(visit.actor, visit.id("appointment"), visit.typed("said"), visit.typed("phone"))
    row = await visit.house.gathering.ask("book", asked, book_all)
    return visit.go(f"/appointments/{row.id}", language.gettext("It is booked. A mail with everything is on its way."))


async def _kept(tx: Transaction, visit: Visit) -> Appointment:
    return await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_KEEP, lock=True)


@get("/appointments/{appointment}")
async def appointment(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"))
        held = await meetings.of_appointment(tx, row.id)
        talk = await conversations.found(tx, ConversationKind.MEETING, row.id)
        leads = visit.actor.is_person(row.counsellor_id)
        # An employer who comes too reads what the three share, and nothing of what is between the two others.
        is_guest = visit.actor.is_person(row.guest_id)
        following = await heads(tx, visit, *([conversation_stream(talk.id)] if talk else []))
        if row.state is AppointmentState.HELD:
            return visit.go(f"/appointments/{row.id}/confirm")
        return visit.page(
            "appointment.html",
            row=row,
            at=_zone_of(visit, row),
            zone=_zone_of(visit, row),
            leads=leads,
            is_guest=is_guest,
            is_ahead=row.is_ahead(tx.now),
            comes_next=await _after(tx, row) if leads and row.state is AppointmentState.OVER else None,
            has_begun=row.begins_at <= tx.now,
            room_open=is_room_open(row, tx.now),
            room_opens_at=row.begins_at - booking.ROOM_OPENS_BEFORE,
            evidence=await room.evidence_of(tx, row.id) if not is_guest else [],
            papers=await documents.of_appointment(tx, row.id),
            cv=await _cv(tx, row) if leads else None,
            names={person.id: person.name for person in row.people},
            consents=await looking.consents_of(tx, [each.id for each in held]) if not is_guest else [],
            conversation=talk,
            messages=await chat.messages_of(tx, talk.id) if talk else [],
            notes=[each.notes for each in held if each.notes and visit.actor.is_person(each.recruiter_id)],
            is_asked=satisfaction.is_asked(row) and visit.actor.is_person(row.candidate_id),
            said=await satisfaction.of_appointment(tx, row.id) if visit.actor.is_person(row.candidate_id) else None,
            verdicts=[each.value for each in Verdict],
            changes=await booking.changes_of(tx, row.id) if not is_guest else [],
            following=following,
        )


async def _after(tx: Transaction, row: Appointment) -> Appointment | None:
    """Whom the counsellor sees next on the same day."""
    zone = row.host.zone
    ahead = await booking.seen_by(tx, row.counsellor_id, row.begins_at.astimezone(zone).date(), zone)
    return next((each for each in ahead if each.begins_at > row.begins_at), None)


def is_room_open(row: Appointment, now: datetime) -> bool:
    return (
        row.state is AppointmentState.BOOKED
        and row.begins_at - booking.ROOM_OPENS_BEFORE <= now <= row.ends_at + room.OPEN_AFTER
    )


def _zone_of(visit: Visit, row: Appointment) -> ZoneInfo:
    return ZoneInfo(row.time_zone) if visit.actor.is_person(row.candidate_id) else row.host.zone


@get("/appointments/{appointment}/times")
async def other_times(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_KEEP)
        mine = row.counsellor_id if visit.actor.is_person(row.counsellor_id) else None
        shown = await shown_times(tx, visit, row.reason, row.candidate, row, only=mine)
        back = f"/appointments/{row.id}"
        return visit.page(
            "appointment_times.html", reason=row.reason, shown=shown, moving=row, back=back, following=following
        )


@post("/appointments/{appointment}/move", again=other_times)
async def move(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await _kept(tx, visit)
        await desk.move(tx, row, visit.actor.known, visit.moment("begins"), _mode(visit, row.reason, row))
    return visit.go(f"/appointments/{row.id}", _and_told(visit, row, language.gettext("It has moved.")))


def _and_told(visit: Visit, row: Appointment, said: str) -> str:
    """Whoever has no address is told by whoever did it for them."""
    if row.candidate.email or visit.actor.is_person(row.candidate_id):
        return f"{said} {language.gettext('Everybody concerned is told.')}"
    please = language.gettext("%(name)s has no e-mail address: please tell them.", name=row.candidate.name)
    return f"{said} {please}"


@post("/appointments/{appointment}/cancel", again=appointment)
async def cancel(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await _kept(tx, visit)
        if row.state is AppointmentState.HELD:
            raise Conflict("appointment.held", N_("This time is only kept for you. It is free again by itself."))
        await desk.cancel(tx, row, visit.actor.known, visit.typed("words"))
    return visit.go(f"/appointments/{row.id}", _and_told(visit, row, language.gettext("It is cancelled.")))


@post("/appointments/{appointment}/guest/excuse", again=appointment)
async def excuse_guest(visit: Visit) -> web.StreamResponse:
    """The employer does not come: any of the three may say so."""
    async with visit.transaction() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_EXCUSE, lock=True)
        was_guest = visit.actor.is_person(row.guest_id)
        await desk.excuse_guest(tx, row, visit.actor.known)
    said = language.gettext("The two others meet as planned. Everybody concerned is told.")
    return visit.go("/appointments" if was_guest else f"/appointments/{row.id}", said)


@post("/appointments/{appointment}/coming")
async def coming(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await booking.confirm(tx, await _kept(tx, visit), visit.actor.known)
    return visit.go(f"/appointments/{visit.id('appointment')}", language.gettext("Thank you. See you then."))


@post("/appointments/{appointment}/room", again=appointment)
async def enter_room(visit: Visit) -> web.StreamResponse:
    """Come to the waiting room."""
    async with visit.transaction() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_SEE, lock=True)
        meeting = await room.enter(tx, row, visit.actor.known)
    return visit.go(f"/meetings/{meeting.id}")


@get("/appointments/{appointment}/receipt.pdf")
async def kept_receipt(visit: Visit) -> web.StreamResponse:
    """What was recorded of the connection, for either of the two to keep."""
    async with visit.reading() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_KEEP)
        evidence = await room.evidence_of(tx, row.id)
    headers = {"Content-Disposition": "attachment; filename=receipt.pdf", "Cache-Control": "no-store"}
    text = receipt.of(row, evidence, _zone_of(visit, row))
    return web.Response(body=text, content_type="application/pdf", headers=headers)


@post("/appointments/{appointment}/contest", again=appointment)
async def contest(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_CONTEST, lock=True)
        await booking.contest(tx, row, visit.typed("contested"))
    return visit.go(f"/appointments/{row.id}", language.gettext("What you say stands beside what was recorded."))


@post("/appointments/{appointment}/satisfaction", again=appointment)
async def say(visit: Visit) -> web.StreamResponse:
    """Two questions and an open answer, of whom the appointment was for."""
    async with visit.transaction() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_RATE, lock=True)
        await satisfaction.say(tx, row, visit.typed("helped"), visit.typed("heard"), visit.typed("satisfied_words"))
    return visit.go(
        f"/appointments/{row.id}#satisfaction", language.gettext("Thank you. It is read without your name.")
    )


@post("/appointments/{appointment}/links/withdraw")
async def withdraw_links(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        ended = await desk.withdraw_links(tx, await _kept(tx, visit))
    for session in ended:
        await visit.house.hub.close_session(session)
    said = language.gettext("The links that were mailed open nothing any more.")
    return visit.go(f"/appointments/{visit.id('appointment')}", said)


@get("/appointments/{appointment}/calendar.ics")
async def calendar(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"))
    host = urlsplit(visit.house.settings.public_url).hostname or "localhost"
    text = calendars.file(row, visit.actor.known.id, visit.house.settings.public_url.rstrip("/"), host)
    headers = {"Content-Disposition": "attachment; filename=appointment.ics", "Cache-Control": "no-store"}
    return web.Response(body=text, content_type="text/calendar", charset="utf-8", headers=headers)


@post("/appointments/{appointment}/letter")
async def printed(visit: Visit) -> web.StreamResponse:
    """The letter to print, for somebody without internet."""
    async with visit.transaction() as tx:
        row = await _kept(tx, visit)
        path = desk.print_link(tx, row, visit.actor.known)
    headers = {"Content-Disposition": "inline; filename=letter.pdf", "Cache-Control": "no-store"}
    address = visit.house.settings.public_url.rstrip("/") + path
    return web.Response(body=letter.of(row, address), content_type="application/pdf", headers=headers)
