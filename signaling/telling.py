"""What has happened is told once to each stream's room here, and to the other processes for those who follow it there.

What was committed stands, so a failure here is ours alone: clients notice the gap and ask. What another process wrote
while it could not be heard is found in the database by its number.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Collection

import structlog

from rooms.core import streams
from rooms.core.database import Database
from rooms.core.events import EVENT_KINDS, PublishedEvent
from rooms.core.transaction import Transaction
from signaling.backplane import AnyMessage, Backplane, BackplaneState, Committed, Fact, Gap, Told
from signaling.contract import Payload, key_of, name_of
from signaling.projections import project_all
from signaling.wire import packets
from signaling.wire.packets import Outgoing
from signaling.wire.server import WireServer

log = structlog.get_logger()
LOOKS_EVERY, AT_EVERYTHING_EVERY = 2.0, 10.0
"""Seconds between looks into the database while the backplane is away: for facts, and for states and rights too."""
HELD_FOR = 0.4
"""Seconds for which a fact waits for those before it."""
ROOM_FOR_MORE = 1000
"""Streams that nobody here follows any more, of which the number is still known."""
Follow = Callable[[list[PublishedEvent]], Awaitable[None]]


def encoded(payload: Payload) -> Outgoing:
    return packets.event(name_of(payload), payload.model_dump_json(), key_of(payload))


class Telling:
    def __init__(self, database: Database, server: WireServer, act_here: Follow) -> None:
        self._database, self._server = database, server
        self._act_here = act_here
        self.stir: Follow | None = None
        """Lets the states follow what has happened."""
        self.backplane: Backplane | None = None
        self._process_id: uuid.UUID | None = None
        self._numbers: dict[str, int] = {}
        """By stream: the number up to which whoever follows it here was told."""
        self._held: dict[str, dict[int, Outgoing]] = {}
        """By stream: what is known before what came before it."""
        self._behind: set[str] = set()
        """Streams of which something has to be looked for."""
        self._look_behind = asyncio.Event()
        self._catching: asyncio.Task[None] | None = None
        self._latest: dict[str, dict[str, Outgoing]] = {}
        """By room, of those that begin anew here: the last states told."""
        self._one_look = asyncio.Lock()
        self.look_at_everything: Callable[[], Awaitable[None]] = self.look
        """What is done while nobody is heard, and once somebody is heard again."""
        self._looking: asyncio.Task[None] | None = None

    def start(self, process_id: uuid.UUID) -> None:
        self._process_id = process_id
        self._catching = asyncio.create_task(self._look_where_behind())
        if self.backplane:
            self.backplane.start(process_id)
            self._looking = asyncio.create_task(self._look_while_deaf())

    async def stop(self) -> None:
        for task in filter(None, (self._looking, self._catching)):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if self.backplane:
            await self.backplane.stop()

    # States, and what is for one connection

    def tell_room(self, room: str, payload: Payload) -> None:
        """A state, to whoever is in the room, in every process."""
        out = encoded(payload)
        self._remember(room, out)
        self._server.tell(room, out)
        self._tell_others(Told(to=room, packet=out.packet.decode(), key=out.key))

    def tell_one(self, process_id: uuid.UUID | None, sid: str, out: Outgoing) -> None:
        """To one connection, of this process or of another."""
        if process_id in (None, self._process_id):
            self._server.tell(sid, out)
        elif self.backplane and process_id:
            self.backplane.tell(process_id, Told(to=sid, packet=out.packet.decode(), key=out.key))

    def tell_here(self, payload: Payload, sid: str) -> None:
        """To one connection of this process."""
        self._server.tell(sid, encoded(payload))

    def tell_again(self, sid: str, room: str) -> None:
        """A connection that was away missed states: it is told the last ones."""
        for out in self.latest(room):
            self._server.tell(sid, out)

    def latest(self, room: str) -> Collection[Outgoing]:
        """The last states that the room was told."""
        return self._latest.get(room, {}).values()

    def _remember(self, room: str, out: Outgoing) -> None:
        if not out.key or not room.startswith("fair:"):
            return
        known = self._latest.setdefault(room, {})
        if out.key not in known or known[out.key].packet != out.packet:
            self._database.version += 1
        known[out.key] = out

    # Facts

    async def publish(self, published: list[PublishedEvent]) -> None:
        """After a commit: tell each event once to its stream's room, then let the states follow."""
        try:
            async with self._database.reading() as tx:
                told = await _told(tx, published)
            self._tell_others(Committed(facts=[_fact(each, out) for each, out in told]))
            for each, out in told:
                self._tell_fact(each.stream, each.number, out)
            if self.stir:
                await self.stir(published)
            await self._act_here(published)
        except Exception:
            log.exception("telling_failed")
            if self.backplane:
                self.backplane.leave_gap()

    def followed(self, stream: str, number: int) -> None:
        """Somebody here follows the stream from this number on."""
        self._numbers.setdefault(stream, number)
        if len(self._numbers) > 2 * self._server.room_count + ROOM_FOR_MORE:
            self._forget_empty()

    def _forget_empty(self) -> None:
        self._numbers = {stream: number for stream, number in self._numbers.items() if self._server.has(stream)}

    def _tell_fact(self, stream: str, number: int, out: Outgoing) -> None:
        """In its turn. What was written after another process's fact, and is known before it, waits a moment: told at
        once it would make everybody who follows ask for what was missed."""
        if not self._server.has(stream):
            # Whoever comes next begins where the stream stands then.
            self._numbers.pop(stream, None)
            return
        known = self._numbers.get(stream)
        if known is not None and number > known + 1:
            self._hold(stream, number, out)
            return
        if known == number - 1:
            self._numbers[stream] = number
        self._server.tell(stream, out)
        self._tell_held(stream)

    def _hold(self, stream: str, number: int, out: Outgoing) -> None:
        if stream not in self._held:
            self._held[stream] = {}
            asyncio.get_running_loop().call_later(HELD_FOR, self._hold_no_longer, stream)
        self._held[stream][number] = out

    def _tell_held(self, stream: str) -> None:
        held = self._held.get(stream, {})
        while stream in self._numbers and (out := held.pop(self._numbers[stream] + 1, None)):
            self._numbers[stream] += 1
            self._server.tell(stream, out)

    def _hold_no_longer(self, stream: str) -> None:
        """What came before does not come by itself: it is looked for, with all that came after it."""
        if self._held.get(stream):
            self._behind.add(stream)
            self._look_behind.set()
        else:
            self._held.pop(stream, None)

    async def _look_where_behind(self) -> None:
        """One look for all that wait. If it fails they are told what is known: whoever misses something asks."""
        while True:
            await self._look_behind.wait()
            self._look_behind.clear()
            behind, self._behind = self._behind, set()
            held = {stream: self._held.pop(stream, {}) for stream in behind}
            try:
                async with self._one_look:
                    await self._look(behind)
            except Exception:
                log.exception("look_failed")
                for stream, facts in held.items():
                    for number in sorted(facts):
                        self._numbers[stream] = max(self._numbers.get(stream, 0), number)
                        self._server.tell(stream, facts[number])

    def _tell_others(self, message: AnyMessage) -> None:
        if self.backplane:
            self.backplane.tell_all(message)

    # From other processes

    async def hear(self, message: Committed | Told | Gap) -> None:
        match message:
            case Committed(facts=facts):
                self._database.version += 1
                for fact in facts:
                    self._tell_fact(fact.stream, fact.number, Outgoing(fact.packet.encode()))
                await self._act_here([_published(fact) for fact in facts if fact.kind in EVENT_KINDS])
            case Told(to=to, packet=packet, key=key):
                out = Outgoing(packet.encode(), key)
                self._remember(to, out)
                self._server.tell(to, out)
            case Gap():
                await self.look()

    async def _look_while_deaf(self) -> None:
        clock = asyncio.get_running_loop().time
        everything_at = clock()
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            if self.backplane and self.backplane.state is not BackplaneState.UP:
                try:
                    if clock() < everything_at:
                        await self.look()
                        continue
                    await self.look_at_everything()
                    everything_at = clock() + AT_EVERYTHING_EVERY
                except Exception:
                    log.exception("look_failed")

    async def look(self) -> None:
        """Tell what the streams that are followed here have brought meanwhile."""
        async with self._one_look:
            self._forget_empty()
            await self._look(set(self._numbers))

    async def _look(self, wanted: set[str]) -> None:
        if not wanted:
            return
        missed: list[PublishedEvent] = []
        async with self._database.reading() as tx:
            for stream, head in (await streams.heads(tx, wanted)).items():
                number = self._numbers.get(stream, head.last)
                # Whoever missed more than can be told notices the gap by the last of them, and loads a snapshot.
                after = max(number, head.last - streams.CATCH_UP_LIMIT)
                found = await streams.since(tx, stream, head, head.epoch, after) if head.last > number else None
                missed += found or []
                # Told meanwhile, or followed by nobody any more.
                if stream in self._numbers:
                    self._numbers[stream] = max(self._numbers[stream], after)
            told = await _told(tx, missed)
        for each, out in told:
            self._tell_fact(each.stream, each.number, out)
        if told:
            self._database.version += 1
        await self._act_here(missed)


async def _told(tx: Transaction, published: list[PublishedEvent]) -> list[tuple[PublishedEvent, Outgoing]]:
    return [(each, encoded(payload)) for each, payload in zip(published, await project_all(tx, published), strict=True)]


def _fact(each: PublishedEvent, out: Outgoing) -> Fact:
    return Fact(
        stream=each.stream, number=each.number, kind=each.event.kind, data=each.event.model_dump(mode="json"),
        at=each.at, packet=out.packet.decode(),
    )  # fmt: skip


def _published(fact: Fact) -> PublishedEvent:
    event = EVENT_KINDS[fact.kind].model_validate(fact.data)
    return PublishedEvent(fact.stream, fact.number, fact.at, event)
