"""Agreed steps: proposed, signed by both, done."""

from datetime import date

from aiohttp import web

from rooms import access
from rooms.caseload import agreed_steps
from server import language
from server.page_request import PageRequest
from server.pages.appointments import mine
from server.routes import post


def due_on(request: PageRequest) -> date | None:
    return request.day("due_on") if request.typed("due_on") else None


@post("/me/steps", again=mine)
async def propose_own_step(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known
    async with request.transaction() as tx:
        await agreed_steps.propose(tx, me, me.id, request.typed("step"), due_on(request))
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
