"""The administrator's page: who organises, who counsels, who is invited."""

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations, open_invitations
from rooms.caseload import counsellor_departure
from rooms.fairs import fairs
from rooms.organisations import agencies
from rooms.people import people
from rooms.people.people import Person
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/administer")
async def administer(request: PageRequest) -> web.StreamResponse:
    request.actor.known  # noqa: B018
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        values = {
            "organisers": await people.organisers(tx),
            "counsellors": await agencies.members(tx),
            "agencies": await agencies.all_agencies(tx),
            "invitations": await open_invitations.of_installation(tx),
        }
    return request.render("administer.html", heads=heads, **values)


@post("/administer/organisers", again=administer)
async def invite_organiser(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.transaction() as tx:
        await invitations.invite_organiser(tx, request.actor.known, request.typed("email"))
    return request.go("/administer", language.gettext("The invitation is on its way."))


@post("/administer/counsellors", again=administer)
async def invite_counsellor(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.transaction() as tx:
        agency, team, email = (request.typed(name) for name in ("agency", "team", "counsellor_email"))
        await invitations.invite_counsellor(tx, request.actor.known, agency, team, email)
    return request.go("/administer", language.gettext("The invitation is on its way."))


@post("/administer/organisers/{person}/remove")
async def end_organiser(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.transaction() as tx:
        await fairs.end_organiser(tx, request.id("person"))
    return request.go("/administer", language.gettext("This person makes and runs no more fairs."))


@post("/administer/teams/{team}/counsellors/{person}/remove", again=administer)
async def remove_counsellor(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.transaction() as tx:
        by = await tx.session.get_one(Person, request.actor.known.id)
        count = await counsellor_departure.leave_team(tx, request.id("team"), request.id("person"), by)
    said = language.gettext("This person belongs to the team no longer.")
    if count:
        told = language.ngettext(
            "%(count)s appointment has gone to a colleague.", "%(count)s appointments have gone to colleagues.", count
        )
        said = f"{said} {told % {'count': count}}"
    return request.go("/administer", said)


@post("/administer/invitations/{organiser_invitation}/again", again=administer)
async def send_invitation_again(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.transaction() as tx:
        await open_invitations.send_again_for_installation(tx, request.actor.known, request.id("organiser_invitation"))
    return request.go("/administer", language.gettext("The invitation is on its way."))


@post("/administer/invitations/{organiser_invitation}/withdraw")
async def withdraw_invitation(request: PageRequest) -> web.StreamResponse:
    access.may(request.actor, Act.PEOPLE_INVITE)
    async with request.transaction() as tx:
        await open_invitations.withdraw_for_installation(tx, request.id("organiser_invitation"))
    return request.go("/administer", language.gettext("This invitation opens nothing any more."))
