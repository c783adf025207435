"""Who is to stand at a booth when, as its own people plan it and as whoever runs the fair sees it."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, booths, rota
from rooms.fairs.booths import Booth
from server import language
from server.page_request import PageRequest
from server.pages.fair_hours import hours_of
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def _booth(tx: Transaction, request: PageRequest) -> Booth:
    return await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_SET_UP)


@get("/booths/{booth}/rota")
async def of_booth(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        return request.render(
            "rota.html",
            fair=booth.fair,
            booth=booth,
            days=(await rota.of_booths(tx, booth.fair, [booth]))[booth.id],
            staff=await booth_staff.staff_of(tx, booth.id),
            heads=await read_heads(tx, request, fair_stream(booth.fair_id)),
        )


@post("/booths/{booth}/rota", again=of_booth)
async def plan(request: PageRequest) -> web.StreamResponse:
    try:
        person_id = uuid.UUID(request.typed("person"))
    except ValueError:
        raise Invalid("shift.person", N_("Please choose somebody who staffs the booth."), field="person") from None
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        await rota.plan(tx, booth, person_id, *hours_of(request, booth.fair))
    return request.go(f"/booths/{request.id('booth')}/rota", language.gettext("Planned."))


@post("/booths/{booth}/rota/{shift}/remove", again=of_booth)
async def remove(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await rota.remove(tx, await _booth(tx, request), request.id("shift"))
    return request.go(f"/booths/{request.id('booth')}/rota", language.gettext("Removed."))


@get("/organise/{fair}/rota")
async def of_fair(request: PageRequest) -> web.StreamResponse:
    """All booths of the fair, and where nobody is planned."""
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        rows = await booths.of_fair(tx, fair.id, only_set_up=False)
        return request.render(
            "fair_rota.html",
            fair=fair,
            booths=rows,
            rotas=await rota.of_booths(tx, fair, rows),
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )
