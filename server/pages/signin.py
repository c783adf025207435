"""Coming in: a code by mail, a link with a button, a password; and going out."""

import asyncio
import uuid
from urllib.parse import quote

from aiohttp import web

from rooms.access import invitations
from rooms.core.errors import N_, Invalid
from rooms.core.transaction import Transaction
from rooms.people import people, signin
from rooms.people.people import Person
from server import language
from server.visit import LANGUAGE, SESSION, Visit, get, own_path, post

MONTH, YEAR = 30 * 24 * 3600, 365 * 24 * 3600
CODES_A_MINUTE = 60
"""From one address: a whole agency may booth behind it. One e-mail address gets six an hour."""
PASSWORDS_A_MINUTE = 30


@get("/sign-in")
async def sign_in(visit: Visit) -> web.StreamResponse:
    return visit.page("sign_in.html", next=own_path(visit.query.get("next") or visit.typed("next", "/")))


@post("/sign-in", again=sign_in)
async def send_code(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("code", visit.address, CODES_A_MINUTE)
    async with visit.transaction() as tx:
        request = await signin.send_code(tx, visit.typed("name"), visit.typed("email"), visit.language)
    wanted = quote(own_path(visit.typed("next", "/")), safe="")
    again = language.gettext("A new code is on its way. Enter the newest one.") if visit.typed("again") else None
    return visit.go(f"/sign-in/{request.id}?next={wanted}", again)


@get("/sign-in/{request}")
async def code_form(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        request = await signin.request_of(tx, visit.id("request"))
    wanted = own_path(visit.query.get("next") or visit.typed("next", "/"))
    return visit.page("code.html", request=request, next=wanted)


@post("/sign-in/{request}", again=code_form)
async def enter_code(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("try", visit.address, 2 * CODES_A_MINUTE)
    request = visit.id("request")
    async with visit.transaction() as tx:
        await signin.count_try(tx, request)
    async with visit.transaction() as tx:
        person = await signin.enter_code(tx, request, visit.typed("code"))
        await _open(visit, tx, person)
        home = await invitations.home_of(tx, person)
    return visit.go(_wanted(visit) or home)


@post("/sign-in-by-link", again=sign_in)
async def send_link(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("link", visit.address, CODES_A_MINUTE)
    await visit.house.rates.count("link_to", visit.typed("email").strip().lower(), 2)
    async with visit.transaction() as tx:
        await signin.send_link(tx, visit.typed("email"))
    return visit.go("/sign-in", language.gettext("If we know this address, a link is on its way. It lasts 30 minutes."))


@post("/sign-in-by-password", again=sign_in)
async def by_password(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("password", visit.address, PASSWORDS_A_MINUTE)
    async with visit.reading() as tx:
        person = await people.by_email(tx, people.clean_email(visit.typed("email")))
    # Argon2 is slow on purpose: beside the loop, and in no transaction.
    if not await asyncio.to_thread(people.password_fits, person, visit.typed("password")) or person is None:
        message = N_("Address and password do not fit together. A link by mail always works.")
        raise Invalid("password.wrong", message, field="password")
    async with visit.transaction() as tx:
        await _open(visit, tx, person)
        home = await invitations.home_of(tx, person)
    return visit.go(_wanted(visit) or home)


def _wanted(visit: Visit) -> str:
    """The page that somebody was on the way to; the front door is none."""
    typed = visit.typed("next")
    return "" if typed == "/" else typed


@get("/links/{token}")
async def link(visit: Visit) -> web.StreamResponse:
    """What a link opens is a page with a button: a mail scanner that looks here signs nobody in."""
    async with visit.reading() as tx:
        row = await signin.look_at_link(tx, visit.path("token"))
    return visit.page("link.html", link=row, token=visit.path("token"))


@post("/links/{token}", again=link)
async def use_link(visit: Visit) -> web.StreamResponse:
    await visit.house.rates.count("link_use", visit.address, 2 * CODES_A_MINUTE)
    async with visit.transaction() as tx:
        me = visit.actor.person.id if visit.actor.person else None
        person, home = await invitations.accept(
            tx, visit.path("token"), visit.language, visit.typed("name"), signed_in=me
        )
        if person.id != me:
            await _open(visit, tx, person)
    return visit.go(home)


async def _open(visit: Visit, tx: Transaction, person: Person) -> None:
    token = await signin.open_session(tx, person, visit.request.headers.get("User-Agent", "?"))
    visit.cookies[SESSION] = (token, MONTH)
    visit.cookies[LANGUAGE] = (visit.language, YEAR)


@post("/sign-out")
async def sign_out(visit: Visit) -> web.StreamResponse:
    session = visit.actor.session
    if session:
        await end_session(visit, visit.actor.behind, session)
    visit.cookies[SESSION] = ("", 0)
    return visit.go("/", language.gettext("You are signed out."))


async def end_session(visit: Visit, person: Person, session: uuid.UUID) -> None:
    """Withdraw a session; its live connections end at once."""
    async with visit.transaction() as tx:
        await signin.withdraw(tx, person, session)
    await visit.house.hub.close_session(session)
