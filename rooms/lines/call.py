"""A call: who rings whom for which place, until when, and how it ended."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.events import DomainEvent
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.lines.places import Place
from rooms.people.people import Person


class CallState(StrEnum):
    RINGING = "ringing"
    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    DECLINED = "declined"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


class Answer(StrEnum):
    JOIN = "join"
    LATER = "later"
    WITHOUT_VIDEO = "without_video"
    LEAVE = "leave"


_RINGING = text("state = 'ringing'")


class Call(Base):
    __tablename__ = "call"
    __table_args__ = (
        Index("ux_call_one_ringing", "place_id", unique=True, postgresql_where=_RINGING, sqlite_where=_RINGING),
        Index("ix_call_deadline", "state", "deadline"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("place.id"), index=True)
    recruiter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[CallState]
    rang_at: Mapped[datetime]
    deadline: Mapped[datetime]
    coming_at: Mapped[datetime | None]
    """When whoever is on site has said that they come to the table."""
    settled_at: Mapped[datetime | None]
    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)
    recruiter: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class CallRang(DomainEvent):
    kind: ClassVar[str] = "call.rang"
    call_id: uuid.UUID
    place_id: uuid.UUID
    booth_id: uuid.UUID
    recruiter_id: uuid.UUID
    deadline: datetime


class CallSettled(DomainEvent):
    """The call no longer rings. `counted` says whether a missed call counts against the place."""

    kind: ClassVar[str] = "call.settled"
    call_id: uuid.UUID
    place_id: uuid.UUID
    booth_id: uuid.UUID
    state: CallState
    counted: bool


async def place_of_call(tx: Transaction, call_id: uuid.UUID) -> Place:
    query = select(Place).join(Call, Call.place_id == Place.id).where(Call.id == call_id)
    return (await tx.session.execute(query)).scalar_one()
