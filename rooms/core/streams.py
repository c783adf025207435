"""Numbered streams of events: what a client that comes back reads to miss nothing.

The numbers are given at the end of the transaction under the stream's row lock, so events of one stream commit in the
order of their numbers. The epoch changes when a stream begins anew, and tells a client that its number means nothing.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.events import EVENT_KINDS, PublishedEvent
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction

CATCH_UP_LIMIT = 200
"""A client that missed more than this loads a snapshot instead."""


class Stream(Base):
    __tablename__ = "stream"
    name: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]
    epoch: Mapped[uuid.UUID]


class StoredEvent(Base):
    __tablename__ = "event"
    stream: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


@dataclass(frozen=True)
class Head:
    """Where a stream stands now; a stream nobody wrote to yet stands at 0."""

    last: int
    epoch: str


async def number(tx: Transaction) -> list[PublishedEvent]:
    """Give the transaction's events their numbers and store them. Streams are locked in the order of their names."""
    if not tx.recorded:
        return []
    counts: dict[str, int] = {}
    for stream, _ in tx.recorded:
        counts[stream] = counts.get(stream, 0) + 1
    before = await _advance(tx, counts)
    published = []
    for stream, event in tx.recorded:
        before[stream] += 1
        published.append(PublishedEvent(stream, before[stream], tx.now, event))
    events = [
        {
            "stream": each.stream, "number": each.number, "kind": each.event.kind,
            "data": each.event.model_dump(mode="json"), "at": each.at,
        }
        for each in published
    ]  # fmt: skip
    await tx.write(insert(StoredEvent), events)
    return published


async def _advance(tx: Transaction, counts: dict[str, int]) -> dict[str, int]:
    """Count each stream on; gives where it stood before."""
    upsert = (sqlite if tx.is_sqlite else postgresql).insert(Stream)
    rows = [{"name": stream, "last": counts[stream], "epoch": new_id()} for stream in sorted(counts)]
    statement = upsert.on_conflict_do_update(index_elements=["name"], set_={"last": Stream.last + upsert.excluded.last})
    stands = await tx.write(statement.returning(Stream.name, Stream.last), rows)
    return {stream: last - counts[stream] for stream, last in stands}


async def head(tx: Transaction, stream: str) -> Head:
    return (await heads(tx, [stream]))[stream]


async def heads(tx: Transaction, names: Collection[str]) -> dict[str, Head]:
    """Where each of these streams stands, for thousands of them."""
    rows = await tx.plain_rows(select(Stream.name, Stream.last, Stream.epoch).where(tx.among(Stream.name, names)))
    found = {name: Head(last, str(epoch)) for name, last, epoch in rows}
    return {name: found.get(name, Head(0, "")) for name in names}


async def since(tx: Transaction, stream: str, now: Head, epoch: str, after: int) -> list[PublishedEvent] | None:
    """The events after number `after` of a stream that stands at `now`, or None when catching up is impossible and a
    snapshot is due."""
    if epoch not in (now.epoch, "") or after > now.last or now.last - after > CATCH_UP_LIMIT:
        return None
    if after == now.last:
        return []
    rows = await tx.session.execute(
        select(StoredEvent).where(StoredEvent.stream == stream, StoredEvent.number > after).order_by(StoredEvent.number)
    )
    return [_published(row) for row in rows.scalars()]


def _published(row: StoredEvent) -> PublishedEvent:
    return PublishedEvent(row.stream, row.number, row.at, EVENT_KINDS[row.kind].model_validate(row.data))


async def count(tx: Transaction) -> int:
    """How many events are kept: a figure for the operator."""
    return (await tx.session.execute(select(func.count()).select_from(StoredEvent))).scalar_one()
