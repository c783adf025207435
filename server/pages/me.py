"""One's own page: profile, talks and answers, open sessions, password."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.meetings import follow_up
from rooms.people import documents, people, signin
from rooms.people.people import Need, Person, Profile
from server import language
from server.pages.following import fair_around, heads
from server.pages.signin import end_session
from server.visit import Visit, get, post


@get("/me")
async def me(visit: Visit) -> web.StreamResponse:
    person = visit.actor.known
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        values = {
            "fair": await fair_around(tx, visit),
            "sessions": await signin.sessions_of(tx, person),
            "cv": (await documents.cvs_of(tx, {person.id})).get(person.id),
            "readings": await documents.readings_of(tx, person.id),
        }
    return visit.page("me.html", needs=[need.value for need in Need], following=following, **values)


@post("/me", again=me)
async def change(visit: Visit) -> web.StreamResponse:
    needs = tuple(Need(need) for need in visit.ticked("needs") if need in list(Need))
    profile = Profile(
        visit.typed("name"), visit.typed("seeks"), visit.typed("location"), visit.typed("spoken_languages"), needs
    )
    async with visit.transaction() as tx:
        person = await tx.session.get_one(Person, visit.actor.known.id)
        await people.change_profile(tx, person, profile)
    return visit.go("/me", language.gettext("Saved."))


@post("/me/password", again=me)
async def change_password(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        person = await tx.session.get_one(Person, visit.actor.known.id)
        await people.set_password(tx, person, visit.typed("password"))
        ended = await signin.withdraw_others(tx, person, visit.actor.session)
    for session in ended:
        await visit.house.hub.close_session(session)
    return visit.go("/me#password", language.gettext("Your password is set. Your other devices are signed out."))


@post("/me/sessions/{session}/end")
async def end(visit: Visit) -> web.StreamResponse:
    await end_session(visit, visit.actor.known, visit.id("session"))
    return visit.go("/me#devices", language.gettext("This device is signed out."))


@get("/me/talks")
async def talks(visit: Visit) -> web.StreamResponse:
    """One's talks, the answers they brought, and a place to say how they went."""
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        rows = await follow_up.talks_of(tx, visit.actor.known.id)
        fair = await fair_around(tx, visit)
    return visit.page("talks.html", fair=fair, talks=rows, following=following)


@post("/meetings/{meeting}/rating", again=talks)
async def rate(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        meeting = await access.meeting(tx, visit.actor, visit.id("meeting"), Act.MEETING_RATE)
        await follow_up.rate(tx, meeting, visit.number("rating", 0), visit.typed("rating_words"))
    return visit.go(f"/me/talks#talk-{meeting.id}", language.gettext("Thank you."))
