"""A person's appointments: what lies ahead, what was, and what was agreed."""

from aiohttp import web

from rooms.caseload import follow_requests, suggestions
from rooms.core.events import conversation_stream
from rooms.views import appointments
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import fair_around, read_heads
from server.rendering import HOME_ZONE
from server.routes import get, post


@get("/appointments")
async def mine(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.reading() as tx:
        thread = await appointments.thread_of(tx, person)
        heads = await read_heads(tx, request, *([conversation_stream(thread.id)] if thread else []))
        view = await appointments.of_person(tx, person, thread)
        fair = await fair_around(tx, request)
    return request.render("appointments.html", view, fair=fair, zone=HOME_ZONE, heads=heads)


@post("/me/counsellors/{counsellor}/answer", again=mine)
async def answer_counsellor(request: PageRequest) -> web.StreamResponse:
    """May this counsellor follow me? Yes or no."""
    async with request.transaction() as tx:
        may = request.typed("answer") == "yes"
        await follow_requests.answer(tx, request.actor.known.id, request.id("counsellor"), may=may)
    return request.go("/appointments", language.gettext("Thank you, that is settled."))


@post("/suggestions/{suggestion}/share")
async def share_outcome(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        is_shared = bool(request.typed("is_shared"))
        await suggestions.share(tx, request.actor.known.id, request.id("suggestion"), is_shared=is_shared)
    return request.go("/appointments#suggestions", language.gettext("Saved."))
