"""Conversations: writing, removing, reporting, and what is told of it."""

from datetime import datetime
from uuid import UUID

from rooms import access
from rooms.access import Act
from rooms.chat import messages, moderation
from rooms.chat.messages import Message
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from signaling.contract import Ack, Payload, StreamEvent, client_event, server_event
from signaling.hub import Context
from signaling.load import Shedding
from signaling.projections import head, projection


class MessageView(Payload):
    """A message. A removed one has no text."""

    message_id: UUID
    client_id: UUID
    author_id: UUID
    author_name: str
    is_staff: bool
    is_simulated: bool
    text: str
    written_at: datetime
    is_removed: bool


def message_view(message: Message) -> MessageView:
    return MessageView(
        message_id=message.id,
        client_id=message.client_id,
        author_id=message.author_id,
        author_name=message.author.name,
        is_staff=message.is_staff,
        is_simulated=message.author.is_simulated,
        text="" if message.removed_at else message.text,
        written_at=message.written_at,
        is_removed=message.removed_at is not None,
    )


@server_event("chat:sent")
class SentEvent(StreamEvent):
    """Somebody wrote a message in this conversation."""

    message: MessageView


@server_event("chat:removed")
class RemovedEvent(StreamEvent):
    """A message was taken off the screen."""

    message_id: UUID


class ConversationSnapshot(Payload):
    """The latest messages, oldest first."""

    messages: list[MessageView]


@projection("conversation", messages.ChatSent)
async def _sent(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, messages.ChatSent)  # noqa: S101
    return SentEvent(**head(published), message=message_view(await tx.session.get_one(Message, event.message_id)))


@projection("conversation", moderation.ChatRemoved)
async def _removed(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return RemovedEvent(**head(published), **published.event.model_dump(include={"message_id"}))


class Send(Payload):
    """Write a message. `client_id` is made by the sender and makes sending again harmless."""

    conversation_id: UUID
    text: str
    client_id: UUID


class SendAck(Ack):
    message_id: UUID


@client_event("chat:send", Send, SendAck, per_minute=30)
async def send(context: Context, payload: Send) -> Ack:
    """Write a message in a conversation."""
    async with context.transaction() as (tx, actor):
        where, relations = await access.conversation(tx, actor, payload.conversation_id, Act.CHAT_WRITE)
        is_staff = access.speaks_as_staff(where, relations)
        if where.is_public and not is_staff and not await messages.stands(tx, actor.known.id, payload.client_id):
            _spare(context)
        row = await messages.send(tx, actor.known, where, payload.text, payload.client_id, is_staff=is_staff)
        return SendAck(message_id=row.id)


def _spare(context: Context) -> None:
    """While this process does not keep up, a person writes what thousands read twice a minute at most."""
    if context.hub.load.shedding >= Shedding.PUBLIC_CHAT and not context.client.allowance.take("chat:crowd", 2):
        raise messages.too_many_write()


class OneMessage(Payload):
    message_id: UUID


@client_event("chat:remove", OneMessage, per_minute=60)
async def remove(context: Context, payload: OneMessage) -> Ack:
    """Take a message off everybody's screen. For moderators."""
    async with context.transaction() as (tx, actor):
        row, where = await access.message(tx, actor, payload.message_id, Act.CHAT_MODERATE)
        await moderation.remove(tx, actor.known, row, where.fair_id)
        return Ack()


@client_event("chat:report", OneMessage, per_minute=10)
async def report(context: Context, payload: OneMessage) -> Ack:
    """Tell the organisers of a message that should not stand."""
    async with context.transaction() as (tx, actor):
        row, where = await access.message(tx, actor, payload.message_id, Act.CHAT_READ)
        await moderation.report(tx, actor.known, row, where.fair_id)
        return Ack()
