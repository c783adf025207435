"""A screen in the house at which one takes a place in line without an account. Its address opens nothing else, holds
while the fair is on site, and is withdrawn by those who run the fair."""

import hmac
import uuid

from aiohttp import web

from rooms.core.errors import NotFound
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.fairs import booths, schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines import kiosk, line_status
from server import language, tickets
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.routes import get, post

PLACES_A_MINUTE = 40


async def _fair(tx: Transaction, request: PageRequest) -> Fair:
    wanted = request.path("kiosk")
    try:
        fair = await tx.session.get(Fair, uuid.UUID(hex=wanted[:32]))
    except ValueError:
        raise NotFound("kiosk") from None
    found = tickets.kiosk_path_of(request.services.settings, fair) if fair else ""
    if fair is None or not found or not hmac.compare_digest(found.encode(), f"/kiosk/{wanted}".encode()):
        raise NotFound("kiosk")
    await schedule.demand_on_site(tx, fair)
    return fair


async def _booth(tx: Transaction, request: PageRequest) -> Booth:
    fair, booth = await _fair(tx, request), await tx.session.get(Booth, request.id("booth"))
    if booth is None or booth.fair_id != fair.id or booth.set_up_at is None or booth.left_at:
        raise NotFound("booth")
    return booth


@get("/kiosk/{kiosk}")
async def start(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await _fair(tx, request)
        rows = [row for row in await booths.of_fair(tx, fair.id) if not row.left_at]
        statuses = await line_status.of_booths(tx, rows)
        return request.render(
            "kiosk.html", of_fair=fair, path=f"/kiosk/{request.path('kiosk')}", booths=rows, statuses=statuses
        )


@get("/kiosk/{kiosk}/{booth}")
async def form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await _booth(tx, request)
        path = f"/kiosk/{request.path('kiosk')}"
        return request.render("kiosk_form.html", of_fair=booth.fair, path=path, at=booth, nonce=new_id())


@post("/kiosk/{kiosk}/{booth}", again=form)
async def take(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("kiosk", request.path("kiosk"), PLACES_A_MINUTE)
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        name, phone, nonce = request.typed("name"), request.typed("phone"), request.uuid("nonce")
        place = await kiosk.join(tx, booth, name, phone, request.language, nonce)
    return request.go(f"/kiosk/{request.path('kiosk')}/places/{place.id}")


@get("/kiosk/{kiosk}/places/{place}")
async def taken(request: PageRequest) -> web.StreamResponse:
    """A number, shown for half a minute: then the next one stands there."""
    async with request.reading() as tx:
        fair = await _fair(tx, request)
        place = await kiosk.one(tx, fair.id, request.id("place"))
        path = f"/kiosk/{request.path('kiosk')}"
        return request.render("kiosk_number.html", of_fair=fair, path=path, place=place)


@post("/organise/{fair}/kiosk")
async def make(request: PageRequest) -> web.StreamResponse:
    """A new address; the one before opens nothing any more."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        fair.kiosk_key = new_id()
    return request.go(f"/organise/{fair.slug}/door#kiosk", language.gettext("The kiosk has a new address."))


@post("/organise/{fair}/kiosk/withdraw")
async def withdraw(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        fair.kiosk_key = None
    return request.go(
        f"/organise/{fair.slug}/door#kiosk", language.gettext("The address of the kiosk opens nothing any more.")
    )
