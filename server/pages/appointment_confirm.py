"""Booking, step three of three: one button."""

from zoneinfo import ZoneInfo

from aiohttp import web

from rooms import access
from rooms.access import Act, batch_booking
from rooms.access.batch_booking import ActorBooking
from rooms.appointments.appointment import SHOWN, Appointment, Lapsed
from rooms.core.errors import Problem
from rooms.views.appointment import cv_of
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/appointments/{appointment}/confirm")
async def confirm_form(request: PageRequest) -> web.StreamResponse:
    """Step three of three: the time is reserved; a question, perhaps a number, and one button."""
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        try:
            row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP)
        except Lapsed as lapsed:
            row = lapsed.row
            if row.reserved_until is None:
                raise
        if row.state in SHOWN:
            return request.go(row.path)
        values = {"row": row, "at": ZoneInfo(row.time_zone), "cv": await cv_of(tx, row), "heads": heads}
        return request.render("appointment_confirm.html", is_kept=not row.is_lapsed(tx.now), **values)


@post("/appointments/{appointment}/book", again=confirm_form)
async def book(request: PageRequest) -> web.StreamResponse:
    async def book_all(asked: list[ActorBooking]) -> list[Appointment | Problem]:
        async with request.transaction() as tx:
            return await batch_booking.book_all(tx, asked)

    asked = ActorBooking(request.actor, request.id("appointment"), request.typed("said"), request.typed("phone"))
    row = await request.services.batching.ask("book", asked, book_all)
    return request.go(row.path, language.gettext("It is booked. A mail with everything is on its way."))
