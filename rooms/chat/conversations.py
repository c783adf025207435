"""Conversations: of a fair, a booth, a private question, a meeting, a followed person. What is written: messages.py.

A fair and a booth have theirs from the start, so that a page that shows one changes nothing.
"""

import uuid
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import NotFound
from rooms.core.events import reacts_to
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs.booths import BoothReserved
from rooms.fairs.fairs import Fair, FairCreated


class ConversationKind(StrEnum):
    FAIR = "fair"
    BOOTH = "booth"
    QUESTION = "question"
    MEETING = "meeting"
    COUNSEL = "counsel"


class Conversation(Base):
    """One row of each kind for its subject; a private question belongs to one asker at one booth."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index(
            "ux_conversation_subject",
            "kind",
            "subject",
            unique=True,
            postgresql_where=text("asker_id IS NULL"),
            sqlite_where=text("asker_id IS NULL"),
        ),
        UniqueConstraint("kind", "subject", "asker_id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[ConversationKind]
    subject: Mapped[uuid.UUID]
    """The fair, booth, meeting or appointment it belongs to, or the person whom a counsellor follows."""
    fair_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("fair.id"))
    """None for the thread of an appointment or of a followed person."""
    asker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    fair: Mapped[Fair | None] = relationship(lazy="joined")


async def found(
    tx: Transaction, kind: ConversationKind, subject_id: uuid.UUID, asker_id: uuid.UUID | None = None
) -> Conversation | None:
    query = select(Conversation).where(Conversation.kind == kind, Conversation.subject == subject_id)
    query = query.where(Conversation.asker_id == asker_id if asker_id else Conversation.asker_id.is_(None))
    return (await tx.session.execute(query)).scalar_one_or_none()


async def begin(
    tx: Transaction,
    kind: ConversationKind,
    subject_id: uuid.UUID,
    fair_id: uuid.UUID | None,
    asker_id: uuid.UUID | None = None,
) -> Conversation:
    """The conversation of this subject, begun if it is new."""
    row = await found(tx, kind, subject_id, asker_id)
    if row:
        return row
    await ensure(tx, kind, subject_id, fair_id=fair_id, asker_id=asker_id)
    row = await found(tx, kind, subject_id, asker_id)
    assert row is not None  # noqa: S101
    return row


async def ensure(
    tx: Transaction,
    kind: ConversationKind,
    *subjects: uuid.UUID,
    fair_id: uuid.UUID | None = None,
    asker_id: uuid.UUID | None = None,
) -> None:
    rows = [
        {"id": new_id(), "kind": kind, "subject": subject, "fair_id": fair_id, "asker_id": asker_id}
        for subject in subjects
    ]
    insert = (sqlite if tx.is_sqlite else postgresql).insert(Conversation)
    await tx.write(insert.on_conflict_do_nothing(), rows)


@reacts_to(FairCreated)
async def _begin_of_fair(tx: Transaction, event: FairCreated) -> None:
    await ensure(tx, ConversationKind.FAIR, event.fair_id, fair_id=event.fair_id)


@reacts_to(BoothReserved)
async def _begin_of_booth(tx: Transaction, event: BoothReserved) -> None:
    await ensure(tx, ConversationKind.BOOTH, event.booth_id, fair_id=event.fair_id)


async def of_booth(tx: Transaction, booth_id: uuid.UUID) -> Conversation:
    return await _standing(tx, ConversationKind.BOOTH, booth_id)


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Conversation:
    return await _standing(tx, ConversationKind.FAIR, fair_id)


async def of_meeting(tx: Transaction, thread_id: uuid.UUID) -> Conversation:
    """The thread of a meeting, or of an appointment (`Meeting.thread`)."""
    return await _standing(tx, ConversationKind.MEETING, thread_id)


async def with_counsellor(tx: Transaction, person_id: uuid.UUID) -> Conversation:
    """The thread between a followed person and whoever follows them."""
    return await _standing(tx, ConversationKind.COUNSEL, person_id)


async def _standing(tx: Transaction, kind: ConversationKind, subject_id: uuid.UUID) -> Conversation:
    row = await found(tx, kind, subject_id)
    if row is None:
        raise NotFound("conversation")
    return row
