"""Receives every request for a page: finds out who asks, checks the form's token, and turns problems into pages."""

import asyncio
import secrets
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from time import perf_counter
from urllib.parse import quote, unquote, urlsplit

import structlog
from aiohttp import web
from yarl import URL

from rooms.access import Actor, Navigation, SignInFirst
from rooms.core.errors import N_, Away, Conflict, Invalid, Problem, Refused
from rooms.core.uploads import Upload
from rooms.people import languages
from server import away, language, security
from server.compression import compressed
from server.page_request import PAGE_SEEN_EVERY, SERVICES, PageRequest, Services
from server.request_names import FLASH, FRESH, PART, SENTENCE, VISITOR
from server.routes import FORM, Route
from server.shared_page import Page, key_of, page_of, response_of
from signaling.cookies import LANGUAGE_COOKIE, session_cookie

log = structlog.get_logger()
YEAR = 365 * 24 * 3600
OF_A_FAIR = "/fairs/{fair}"
BEFORE_A_FAIR = tuple(OF_A_FAIR + page for page in ("/take-part", "/calendar.ics", "/apply"))
"""Whoever looks at these has not come."""
MOST_FIELDS = 200
POSTS_A_MINUTE = 240
UPLOADS_A_MINUTE = 12
MEGABYTE = 2**20
FORM_WITHIN, FILE_WITHIN = 60, 1800
"""Seconds in which a form has come, or a hundred megabytes over a poor network."""


class Failed(Problem):
    """Our own fault."""

    status = 500

    def __init__(self) -> None:
        super().__init__("failed", N_("Something went wrong on our side. Nothing of yours is lost."))


def handler_of(page: Route) -> security.Handler:
    async def receive(http: web.Request) -> web.StreamResponse:
        began = perf_counter()
        response = await answer(http)
        http.app[SERVICES].metrics.page(page.path, response.status, perf_counter() - began)
        return response

    async def answer(http: web.Request) -> web.StreamResponse:
        if "\x00" in unquote(http.path_qs):
            raise web.HTTPNotFound()
        services = http.app[SERVICES]
        if page.is_shared and (shared := await _shared(http, services, page)):
            return shared
        try:
            request = await _visit(http, services)
        except Away:
            return await away.page(http, services)
        language.current.set(request.language)
        try:
            if page.method == "POST":
                await _read_form(request, page)
            response = await page.handler(request)
            await _note_coming(request, page, response)
        except Away:
            return await away.page(http, services, request)
        except Problem as problem:
            response = await _answer(request, page, problem)
        except (web.HTTPBadRequest, web.HTTPRequestTimeout):
            raise
        except Exception:
            log.exception("page_failed", path=page.path)
            failure = Failed()
            request.problem = failure
            response = request.render("problem.html", problem=failure, text=language.problem_text(failure))
        return compressed(http, _with_cookies(request, response))

    return receive


async def _note_coming(request: PageRequest, page: Route, response: web.StreamResponse) -> None:
    """Whoever is shown a page of a fair is at the fair; what a script fetches says nothing of them."""
    person = request.actor.person
    is_of_fair = page.path.startswith(OF_A_FAIR) and page.path not in BEFORE_A_FAIR
    is_shown = page.method == "GET" and response.status == HTTPStatus.OK
    if not person or not is_of_fair or not is_shown or PART in request.http.headers or FRESH in request.http.headers:
        return
    try:
        await request.services.visiting.comes(request.path("fair"), person)
    except Exception:
        # The page stands already; who is there is noted with the next one.
        log.exception("coming_not_noted", path=page.path)


async def _shared(http: web.Request, services: Services, page: Route) -> web.StreamResponse | None:
    """The page as all passers-by see it, if this is one who may be shown that."""
    key = key_of(http, session_cookie(services.settings.public_url))
    if key is None:
        return None
    try:
        found = await services.shared_pages.page(key, partial(_write_shared, http, services, page))
    except Away:
        return await away.page(http, services)
    except Exception:
        # The ordinary way says what is wrong, to each for themselves.
        log.exception("shared_page_failed", path=page.path)
        return None
    if found is None:
        return None
    response = response_of(http, found)
    _set_cookies(response, found.cookies, is_secure=services.settings.is_secure)
    return response


async def _write_shared(http: web.Request, services: Services, page: Route) -> Page | None:
    """None if it is not for everybody."""
    request = await _visit(http, services)
    request.is_shared = True
    language.current.set(request.language)
    try:
        response = await page.handler(request)
    except Away:
        raise
    except Problem:
        return None
    if not isinstance(response, web.Response) or response.status != HTTPStatus.OK or request.has_form:
        return None
    if not isinstance(response.body, bytes):
        return None
    cookies = {name: value for name, value in request.cookies.items() if name != VISITOR}
    return page_of(response.body, cookies)


async def _visit(http: web.Request, services: Services) -> PageRequest:
    token = http.cookies.get(session_cookie(services.settings.public_url), "")
    found = await services.visiting.whose(token)
    actor = Actor.of(found[1], found[0].id, found[0].appointment_id) if found else Actor()
    navigation = Navigation()
    if found and actor.person:
        if PART not in http.headers:
            navigation = await services.visiting.navigation(actor.person)
        # A form leads to a page, and the page is what counts as having been here.
        seen_at = actor.person.page_seen_at
        is_old = seen_at is None or seen_at + PAGE_SEEN_EVERY < services.database.clock.now()
        # What a script fetches by itself says nothing of whether somebody is there.
        if http.method == "GET" and is_old and FRESH not in http.headers:
            await services.visiting.seen(*found)
    own = found[1].language if found else None
    spoken = languages.choose(http.headers.get("Accept-Language", ""), http.cookies.get(LANGUAGE_COOKIE), own)
    # Whoever is signed in needs no cookie beside their session's.
    holder = token if found else http.cookies.get(VISITOR) or secrets.token_urlsafe(18)
    request = PageRequest(http, services, actor, spoken, holder, navigation)
    if not found and VISITOR not in http.cookies:
        request.cookies[VISITOR] = (holder, YEAR)
    return request


async def _read_form(request: PageRequest, page: Route) -> None:
    largest = page.largest
    if page.needs_token and not security.same_origin(request.http, request.services.settings.public_url):
        raise Refused("origin", N_("This form came from another site."))
    await request.services.rates.count(
        "post", request.holder if request.actor.person else request.network, POSTS_A_MINUTE
    )
    if largest > FORM:
        # Nobody unknown makes us take in a large file.
        await request.services.rates.count("upload", str(request.actor.behind.id), UPLOADS_A_MINUTE)
    if page.first:
        await page.first(request)
        request.actor.forget()
    try:
        http = request.http if largest == FORM else request.http.clone(client_max_size=largest)
        async with asyncio.timeout(FORM_WITHIN if largest == FORM else FILE_WITHIN):
            data = await http.post()
    except TimeoutError:
        raise web.HTTPRequestTimeout() from None
    except ConnectionResetError:
        # Whoever sent it has gone before it had come: nobody's fault, and nobody reads the answer.
        raise web.HTTPBadRequest() from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(largest) from None
    if len(data) > MOST_FIELDS:
        raise Refused("too_many_fields", N_("This form has too many fields."))
    for name, value in data.items():
        if isinstance(value, str):
            request.form.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\x00", ""))
        elif isinstance(value, web.FileField):
            request.files[name] = Upload(value.filename, await asyncio.to_thread(value.file.read))
    if page.needs_token and not request.is_own_form:
        message = N_("This page had grown old. It has been renewed; please send it again.")
        raise Conflict("form_token", message)


def _too_large(largest: int) -> Invalid:
    if largest < MEGABYTE:
        return Invalid("form.too_large", N_("This is too large: at most %(most)s kB altogether."), most=largest // 1024)
    # Beside the file, a form has room for what was typed.
    message = N_("This is too large: at most %(most)s MB altogether.")
    return Invalid("form.too_large", message, field="document", most=largest // MEGABYTE - 1)


async def _answer(request: PageRequest, page: Route, problem: Problem) -> web.StreamResponse:
    # Where it was raised would keep everything of this request until the garbage collector comes.
    request.problem = problem.with_traceback(None)
    if isinstance(problem, SignInFirst):
        wanted = request.http.path_qs if page.method == "GET" else request.came_from()
        return web.Response(status=303, headers={"Location": f"/sign-in?next={quote(wanted, safe='')}"})
    if request.http.headers.get(PART) == SENTENCE:
        return web.Response(text=language.problem_text(problem), status=problem.status)
    if problem.leads_to:
        return request.go(problem.leads_to, language.problem_text(problem), kind="warn")
    if page.again and isinstance(problem, Invalid | Conflict | security.TooOften):
        request.actor.forget()
        request.form_page = _with_query(request, page.form_page(request.http.match_info))
        try:
            return await page.again(request)
        except Problem as second:
            return await _answer(request, replace(page, again=None), second)
    back = _page_before(request) if page.leads_back and isinstance(problem, Conflict) else ""
    if back:
        return request.go(back, language.problem_text(problem), kind="warn")
    return request.render("problem.html", problem=problem, text=language.problem_text(problem))


def _page_before(request: PageRequest) -> str:
    """Where somebody was who pressed a button or followed a link, if a browser says so, and it is another page of
    ours."""
    referer = URL(request.http.headers.get("Referer", ""))
    if request.wants_part or referer.authority != request.http.host or referer.path == request.http.path:
        return ""
    return request.came_from("")


def _with_query(request: PageRequest, path: str) -> str:
    """The page as it was: on the day, or with the choice, that its address names."""
    came_from = request.came_from("")
    return came_from if urlsplit(came_from).path == path else path


def _with_cookies(request: PageRequest, response: web.StreamResponse) -> web.StreamResponse:
    request.flash()
    if not request.has_form:
        # Nothing will be brought back.
        request.cookies.pop(VISITOR, None)
    _set_cookies(response, request.cookies, is_secure=request.services.settings.is_secure)
    if FLASH in request.cookies and not request.cookies[FLASH][0]:
        response.del_cookie(FLASH, path="/")
    return response


def _set_cookies(response: web.StreamResponse, cookies: dict[str, tuple[str, int]], *, is_secure: bool) -> None:
    for name, (value, age) in cookies.items():
        response.set_cookie(name, value, max_age=age, httponly=True, samesite="Lax", secure=is_secure, path="/")
