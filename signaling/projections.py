"""What each audience is told of an event: projected from the rows once for an audience, not for each person.

The stored event carries ids and the change; names and texts are read when it is told. The projections stand beside
the handlers of their area.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from rooms.core.events import DomainEvent, PublishedEvent
from rooms.core.model import Base
from rooms.core.transaction import Transaction
from signaling.contract import StreamEvent

Projector = Callable[[Transaction, PublishedEvent], Awaitable[StreamEvent]]
READS: dict[type[DomainEvent], list[tuple[type[Base], str]]] = {}
PROJECTORS: dict[tuple[str, type[DomainEvent]], Projector] = {}


def projection(area: str, event: type[DomainEvent]) -> Callable[[Projector], Projector]:
    """Register how an event is told on streams of this area (the part of the stream's name before the colon)."""

    def register(projector: Projector) -> Projector:
        PROJECTORS[area, event] = projector
        return projector

    return register


def reads(event: type[DomainEvent], row: type[Base], named_by: str) -> None:
    """Telling such an event reads this row, which the field names: of many at once they are read together."""
    READS.setdefault(event, []).append((row, named_by))


async def project_all(tx: Transaction, published: Sequence[PublishedEvent]) -> list[StreamEvent]:
    """What is told of each, in their order."""
    wanted: dict[type[Base], set[uuid.UUID]] = {}
    for each in published:
        for row, named_by in READS.get(type(each.event), ()):
            wanted.setdefault(row, set()).add(getattr(each.event, named_by))
    # The session knows them as long as somebody holds them.
    held = [await tx.rows(row, ids) for row, ids in wanted.items() if len(ids) > 1]
    told = [await project(tx, each) for each in published]
    del held
    return told


async def project(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    area = published.stream.partition(":")[0]
    return await PROJECTORS[area, type(published.event)](tx, published)


def as_it_is(area: str, event: type[DomainEvent], payload: type[StreamEvent]) -> None:
    """The event's own fields are what is told."""

    async def projector(_: Transaction, published: PublishedEvent) -> StreamEvent:
        return payload(**head(published), **published.event.model_dump())

    PROJECTORS[area, event] = projector


def head(published: PublishedEvent) -> dict[str, Any]:
    return {"stream": published.stream, "number": published.number, "at": published.at}
