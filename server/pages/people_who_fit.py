"""Whom a booth may want to meet, and the letter that it writes to some of them; and whether one may be found."""

from aiohttp import web

from rooms import access
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream
from rooms.fairs import approaches
from rooms.views import people_who_fit
from server import language
from server.page_request import PageRequest
from server.pages.desk import booth_of
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/desk/{booth}/people")
async def people(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        heads = await read_heads(tx, request, fair_stream(booth.fair_id))
        return request.render(
            "desk_people.html",
            fair=booth.fair,
            booth=booth,
            found=await people_who_fit.to(tx, booth),
            heads=heads,
        )


@post("/desk/{booth}/people", again=people)
async def write(request: PageRequest) -> web.StreamResponse:
    chosen = request.uuids("person")
    if not chosen:
        raise Invalid("person.none", N_("Please tick whom you write to."), field="person")
    async with request.transaction() as tx:
        booth = await booth_of(tx, request)
        # Whoever has come to the line since the page was opened is not written to any more.
        fitting = {each.person.id for each in await people_who_fit.to(tx, booth)}
        count = await approaches.write(tx, booth, request.actor.known, fitting & set(chosen), request.typed("words"))
    if not count:
        said = language.gettext(
            "Nobody was written to: they were already, by you or by many, or are not found any more."
        )
        return request.go(f"{booth.desk_path}/people", said)
    said = language.ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", count)
    return request.go(f"{booth.desk_path}/people", said % {"num": count})


@post("/fairs/{fair}/findable")
async def let_find(request: PageRequest) -> web.StreamResponse:
    """Recruiters of the fair may find me, or not any more."""
    may = bool(request.typed("may"))
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        await approaches.let_find(tx, fair, request.actor.known, may=may)
    found = language.gettext("Recruiters of this fair can find you now.")
    not_found = language.gettext("Recruiters of this fair do not find you any more.")
    return request.go(f"{fair.path}/take-part#found", found if may else not_found)
