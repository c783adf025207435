"""Coming in: a code by mail, a link with a button, a password; and going out."""

import asyncio
import secrets
import uuid
from urllib.parse import quote

from aiohttp import web

from rooms.access import acceptance
from rooms.core.errors import N_, Invalid
from rooms.core.transaction import Transaction
from rooms.people import people, sessions, signin
from rooms.people.people import Person
from rooms.people.signin import LinkSpent
from server import language, navigation
from server.page_request import PageRequest, own_path
from server.routes import get, post
from server.security import known_browser_token
from signaling.cookies import LANGUAGE_COOKIE

KNOWN = "parvis_known"
MONTH, YEAR = 30 * 24 * 3600, 365 * 24 * 3600
CODES_A_MINUTE = 60
"""From one address: a whole agency may stand behind it. One e-mail address gets six an hour from each."""
PASSWORDS_A_MINUTE = 300
PASSWORDS_OF_ONE_A_MINUTE = 10
PASSWORDS_OF_ONE_FROM_ALL_A_MINUTE = 30


@get("/sign-in")
async def sign_in(request: PageRequest) -> web.StreamResponse:
    wanted = own_path(request.query.get("next") or request.typed("next", "/"))
    if navigation.is_signed_in(request):
        return request.go(wanted)
    return request.render("sign_in.html", next=wanted)


@post("/sign-in", again=sign_in)
async def send_code(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("code", request.network, CODES_A_MINUTE)
    async with request.transaction() as tx:
        name, email = request.typed("name"), request.typed("email")
        known = request.http.cookies.get(KNOWN, "")
        is_known = secrets.compare_digest(known.encode(), _known_as(request, email).encode())
        code = await signin.send_code(tx, name, email, request.language, request.network, is_known=is_known)
    wanted = quote(own_path(request.typed("next", "/")), safe="")
    again = language.gettext("A new code is on its way. Enter the newest one.") if request.typed("again") else None
    return request.go(f"/sign-in/{code.id}?next={wanted}", again)


@get("/sign-in/{code}")
async def code_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        code = await signin.request_of(tx, request.id("code"))
    wanted = own_path(request.query.get("next") or request.typed("next", "/"))
    return request.render("code.html", code=code, next=wanted)


@post("/sign-in/{code}", again=code_form)
async def enter_code(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("try", request.network, 2 * CODES_A_MINUTE)
    code_id = request.id("code")
    async with request.transaction() as tx:
        await signin.count_try(tx, code_id)
    async with request.transaction() as tx:
        is_known = bool(request.typed("is_known"))
        person = await signin.enter_code(tx, code_id, request.typed("code"), is_known=is_known)
        await _open(request, tx, person)
        home = await acceptance.home_of(tx, person)
    return request.go(_wanted(request) or home)


@post("/sign-in-by-link", again=sign_in)
async def send_link(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("link", request.network, CODES_A_MINUTE)
    await request.services.rates.count("link_to", request.typed("email").strip().lower(), 2)
    async with request.transaction() as tx:
        await signin.send_link(tx, request.typed("email"))
    return request.go(
        "/sign-in", language.gettext("If we know this address, a link is on its way. It lasts 30 minutes.")
    )


@post("/sign-in-by-password", again=sign_in)
async def by_password(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("password", request.network, PASSWORDS_A_MINUTE)
    email = people.clean_email(request.typed("email"))
    await request.services.rates.count("password_from", f"{email} {request.network}", PASSWORDS_OF_ONE_A_MINUTE)
    await request.services.rates.count("password_of", email, PASSWORDS_OF_ONE_FROM_ALL_A_MINUTE)
    async with request.reading() as tx:
        person = await people.by_email(tx, email)
    # Argon2 is slow on purpose: beside the loop, and in no transaction.
    if not await asyncio.to_thread(people.password_fits, person, request.typed("password")) or person is None:
        message = N_("Address and password do not fit together. A link by mail always works.")
        raise Invalid("password.wrong", message, field="password")
    async with request.transaction() as tx:
        await _open(request, tx, person)
        home = await acceptance.home_of(tx, person)
    return request.go(_wanted(request) or home)


def _wanted(request: PageRequest) -> str:
    """The page that somebody was on the way to; the front door is none."""
    typed = request.typed("next")
    return "" if typed == "/" else typed


@get("/links/{token}")
async def link(request: PageRequest) -> web.StreamResponse:
    """What a link opens is a page with a button: a mail scanner that looks here signs nobody in."""
    async with request.reading() as tx:
        try:
            row = await signin.look_at_link(tx, request.path("token"))
        except LinkSpent as spent:
            return await _go_on(tx, request, spent)
        known = await people.by_email(tx, row.email)
    if row.opened_at is None and request.http.method == "GET":
        async with request.transaction() as tx:
            await signin.opened(tx, row.id)
    return request.render("link.html", link=row, known=known, token=request.path("token"))


async def _go_on(tx: Transaction, request: PageRequest, spent: LinkSpent) -> web.StreamResponse:
    """A link that opens nothing any more leads on all the same: where it led, for whoever may go there."""
    path = await acceptance.leads_to(tx, spent.link)
    person = request.actor.person
    if person and person.email == spent.link.email and spent.link.used_at:
        return request.go(path)
    request.problem = spent
    return request.render("link.html", next=path)


@post("/links/{token}", again=link)
async def use_link(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("link_use", request.network, 2 * CODES_A_MINUTE)
    async with request.transaction() as tx:
        before = request.actor.person
        me = before.id if before else None
        person, home = await acceptance.accept(
            tx, request.path("token"), request.language, request.typed("name"), signed_in_id=me
        )
        if person.id != me:
            await _open(request, tx, person)
    if before and request.actor.session_id and person.id != before.id:
        await end_session(request, before, request.actor.session_id)
    return request.go(home)


def _known_as(request: PageRequest, email: str) -> str:
    return known_browser_token(request.services.settings.secret.get_secret_value(), email)


async def _open(request: PageRequest, tx: Transaction, person: Person) -> None:
    if person.email:
        request.cookies[KNOWN] = (_known_as(request, person.email), YEAR)
    token = await sessions.open_session(tx, person, request.http.headers.get("User-Agent", "?"))
    request.cookies[request.session_cookie] = (token, MONTH)
    request.cookies[LANGUAGE_COOKIE] = (request.language, YEAR)


@post("/sign-out")
async def sign_out(request: PageRequest) -> web.StreamResponse:
    session = request.actor.session_id
    if session:
        await end_session(request, request.actor.behind, session)
    request.cookies[request.session_cookie] = ("", 0)
    return request.go("/", language.gettext("You are signed out."))


async def end_session(request: PageRequest, person: Person, session_id: uuid.UUID) -> None:
    """Withdraw a session; its live connections end at once."""
    async with request.transaction() as tx:
        await sessions.withdraw(tx, person, session_id)
    await request.services.hub.close_session(session_id)
