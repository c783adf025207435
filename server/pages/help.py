"""Help at a fair: whoever is stuck asks on any page, and those who run the fair take each request in turn."""

from aiohttp import web

from rooms import access
from rooms.chat import conversations, help_answers, help_requests, messages
from rooms.chat.help_requests import Circumstances, HelpRequest
from rooms.core.errors import NotFound
from rooms.core.events import conversation_stream, fair_stream, moderation_stream
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair
from server import devices, language
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/fairs/{fair}/help")
async def mine(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        row = await help_requests.unfinished_of(tx, fair.id, me.id)
        thread = await conversations.help_of(tx, fair.id, me.id)
        heads = await read_heads(tx, request, *([conversation_stream(thread.id)] if thread else []))
        return request.render(
            "help.html",
            fair=fair,
            asked=row,
            before=await help_requests.before(tx, row) if row else 0,
            conversation=thread,
            messages=await messages.messages_of(tx, thread.id) if thread else [],
            page=request.query.get("page", ""),
            heads=heads,
        )


@post("/fairs/{fair}/help", again=mine)
async def ask(request: PageRequest) -> web.StreamResponse:
    about = Circumstances(
        request.typed("page"),
        devices.name_of(request.http.headers.get("User-Agent", "")),
        request.typed("connection"),
    )
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        await help_requests.ask(tx, fair, request.actor.known, request.typed("text"), about)
    return request.go(f"{fair.path}/help")


@post("/fairs/{fair}/help/done", again=mine)
async def settled(request: PageRequest) -> web.StreamResponse:
    """Whoever asked needs no help any more."""
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        row = await help_requests.unfinished_of(tx, fair.id, request.actor.known.id)
        if row is None:
            raise NotFound("help_request")
        await help_requests.finish(tx, row)
    return request.go(fair.path, language.gettext("Good. Ask again whenever you like."))


@get("/organise/{fair}/help")
async def queue(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id), moderation_stream(fair.id))
        queued = await help_requests.of_fair(tx, fair.id)
        ready = await help_answers.of_fair(tx, fair.id)
        return request.render("help_queue.html", fair=fair, queued=queued, ready=ready, heads=heads)


@post("/organise/{fair}/help-answers", again=queue)
async def keep_answer(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await help_answers.keep(tx, fair, request.typed("answer_name"), request.typed("answer_text"))
    return request.go(f"/organise/{fair.slug}/help#ready", language.gettext("The answer is kept ready."))


@post("/organise/{fair}/help-answers/{help_answer}/remove")
async def remove_answer(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await help_answers.remove(tx, fair, request.id("help_answer"))
    return request.go(f"/organise/{fair.slug}/help#ready", language.gettext("Removed."))


async def _one(tx: Transaction, request: PageRequest) -> tuple[Fair, HelpRequest]:
    fair = await fair_run(tx, request)
    return fair, await help_requests.one(tx, fair.id, request.id("help_request"))


@get("/organise/{fair}/help/{help_request}")
async def one(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair, row = await _one(tx, request)
        thread = await conversations.of_help(tx, fair.id, row.person_id)
        wanted = moderation_stream(fair.id), conversation_stream(thread.id)
        ready = await help_answers.of_fair(tx, fair.id)
        begun = request.query.get("answer", "")
        return request.render(
            "help_request.html",
            fair=fair,
            asked=row,
            conversation=thread,
            messages=await messages.messages_of(tx, thread.id),
            ready=ready,
            begun=next((each.text for each in ready if str(each.id) == begun), ""),
            heads=await read_heads(tx, request, fair_stream(fair.id), *wanted),
        )


@post("/organise/{fair}/help/{help_request}/claim", again=one)
async def claim(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, row = await _one(tx, request)
        await help_requests.claim(tx, row, request.actor.known)
    return request.go(f"/organise/{fair.slug}/help/{row.id}")


@post("/organise/{fair}/help/{help_request}/give-back", again=one)
async def give_back(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, row = await _one(tx, request)
        await help_requests.give_back(tx, row)
    return request.go(f"/organise/{fair.slug}/help")


@post("/organise/{fair}/help/{help_request}/done", again=one)
async def done(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, row = await _one(tx, request)
        await help_requests.finish(tx, row)
    return request.go(f"/organise/{fair.slug}/help", language.gettext("Done."))
