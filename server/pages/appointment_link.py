"""One appointment through the link in a mail, without signing in. Opening it changes nothing; its buttons do."""

from zoneinfo import ZoneInfo

from aiohttp import web

from rooms.appointments import booking, links, room, transitions
from rooms.appointments.appointment import ROOM_OPENS_BEFORE
from rooms.meetings.modes import Mode
from server import language
from server.pages.appointments import is_room_open
from server.pages.booking import shown_times
from server.pages.signin import end_session
from server.visit import SESSION, Visit, get, post

TRIES_A_MINUTE = 60


@get("/a/{link}")
async def opened(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("appointment_link", visit.address, TRIES_A_MINUTE)
    async with visit.reading() as tx:
        row = await links.opened(tx, visit.path("link"))
        path, at = f"/a/{visit.path('link')}", ZoneInfo(row.time_zone)
        return visit.page(
            "appointment_link.html", row=row, at=at, path=path, is_ahead=row.is_ahead(tx.now),
            room_open=is_room_open(row, tx.now), room_opens_at=row.begins_at - ROOM_OPENS_BEFORE,
        )  # fmt: skip


@post("/a/{link}/room", again=opened)
async def enter_room(visit: Visit) -> web.StreamResponse:
    """Go in without signing in: this browser is known in the appointment, and nowhere else."""
    device = visit.request.headers.get("User-Agent", "?")
    other, session = visit.actor.person, visit.actor.session
    async with visit.transaction() as tx:
        row = await links.opened(tx, visit.path("link"), lock=True)
        if visit.actor.is_person(row.candidate_id):
            other = None
            meeting = await room.enter(tx, row, row.candidate)
        else:
            meeting, token = await links.enter(tx, row, device)
            visit.cookies[SESSION] = (token, int((row.ends_at + room.OPEN_AFTER - tx.now).total_seconds()))
    if other and session:
        await end_session(visit, other, session)
    return visit.go(f"/meetings/{meeting.id}")


@post("/a/{link}/coming", again=opened)
async def coming(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await links.opened(tx, visit.path("link"), lock=True)
        transitions.confirm(tx, row, row.candidate, visit.moment("begins"))
    return visit.go(f"/a/{visit.path('link')}", language.gettext("Thank you. See you then."))


@post("/a/{link}/cancel", again=opened)
async def cancel(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await links.opened(tx, visit.path("link"), lock=True)
        await booking.cancel(tx, row, row.candidate, visit.typed("words"))
    return visit.go(f"/a/{visit.path('link')}", language.gettext("It is cancelled. Everybody concerned is told."))


@get("/a/{link}/times")
async def other_times(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        row = await links.opened(tx, visit.path("link"))
        shown = await shown_times(tx, visit, row.reason, row.candidate, row)
        back = f"/a/{visit.path('link')}"
        return visit.page("appointment_times.html", reason=row.reason, shown=shown, moving=row, back=back)


@post("/a/{link}/move", again=other_times)
async def move(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await links.opened(tx, visit.path("link"), lock=True)
        mode = visit.typed("mode")
        wanted = Mode(mode) if mode in row.reason.modes else None
        await booking.move(tx, row, row.candidate, visit.moment("begins"), wanted)
    return visit.go(f"/a/{visit.path('link')}", language.gettext("It has moved. Everybody concerned is told."))
