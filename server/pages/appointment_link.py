"""One appointment through the link in a mail, without signing in. Opening it changes nothing; its buttons do."""

from zoneinfo import ZoneInfo

from aiohttp import web

from rooms.appointments import booking, links, room, transitions
from rooms.appointments.appointment import ROOM_OPENS_BEFORE
from server import language
from server.page_request import PageRequest
from server.pages.appointment_times import move_as_typed, show_other_times
from server.pages.sign_in import end_session
from server.routes import get, post

TRIES_A_MINUTE = 60


@get("/a/{link}")
async def opened(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("appointment_link", request.network, TRIES_A_MINUTE)
    async with request.reading() as tx:
        row = await links.opened(tx, request.path("link"))
        path, at = f"/a/{request.path('link')}", ZoneInfo(row.time_zone)
        return request.render(
            "appointment_link.html", row=row, at=at, path=path, is_ahead=row.is_ahead(tx.now),
            room_open=room.is_open(row, tx.now), room_opens_at=row.begins_at - ROOM_OPENS_BEFORE,
        )  # fmt: skip


@post("/a/{link}/room", again=opened)
async def enter_room(request: PageRequest) -> web.StreamResponse:
    """Go in without signing in: this browser is known in the appointment, and nowhere else."""
    device = request.http.headers.get("User-Agent", "?")
    other, session = request.actor.person, request.actor.session_id
    async with request.transaction() as tx:
        row = await links.opened(tx, request.path("link"), lock=True)
        if request.actor.is_person(row.candidate_id):
            other = None
            meeting = await room.enter(tx, row, row.candidate)
        else:
            meeting, token = await links.enter(tx, row, device)
            lasts = int((row.ends_at + room.OPEN_AFTER - tx.now).total_seconds())
            request.cookies[request.session_cookie] = (token, lasts)
    if other and session:
        await end_session(request, other, session)
    return request.go(meeting.path)


@post("/a/{link}/coming", again=opened)
async def coming(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await links.opened(tx, request.path("link"), lock=True)
        transitions.confirm(tx, row, row.candidate, request.moment("begins"))
    return request.go(f"/a/{request.path('link')}", language.gettext("Thank you. See you then."))


@post("/a/{link}/cancel", again=opened)
async def cancel(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await links.opened(tx, request.path("link"), lock=True)
        await booking.cancel(tx, row, row.candidate, request.typed("words"))
    return request.go(f"/a/{request.path('link')}", language.gettext("It is cancelled. Everybody concerned is told."))


@get("/a/{link}/times")
async def other_times(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await links.opened(tx, request.path("link"))
        return await show_other_times(tx, request, row, f"/a/{request.path('link')}")


@post("/a/{link}/move", again=other_times)
async def move(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await links.opened(tx, request.path("link"), lock=True)
        await move_as_typed(tx, request, row, row.candidate)
    return request.go(f"/a/{request.path('link')}", language.gettext("It has moved. Everybody concerned is told."))
