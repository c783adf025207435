"""Who may follow a stream, and whose right to it may have ended.

Each area says both beside its handlers; the hub asks again about everything that such a person's connections hear.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterable

from rooms.access import Actor
from rooms.core.errors import NotFound
from rooms.core.events import DomainEvent, PublishedEvent
from rooms.core.transaction import Transaction
from signaling.contract import Payload

Look = Callable[[Transaction], Awaitable[Payload]]
"""Reads the snapshot of a stream."""
Entrance = Callable[[Transaction, Actor, uuid.UUID], Awaitable[Look]]
"""Refuses whoever may not follow a stream of this area, named by the id behind the colon."""
ENTRANCES: dict[str, Entrance] = {}
Losers = Callable[[PublishedEvent], Iterable[uuid.UUID | None]]
LOSERS: dict[type[DomainEvent], Losers] = {}


def entrance(area: str) -> Callable[[Entrance], Entrance]:
    def register(check: Entrance) -> Entrance:
        ENTRANCES[area] = check
        return check

    return register


def may_end_rights(event: type[DomainEvent], of: Losers) -> None:
    """An event of this kind may end rights of these people."""
    LOSERS[event] = of


def losers(published: Iterable[PublishedEvent]) -> set[uuid.UUID]:
    """Who may have lost a right by what has happened."""
    found: set[uuid.UUID] = set()
    for each in published:
        if type(each.event) in LOSERS:
            found.update(person for person in LOSERS[type(each.event)](each) if person)
    return found


async def enter(tx: Transaction, actor: Actor, stream: str) -> Look:
    """Check that the actor may follow the stream; returns how its snapshot is read."""
    area, _, name = stream.partition(":")
    try:
        subject = uuid.UUID(name)
    except ValueError:
        raise NotFound("stream") from None
    if area not in ENTRANCES:
        raise NotFound("stream")
    return await ENTRANCES[area](tx, actor, subject)
