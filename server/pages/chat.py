"""Chat by plain forms, and its moderation."""

import uuid

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.chat import messages, moderation, silences
from rooms.chat.silences import Silencing
from rooms.core.errors import N_, Invalid, NotFound
from rooms.people.people import Person
from server import language
from server.visit import Visit, post


@post("/conversations/{conversation}/messages")
async def send(visit: Visit) -> web.StreamResponse:
    try:
        client_id = uuid.UUID(visit.typed("client_id"))
    except ValueError:
        raise Invalid("client_id", N_("This form is incomplete. Please load the page again.")) from None
    async with visit.transaction() as tx:
        where, relations = await access.conversation(tx, visit.actor, visit.id("conversation"), Act.CHAT_WRITE)
        is_staff = access.speaks_as_staff(where, relations)
        await messages.send(tx, visit.actor.known, where, visit.typed("text"), client_id, is_staff=is_staff)
    return visit.go(visit.came_from() + "#chat")


@post("/messages/{message}/report")
async def report(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        message, where = await access.message(tx, visit.actor, visit.id("message"), Act.CHAT_READ)
        await moderation.report(tx, visit.actor.known, message, where.fair_id)
    return visit.go(visit.came_from(), language.gettext("Thank you. The organisers will look at this message."))


@post("/messages/{message}/remove")
async def remove(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        message, where = await access.message(tx, visit.actor, visit.id("message"), Act.CHAT_MODERATE)
        await moderation.remove(tx, message, where.fair_id)
    return visit.go(visit.came_from(), language.gettext("The message was removed."))


@post("/messages/{message}/settle")
async def settle(visit: Visit) -> web.StreamResponse:
    """The message may booth; its reports are done with."""
    async with visit.transaction() as tx:
        message, where = await access.message(tx, visit.actor, visit.id("message"), Act.CHAT_MODERATE)
        await moderation.settle(tx, message, where.fair_id)
    return visit.go(visit.came_from(), language.gettext("The message stays."))


@post("/fairs/{fair}/people/{person}/silence")
async def silence(visit: Visit) -> web.StreamResponse:
    """Pause somebody's public messages for half an hour, for good, or lift it."""
    how = visit.typed("how")
    if how not in list(Silencing):
        raise Invalid("how", N_("Please choose one of the answers."), field="how")
    async with visit.transaction() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"), Act.FAIR_RUN)
        person = await tx.session.get(Person, visit.id("person"))
        if person is None:
            raise NotFound("person")
        await silences.silence(tx, fair.id, person.id, Silencing(how))
    return visit.go(visit.came_from(), language.gettext("Done."))
