"""What whoever comes, or comes back, has missed: a thousand who ask at one instant are answered by one look."""

import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from rooms.core import streams
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.events import PublishedEvent, person_stream
from rooms.core.streams import Head
from rooms.core.transaction import Transaction
from rooms.people import sessions
from signaling.contract import Payload, name_of
from signaling.entrances import is_open, snapshot_of
from signaling.projections import project

Follower = tuple[uuid.UUID | None, uuid.UUID | None, Sequence[str]]
"""The session and the person, if there are any, and the streams to follow."""


class Wanted(Payload):
    """A stream, and the last number seen of it; without an epoch a snapshot is wanted."""

    stream: str
    epoch: str | None = None
    after: int = 0


class Caught(Payload):
    """Where a stream stands, with either the events missed or a snapshot to start from."""

    stream: str
    epoch: str
    last: int
    events: list[dict[str, Any]] = Field(default_factory=list)
    snapshot: dict[str, Any] | None = None


class CatchingUp:
    def __init__(self, database: Database, batching: Batching) -> None:
        self._database, self._batching = database, batching

    async def surely_open(
        self, session_id: uuid.UUID | None, person_id: uuid.UUID | None, names: Sequence[str]
    ) -> frozenset[str]:
        """Those of the streams that are open to everybody, or this person's own; the others have to be asked for."""
        return await self._batching.ask("entrances", (session_id, person_id, names), self._surely_open)

    async def _surely_open(self, asked: list[Follower]) -> list[frozenset[str]]:
        own = {person_id: person_stream(person_id) for _, person_id, _ in asked if person_id}
        everything = {name for _, _, names in asked for name in names}
        async with self._database.reading() as tx:
            known = {session_id for session_id, person_id, _ in asked if session_id and person_id}
            ended = await sessions.ended_among(tx, known) if known else set()
            open_to_all = {name for name in everything - set(own.values()) if await is_open(tx, name)}
        return [
            frozenset(open_to_all.union({own[person_id]} if person_id and session_id not in ended else ())) & set(names)
            for session_id, person_id, names in asked
        ]

    async def catch_up(self, wanted: Sequence[Wanted]) -> list[Caught]:
        """What each of these streams has brought since; whoever asks may follow them, and is in their rooms."""
        return await self._batching.ask("missed", wanted, self._catch_up)

    async def _catch_up(self, asked: list[Sequence[Wanted]]) -> list[list[Caught]]:
        async with self._database.reading() as tx:
            heads = await streams.heads(tx, {wanted.stream for each in asked for wanted in each})
            look = _Look(tx, heads)
            return [[await look.caught(wanted) for wanted in each] for each in asked]


class _Look:
    """What one look has found, for whoever else asks the same."""

    def __init__(self, tx: Transaction, heads: dict[str, Head]) -> None:
        self._tx, self._heads = tx, heads
        self._found: dict[tuple[str, str | None, int], Caught] = {}

    async def caught(self, wanted: Wanted) -> Caught:
        key = wanted.stream, wanted.epoch, wanted.after
        if key not in self._found:
            self._found[key] = await self._read(wanted)
        return self._found[key]

    async def _read(self, wanted: Wanted) -> Caught:
        now, missed = self._heads[wanted.stream], None
        if wanted.epoch is not None:
            missed = await streams.since(self._tx, wanted.stream, now, wanted.epoch, wanted.after)
        if missed is None:
            snapshot = (await snapshot_of(self._tx, wanted.stream)).model_dump(mode="json")
            return Caught(stream=wanted.stream, epoch=now.epoch, last=now.last, snapshot=snapshot)
        return Caught(
            stream=wanted.stream, epoch=now.epoch, last=now.last, events=[await self._told(each) for each in missed]
        )

    async def _told(self, each: PublishedEvent) -> dict[str, Any]:
        payload = await project(self._tx, each)
        return {"event": name_of(payload), **payload.model_dump(mode="json")}
