"""A promise that can be seen: whoever has reinforced support is answered within two working days, and it is measured.

What counts is the thread between a followed person and their counsellor. A run of messages waits from its first one
until the counsellor's next word; the days that count are those on which the agency works.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select

from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.transaction import Transaction

WORKING_DAYS = 2
MEASURED_OVER = timedelta(days=90)


@dataclass(frozen=True)
class Kept:
    """How a promise was kept: of `promised` runs of messages whose time is over or that were answered."""

    promised: int
    in_time: int


@dataclass(frozen=True)
class Run:
    """Messages of a person that one answer is for."""

    person_id: uuid.UUID
    asked_at: datetime
    answered_at: datetime | None


def due_at(asked_at: datetime, zone: ZoneInfo, holidays: Collection[date]) -> datetime:
    """The end of the second working day after the question, at the agency."""
    day, left = asked_at.astimezone(zone).date(), WORKING_DAYS
    while left:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            left -= 1
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=zone)


def _threads_of(people: Collection[uuid.UUID]) -> tuple[ColumnElement[bool], ...]:
    return (Conversation.person_id.in_(people),)


async def waiting(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Since when each of `people` waits for an answer in the thread with their counsellor: one query."""
    answered = (
        select(Message.conversation_id, func.max(Message.written_at).label("last"))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.is_staff.is_(True), *_threads_of(people))
        .group_by(Message.conversation_id)
        .subquery()
    )
    query = (
        select(Conversation.person_id, func.min(Message.written_at))
        .join(Message, Message.conversation_id == Conversation.id)
        .outerjoin(answered, answered.c.conversation_id == Conversation.id)
        .where(
            *_threads_of(people),
            Message.is_staff.is_(False),
            Message.removed_at.is_(None),
            or_(answered.c.last.is_(None), Message.written_at > answered.c.last),
        )
    )
    rows = await tx.session.execute(query.group_by(Conversation.person_id))
    return {person: since for person, since in rows if person}


async def runs_of(tx: Transaction, people: Collection[uuid.UUID]) -> list[Run]:
    """What was asked lately in the threads of `people`, and when it was answered: one query."""
    query = (
        select(Conversation.person_id, Message.is_staff, Message.written_at)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(
            *_threads_of(people),
            Message.written_at > tx.now - MEASURED_OVER,
        )
        .order_by(Message.id)
    )
    rows = [(person, is_staff, at) for person, is_staff, at in await tx.session.execute(query) if person]
    return _runs(rows)


def _runs(messages: Iterable[tuple[uuid.UUID, bool, datetime]]) -> list[Run]:
    asked: dict[uuid.UUID, datetime] = {}
    found = []
    for person, is_staff, at in messages:
        if not is_staff:
            asked.setdefault(person, at)
        elif person in asked:
            found.append(Run(person, asked.pop(person), at))
    return found + [Run(person, at, None) for person, at in asked.items()]


def kept(runs: Iterable[Run], now: datetime, zone: ZoneInfo, holidays: Collection[date]) -> Kept:
    """Measure the promise. What is still within its time counts for neither side."""
    promised = in_time = 0
    for run in runs:
        due = due_at(run.asked_at, zone, holidays)
        if run.answered_at is None and now <= due:
            continue
        promised += 1
        in_time += run.answered_at is not None and run.answered_at <= due
    return Kept(promised, in_time)
