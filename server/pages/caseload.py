"""The counsellor's caseload: who is followed, filters that are kept, and who comes and goes."""

from urllib.parse import urlencode

from aiohttp import web

from rooms import access
from rooms.caseload import caseload, follow_requests, saved_filters
from rooms.people import people
from rooms.views.caseload import Search, of_counsellor
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/counsel/people")
async def caseload_page(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        only = request.query_all("only") or request.ticked("only")
        words = request.query.get("q", "") or request.typed("q")
        order, page = request.query.get("order", ""), request.query.get("page", "1")
        number = int(page) if page.isdecimal() and len(page) < 6 else 1
        search = Search(words, only, request.typed("name"), order, number)
        view = await of_counsellor(tx, request.actor.known.id, teams[0].agency, search)
    asked = urlencode([("q", words), *(("only", each) for each in only), ("order", order)])
    return request.render("caseload.html", view, asked=asked, heads=heads)


@post("/counsel/people/filters", again=caseload_page)
async def keep_filter(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        words, only = request.typed("q"), request.ticked("only")
        await saved_filters.keep(tx, request.actor.known.id, request.typed("filter_name"), words, only)
    asked = urlencode([("q", words), *(("only", each) for each in only)])
    return request.go(f"/counsel/people?{asked}", language.gettext("Kept."))


@post("/counsel/people/filters/{filter}/forget")
async def forget_filter(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        await saved_filters.forget(tx, request.actor.known.id, request.id("filter"))
    return request.go("/counsel/people", language.gettext("Removed."))


@post("/counsel/people/hand-over", again=caseload_page)
async def hand_all_over(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        count = await caseload.hand_all_over(tx, request.actor.known.id, request.uuid("colleague"))
    return request.go("/counsel/people", language.gettext("People handed over: %(count)s.", count=count))


@post("/counsel/people", again=caseload_page)
async def follow(request: PageRequest) -> web.StreamResponse:
    """Take somebody into the caseload: by address, or by name alone if they have none."""
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        email = people.clean_email(request.typed("email")) if request.typed("email") else None
        person, is_in = await follow_requests.take(
            tx,
            request.actor.known,
            request.typed("name"),
            email,
            request.language,
            is_another=bool(request.typed("is_another")),
        )
    if not is_in:
        return request.go(
            "/counsel/people", language.gettext("They are asked first, and you follow them once they agree.")
        )
    return request.go(f"/counsel/people/{person.id}", language.gettext("You follow %(name)s now.", name=person.name))


@post("/counsel/people/{asked}/take-back", again=caseload_page)
async def take_request_back(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        await follow_requests.take_back(tx, request.actor.known.id, request.id("asked"))
    return request.go("/counsel/people#requests", language.gettext("You no longer ask to follow them."))


@post("/counsel/people/{unfollowed}/take-up", again=caseload_page)
async def take_up(request: PageRequest) -> web.StreamResponse:
    """Follow somebody of the agency whom nobody follows now."""
    async with request.transaction() as tx:
        await access.counsels(tx, request.actor)
        person = await caseload.take_up(tx, request.actor.known.id, request.id("unfollowed"))
    return request.go(f"/counsel/people/{person.id}", language.gettext("You follow %(name)s now.", name=person.name))
