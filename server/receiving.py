"""Receives every request for a page: finds out who asks, checks the form's token, and turns problems into pages."""

import asyncio
import secrets
from dataclasses import replace
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web

from rooms import access
from rooms.access import Actor, Doors, SignInFirst
from rooms.core.errors import N_, Conflict, Invalid, Problem, Refused
from rooms.core.uploads import Upload
from rooms.lines import places
from rooms.people import signin
from rooms.people.people import Person
from rooms.people.signin import Session
from server import language, security
from server.visit import (
    FLASH,
    FORM,
    HOUSE,
    LANGUAGE,
    PAGE_SEEN_EVERY,
    PART,
    SENTENCE,
    SESSION,
    VISITOR,
    House,
    Page,
    Visit,
)

log = structlog.get_logger()
YEAR = 365 * 24 * 3600
MOST_FIELDS = 200
POSTS_A_MINUTE = 240
UPLOADS_A_MINUTE = 12


class Failed(Problem):
    """Our own fault."""

    status = 500

    def __init__(self) -> None:
        super().__init__("failed", N_("Something went wrong on our side. Nothing of yours is lost."))


def handler_of(page: Page) -> security.Handler:
    async def receive(request: web.Request) -> web.StreamResponse:
        visit = await _visit(request, request.app[HOUSE])
        language.current.set(visit.language)
        try:
            if page.method == "POST":
                await _read_form(visit, page.largest)
            response = await page.handler(visit)
        except Problem as problem:
            response = await _answer(visit, page, problem)
        except Exception:
            log.exception("page_failed", path=page.path)
            failure = Failed()
            visit.problem = failure
            response = visit.page("problem.html", problem=failure, text=language.problem_text(failure))
        return _with_cookies(visit, response)

    return receive


async def _visit(request: web.Request, house: House) -> Visit:
    token = request.cookies.get(SESSION, "")
    found = await house.gathering.ask("session", token, house.whose_all) if token else None
    actor = Actor.of(found[1], found[0].id, found[0].appointment_id) if found else Actor()
    doors = Doors()
    if found and actor.person:
        if PART not in request.headers:
            async with house.database.reading() as tx:
                doors = await access.doors_of(tx, actor.person)
        # A form leads to a page, and the page is what counts as having been here.
        seen_at = actor.person.page_seen_at
        is_old = seen_at is None or seen_at + PAGE_SEEN_EVERY < house.database.clock.now()
        if request.method == "GET" and is_old:
            await _note_seen(house, *found)
    chosen = request.cookies.get(LANGUAGE) or (found[1].language if found else None)
    spoken = language.choose(request.headers.get("Accept-Language", ""), chosen)
    # Whoever is signed in needs no cookie beside their session's.
    holder = token if found else request.cookies.get(VISITOR) or secrets.token_urlsafe(18)
    visit = Visit(request, house, actor, spoken, holder, doors)
    if not found and VISITOR not in request.cookies:
        visit.cookies[VISITOR] = (holder, YEAR)
    return visit


async def _note_seen(house: House, session: Session, person: Person) -> None:
    async with house.database.transaction() as tx:
        await signin.seen(tx, session.id, person.id)
        await places.person_appeared(tx, person.id)


async def _read_form(visit: Visit, largest: int) -> None:
    if not security.same_origin(visit.request, visit.house.settings.public_url):
        raise Refused("origin", N_("This form came from another site."))
    await visit.house.rates.count("post", visit.holder if visit.actor.person else visit.address, POSTS_A_MINUTE)
    if largest > FORM:
        # Nobody unknown makes us take in a large file.
        await visit.house.rates.count("upload", str(visit.actor.behind.id), UPLOADS_A_MINUTE)
    try:
        request = visit.request if largest == FORM else visit.request.clone(client_max_size=largest)
        data = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise Invalid("form.too_large", N_("This is too large."), field="document") from None
    if len(data) > MOST_FIELDS:
        raise Refused("too_many_fields", N_("This form has too many fields."))
    for name, value in data.items():
        if isinstance(value, str):
            visit.form.setdefault(name, []).append(value.replace("\r\n", "\n"))
        elif isinstance(value, web.FileField):
            visit.files[name] = Upload(value.filename, await asyncio.to_thread(value.file.read))
    if not secrets.compare_digest(visit.typed("form_token").encode(), visit.form_token.encode()):
        message = N_("This page had grown old. It has been renewed; please send it again.")
        raise Conflict("form_token", message)


async def _answer(visit: Visit, page: Page, problem: Problem) -> web.StreamResponse:
    # Where it was raised would keep everything of this request until the garbage collector comes.
    visit.problem = problem.with_traceback(None)
    if isinstance(problem, SignInFirst):
        wanted = visit.request.path_qs if page.method == "GET" else visit.came_from()
        return web.Response(status=303, headers={"Location": f"/sign-in?next={quote(wanted, safe='')}"})
    if visit.request.headers.get(PART) == SENTENCE:
        return web.Response(text=language.problem_text(problem), status=problem.status)
    if problem.leads_to:
        return visit.go(problem.leads_to, language.problem_text(problem), kind="warn")
    if page.again and isinstance(problem, Invalid | Conflict | security.TooOften):
        visit.actor.forget()
        visit.form_page = _with_query(visit, page.form_page(visit.request.match_info))
        try:
            return await page.again(visit)
        except Problem as second:
            return await _answer(visit, replace(page, again=None), second)
    return visit.page("problem.html", problem=problem, text=language.problem_text(problem))


def _with_query(visit: Visit, path: str) -> str:
    """The page as it was: on the day, or with the choice, that its address names."""
    came_from = visit.came_from("")
    return came_from if urlsplit(came_from).path == path else path


def _with_cookies(visit: Visit, response: web.StreamResponse) -> web.StreamResponse:
    visit.flash()
    for name, (value, age) in visit.cookies.items():
        response.set_cookie(
            name, value, max_age=age, httponly=True, samesite="Lax", secure=visit.house.settings.is_secure, path="/"
        )
    if FLASH in visit.cookies and not visit.cookies[FLASH][0]:
        response.del_cookie(FLASH, path="/")
    return response
