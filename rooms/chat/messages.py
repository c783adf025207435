"""What is written in conversations."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, ScalarSelect, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.chat.conversations import Conversation, ConversationKind
from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, conversation_stream
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.people.people import Person

LONGEST = 1000


class Message(Base):
    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),
        Index("ix_message_conversation", "conversation_id", "id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("conversation.id"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    client_id: Mapped[uuid.UUID]
    """Made by the sender, so that sending again after a lost acknowledgement writes nothing twice."""
    text: Mapped[str]
    is_staff: Mapped[bool]
    written_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[author_id])


class ChatSent(DomainEvent):
    kind: ClassVar[str] = "chat.sent"
    conversation_id: uuid.UUID
    message_id: uuid.UUID


def too_many_write() -> Conflict:
    message = N_("Very many people are writing. Your words stay here: send them again in half a minute.")
    return Conflict("chat.crowded", message)


async def stands(tx: Transaction, author_id: uuid.UUID, client_id: uuid.UUID) -> bool:
    """Whether this was written before, and only its acknowledgement was lost."""
    query = select(Message.id).where(Message.author_id == author_id, Message.client_id == client_id)
    return bool(await tx.plain_rows(query))


async def send(
    tx: Transaction, author: Person, where: Conversation, words: str, client_id: uuid.UUID, *, is_staff: bool
) -> Message:
    """Write a message. The same `client_id` again gives the message that stands."""
    words = clean_text(words, "text", LONGEST, required=True)
    query = select(Message).where(Message.author_id == author.id, Message.client_id == client_id)
    already = (await tx.session.execute(query)).scalar_one_or_none()
    if already:
        return already
    if where.fair_id and where.is_public:
        await sanctions.refuse_the_muted(tx, author, where.fair_id)
    elif where.fair_id and where.kind is ConversationKind.QUESTION and not is_staff:
        await sanctions.refuse_the_excluded(tx, author, where.fair_id)
    values: dict[str, Any] = {
        "id": new_id(),
        "conversation_id": where.id,
        "author_id": author.id,
        "client_id": client_id,
    }
    values |= {"text": words, "is_staff": is_staff, "written_at": tx.now}
    if await tx.insert_once(Message, values):
        sent = ChatSent(conversation_id=where.id, message_id=values["id"])
        await tx.happened(sent, conversation_stream(where.id))
    return (await tx.session.execute(query)).scalar_one()


def last_of(*which: ColumnElement[bool]) -> ScalarSelect[uuid.UUID]:
    """The id of the last message, of those that are meant, in each conversation of the query around."""
    query = select(Message.id).where(Message.conversation_id == Conversation.id, *which)
    return query.order_by(Message.id.desc()).limit(1).correlate(Conversation).scalar_subquery()


async def messages_of(tx: Transaction, conversation_id: uuid.UUID, count: int = 100) -> list[Message]:
    """The latest messages, oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id.desc()).limit(count)
    return list((await tx.session.execute(query)).scalars())[::-1]
