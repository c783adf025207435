"""Those who watch streams while a command runs: what they were told must lead to what is."""

import copy
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.lines import calls, joining
from rooms.lines.call import Answer, Call
from rooms.lines.places import Place
from rooms.meetings.meeting import Meeting
from rooms.people.presence import Connection
from signaling import snapshots
from signaling.contract import CONTRACT, name_of
from signaling.hub import load_areas
from signaling.projections import project
from tests.cast import Cast
from tests.server.world import World
from tests.signaling.replay import apply

load_areas()
LOOKS = {
    "fair": snapshots.fair_snapshot,
    "line": snapshots.line_snapshot,
    "person": snapshots.personal_snapshot,
    "conversation": snapshots.conversation_snapshot,
    "meeting": snapshots.meeting_snapshot,
    "moderation": snapshots.moderation_snapshot,
}


@dataclass
class Onlookers:
    """Watches streams, and checks after each command that what they were told leads to what is."""

    cast: Cast
    watched: list[str]
    told: list[PublishedEvent] = field(default_factory=list)
    seen_kinds: set[str] = field(default_factory=set)

    async def hear(self, told: list[PublishedEvent]) -> None:
        self.told.extend(told)

    async def look(self) -> dict[str, dict[str, Any]]:
        async with self.cast.database.reading() as tx:
            found = {}
            for stream in self.watched:
                area, _, subject = stream.partition(":")
                found[stream] = (await LOOKS[area](tx, uuid.UUID(subject))).model_dump(mode="json")
            return found

    @asynccontextmanager
    async def during(self) -> AsyncIterator[Transaction]:
        """Run one command; then before + events must equal after, and every event fits its closed model."""
        before = await self.look()
        self.told.clear()
        async with self.cast.database.transaction() as tx:
            yield tx
        replayed = copy.deepcopy(before)
        async with self.cast.database.reading() as tx:
            for each in self.told:
                self.seen_kinds.add(each.event.kind)
                payload = await project(tx, each)
                event = name_of(payload)
                data = payload.model_dump(mode="json")
                CONTRACT.server_events[event].payload.model_validate(data)
                if each.stream in replayed:
                    apply(replayed[each.stream], event, data)
        after = await self.look()
        assert replayed == after
        assert self.told, "the command told nobody anything"
        for stream, snapshot in after.items():
            changed = snapshot != before[stream]
            assert not changed or any(each.stream == stream for each in self.told), f"{stream} changed in silence"


async def rings(o: Onlookers, cast: Cast) -> Call:
    async with o.during() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        return await calls.call_next(tx, await cast.fresh(tx, cast.luc), booth)


async def joins(o: Onlookers, cast: Cast, person: Any = None) -> Place:
    async with o.during() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        return await joining.join(tx, await cast.fresh(tx, person or cast.amina), booth, "I bake.")


async def locked_call(tx: Transaction, call: Call) -> Call:
    row = await calls.locked(tx, call.id)
    assert row is not None
    return row


async def meets(o: Onlookers, cast: Cast) -> Meeting:
    await joins(o, cast)
    call = await rings(o, cast)
    async with o.during() as tx:
        meeting = await calls.answer(tx, await locked_call(tx, call), Answer.JOIN)
    assert meeting is not None
    o.watched.append(f"meeting:{meeting.id}")
    return meeting


async def open_connections(world: World, role: str) -> list[str]:
    """The connections of somebody that are written down as open."""
    async with world.database.reading() as tx:
        theirs = Connection.person_id == uuid.UUID(world.ids[role]), Connection.closed_at.is_(None)
        return list((await tx.session.execute(select(Connection.id).where(*theirs))).scalars())
