"""Those who applied for a booth's vacancies, and the answers to them."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream, line_stream
from rooms.fairs import job_applications
from rooms.fairs.job_applications import Verdict
from rooms.people import documents
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/desk/{booth}/applications")
async def applications(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_STAFF)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id), line_stream(booth.id))
        rows = await job_applications.of_booth(tx, booth.id)
        return request.render(
            "desk_applications.html",
            fair=booth.fair,
            booth=booth,
            applications=rows,
            cvs=await documents.cvs_of(tx, {row.person_id for row in rows}),
            heads=heads,
        )


@post("/desk/{booth}/applications/{job_application}", again=applications)
async def answer(request: PageRequest) -> web.StreamResponse:
    if request.typed("verdict") not in set(Verdict):
        raise Invalid("verdict", N_("Please choose one of the answers."), field="verdict")
    async with request.transaction() as tx:
        booth = await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_STAFF)
        row = await job_applications.one(tx, booth.id, request.id("job_application"), lock=True)
        await job_applications.answer(
            tx, request.actor.known, row, Verdict(request.typed("verdict")), request.typed("answer")
        )
    return request.go(f"{booth.desk_path}/applications", language.gettext("A mail tells them."))
