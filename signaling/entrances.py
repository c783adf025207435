"""Who may follow a stream, and whose right to it may have ended.

Each area says both beside its handlers; the hub asks again about everything that such a person's connections hear.
"""

import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from rooms.access import Actor
from rooms.core.errors import NotFound, Problem
from rooms.core.events import DomainEvent, PublishedEvent
from rooms.core.transaction import Transaction
from signaling.contract import Payload

Check = Callable[[Transaction, Actor, uuid.UUID], Awaitable[object]]
"""Refuses whoever may not follow a stream of this area, named by the id behind the colon."""
Snapshot = Callable[[Transaction, uuid.UUID], Awaitable[Payload]]
"""Reads what a stream has come to: the same for whoever may follow it."""
C = TypeVar("C", bound=Check)


@dataclass(frozen=True)
class Entrance:
    check: Check
    snapshot: Snapshot
    is_for_many: bool
    """Whether streams of this area may be open to passers-by."""


ENTRANCES: dict[str, Entrance] = {}
Losers = Callable[[PublishedEvent], Iterable[uuid.UUID | None]]
LOSERS: dict[type[DomainEvent], Losers] = {}


def entrance(area: str, snapshot: Snapshot, *, is_for_many: bool = False) -> Callable[[C], C]:
    def register(check: C) -> C:
        ENTRANCES[area] = Entrance(check, snapshot, is_for_many)
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


async def enter(tx: Transaction, actor: Actor, stream: str) -> None:
    """Refuse an actor who may not follow the stream."""
    found, subject = _found(stream)
    await found.check(tx, actor, subject)


async def is_open(tx: Transaction, stream: str) -> bool:
    """Whether whoever passes by may follow it, and so anybody."""
    try:
        found, subject = _found(stream)
        if not found.is_for_many:
            return False
        await found.check(tx, Actor(), subject)
    except Problem:
        return False
    return True


def needs_right(stream: str) -> bool:
    """Whether it may be followed by some alone, and not by a person because it is their own."""
    area = stream.partition(":")[0]
    return area in ENTRANCES and not ENTRANCES[area].is_for_many and area != "person"


async def snapshot_of(tx: Transaction, stream: str) -> Payload:
    found, subject = _found(stream)
    return await found.snapshot(tx, subject)


def _found(stream: str) -> tuple[Entrance, uuid.UUID]:
    area, _, name = stream.partition(":")
    try:
        found, subject = ENTRANCES[area], uuid.UUID(name)
    except (KeyError, ValueError):
        raise NotFound("stream") from None
    if str(subject) != name:
        # Written in another way it would be another room.
        raise NotFound("stream")
    return found, subject
