"""Conversations: of a fair, a booth, a private question, a meeting, an appointment, a followed person.

A fair and a booth have theirs from the start, so that a page that shows one changes nothing. What is written:
messages.py.
"""

import uuid
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import NotFound
from rooms.core.events import reacts_to
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs.booths import BoothGivenUp, BoothReserved
from rooms.fairs.fairs import Fair, FairCreated


class ConversationKind(StrEnum):
    FAIR = "fair"
    BOOTH = "booth"
    QUESTION = "question"
    MEETING = "meeting"
    APPOINTMENT = "appointment"
    COUNSEL = "counsel"
    HELP = "help"


OWNERS = {
    "fair_id": ("fair", "booth", "question", "meeting", "help"),
    "booth_id": ("booth", "question"),
    "asker_id": ("question", "help"),
    "meeting_id": ("meeting",),
    "appointment_id": ("appointment",),
    "person_id": ("counsel",),
}
"""Which kinds of conversation name what: exactly these, or the database refuses them."""


def _named(column: str, kinds: tuple[str, ...]) -> CheckConstraint:
    among = ", ".join(f"'{kind}'" for kind in kinds)
    return CheckConstraint(f"(kind IN ({among})) = ({column} IS NOT NULL)", name=f"ck_conversation_{column}")


def _one_of(column: str, kind: ConversationKind) -> Index:
    which = text(f"kind = '{kind.value}'")
    return Index(f"ux_conversation_of_{kind}", column, unique=True, postgresql_where=which, sqlite_where=which)


class Conversation(Base):
    """Each fair, booth, meeting, appointment and followed person has one; a private question is of one
    asker, and so is what somebody needs help with at a fair."""

    __tablename__ = "conversation"
    __table_args__ = (
        *(_named(column, kinds) for column, kinds in OWNERS.items()),
        _one_of("fair_id", ConversationKind.FAIR),
        _one_of("booth_id", ConversationKind.BOOTH),
        UniqueConstraint("booth_id", "asker_id", name="uq_conversation_question"),
        UniqueConstraint("meeting_id", name="uq_conversation_meeting"),
        UniqueConstraint("appointment_id", name="uq_conversation_appointment"),
        UniqueConstraint("person_id", name="uq_conversation_person"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[ConversationKind]
    fair_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("fair.id"), index=True)
    """The fair in which it is written: its organisers moderate."""
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"))
    asker_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"))
    """A talk from a line. One of an appointment writes in the appointment's, however often its room is entered."""
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """The followed person; the other one is whoever follows them."""
    fair: Mapped[Fair | None] = relationship(lazy="joined")

    @property
    def is_public(self) -> bool:
        """Whether everybody at the fair reads it."""
        return self.kind in (ConversationKind.FAIR, ConversationKind.BOOTH)


async def begin(tx: Transaction, kind: ConversationKind, **owners: uuid.UUID) -> None:
    """Begin the conversation of these owners (as in `OWNERS`), unless it is there."""
    await begin_all(tx, kind, [owners])


async def begin_all(tx: Transaction, kind: ConversationKind, owners: Sequence[dict[str, uuid.UUID]]) -> None:
    """Begin many of one kind, whatever is there already."""
    rows = [{"id": new_id(), "kind": kind, **each} for each in owners]
    insert = (sqlite if tx.is_sqlite else postgresql).insert(Conversation)
    await tx.write(insert.on_conflict_do_nothing(), rows)


@reacts_to(FairCreated)
async def _begin_of_fair(tx: Transaction, event: FairCreated) -> None:
    await begin(tx, ConversationKind.FAIR, fair_id=event.fair_id)


@reacts_to(BoothReserved)
async def _begin_of_booth(tx: Transaction, event: BoothReserved) -> None:
    await begin(tx, ConversationKind.BOOTH, fair_id=event.fair_id, booth_id=event.booth_id)


@reacts_to(BoothGivenUp)
async def _end_of_booth(tx: Transaction, event: BoothGivenUp) -> None:
    await tx.session.execute(delete(Conversation).where(Conversation.booth_id == event.booth_id))


async def of_booth(tx: Transaction, booth_id: uuid.UUID) -> Conversation:
    return _there(await _found(tx, Conversation.kind == ConversationKind.BOOTH, Conversation.booth_id == booth_id))


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Conversation:
    return _there(await _found(tx, Conversation.kind == ConversationKind.FAIR, Conversation.fair_id == fair_id))


async def of_question(tx: Transaction, booth_id: uuid.UUID, asker_id: uuid.UUID) -> Conversation:
    return _there(await _found(tx, Conversation.booth_id == booth_id, Conversation.asker_id == asker_id))


async def begin_help(tx: Transaction, fair_id: uuid.UUID, asker_id: uuid.UUID) -> Conversation:
    await begin(tx, ConversationKind.HELP, id=_help_id(fair_id, asker_id), fair_id=fair_id, asker_id=asker_id)
    return await of_help(tx, fair_id, asker_id)


async def of_help(tx: Transaction, fair_id: uuid.UUID, asker_id: uuid.UUID) -> Conversation:
    return _there(await help_of(tx, fair_id, asker_id))


async def help_of(tx: Transaction, fair_id: uuid.UUID, asker_id: uuid.UUID) -> Conversation | None:
    """What they have written about, if they ever needed help there."""
    return await tx.session.get(Conversation, _help_id(fair_id, asker_id))


def _help_id(fair_id: uuid.UUID, asker_id: uuid.UUID) -> uuid.UUID:
    """The same for the same two, so that the primary key keeps it one: an index would bind older versions too."""
    return uuid.uuid5(fair_id, str(asker_id))


async def of_meeting(tx: Transaction, meeting_id: uuid.UUID) -> Conversation:
    """The conversation of a talk from a line."""
    return _there(await _found(tx, Conversation.meeting_id == meeting_id))


async def of_appointment(tx: Transaction, appointment_id: uuid.UUID) -> Conversation | None:
    """The conversation of an appointment, from its booking on."""
    return await _found(tx, Conversation.appointment_id == appointment_id)


async def with_counsellor(tx: Transaction, person_id: uuid.UUID) -> Conversation:
    """The conversation between a followed person and whoever follows them."""
    return _there(await _found(tx, Conversation.person_id == person_id))


async def _found(tx: Transaction, *which: ColumnElement[bool]) -> Conversation | None:
    return (await tx.session.execute(select(Conversation).where(*which))).scalar_one_or_none()


def _there(row: Conversation | None) -> Conversation:
    if row is None:
        raise NotFound("conversation")
    return row
