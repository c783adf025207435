"""What is done about somebody at a fair, its log, and the page on which they read it and answer."""

from aiohttp import web

from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import fairs, sanctions
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Lasting, Sanction, SanctionKind
from rooms.views import conduct
from server import language
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/organise/{fair}/people/{person}")
async def person(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "conduct.html",
            await conduct.of_person(tx, fair, request.id("person")),
            fair=fair,
            lasting=list(Lasting),
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


@post("/organise/{fair}/people/{person}/sanctions", again=person)
async def impose(request: PageRequest) -> web.StreamResponse:
    """Warn, mute or exclude."""
    try:
        kind, lasting = SanctionKind(request.typed("kind")), Lasting(request.typed("lasting", Lasting.HALF_AN_HOUR))
    except ValueError:
        raise Invalid("kind", N_("Please choose one of the answers."), field="kind") from None
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        seen = await conduct.of_person(tx, fair, request.id("person"))
        reason = request.typed("reason")
        await sanctions.impose(tx, fair, seen.person, kind, lasting, reason, request.actor.known)
    path = f"/organise/{fair.slug}/people/{seen.person.id}"
    return request.go(path, language.gettext("Done. %(name)s is told, with the reason.", name=seen.person.name))


@get("/organise/{fair}/moderation")
async def log(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "moderation.html",
            fair=fair,
            sanctions=await sanctions.of_fair(tx, fair.id),
            removals=await conduct.removals(tx, fair.id),
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


async def _of_run(tx: Transaction, request: PageRequest) -> Sanction:
    fair = await fair_run(tx, request)
    return await sanctions.one(tx, fair.id, request.id("sanction"))


@post("/organise/{fair}/sanctions/{sanction}/lift")
async def lift(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _of_run(tx, request)
        await sanctions.lift(tx, row, request.actor.known)
    return request.go(request.came_from(), language.gettext("Lifted."))


@post("/organise/{fair}/sanctions/{sanction}/read")
async def read_reply(request: PageRequest) -> web.StreamResponse:
    """What the person answered was read."""
    async with request.transaction() as tx:
        await sanctions.read_reply(tx, await _of_run(tx, request))
    return request.go(request.came_from(), language.gettext("Done."))


async def _mine(tx: Transaction, request: PageRequest) -> Fair:
    """Whoever is excluded, or was at a fair that nobody sees any more, reads why all the same."""
    return await tx.session.get_one(Fair, await fairs.id_of(tx, request.path("fair")))


@get("/fairs/{fair}/sanctions")
async def mine(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known
    async with request.reading() as tx:
        fair = await _mine(tx, request)
        rows = await sanctions.of_person(tx, fair.id, me.id)
        if not rows:
            raise NotFound("sanction")
        return request.render("my_sanctions.html", fair=fair, sanctions=rows, heads=await read_heads(tx, request))


@post("/fairs/{fair}/sanctions/{sanction}", again=mine)
async def reply(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await _mine(tx, request)
        row = await sanctions.one(tx, fair.id, request.id("sanction"))
        await sanctions.reply(tx, row, request.actor.known, request.typed("reply"))
    return request.go(f"{fair.path}/sanctions", language.gettext("The organisers read your answer."))
