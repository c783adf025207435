"""One appointment through the link in a mail, without signing in. Opening it changes nothing; its buttons do."""

from zoneinfo import ZoneInfo

from aiohttp import web

from rooms.agencies import Mode
from rooms.appointments import booking, desk, links
from server import language
from server.pages.appointments import shown_times
from server.visit import Visit, get, post

TRIES_A_MINUTE = 60


@get("/a/{link}")
async def opened(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("appointment_link", visit.address, TRIES_A_MINUTE)
    async with visit.reading() as tx:
        row = await links.opened(tx, visit.path("link"))
        path, at = f"/a/{visit.path('link')}", ZoneInfo(row.time_zone)
        return visit.page("appointment_link.html", row=row, at=at, path=path, is_ahead=row.is_ahead(tx.now))


@post("/a/{link}/coming")
async def coming(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await links.opened(tx, visit.path("link"), lock=True)
        await booking.confirm(tx, row, row.candidate)
    return visit.go(f"/a/{visit.path('link')}", language.gettext("Thank you. See you then."))


@post("/a/{link}/cancel", again=opened)
async def cancel(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await links.opened(tx, visit.path("link"), lock=True)
        await desk.cancel(tx, row, row.candidate, visit.typed("words"))
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
        await desk.move(tx, row, row.candidate, visit.moment("begins"), wanted)
    return visit.go(f"/a/{visit.path('link')}", language.gettext("It has moved. Everybody concerned is told."))
