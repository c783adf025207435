"""One appointment: moving, cancelling, coming to its room, and what was recorded."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import (
    booking,
    evidence,
    room,
    satisfaction,
    transitions,
)
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.chat import conversations
from rooms.core.errors import N_, Conflict
from rooms.core.events import conversation_stream
from rooms.core.transaction import Transaction
from rooms.views.appointment import of_appointment, zone_for
from server import calendars, language, letter, receipt
from server.page_request import PageRequest
from server.pages.appointment_times import move_as_typed, show_other_times
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def _kept(tx: Transaction, request: PageRequest) -> Appointment:
    return await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP, lock=True)


@get("/appointments/{appointment}")
async def appointment(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"))
        thread = await conversations.of_appointment(tx, row.id)
        heads = await read_heads(tx, request, *([conversation_stream(thread.id)] if thread else []))
        if row.state is AppointmentState.RESERVED:
            return request.go(f"{row.path}/confirm")
        view = await of_appointment(tx, row, request.actor.known.id, thread)
    return request.render("appointment.html", view, zone=view.at, heads=heads)


@get("/appointments/{appointment}/times")
async def other_times(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP)
        mine = row.led_by_id if request.actor.is_person(row.led_by_id) else None
        return await show_other_times(tx, request, row, row.path, counsellor_id=mine, heads=heads)


@post("/appointments/{appointment}/move", again=other_times)
async def move(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _kept(tx, request)
        await move_as_typed(tx, request, row, request.actor.known)
    return request.go(row.path, and_told(request, row, language.gettext("It has moved.")))


def and_told(request: PageRequest, row: Appointment, said: str) -> str:
    """Whoever has no address is told by whoever did it for them."""
    if row.candidate.email or request.actor.is_person(row.candidate_id):
        told = language.gettext("Everybody concerned is told.")
        return f"{said} {told}"
    please = language.gettext("%(name)s has no e-mail address: please tell them.", name=row.candidate.name)
    return f"{said} {please}"


@post("/appointments/{appointment}/cancel", again=appointment)
async def cancel(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _kept(tx, request)
        if row.state is AppointmentState.RESERVED:
            raise Conflict("appointment.held", N_("This time is only kept for you. It is free again by itself."))
        await booking.cancel(tx, row, request.actor.known, request.typed("words"))
    return request.go(row.path, and_told(request, row, language.gettext("It is cancelled.")))


@post("/appointments/{appointment}/guest/excuse", again=appointment)
async def excuse_guest(request: PageRequest) -> web.StreamResponse:
    """The employer does not come: any of the three may say so."""
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_EXCUSE, lock=True)
        was_guest = request.actor.is_person(row.guest_id)
        await booking.excuse_guest(tx, row, request.actor.known)
    said = language.gettext("The two others meet as planned. Everybody concerned is told.")
    return request.go("/appointments" if was_guest else row.path, said)


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
    return request.go(meeting.path)


@get("/appointments/{appointment}/receipt.pdf")
async def kept_receipt(request: PageRequest) -> web.StreamResponse:
    """What was recorded of the connection, for either of the two to keep."""
    async with request.reading() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP)
        seen = await evidence.of_appointment(tx, row.id)
    headers = {"Content-Disposition": "attachment; filename=receipt.pdf", "Cache-Control": "no-store"}
    text = receipt.of(row, seen, zone_for(row, request.actor.known.id))
    return web.Response(body=text, content_type="application/pdf", headers=headers)


@post("/appointments/{appointment}/contest", again=appointment)
async def contest(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_CONTEST, lock=True)
        await transitions.contest(tx, row, request.typed("contested"))
    return request.go(row.path, language.gettext("What you say stands beside what was recorded."))


@post("/appointments/{appointment}/satisfaction", again=appointment)
async def say(request: PageRequest) -> web.StreamResponse:
    """Two questions and an open answer, of whom the appointment was for."""
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_RATE, lock=True)
        await satisfaction.say(
            tx, row, request.typed("helped"), request.typed("heard"), request.typed("satisfied_words")
        )
    return request.go(f"{row.path}#satisfaction", language.gettext("Thank you. It is read without your name."))


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
    text = calendars.file(row, request.actor.known.id, request.services.settings.public_url.rstrip("/"))
    named = calendars.file_name(row.begins_at.astimezone(row.venue.zone))
    headers = {"Content-Disposition": f"attachment; filename={named}", "Cache-Control": "no-store"}
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
