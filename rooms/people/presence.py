"""Who is within reach, kept where every process sees it, with a time to live.

A process renews its own row; a live connection is a row of a live process. So a killed process takes its connections
with it after `PROCESS_LIFE`, and at once when it starts again under the same name.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.people import push
from rooms.people.people import Person

PROCESS_LIFE = timedelta(seconds=30)
PAGE_LIFE = timedelta(minutes=1)
KEEP_CLOSED = timedelta(days=1)


class Process(Base):
    __tablename__ = "process"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    seen_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Connection(Base):
    __tablename__ = "connection"
    id: Mapped[str] = mapped_column(primary_key=True)
    process_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("process.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    """The desk at which this recruiter stands."""
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Reach:
    """Whether a person is here now (a live connection, a page of the last minute), can be rung, was last seen."""

    is_here: bool
    is_near: bool
    last_seen: datetime | None


def has_live_connection(tx: Transaction) -> ColumnElement[bool]:
    return and_(Connection.closed_at.is_(None), Process.ended_at.is_(None), Process.seen_until > tx.now)


def is_here(
    tx: Transaction, person_id: InstrumentedAttribute[uuid.UUID] | InstrumentedAttribute[uuid.UUID | None]
) -> ColumnElement[bool]:
    """Whether a person of a query is here: by a live connection, or a page of the last minute."""
    live = select(Connection.id).join(Process).where(Connection.person_id == person_id, has_live_connection(tx))
    # The query around may be one for people itself.
    seen = aliased(Person)
    page = select(seen.id).where(seen.id == person_id, seen.page_seen_at > tx.now - PAGE_LIFE)
    return or_(live.exists(), page.exists())


async def start_process(tx: Transaction, name: str) -> uuid.UUID:
    """Take the name over: an earlier process of this name has ended, whether or not it could say so."""
    await tx.session.execute(
        update(Process).where(Process.name == name, Process.ended_at.is_(None)).values(ended_at=tx.now)
    )
    process = Process(id=new_id(), name=name, seen_until=tx.now + PROCESS_LIFE)
    tx.session.add(process)
    return process.id


async def renew_process(tx: Transaction, process_id: uuid.UUID) -> bool:
    """False if another process has taken this one's name, and with it its people."""
    mine = update(Process).where(Process.id == process_id, Process.ended_at.is_(None))
    renewed = await tx.session.execute(mine.values(seen_until=tx.now + PROCESS_LIFE).returning(Process.id))
    return renewed.first() is not None


async def end_process(tx: Transaction, process_id: uuid.UUID) -> None:
    await tx.session.execute(update(Process).where(Process.id == process_id).values(ended_at=tx.now, seen_until=tx.now))


async def forget_old(tx: Transaction) -> None:
    old = tx.now - KEEP_CLOSED
    gone = select(Process.id).where(Process.seen_until < old)
    await tx.session.execute(delete(Connection).where(or_(Connection.closed_at < old, Connection.process_id.in_(gone))))
    await tx.session.execute(delete(Process).where(Process.seen_until < old))


async def connect(tx: Transaction, process_id: uuid.UUID, connections: Mapping[str, uuid.UUID]) -> None:
    """These connections are open, each with its person."""
    rows = [
        {"id": connection, "process_id": process_id, "person_id": person_id, "opened_at": tx.now}
        for connection, person_id in connections.items()
    ]
    await tx.write(insert(Connection), rows)


async def disconnect(tx: Transaction, connections: Collection[str]) -> dict[str, uuid.UUID | None]:
    """Close connections; gives for each the booth whose desk it stood at."""
    closing = update(Connection).where(tx.among(Connection.id, connections)).values(closed_at=tx.now)
    rows = await tx.session.execute(closing.returning(Connection.id, Connection.booth_id))
    return dict(rows.all())


async def open_connections(tx: Transaction, process_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """The connections of a process that are written down as open, each with its person."""
    query = select(Connection.id, Connection.person_id)
    return dict(await tx.plain_rows(query.where(Connection.process_id == process_id, Connection.closed_at.is_(None))))


async def leave_booth(tx: Transaction, booth_id: uuid.UUID) -> None:
    """The booth is no more: whoever stood at its desk stands at none."""
    await tx.session.execute(update(Connection).where(Connection.booth_id == booth_id).values(booth_id=None))


async def reach(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, Reach]:
    """The reach of each of `people`, in three queries for any number of them."""
    pages = await tx.session.execute(select(Person.id, Person.page_seen_at).where(Person.id.in_(people)))
    last: dict[uuid.UUID, datetime | None] = dict(pages.all())
    here = {person for person, seen in last.items() if seen and seen > tx.now - PAGE_LIFE}
    pushed = {subscription.person_id for subscription in await push.subscriptions_of(tx, people)}
    lines = await tx.session.execute(
        select(Connection.person_id, Connection.closed_at, Process.seen_until, has_live_connection(tx))
        .join(Process)
        .where(Connection.person_id.in_(people))
    )
    for person, closed_at, seen_until, is_live in lines:
        if is_live:
            here.add(person)
        seen = min(tx.now, closed_at or seen_until)
        last[person] = max(filter(None, (last.get(person), seen)))
    return {person: Reach(person in here, person in here | pushed, last.get(person)) for person in people}


async def was_reached(tx: Transaction, person_id: uuid.UUID, since: datetime) -> bool:
    """Whether the person could see what was shown from `since` until now without a break.

    One connection of a living process spans the whole time, or a page was fetched after it began.
    """
    spans = await tx.session.execute(
        select(Connection.id)
        .join(Process)
        .where(Connection.person_id == person_id, Connection.opened_at <= since, has_live_connection(tx))
        .limit(1)
    )
    if spans.first():
        return True
    page = (await tx.session.execute(select(Person.page_seen_at).where(Person.id == person_id))).scalar_one()
    return page is not None and page >= since
