"""Notes and agreed steps, and handing somebody over to a colleague."""

from datetime import date

from aiohttp import web

from rooms import access
from rooms.caseload import agreed_steps, caseload, notes
from rooms.people.people import Person
from server import language
from server.pages.appointments import mine
from server.pages.counsel import person
from server.visit import Visit, post


@post("/counsel/people/{followed}/notes", again=person)
async def write_note(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.followed(tx, visit.actor, visit.id("followed"))
        author = await tx.session.get_one(Person, visit.actor.known.id)
        await notes.write_note(tx, author, row.id, visit.typed("note_kind"), visit.typed("note"))
    return visit.go(f"/counsel/people/{row.id}#notes", language.gettext("Saved."))


def _due(visit: Visit) -> date | None:
    return visit.day("due_on") if visit.typed("due_on") else None


@post("/counsel/people/{followed}/steps", again=person)
async def propose_step(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.followed(tx, visit.actor, visit.id("followed"))
        await agreed_steps.propose(tx, visit.actor.known, row.id, visit.typed("step"), _due(visit))
    return visit.go(f"/counsel/people/{row.id}#steps", language.gettext("Saved."))


@post("/me/steps", again=mine)
async def propose_own_step(visit: Visit) -> web.StreamResponse:
    me = visit.actor.known
    async with visit.transaction() as tx:
        await agreed_steps.propose(tx, me, me.id, visit.typed("step"), _due(visit))
    return visit.go("/appointments#steps", language.gettext("Saved."))


@post("/steps/{step}/sign")
async def sign(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        agreed_steps.sign(tx, await access.step(tx, visit.actor, visit.id("step")), visit.actor.known.id)
    return visit.go(visit.came_from("/appointments"), language.gettext("Signed. It stands once both have."))


@post("/steps/{step}/done")
async def done(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        agreed_steps.finish(tx, await access.step(tx, visit.actor, visit.id("step")))
    return visit.go(visit.came_from("/appointments"), language.gettext("Done."))


@post("/counsel/people/{followed}/hand-over", again=person)
async def hand_over(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.followed(tx, visit.actor, visit.id("followed"))
        await caseload.hand_over(tx, visit.actor.known.id, row.id, visit.uuid("colleague"))
    return visit.go("/counsel/people", language.gettext("Handed over: %(name)s.", name=row.name))
