"""Who is in a fair, and who waits in its entrance hall: what is written down, and who asks.

A fair holds as many people as was rehearsed, its capacity. Who is let in, and when, is decided in entrance_hall.py.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, func, select, text, true
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent
from rooms.core.model import Base
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, FairState, not_open

HALL_OPENS = timedelta(minutes=30)
"""So long before the doors the hall takes people in."""
TELLS_FROM = 75
"""Percent: from here on people are told how full the fair is."""


class EntranceHall(Base):
    """What a fair with a capacity counts by; locked by whoever lets people in."""

    __tablename__ = "entrance_hall"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    last_ticket: Mapped[int] = mapped_column(default=0)
    called_ticket: Mapped[int] = mapped_column(default=0)
    """Whoever has a ticket up to this one, and was there, is in."""
    paid_until: Mapped[datetime]
    """The rate is used up to this moment."""


class Admission(Base):
    """One person at one fair: waiting in its hall, or in."""

    __tablename__ = "admission"
    __table_args__ = (
        Index("ux_admission_ticket", "fair_id", "ticket", unique=True),
        Index(
            "ix_admission_waiting",
            "fair_id",
            "ticket",
            postgresql_where=text("admitted_at IS NULL"),
            sqlite_where=text("admitted_at IS NULL"),
        ),
    )
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    arrived_at: Mapped[datetime]
    ticket: Mapped[int | None]
    """None until the doors open, and for whoever passes at once."""
    admitted_at: Mapped[datetime | None]
    away_since: Mapped[datetime | None]
    counts: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether they use up the fair's capacity: its staff does not."""


class Passing(StrEnum):
    """How somebody comes in: in their turn, at once because they are expected, or as one who works there."""

    IN_TURN = "in_turn"
    EXPECTED = "expected"
    STAFF = "staff"


class Admitted(DomainEvent):
    """Whoever waited in the hall is in."""

    kind: ClassVar[str] = "fair.admitted"
    fair_id: uuid.UUID
    person_id: uuid.UUID


@dataclass(frozen=True)
class Fullness:
    """How many are in a fair, and how many wait to come in."""

    capacity: int
    inside: int
    waiting: int
    called_ticket: int

    @property
    def percent(self) -> int:
        return min(100, self.inside * 100 // self.capacity)

    @property
    def is_told(self) -> bool:
        return self.percent >= TELLS_FROM or self.waiting > 0


class NotAdmitted(Conflict):
    """The fair's doors are further on: in its entrance hall."""

    def __init__(self, fair: Fair) -> None:
        super().__init__("fair.full", N_("The fair is full just now. Your turn is kept in the entrance hall."))
        self.leads_to = fair.path


def hall_opens_at(fair: Fair, now: datetime) -> datetime | None:
    """From when on one comes in through the hall; None if there is none, or one does already."""
    if fair.capacity is None or fair.is_open_now or not fair.lies_ahead or fair.next_turn_at is None:
        return None
    opens_at = fair.next_turn_at - HALL_OPENS
    return opens_at if opens_at > now else None


def has_hall(fair: Fair, now: datetime) -> bool:
    """Whether one comes in through the hall now: while the doors are open, and shortly before."""
    if fair.capacity is None:
        return False
    opens_soon = fair.lies_ahead and fair.next_turn_at is not None and fair.next_turn_at - HALL_OPENS <= now
    return fair.is_open_now or opens_soon


async def admission_of(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID) -> Admission | None:
    return await tx.session.get(Admission, (fair_id, person_id))


async def waiting_of(tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID]) -> dict[uuid.UUID, Admission]:
    """Of these people, those who wait in the hall."""
    theirs = Admission.fair_id == fair_id, tx.among(Admission.person_id, people), Admission.admitted_at.is_(None)
    return {row.person_id: row for row in (await tx.session.execute(select(Admission).where(*theirs))).scalars()}


async def outside(tx: Transaction, fair: Fair, people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of these people have not been let in: at night too, so that no line is a way round the hall."""
    if fair.capacity is None or fair.state is not FairState.OPEN:
        return set()
    inside = select(Admission.person_id).where(
        Admission.fair_id == fair.id, tx.among(Admission.person_id, people), Admission.admitted_at.is_not(None)
    )
    return set(people) - {row.person_id for row in await tx.plain_rows(inside)}


def refusal(fair: Fair) -> Conflict:
    """Why whoever is outside cannot do it."""
    return NotAdmitted(fair) if fair.is_open_now else not_open()


async def demand_inside(tx: Transaction, fair: Fair, person_id: uuid.UUID) -> None:
    """Refuse whoever has not been let in."""
    if await outside(tx, fair, [person_id]):
        raise refusal(fair)


def waits_here(fair_id: uuid.UUID) -> ColumnElement[bool]:
    """Who waits in the hall; whoever has gone away keeps their ticket and is not counted."""
    return and_(Admission.fair_id == fair_id, Admission.admitted_at.is_(None), Admission.away_since.is_(None))


def uses_room(fair_id: uuid.UUID) -> ColumnElement[bool]:
    return and_(Admission.fair_id == fair_id, Admission.admitted_at.is_not(None), Admission.counts)


async def waits(tx: Transaction, fair_id: uuid.UUID) -> bool:
    """Whether somebody waits in the hall."""
    return bool(await tx.plain_rows(select(Admission.person_id).where(waits_here(fair_id)).limit(1)))


async def fullness(tx: Transaction, fair: Fair) -> Fullness | None:
    """How full the fair is; None where any number of people may come."""
    if fair.capacity is None:
        return None
    waiting, inside = func.count().filter(waits_here(fair.id)), func.count().filter(uses_room(fair.id))
    (counted,) = await tx.plain_rows(select(inside, waiting).where(Admission.fair_id == fair.id))
    called = await tx.session.scalar(select(EntranceHall.called_ticket).where(EntranceHall.fair_id == fair.id))
    return Fullness(fair.capacity, counted[0], counted[1], called or 0)
