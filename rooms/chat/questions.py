"""Private questions to a booth."""

import uuid
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import exists, select

from rooms.chat import conversations
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import ChatSent, Message
from rooms.core.events import DomainEvent, line_stream, reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.people.people import Person


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
    last = (
        select(Message.is_staff)
        .where(Message.conversation_id == Conversation.id)
        .order_by(Message.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    query = (
        select(Conversation, Person, last)
        .join(Person, Person.id == Conversation.asker_id)
        .where(Conversation.kind == ConversationKind.QUESTION, Conversation.booth_id == booth_id)
        .where(exists().where(Message.conversation_id == Conversation.id))
        .order_by(Conversation.id.desc())
    )
    rows = (await tx.session.execute(query)).all()
    return [Question(conversation, person, not is_staff) for conversation, person, is_staff in rows]
