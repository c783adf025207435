"""Making a fair after another one, and throwing a draft away."""

from datetime import date

from aiohttp import web

from rooms import access
from rooms.access import Act, group_letters, open_invitations, planned_letters
from rooms.chat import help_answers
from rooms.core.events import fair_stream
from rooms.fairs import copying, drafts, list_imports, schedule
from rooms.fairs.copying import Wanted
from server import language
from server.files import copy_all, forget
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.organise import board
from server.pages.stream_heads import read_heads
from server.routes import get, post

PARTS = ("booths", "recruiters", "questions", "organisers")


@get("/organise/{fair}/copy")
async def copy_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        access.may(request.actor, Act.FAIR_CREATE)
        return request.render(
            "fair_copy.html",
            fair=fair,
            days=await schedule.days_of(tx, fair),
            parts=PARTS,
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


@post("/organise/{fair}/copy", again=copy_form)
async def copy(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.FAIR_CREATE)
    wanted = Wanted(
        request.typed("name"), _first_day(request), **{part: part in request.ticked("parts") for part in PARTS}
    )
    async with request.transaction() as tx:
        original = await fair_run(tx, request)
        made = await copying.copy(tx, original, request.actor.known, wanted)
        await planned_letters.copy(tx, original, made.fair, request.actor.known)
        await help_answers.copy(tx, original, made.fair)
        await copy_all(request.services.storage, made.documents)
    said = language.gettext("The fair is made as a draft. Nothing was sent: look through it, then publish it.")
    return request.go(f"/organise/{made.fair.slug}", said)


def _first_day(request: PageRequest) -> date | None:
    return request.day("first_day") if request.typed("first_day") else None


@post("/organise/{fair}/delete", again=board)
async def delete(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        # In the order in which the worker that invites those on a list locks them.
        await list_imports.lock_all(tx, fair.id)
        await tx.lock(fair)
        await open_invitations.withdraw_with(tx, fair)
        await group_letters.take_back(tx, fair.id)
        stale = await drafts.throw_away(tx, fair)
    await forget(request.services.storage, stale)
    return request.go("/organise", language.gettext("The draft is deleted."))
