"""One's own page: profile, talks and answers, open sessions, password."""

import asyncio

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import N_, Invalid
from rooms.lines import referrals
from rooms.meetings import follow_up
from rooms.organisations import transfer_consents
from rooms.people import documents, mail_refusals, people, sessions
from rooms.people.people import Need, Person, Profile
from rooms.views import inbox
from server import edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages import transfer
from server.pages.sign_in import PASSWORDS_OF_ONE_FROM_ALL_A_MINUTE, end_session
from server.pages.stream_heads import fair_around, read_heads
from server.routes import get, post


@get("/me")
async def me(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        values = {
            "fair": await fair_around(tx, request),
            "sessions": await sessions.sessions_of(tx, person),
            "cv": (await documents.cvs_of(tx, {person.id})).get(person.id),
            "readings": await documents.readings_of(tx, person.id),
            "transfers": await transfer_consents.of_person(tx, person.id),
            "refused": await mail_refusals.of_address(tx, person.email) if person.email else [],
        }
    shown = _shown(person)
    return request.render("me.html", shown=shown, needs=[need.value for need in Need], heads=heads, **values)


def _shown(person: Person) -> Shown:
    return {
        "name": person.name,
        "seeks": person.seeks,
        "location": person.location,
        "spoken_languages": person.spoken_languages,
        "needs": tuple(person.needs),
    }


@post("/me", again=me)
async def change(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        person = await tx.session.get_one(Person, request.actor.known.id)
        await tx.lock(person)
        edits.merge(request, _shown(person))
        await people.change_profile(tx, person, _profile(request))
    return request.go("/me", language.gettext("Saved."))


def _profile(request: PageRequest) -> Profile:
    needs = tuple(Need(need) for need in request.ticked("needs") if need in list(Need))
    return Profile(
        request.typed("name"),
        request.typed("seeks"),
        request.typed("location"),
        request.typed("spoken_languages"),
        needs,
    )


@post("/me/password", again=me)
async def change_password(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known
    await request.services.rates.count("password_of", me.email or str(me.id), PASSWORDS_OF_ONE_FROM_ALL_A_MINUTE)
    async with request.reading() as tx:
        is_fresh = await sessions.began_just_now(tx, request.actor.session_id)
    # Whoever finds a phone lying about locks nobody out of their account.
    asks = me.password_hash is not None and not is_fresh
    if asks and not await asyncio.to_thread(people.password_fits, me, request.typed("old_password")):
        message = N_("This is not the current password. Without it: sign out, come in by a code, and set a new one.")
        raise Invalid("old_password.wrong", message, field="old_password")
    hashed = await asyncio.to_thread(people.hash_password, me, request.typed("password"))
    async with request.transaction() as tx:
        person = await tx.session.get_one(Person, request.actor.known.id)
        person.password_hash = hashed
        ended = await sessions.withdraw_others(tx, person, request.actor.session_id)
    for session in ended:
        await request.services.hub.close_session(session)
    return request.go("/me#password", language.gettext("Your password is set. Your other devices are signed out."))


@post("/me/mails")
async def have_mails_again(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    async with request.transaction() as tx:
        await mail_refusals.take_back(tx, person.email or "", request.typed("template"))
    return request.go("/me#mails", language.gettext("You get these mails again."))


@post("/me/sessions/{session}/end")
async def end(request: PageRequest) -> web.StreamResponse:
    await end_session(request, request.actor.known, request.id("session"))
    return request.go("/me#devices", language.gettext("This device is signed out."))


@get("/me/talks")
async def talks(request: PageRequest) -> web.StreamResponse:
    """One's talks, the answers they brought, and a place to say how they went."""
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        rows = await follow_up.talks_of(tx, request.actor.known.id)
        fair = await fair_around(tx, request)
        referred = await referrals.latest_of(tx, [row.id for row in rows])
        allowed = {row.employer_id for row in await transfer_consents.of_person(tx, request.actor.known.id)}
    return request.render(
        "talks.html",
        fair=fair,
        talks=rows,
        referrals_of=referred,
        allowed=allowed,
        agreed_words=transfer.agreed_words,
        heads=heads,
    )


@get("/me/inbox")
async def written(request: PageRequest) -> web.StreamResponse:
    """What was written to one and promised, wherever it stands."""
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        fair = await fair_around(tx, request)
        entries = await inbox.of_person(tx, request.actor.known)
    return request.render("inbox.html", fair=fair, entries=entries, heads=heads)


@post("/meetings/{meeting}/rating", again=talks)
async def rate(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        meeting = await access.meeting(tx, request.actor, request.id("meeting"), Act.MEETING_RATE)
        await follow_up.rate(tx, meeting, request.number("rating", 0), request.typed("rating_words"))
    return request.go(f"/me/talks#talk-{meeting.id}", language.gettext("Thank you."))
