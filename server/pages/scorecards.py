"""Scorecards: what an employer looks at, the marks that recruiters give after a talk, and all talks side by side."""

from aiohttp import web

from rooms.core.events import fair_stream
from rooms.meetings import follow_up, scorecards
from rooms.views import scorecard
from server import edits, language
from server.page_request import PageRequest
from server.pages.desk import booth_of
from server.pages.desk_talks import talk
from server.pages.scorecard_form import marks_shown, note_marks, typed_from
from server.pages.set_up import booth_set_up, set_up_form
from server.pages.stream_heads import read_heads
from server.routes import get, post


@post("/booths/{booth}/criteria", again=set_up_form)
async def choose_criteria(request: PageRequest) -> web.StreamResponse:
    """What is looked at in every candidate, unless their vacancy has criteria of its own."""
    async with request.transaction() as tx:
        booth = await booth_set_up(tx, request)
        await tx.lock(booth, booth.employer)
        stands = (await scorecards.of_employer(tx, booth.employer_id))[None]
        edits.merge(request, {"criteria": typed_from(stands)})
        await scorecards.choose(tx, booth.employer_id, None, scorecards.parse(request.typed("criteria")))
    return request.go(f"/booths/{booth.id}/set-up#criteria", language.gettext("Saved."))


@post("/desk/{booth}/talks/{talk}/scorecard", again=talk)
async def mark(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        row = await follow_up.held_at(tx, booth.id, request.id("talk"))
        await tx.lock(row.follow_up)
        edits.merge(request, marks_shown(await scorecard.of_talk(tx, row, request.actor.known)))
        await note_marks(tx, request, row)
    return request.go(f"{booth.desk_path}/talks/{row.id}#scorecard", language.gettext("Saved."))


@get("/desk/{booth}/scorecards")
async def side_by_side(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        sheets = await scorecard.of_booth(tx, booth, request.actor.known)
    return request.render("desk_scorecards.html", fair=booth.fair, booth=booth, sheets=sheets, heads=heads)
