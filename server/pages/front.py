"""The front door: which fairs there are, and the choice of language."""

from aiohttp import web

from rooms.fairs import booths, fairs, schedule
from rooms.organisations import agencies
from rooms.people import people
from server.pages.following import fair_around, heads
from server.visit import LANGUAGE, Visit, get, post

YEAR = 365 * 24 * 3600


@get("/")
async def front(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        shown = await fairs.shown(tx)
        rows = [(fair, await schedule.days_of(tx, fair), len(await booths.of_fair(tx, fair.id))) for fair in shown]
        has_counsellors = bool(await agencies.all_agencies(tx))
    return visit.page("front.html", rows=rows, has_counsellors=has_counsellors)


@post("/language")
async def choose_language(visit: Visit) -> web.StreamResponse:
    chosen = visit.typed("language")
    if chosen in people.LANGUAGES:
        visit.cookies[LANGUAGE] = (chosen, YEAR)
        if visit.actor.person:
            async with visit.transaction() as tx:
                person = await tx.session.get_one(people.Person, visit.actor.person.id)
                await people.choose_language(tx, person, chosen)
    return visit.go(visit.came_from())


@get("/camera")
async def check_camera(visit: Visit) -> web.StreamResponse:
    """Try camera and microphone before anybody calls."""
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        return visit.page("camera.html", fair=await fair_around(tx, visit), following=following)
