"""Notes and agreed steps, and handing somebody over to a colleague."""

from datetime import date

from aiohttp import web

from rooms import access
from rooms.caseload import agreed_steps, caseload, notes
from rooms.people.people import Person
from server import language
from server.page_request import PageRequest, post
from server.pages.appointments import mine
from server.pages.counsel import person


@post("/counsel/people/{followed}/notes", again=person)
async def write_note(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        author = await tx.session.get_one(Person, request.actor.known.id)
        await notes.write_note(tx, author, row.id, request.typed("note_kind"), request.typed("note"))
    return request.go(f"/counsel/people/{row.id}#notes", language.gettext("Saved."))


def _due(request: PageRequest) -> date | None:
    return request.day("due_on") if request.typed("due_on") else None


@post("/counsel/people/{followed}/steps", again=person)
async def propose_step(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        await agreed_steps.propose(tx, request.actor.known, row.id, request.typed("step"), _due(request))
    return request.go(f"/counsel/people/{row.id}#steps", language.gettext("Saved."))


@post("/me/steps", again=mine)
async def propose_own_step(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known
    async with request.transaction() as tx:
        await agreed_steps.propose(tx, me, me.id, request.typed("step"), _due(request))
    return request.go("/appointments#steps", language.gettext("Saved."))


@post("/steps/{step}/sign")
async def sign(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        agreed_steps.sign(tx, await access.agreed_step(tx, request.actor, request.id("step")), request.actor.known.id)
    return request.go(request.came_from("/appointments"), language.gettext("Signed. It stands once both have."))


@post("/steps/{step}/done")
async def done(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        agreed_steps.finish(tx, await access.agreed_step(tx, request.actor, request.id("step")))
    return request.go(request.came_from("/appointments"), language.gettext("Done."))


@post("/counsel/people/{followed}/hand-over", again=person)
async def hand_over(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.followed(tx, request.actor, request.id("followed"))
        await caseload.hand_over(tx, request.actor.known.id, row.id, request.uuid("colleague"))
    return request.go("/counsel/people", language.gettext("Handed over: %(name)s.", name=row.name))
