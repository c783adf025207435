"""Chat by plain forms, and its moderation."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.chat import messages, moderation
from rooms.core.errors import N_, Invalid
from rooms.core.transaction import Transaction
from rooms.meetings import meetings
from rooms.people.people import Person
from server import language
from server.page_request import PageRequest
from server.routes import post
from signaling.load import Shedding


@post("/conversations/{conversation}/messages")
async def send(request: PageRequest) -> web.StreamResponse:
    try:
        client_id = uuid.UUID(request.typed("client_id"))
    except ValueError:
        raise Invalid("client_id", N_("This form is incomplete. Please load the page again.")) from None
    async with request.transaction() as tx:
        where, relations = await access.conversation(tx, request.actor, request.id("conversation"), Act.CHAT_WRITE)
        is_staff = access.speaks_as_staff(where, relations)
        is_crowded = request.services.hub.load.shedding >= Shedding.PUBLIC_CHAT
        if is_crowded and where.is_public and not is_staff:
            raise messages.too_many_write()
        if where.meeting_id:
            await _come_in_writing(tx, request.actor.known, where.meeting_id)
        await messages.send(tx, request.actor.known, where, request.typed("text"), client_id, is_staff=is_staff)
    return request.go(request.came_from() + "#chat")


async def _come_in_writing(tx: Transaction, person: Person, meeting_id: uuid.UUID) -> None:
    """Without scripts, writing in a talk is being in it."""
    row = await meetings.locked(tx, meeting_id)
    if row and not row.is_over and row.has(person.id):
        await meetings.go_in(tx, person, row)


@post("/messages/{message}/report")
async def report(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        message, where = await access.message(tx, request.actor, request.id("message"), Act.CHAT_READ)
        await moderation.report(tx, request.actor.known, message, where.fair_id)
    return request.go(request.came_from(), language.gettext("Thank you. The organisers will look at this message."))


@post("/messages/{message}/remove")
async def remove(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        message, where = await access.message(tx, request.actor, request.id("message"), Act.CHAT_MODERATE)
        await moderation.remove(tx, request.actor.known, message, where.fair_id)
    return request.go(request.came_from(), language.gettext("The message was removed."))


@post("/messages/{message}/settle")
async def settle(request: PageRequest) -> web.StreamResponse:
    """The message may stand; its reports are done with."""
    async with request.transaction() as tx:
        message, where = await access.message(tx, request.actor, request.id("message"), Act.CHAT_MODERATE)
        await moderation.let_stand(tx, request.actor.known, message, where.fair_id)
    return request.go(request.came_from(), language.gettext("The message stays."))
