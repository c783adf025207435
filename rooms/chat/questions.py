"""Private questions to a booth, and the mail for whoever has asked something and is away."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import select

from rooms.chat import conversations, messages
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import ChatSent, Message
from rooms.core import outbox
from rooms.core.events import DomainEvent, line_stream, reacts_to
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.people.people import Person

UNANSWERED_FOR = timedelta(minutes=10)
"""Whoever is still there answers or reads sooner."""


class QuestionWritten(DomainEvent):
    """Somebody wrote in a private question: whoever stands at the booth's desk is told."""

    kind: ClassVar[str] = "question.written"
    booth_id: uuid.UUID
    conversation_id: uuid.UUID
    message_id: uuid.UUID


@reacts_to(ChatSent)
async def _tell_the_desk(tx: Transaction, event: ChatSent) -> None:
    where = await tx.session.get_one(Conversation, event.conversation_id)
    if where.kind is ConversationKind.QUESTION and where.booth_id:
        written = QuestionWritten(booth_id=where.booth_id, conversation_id=where.id, message_id=event.message_id)
        tx.record(written, line_stream(where.booth_id))


@reacts_to(ChatSent)
async def _write_to_the_asker(tx: Transaction, event: ChatSent) -> None:
    """A mail for whoever asked and has not read on after a while: one for all that was answered since they wrote last,
    without what it says."""
    where = await tx.session.get_one(Conversation, event.conversation_id)
    if where.asker_id is None:
        return
    message = await tx.session.get_one(Message, event.message_id)
    if not message.is_staff:
        await outbox.take_back(tx, f"question:{where.id}:")
        return
    theirs = select(Message.id).where(Message.conversation_id == where.id, Message.is_staff.is_(False))
    last = (await tx.session.execute(theirs.order_by(Message.id.desc()).limit(1))).scalar_one_or_none()
    asker = await tx.session.get_one(Person, where.asker_id)
    values = {"name": asker.name} | await _from(tx, where)
    once, due = f"question:{where.id}:{last}", tx.now + UNANSWERED_FOR
    await outbox.post(tx, Letter(asker.email, "written", asker.language, values, once, due_at=due))


async def _from(tx: Transaction, where: Conversation) -> dict[str, object]:
    """Who has answered, and where it stands."""
    booth = await tx.session.get(Booth, where.booth_id) if where.booth_id else None
    if booth:
        return {"by": booth.employer.name, "path": f"{booth.path}#question"}
    fair = await tx.session.get_one(Fair, where.fair_id)
    return {"by": fair.name, "path": f"{fair.path}/help"}


async def question_to(tx: Transaction, booth: Booth, asker: Person) -> Conversation:
    """The private question of this person to this booth, begun if it is new."""
    owners = {"fair_id": booth.fair_id, "booth_id": booth.id, "asker_id": asker.id}
    await conversations.begin(tx, ConversationKind.QUESTION, **owners)
    return await conversations.of_question(tx, booth.id, asker.id)


@dataclass(frozen=True)
class Question:
    """A private question: who asks, and whether the last word is theirs."""

    conversation: Conversation
    asker: Person
    waits: bool


async def questions_to(tx: Transaction, booth_id: uuid.UUID) -> list[Question]:
    """The private questions put to a booth, the latest begun first."""
    query = (
        select(Conversation, Person, Message.is_staff)
        .join(Person, Person.id == Conversation.asker_id)
        .join(Message, Message.id == messages.last_of())
        .where(Conversation.kind == ConversationKind.QUESTION, Conversation.booth_id == booth_id)
        .order_by(Conversation.id.desc())
    )
    rows = (await tx.session.execute(query)).all()
    return [Question(conversation, person, not is_staff) for conversation, person, is_staff in rows]
