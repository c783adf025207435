"""The administrator's page: inviting organisers and counsellors."""

from aiohttp import web

from rooms import access, invitations
from rooms.access import Act
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post


@get("/administer")
async def administer(visit: Visit) -> web.StreamResponse:
    visit.actor.known  # noqa: B018
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.reading() as tx:
        following = await heads(tx, visit)
    return visit.page("administer.html", following=following)


@post("/administer/organisers", again=administer)
async def invite_organiser(visit: Visit) -> web.StreamResponse:
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.transaction() as tx:
        await invitations.invite_organiser(tx, visit.typed("email"), visit.language)
    return visit.go("/administer", language.gettext("The invitation is on its way."))


@post("/administer/counsellors", again=administer)
async def invite_counsellor(visit: Visit) -> web.StreamResponse:
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.transaction() as tx:
        await invitations.invite_counsellor(
            tx, visit.typed("agency"), visit.typed("team"), visit.typed("counsellor_email"), visit.language
        )
    return visit.go("/administer", language.gettext("The invitation is on its way."))
