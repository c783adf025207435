"""A candidate's appointments: what lies ahead, moving, cancelling, and what was recorded."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda, booking, evidence, papers, room, satisfaction, transitions, waiting_list
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState
from rooms.appointments.satisfaction import Verdict
from rooms.caseload import agreed_steps, follow_requests, notes, suggestions
from rooms.chat import conversations, messages
from rooms.core.errors import N_, Conflict
from rooms.core.events import conversation_stream
from rooms.core.transaction import Transaction
from rooms.meetings import cobrowsing, meetings
from rooms.meetings.meeting import Meeting
from rooms.organisations import referents
from rooms.people.people import Person
from server import calendars, language, letter, receipt
from server.page_request import PageRequest, get, post
from server.pages.booking import cv_of, mode_of, shown_times
from server.pages.stream_heads import read_heads

KEPT_IN_VIEW = timedelta(days=730)


@get("/appointments")
async def mine(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        rows = await agenda.of_person(tx, person.id, since=tx.now - KEPT_IN_VIEW)
        follows = await referents.entry_of(tx, person.id)
        talk = await conversations.with_counsellor(tx, person.id) if follows else None
        if talk:
            heads = await read_heads(tx, request, conversation_stream(talk.id))
        return request.render(
            "appointments.html",
            ahead=[row for row in rows if row.state is AppointmentState.BOOKED and row.ends_at > tx.now],
            past=[row for row in reversed(rows) if row.state is not AppointmentState.BOOKED or row.ends_at <= tx.now],
            steps=(await agreed_steps.of_people(tx, {person.id}))[person.id],
            notes=await notes.notes_for_person(tx, person.id),
            wishes=await waiting_list.of_person(tx, person.id),
            proposed=await agenda.proposed_to(tx, person.id),
            follows=follows,
            requests=await follow_requests.to_person(tx, person.id),
            suggestions=await suggestions.of_person(tx, person.id),
            counsellor=await tx.session.get_one(Person, follows.counsellor_id) if follows else None,
            conversation=talk,
            messages=await messages.messages_of(tx, talk.id) if talk else [],
            heads=heads,
        )


@post("/me/counsellors/{counsellor}/answer", again=mine)
async def answer_counsellor(request: PageRequest) -> web.StreamResponse:
    """May this counsellor follow me? Yes or no."""
    async with request.transaction() as tx:
        may = request.typed("answer") == "yes"
        await follow_requests.answer(tx, request.actor.known.id, request.id("counsellor"), may=may)
    return request.go("/appointments", language.gettext("Thank you, that is settled."))


@post("/suggestions/{suggestion}/share")
async def share_outcome(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        is_shared = bool(request.typed("is_shared"))
        await suggestions.share(tx, request.actor.known.id, request.id("suggestion"), is_shared=is_shared)
    return request.go("/appointments#suggestions", language.gettext("Saved."))


async def _kept(tx: Transaction, request: PageRequest) -> Appointment:
    return await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP, lock=True)


@get("/appointments/{appointment}")
async def appointment(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"))
        held = await meetings.of_appointment(tx, row.id)
        talk = await conversations.of_appointment(tx, row.id)
        leads = request.actor.is_person(row.led_by_id)
        # An employer who comes too reads what the three share, and nothing of what is between the two others.
        is_guest = request.actor.is_person(row.guest_id)
        heads = await read_heads(tx, request, *([conversation_stream(talk.id)] if talk else []))
        if row.state is AppointmentState.RESERVED:
            return request.go(f"/appointments/{row.id}/confirm")
        return request.render(
            "appointment.html",
            row=row,
            at=_zone_of(request, row),
            zone=_zone_of(request, row),
            leads=leads,
            is_guest=is_guest,
            is_ahead=row.is_ahead(tx.now),
            comes_next=await _after(tx, row) if leads and row.state is AppointmentState.OVER else None,
            has_begun=row.begins_at <= tx.now,
            room_open=is_room_open(row, tx.now),
            room_opens_at=row.begins_at - ROOM_OPENS_BEFORE,
            evidence=await evidence.of_appointment(tx, row.id) if not is_guest else [],
            papers=await papers.of_appointment(tx, row.id),
            cv=await cv_of(tx, row) if leads else None,
            names={person.id: person.name for person in row.people},
            consents=await cobrowsing.consents_of(tx, [each.id for each in held]) if not is_guest else [],
            conversation=talk,
            messages=await messages.messages_of(tx, talk.id) if talk else [],
            notes=_notes(request, held),
            is_asked=satisfaction.is_asked(row) and request.actor.is_person(row.candidate_id),
            said=await satisfaction.of_appointment(tx, row.id) if request.actor.is_person(row.candidate_id) else None,
            verdicts=[each.value for each in Verdict],
            changes=await agenda.changes_of(tx, row.id) if not is_guest else [],
            heads=heads,
        )


def _notes(request: PageRequest, held: list[Meeting]) -> list[str]:
    """What the reader wrote for themselves."""
    return [each.follow_up.notes for each in held if request.actor.is_person(each.led_by_id) and each.follow_up.notes]


async def _after(tx: Transaction, row: Appointment) -> Appointment | None:
    """Whom the counsellor sees next on the same day."""
    zone = row.venue.zone
    ahead = await agenda.seen_by(tx, row.led_by_id, row.begins_at.astimezone(zone).date(), zone)
    return next((each for each in ahead if each.begins_at > row.begins_at), None)


def is_room_open(row: Appointment, now: datetime) -> bool:
    return (
        row.state is AppointmentState.BOOKED
        and row.begins_at - ROOM_OPENS_BEFORE <= now <= row.ends_at + room.OPEN_AFTER
    )


def _zone_of(request: PageRequest, row: Appointment) -> ZoneInfo:
    return ZoneInfo(row.time_zone) if request.actor.is_person(row.candidate_id) else row.venue.zone


@get("/appointments/{appointment}/times")
async def other_times(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP)
        mine = row.led_by_id if request.actor.is_person(row.led_by_id) else None
        shown = await shown_times(tx, request, row.appointment_type, row.candidate, row, counsellor_id=mine)
        back = f"/appointments/{row.id}"
        return request.render(
            "appointment_times.html",
            appointment_type=row.appointment_type,
            shown=shown,
            moving=row,
            back=back,
            heads=heads,
        )


@post("/appointments/{appointment}/move", again=other_times)
async def move(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _kept(tx, request)
        await booking.move(
            tx, row, request.actor.known, request.moment("begins"), mode_of(request, row.appointment_type, row)
        )
    return request.go(f"/appointments/{row.id}", _and_told(request, row, language.gettext("It has moved.")))


def _and_told(request: PageRequest, row: Appointment, said: str) -> str:
    """Whoever has no address is told by whoever did it for them."""
    if row.candidate.email or request.actor.is_person(row.candidate_id):
        return f"{said} {language.gettext('Everybody concerned is told.')}"
    please = language.gettext("%(name)s has no e-mail address: please tell them.", name=row.candidate.name)
    return f"{said} {please}"


@post("/appointments/{appointment}/cancel", again=appointment)
async def cancel(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _kept(tx, request)
        if row.state is AppointmentState.RESERVED:
            raise Conflict("appointment.held", N_("This time is only kept for you. It is free again by itself."))
        await booking.cancel(tx, row, request.actor.known, request.typed("words"))
    return request.go(f"/appointments/{row.id}", _and_told(request, row, language.gettext("It is cancelled.")))


@post("/appointments/{appointment}/guest/excuse", again=appointment)
async def excuse_guest(request: PageRequest) -> web.StreamResponse:
    """The employer does not come: any of the three may say so."""
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_EXCUSE, lock=True)
        was_guest = request.actor.is_person(row.guest_id)
        await booking.excuse_guest(tx, row, request.actor.known)
    said = language.gettext("The two others meet as planned. Everybody concerned is told.")
    return request.go("/appointments" if was_guest else f"/appointments/{row.id}", said)


@post("/appointments/{appointment}/coming", again=appointment)
async def coming(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _kept(tx, request)
        transitions.confirm(tx, row, request.actor.known, request.moment("begins"))
    return request.go(f"/appointments/{request.id('appointment')}", language.gettext("Thank you. See you then."))


@post("/appointments/{appointment}/room", again=appointment)
async def enter_room(request: PageRequest) -> web.StreamResponse:
    """Come to the waiting room."""
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_SEE, lock=True)
        meeting = await room.enter(tx, row, request.actor.known)
    return request.go(f"/meetings/{meeting.id}")


@get("/appointments/{appointment}/receipt.pdf")
async def kept_receipt(request: PageRequest) -> web.StreamResponse:
    """What was recorded of the connection, for either of the two to keep."""
    async with request.reading() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP)
        seen = await evidence.of_appointment(tx, row.id)
    headers = {"Content-Disposition": "attachment; filename=receipt.pdf", "Cache-Control": "no-store"}
    text = receipt.of(row, seen, _zone_of(request, row))
    return web.Response(body=text, content_type="application/pdf", headers=headers)


@post("/appointments/{appointment}/contest", again=appointment)
async def contest(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_CONTEST, lock=True)
        await transitions.contest(tx, row, request.typed("contested"))
    return request.go(f"/appointments/{row.id}", language.gettext("What you say stands beside what was recorded."))


@post("/appointments/{appointment}/satisfaction", again=appointment)
async def say(request: PageRequest) -> web.StreamResponse:
    """Two questions and an open answer, of whom the appointment was for."""
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_RATE, lock=True)
        await satisfaction.say(
            tx, row, request.typed("helped"), request.typed("heard"), request.typed("satisfied_words")
        )
    return request.go(
        f"/appointments/{row.id}#satisfaction", language.gettext("Thank you. It is read without your name.")
    )


@post("/appointments/{appointment}/links/withdraw")
async def withdraw_links(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        ended = await booking.withdraw_links(tx, await _kept(tx, request))
    for session in ended:
        await request.services.hub.close_session(session)
    said = language.gettext("The links that were mailed open nothing any more.")
    return request.go(f"/appointments/{request.id('appointment')}", said)


@get("/appointments/{appointment}/calendar.ics")
async def calendar(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"))
    host = urlsplit(request.services.settings.public_url).hostname or "localhost"
    text = calendars.file(row, request.actor.known.id, request.services.settings.public_url.rstrip("/"), host)
    headers = {"Content-Disposition": "attachment; filename=appointment.ics", "Cache-Control": "no-store"}
    return web.Response(body=text, content_type="text/calendar", charset="utf-8", headers=headers)


@post("/appointments/{appointment}/letter")
async def printed(request: PageRequest) -> web.StreamResponse:
    """The letter to print, for somebody without internet."""
    async with request.transaction() as tx:
        row = await _kept(tx, request)
        path = booking.print_link(tx, row, request.actor.known)
    headers = {"Content-Disposition": "inline; filename=letter.pdf", "Cache-Control": "no-store"}
    address = request.services.settings.public_url.rstrip("/") + path
    return web.Response(body=letter.of(row, address), content_type="application/pdf", headers=headers)
