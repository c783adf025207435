"""The front door: which fairs there are, and the choice of language."""

from aiohttp import web

from rooms.core.errors import N_, Refused
from rooms.fairs import booths, fairs, schedule
from rooms.organisations import agencies
from rooms.people import people
from rooms.people.languages import LANGUAGES
from server import security
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post
from signaling.cookies import LANGUAGE_COOKIE

YEAR = 365 * 24 * 3600


@get("/", is_shared=True)
async def front(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        shown = await fairs.shown(tx)
        days = await schedule.days_by_fair(tx, shown)
        rows = [(fair, days[fair.id], len(await booths.of_fair(tx, fair.id))) for fair in shown]
        has_counsellors = bool(await agencies.staffed(tx))
    return request.render("front.html", rows=rows, has_counsellors=has_counsellors, heads=heads)


@post("/language", needs_token=False)
async def choose_language(request: PageRequest) -> web.StreamResponse:
    """Without a token: it stands on pages that are the same for everybody, and does no more than choose."""
    if not security.same_origin(request.http, request.services.settings.public_url):
        raise Refused("origin", N_("This form came from another site."))
    chosen = request.typed("language")
    if chosen in LANGUAGES:
        request.cookies[LANGUAGE_COOKIE] = (chosen, YEAR)
        if request.actor.person:
            async with request.transaction() as tx:
                person = await tx.session.get_one(people.Person, request.actor.person.id)
                await people.choose_language(tx, person, chosen)
    return request.go(request.came_from())
