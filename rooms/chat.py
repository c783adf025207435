"""What is written in conversations, and its moderation."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, UniqueConstraint, exists, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms import conversations, outbox, referents
from rooms.booths import Booth
from rooms.conversations import Conversation, ConversationKind
from rooms.errors import N_, Conflict, NotFound
from rooms.facts import Fact, conversation_stream, line_stream, moderation_stream
from rooms.model import Base, new_id
from rooms.outbox import Letter
from rooms.people import Person, clean_text
from rooms.transaction import Transaction

LONGEST = 1000
UNANSWERED_FOR = timedelta(minutes=10)
"""Whoever is in the thread now answers sooner, and is not written to."""


class Silencing(StrEnum):
    MUTE = "mute"
    BAN = "ban"
    LIFT = "lift"


SILENT_FOR = {
    Silencing.MUTE: timedelta(minutes=30),
    Silencing.BAN: timedelta(days=3650),
    Silencing.LIFT: timedelta(0),
}


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
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Silence(Base):
    """Somebody may not write in a fair's public conversations until then: muted for a while, or banned."""

    __tablename__ = "silence"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    until: Mapped[datetime]


class Report(Base):
    __tablename__ = "report"
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ChatSent(Fact):
    kind: ClassVar[str] = "chat.sent"
    conversation: uuid.UUID
    message: uuid.UUID


class ChatRemoved(Fact):
    kind: ClassVar[str] = "chat.removed"
    conversation: uuid.UUID
    message: uuid.UUID


class QuestionWritten(Fact):
    """Somebody wrote in a private question: whoever stands at the booth's desk is told."""

    kind: ClassVar[str] = "question.written"
    booth: uuid.UUID
    conversation: uuid.UUID
    message: uuid.UUID


class ChatReported(Fact):
    kind: ClassVar[str] = "chat.reported"
    fair: uuid.UUID
    message: uuid.UUID


class ReportSettled(Fact):
    """What was reported has been looked at: removed, or left."""

    kind: ClassVar[str] = "chat.report_settled"
    fair: uuid.UUID
    message: uuid.UUID


async def of_booth(tx: Transaction, booth: uuid.UUID) -> Conversation:
    return await _standing(tx, ConversationKind.BOOTH, booth)


async def of_fair(tx: Transaction, fair: uuid.UUID) -> Conversation:
    return await _standing(tx, ConversationKind.FAIR, fair)


async def of_meeting(tx: Transaction, thread: uuid.UUID) -> Conversation:
    """The thread of a meeting, or of an appointment (`Meeting.thread`)."""
    return await _standing(tx, ConversationKind.MEETING, thread)


async def with_counsellor(tx: Transaction, person: uuid.UUID) -> Conversation:
    """The thread between a followed person and whoever follows them."""
    return await _standing(tx, ConversationKind.COUNSEL, person)


async def _standing(tx: Transaction, kind: ConversationKind, subject: uuid.UUID) -> Conversation:
    row = await conversations.found(tx, kind, subject)
    if row is None:
        raise NotFound("conversation")
    return row


async def question_to(tx: Transaction, booth: Booth, asker: Person) -> Conversation:
    return await conversations.begin(tx, ConversationKind.QUESTION, booth.id, booth.fair_id, asker.id)


@dataclass(frozen=True)
class Question:
    """A private question: who asks, and whether the last word is theirs."""

    conversation: Conversation
    asker: Person
    waits: bool


async def questions_to(tx: Transaction, booth: uuid.UUID) -> list[Question]:
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
        .where(Conversation.kind == ConversationKind.QUESTION, Conversation.subject == booth)
        .where(exists().where(Message.conversation_id == Conversation.id))
        .order_by(Conversation.id.desc())
    )
    rows = (await tx.session.execute(query)).all()
    return [Question(conversation, person, not is_staff) for conversation, person, is_staff in rows]


async def send(
    tx: Transaction, author: Person, where: Conversation, words: str, client_id: uuid.UUID, *, is_staff: bool
) -> Message:
    """Write a message. The same `client_id` again gives the message that stands."""
    words = clean_text(words, "text", LONGEST, required=True)
    query = select(Message).where(Message.author_id == author.id, Message.client_id == client_id)
    already = (await tx.session.execute(query)).scalar_one_or_none()
    if already:
        return already
    if where.kind in (ConversationKind.FAIR, ConversationKind.BOOTH):
        await _refuse_the_silenced(tx, author, where.fair_id)
    values: dict[str, Any] = {
        "id": new_id(),
        "conversation_id": where.id,
        "author_id": author.id,
        "client_id": client_id,
    }
    values |= {"text": words, "is_staff": is_staff, "written_at": tx.now}
    if await tx.insert_once(Message, values):
        fact = ChatSent(conversation=where.id, message=values["id"])
        tx.record(fact, conversation_stream(where.id))
        if where.kind is ConversationKind.QUESTION:
            question = QuestionWritten(booth=where.subject, conversation=where.id, message=values["id"])
            tx.record(question, line_stream(where.subject))
        if where.kind is ConversationKind.COUNSEL:
            await _write_to_the_other(tx, author, where, is_staff=is_staff)
    return (await tx.session.execute(query)).scalar_one()


async def no_longer_written_to(tx: Transaction, where: Conversation, person: uuid.UUID) -> None:
    """Somebody has answered in the thread of a person and their counsellor, or has nothing to do with it any more."""
    await outbox.take_back(tx, f"thread:{where.id}:{person}:")


async def _write_to_the_other(tx: Transaction, author: Person, where: Conversation, *, is_staff: bool) -> None:
    """A mail for whoever has not answered after a while in the thread of a person and their counsellor: one for all
    that was written since they wrote last, without what it says."""
    other = where.subject if is_staff else await referents.referent_of(tx, where.subject)
    reader = await tx.session.get(Person, other) if other else None
    await no_longer_written_to(tx, where, author.id)
    if reader is None:
        return
    theirs = select(Message.id).where(Message.conversation_id == where.id, Message.is_staff.is_not(is_staff))
    last = (await tx.session.execute(theirs.order_by(Message.id.desc()).limit(1))).scalar_one_or_none()
    path = "/appointments" if is_staff else f"/counsel/people/{where.subject}"
    values: dict[str, object] = {"name": reader.name, "by": author.name, "path": path}
    once = f"thread:{where.id}:{reader.id}:{last}"
    await outbox.post(
        tx, Letter(reader.email, "written", reader.language, values, once, due_at=tx.now + UNANSWERED_FOR)
    )


async def _refuse_the_silenced(tx: Transaction, author: Person, fair: uuid.UUID | None) -> None:
    silence = await tx.session.get(Silence, (fair, author.id))
    if silence and silence.until > tx.now:
        message = N_("The organisers have paused your messages in this fair. You may still join lines and talk.")
        raise Conflict("chat.silenced", message)


async def messages_of(tx: Transaction, where: uuid.UUID, count: int = 100) -> list[Message]:
    """The latest messages, oldest first."""
    query = select(Message).where(Message.conversation_id == where).order_by(Message.id.desc()).limit(count)
    return list((await tx.session.execute(query)).scalars())[::-1]


async def settle(tx: Transaction, message: Message, fair: uuid.UUID | None) -> None:
    """The reports of this message have been looked at."""
    if fair is None:
        return
    open_ones = update(Report).where(Report.message_id == message.id, Report.settled_at.is_(None))
    settled = await tx.session.execute(open_ones.values(settled_at=tx.now).returning(Report.person_id))
    if settled.first():
        tx.record(ReportSettled(fair=fair, message=message.id), moderation_stream(fair))


async def is_reported(tx: Transaction, message: uuid.UUID) -> bool:
    query = select(Report.message_id).where(Report.message_id == message, Report.settled_at.is_(None)).limit(1)
    return (await tx.session.execute(query)).first() is not None


async def remove(tx: Transaction, message: Message, fair: uuid.UUID | None) -> None:
    """Take a message off everybody's screen. The row stays for whoever must account for it."""
    await settle(tx, message, fair)
    if message.removed_at is None:
        message.removed_at = tx.now
        fact = ChatRemoved(conversation=message.conversation_id, message=message.id)
        tx.record(fact, conversation_stream(message.conversation_id))


async def report(tx: Transaction, person: Person, message: Message, fair: uuid.UUID | None) -> None:
    """Tell the organisers. The thread of an appointment has none: it is for its two people alone."""
    if fair is None:
        raise Conflict("report.nobody", N_("Nobody else reads this thread. Speak to your agency about it."))
    row = {"message_id": message.id, "person_id": person.id, "made_at": tx.now}
    is_first = not await is_reported(tx, message.id)
    if await tx.insert_once(Report, row) and is_first:
        tx.record(ChatReported(fair=fair, message=message.id), moderation_stream(fair))


async def open_reports(tx: Transaction, fair: uuid.UUID) -> list[Message]:
    """The reported messages that still stand, the latest first."""
    query = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Report, Report.message_id == Message.id)
        .where(Conversation.fair_id == fair, Message.removed_at.is_(None), Report.settled_at.is_(None))
        .distinct()
        .order_by(Message.id.desc())
    )
    return list((await tx.session.execute(query)).scalars())


async def silence(tx: Transaction, fair: uuid.UUID, person: uuid.UUID, how: Silencing) -> None:
    """Pause somebody's public messages in this fair, or let them write again."""
    until = tx.now + SILENT_FOR[how]
    row = await tx.session.get(Silence, (fair, person))
    if row:
        row.until = until
    else:
        tx.session.add(Silence(fair_id=fair, person_id=person, until=until))
