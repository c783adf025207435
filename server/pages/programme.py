"""The programme of a fair: written by whoever runs it, read by everybody, put into one's calendar."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from aiohttp import web

from rooms import access
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import programme, schedule
from rooms.fairs.fairs import Fair
from rooms.fairs.programme import ItemText, ProgrammeItem
from rooms.fairs.schedule import FairDay
from server import calendars, edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.fair_hours import hours_of
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post

HOUR = timedelta(hours=1)


@get("/fairs/{fair}/programme")
async def of_fair(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        return request.render(
            "programme.html",
            fair=fair,
            items=await programme.of_fair(tx, fair.id),
            runs=await access.can_run(tx, request.actor, fair),
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


@get("/fairs/{fair}/programme/{item}/calendar.ics")
async def calendar(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        item = await programme.one(tx, fair.id, request.id("item"))
    address = request.services.settings.public_url + f"{fair.path}/programme"
    content = calendars.programme_item(fair.name, item, address)
    headers = {"Content-Disposition": f'attachment; filename="{fair.slug}.ics"', "Cache-Control": "no-store"}
    return web.Response(body=content, content_type="text/calendar", charset="utf-8", headers=headers)


@get("/organise/{fair}/programme")
async def written(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "programme_written.html",
            fair=fair,
            items=await programme.of_fair(tx, fair.id),
            first=_first(fair, await schedule.days_of(tx, fair), tx.now),
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


@post("/organise/{fair}/programme", again=written)
async def add(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        text = _typed(request, fair)
        await programme.add(tx, fair, text)
        days = await schedule.days_of(tx, fair)
    if any(day.opens_at <= text.begins_at and text.ends_at <= day.closes_at for day in days):
        return request.go(f"/organise/{fair.slug}/programme", language.gettext("It stands in the programme."))
    outside = language.gettext("It stands in the programme, outside the fair's opening hours: is the day right?")
    return request.go(f"/organise/{fair.slug}/programme", outside)


def _first(fair: Fair, days: Sequence[FairDay], now: datetime) -> Shown:
    """With what the form begins: the first hour of the day that is on, or comes next."""
    day = next((day for day in days if day.closes_at > now), None)
    begins = (day.opens_at if day else now).astimezone(fair.zone)
    return {"date": begins.date().isoformat(), "opens": f"{begins:%H:%M}", "closes": f"{begins + HOUR:%H:%M}"}


def _typed(request: PageRequest, fair: Fair) -> ItemText:
    begins_at, ends_at = hours_of(request, fair)
    title, text, location, link = (request.typed(name) for name in ("title", "text", "location", "link"))
    return ItemText(title, begins_at, ends_at, text, location, link)


async def _item(tx: Transaction, request: PageRequest) -> tuple[Fair, ProgrammeItem]:
    fair = await fair_run(tx, request)
    return fair, await programme.one(tx, fair.id, request.id("item"))


def _shown(fair: Fair, item: ProgrammeItem) -> Shown:
    begins, ends = item.begins_at.astimezone(fair.zone), item.ends_at.astimezone(fair.zone)
    return {
        "title": item.title,
        "date": begins.date().isoformat(),
        "opens": f"{begins:%H:%M}",
        "closes": f"{ends:%H:%M}",
        "text": item.text,
        "location": item.location,
        "link": item.link,
    }


@get("/organise/{fair}/programme/{item}")
async def item_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair, item = await _item(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        return request.render("programme_item.html", fair=fair, item=item, shown=_shown(fair, item), heads=heads)


@post("/organise/{fair}/programme/{item}", again=item_form)
async def change(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, item = await _item(tx, request)
        await tx.lock(item)
        edits.merge(request, _shown(fair, item))
        await programme.change(tx, fair, item, _typed(request, fair))
    return request.go(f"/organise/{fair.slug}/programme", language.gettext("Saved."))


@post("/organise/{fair}/programme/{item}/remove", again=written)
async def remove(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await programme.remove(tx, *await _item(tx, request))
    return request.go(f"/organise/{request.path('fair')}/programme", language.gettext("Removed."))
