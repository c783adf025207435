"""The administrator's page: who organises, who counsels, who is invited."""

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations
from rooms.caseload import counsellor_departure
from rooms.organisations import agencies
from rooms.people import people
from rooms.people.people import Person
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post


@get("/administer")
async def administer(visit: Visit) -> web.StreamResponse:
    visit.actor.known  # noqa: B018
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        values = {
            "organisers": await people.organisers(tx),
            "counsellors": await agencies.members(tx),
            "invitations": await invitations.open_for_installation(tx),
        }
    return visit.page("administer.html", following=following, **values)


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


@post("/administer/organisers/{person}/remove")
async def end_organiser(visit: Visit) -> web.StreamResponse:
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.transaction() as tx:
        await people.end_organiser(tx, visit.id("person"))
    return visit.go("/administer", language.gettext("This person makes no more fairs."))


@post("/administer/teams/{team}/counsellors/{person}/remove", again=administer)
async def remove_counsellor(visit: Visit) -> web.StreamResponse:
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.transaction() as tx:
        by = await tx.session.get_one(Person, visit.actor.known.id)
        count = await counsellor_departure.leave_team(tx, visit.id("team"), visit.id("person"), by)
    said = language.gettext("This person belongs to the team no longer.")
    if count:
        told = language.ngettext(
            "%(count)s appointment has gone to a colleague.", "%(count)s appointments have gone to colleagues.", count
        )
        said = f"{said} {told % {'count': count}}"
    return visit.go("/administer", said)


@post("/administer/invitations/{organiser_invitation}/withdraw")
async def withdraw_invitation(visit: Visit) -> web.StreamResponse:
    access.may(visit.actor, Act.PEOPLE_INVITE)
    async with visit.transaction() as tx:
        await invitations.withdraw_for_installation(tx, visit.id("organiser_invitation"))
    return visit.go("/administer", language.gettext("This invitation opens nothing any more."))
