"""Reported messages, and taking messages off the screen."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.errors import N_, Conflict, Refused
from rooms.core.events import DomainEvent, conversation_stream, moderation_stream
from rooms.core.model import Base
from rooms.core.transaction import Transaction
from rooms.people.people import Person


class Report(Base):
    __tablename__ = "report"
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class ChatRemoved(DomainEvent):
    kind: ClassVar[str] = "chat.removed"
    conversation_id: uuid.UUID
    message_id: uuid.UUID


class ChatReported(DomainEvent):
    kind: ClassVar[str] = "chat.reported"
    fair_id: uuid.UUID
    message_id: uuid.UUID


class ReportSettled(DomainEvent):
    """What was reported has been looked at: removed, or left."""

    kind: ClassVar[str] = "chat.report_settled"
    fair_id: uuid.UUID
    message_id: uuid.UUID


class OwnReport(Refused):
    """What was reported of somebody is decided by others."""

    def __init__(self) -> None:
        super().__init__("report.own", N_("An organiser decides on what you or your booth have written."))


async def let_stand(tx: Transaction, by: Person, message: Message, fair_id: uuid.UUID | None) -> None:
    """The message may stay. Nobody decides it on words of their own."""
    if message.author_id == by.id:
        raise OwnReport()
    await settle(tx, message, fair_id)


async def settle(tx: Transaction, message: Message, fair_id: uuid.UUID | None) -> None:
    """The reports of this message have been looked at."""
    if fair_id is None:
        return
    open_ones = update(Report).where(Report.message_id == message.id, Report.settled_at.is_(None))
    settled = await tx.session.execute(open_ones.values(settled_at=tx.now).returning(Report.person_id))
    if settled.first():
        tx.record(ReportSettled(fair_id=fair_id, message_id=message.id), moderation_stream(fair_id))


async def is_reported(tx: Transaction, message_id: uuid.UUID) -> bool:
    query = select(Report.message_id).where(Report.message_id == message_id, Report.settled_at.is_(None)).limit(1)
    return (await tx.session.execute(query)).first() is not None


async def remove(tx: Transaction, by: Person, message: Message, fair_id: uuid.UUID | None) -> None:
    """Take a message off everybody's screen. The row stays for whoever must account for it."""
    await settle(tx, message, fair_id)
    if message.removed_at is None:
        message.removed_at, message.removed_by_id = tx.now, by.id
        event = ChatRemoved(conversation_id=message.conversation_id, message_id=message.id)
        tx.record(event, conversation_stream(message.conversation_id))


async def report(tx: Transaction, person: Person, message: Message, fair_id: uuid.UUID | None) -> None:
    """Tell the organisers. The thread of an appointment has none: it is for its two people alone."""
    if fair_id is None:
        raise Conflict("report.nobody", N_("Nobody else reads this thread. Speak to your agency about it."))
    row = {"message_id": message.id, "person_id": person.id, "made_at": tx.now}
    is_first = not await is_reported(tx, message.id)
    if await tx.insert_once(Report, row) and is_first:
        tx.record(ChatReported(fair_id=fair_id, message_id=message.id), moderation_stream(fair_id))


@dataclass(frozen=True)
class Reported:
    """A message, where it was written, and by how many it was reported."""

    message: Message
    where: Conversation
    reporters: list[str]


async def open_reports(tx: Transaction, fair_id: uuid.UUID) -> list[Reported]:
    """The reported messages that still stand, the latest first."""
    query = (
        select(Message, Conversation, Person.name)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Report, Report.message_id == Message.id)
        .join(Person, Person.id == Report.person_id)
        .where(Conversation.fair_id == fair_id, Message.removed_at.is_(None), Report.settled_at.is_(None))
        .order_by(Message.id.desc(), Report.made_at)
    )
    found: dict[uuid.UUID, Reported] = {}
    for message, where, reporter in (await tx.session.execute(query)).all():
        found.setdefault(message.id, Reported(message, where, [])).reporters.append(reporter)
    return list(found.values())
