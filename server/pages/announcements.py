"""What organisers say to everybody: said, changed, ended."""

from aiohttp import web

from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import announcements
from rooms.fairs.announcements import Announcement
from rooms.fairs.fairs import Fair
from server import edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.organise import board
from server.pages.stream_heads import read_heads
from server.routes import get, post


def _typed(request: PageRequest, fair: Fair) -> dict[str, str]:
    return {spoken: request.typed(f"text_{spoken}") for spoken in fair.languages}


def _shown(fair: Fair, row: Announcement) -> Shown:
    return {"text": row.text, **{f"text_{each}": row.translations.get(each, "") for each in fair.languages}}


@post("/organise/{fair}/announcements", again=board)
async def announce(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await announcements.announce(tx, fair, request.typed("text"), _typed(request, fair))
    said = language.gettext("Everybody at the fair can read it.")
    return request.go(f"/organise/{request.path('fair')}#announcements", said)


async def _one(tx: Transaction, request: PageRequest) -> tuple[Fair, Announcement]:
    fair = await fair_run(tx, request)
    row = await announcements.one(tx, fair.id, request.id("announcement"))
    await tx.lock(row)
    return fair, row


@get("/organise/{fair}/announcements/{announcement}")
async def form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        row = await announcements.one(tx, fair.id, request.id("announcement"))
        return request.render(
            "announcement.html",
            fair=fair,
            announcement=row,
            shown=_shown(fair, row),
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


@post("/organise/{fair}/announcements/{announcement}", again=form)
async def change(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, row = await _one(tx, request)
        edits.merge(request, _shown(fair, row))
        await announcements.change(tx, fair, row, request.typed("text"), _typed(request, fair))
    said = language.gettext("Everybody reads it as it is now.")
    return request.go(f"/organise/{request.path('fair')}#announcements", said)


@post("/organise/{fair}/announcements/{announcement}/end", again=board)
async def end(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await announcements.end(tx, *await _one(tx, request))
    said = language.gettext("Nobody reads it any more.")
    return request.go(f"/organise/{request.path('fair')}#announcements", said)
