"""Somebody simulated with a page open: its streams from the number where the page stands, told once and in order."""

import asyncio
import contextlib
import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from server.rehearsal.scene import Refused, Scene, heads_of
from server.rehearsal.talk import Talk
from server.rehearsal.wire_client import WireClient

STREAM, NUMBER = b'"stream":"', b'"number":'
AGAIN_AFTER_S = 5.0
"""At most so long somebody whose connection is gone waits before they try again: at random, as the pages do."""
ASKS_AFTER_S = 0.5
SENT_AT = b"sent at "
TRIES = 5
MEETING = re.compile(r'href="/meetings/([0-9a-f-]{36})"')
"""The way back into the talk that one is in."""


class Presence:
    """One person; what is told of a talk goes to their talk."""

    def __init__(self, scene: Scene, person_id: str, token: str) -> None:
        self.scene, self.person_id, self.token = scene, person_id, token
        self.wire: WireClient | None = None
        self.talk: Talk | None = None
        self._epochs: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._early: dict[str, set[int]] = {}
        """Numbers that were told before an earlier one."""
        self._is_asking = False
        self._beside: set[asyncio.Task[None]] = set()
        self.heard: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "meeting:opened": self._meeting_opened,
            "meeting:closed": self._meeting_closed,
        }

    @property
    def is_connected(self) -> bool:
        return self.wire is not None and not self.wire.is_lost

    @property
    def connected(self) -> WireClient:
        if self.wire is None:
            raise ConnectionError("not connected")
        return self.wire

    async def open(self, path: str) -> str:
        """Look at a page and follow what it follows."""
        page = await self.scene.page(path, self.token)
        for head in heads_of(page):
            self._epochs[head["stream"]], self._last[head["stream"]] = head["epoch"], head["after"]
        if not self.is_connected:
            self.wire = await self.scene.wire(self.token, self._hear)
        await self.ask()
        self.stands(page)
        return page

    def stands(self, page: str) -> None:
        """What a page shows of its reader's own affairs: what happened before is told by no event."""
        under_way = MEETING.search(page)
        if under_way is None:
            self.talk = None
        elif self.talk is None or self.talk.wire is not self.wire:
            self.aside(self._meeting_opened({"meeting_id": under_way.group(1)}))

    async def follow(self) -> int:
        """Ask for what was missed; gives how many numbered events there were."""
        streams = [
            {"stream": name, "epoch": self._epochs[name], "after": number} for name, number in self._last.items()
        ]
        if not streams:
            return 0
        with self.scene.timed("follow"):
            ack = await self.scene.call(self.connected, "stream:follow", {"streams": streams, "again": True})
        missed = 0
        for caught in ack["streams"]:
            name = caught["stream"]
            missed += max(0, caught["last"] - self._last[name])
            self._epochs[name], self._last[name] = caught["epoch"], max(caught["last"], self._last[name])
            self._go_on(name)
            for told in caught["events"]:
                if told["event"] in self.heard:
                    self.aside(self.heard[told["event"]](told))
        return missed

    def leave(self) -> None:
        self.talk = None
        if self.wire:
            self.wire.close()
            self.wire = None

    async def send(self, kind: str, event: str, payload: dict[str, Any], value: str, found: str = "") -> dict[str, Any]:
        """A command, sent again until it is acknowledged: as the pages do it, and so it must be harmless."""
        for tries in range(1, TRIES + 1):
            try:
                if not self.is_connected:
                    await self._reconnect()
                with self.scene.operation(kind, self.person_id, value) as gave:
                    ack = await self.scene.call(self.connected, event, payload)
                    gave(str(ack.get(found, "")))
                return ack
            except OSError:
                if tries == TRIES:
                    raise
                await asyncio.sleep(self.scene.dice.random() * AGAIN_AFTER_S)
        raise ConnectionError(event)

    async def _reconnect(self) -> None:
        """The page stays as it is; the connection comes back and asks for what was missed."""
        self.wire = await self.scene.wire(self.token, self._hear)
        await self.ask()
        if self.talk:
            await self._meeting_opened({"meeting_id": self.talk.meeting_id})

    def _hear(self, wire: WireClient, packet: bytes) -> None:
        if wire is not self.wire:
            return
        at = packet.find(STREAM, 0, 80)
        if at > 0 and not self._is_next(packet, at + len(STREAM)):
            return
        if packet.startswith(b'42["meeting:signal"'):
            if self.talk:
                self.talk.signalled(packet)
            return
        if packet.startswith(b'42["chat:sent"'):
            self.read(packet)
            return
        name = packet[4 : packet.index(b'"', 4)].decode()
        if name == "meeting:peers" and self.talk:
            self.talk.peers(json.loads(packet[2:])[1])
        elif name in self.heard:
            self.aside(self.heard[name](json.loads(packet[2:])[1]))

    def _is_next(self, packet: bytes, at: int) -> bool:
        """Whether a numbered event is the next one of its stream; after a gap everything missed is asked for."""
        name = packet[at : packet.index(b'"', at)].decode()
        last = self._last.get(name)
        if last is None:
            return False
        begin = packet.find(NUMBER, at) + len(NUMBER)
        number = int(packet[begin : packet.index(b",", begin)])
        if number == last + 1:
            self._last[name] = number
            if self._early.get(name):
                self._go_on(name)
            return True
        if number <= last:
            self.scene.measures.counts["told twice"] += 1
            return False
        self._early.setdefault(name, set()).add(number)
        if not self._is_asking:
            self.scene.measures.counts["gaps"] += 1
            self._is_asking = True
            self.aside(self._ask_soon())
        return True

    def _go_on(self, name: str) -> None:
        early = self._early.get(name, set())
        while self._last[name] + 1 in early:
            self._last[name] += 1
        self._early[name] = {number for number in early if number > self._last[name]}

    async def _ask_soon(self) -> None:
        """What is missing may be on its way still."""
        await asyncio.sleep(ASKS_AFTER_S * (0.5 + self.scene.dice.random()))
        for name in list(self._early):
            self._go_on(name)
        if any(self._early.values()) and self.is_connected:
            await self.ask()
        self._is_asking = False

    async def ask(self) -> None:
        """Ask for what was missed. What is told meanwhile may come before what was missed."""
        self._is_asking = True
        try:
            await self.follow()
        finally:
            self._is_asking = False

    def read(self, packet: bytes) -> None:
        """How long a message was on its way to this reader; the clock is the same for all on one machine."""
        self.scene.measures.counts["messages read"] += 1
        at = packet.find(SENT_AT)
        if at > 0:
            at += len(SENT_AT)
            self.scene.measures.took("chat read", time.time() - float(packet[at : packet.index(b'"', at)]))

    def aside(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(self._surely(work))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _surely(self, work: Awaitable[None]) -> None:
        try:
            await work
        except ConnectionAbortedError:
            self.scene.measures.counts["went meanwhile"] += 1
        except Refused as refused:
            # A rule demands it: somebody else was faster.
            self.scene.measures.counts[f"refused {refused}"] += 1
        except OSError as error:
            self.scene.measures.counts[f"broken {type(error).__name__} {error}"[:80]] += 1

    async def _meeting_opened(self, told: dict[str, Any]) -> None:
        if self.wire:
            self.talk = Talk(self.scene, self.wire, told["meeting_id"])
            await self.talk.enter()
            await self.talking()

    async def talking(self) -> None:
        """The talk has begun."""

    async def _meeting_closed(self, _: dict[str, Any]) -> None:
        self.talk = None


class Player(Presence, ABC):
    """Somebody who plays until the end."""

    async def live(self) -> None:
        """Until the rehearsal is over: visit, and after a failure come back."""
        while not self.scene.is_over:
            try:
                await self.visit()
            except ConnectionAbortedError:
                self.scene.measures.counts["went meanwhile"] += 1
            except Refused as refused:
                self.scene.measures.counts[f"refused {refused}"] += 1
                await asyncio.sleep(self.scene.dice.random() * AGAIN_AFTER_S)
            except (OSError, TimeoutError) as error:
                self.scene.measures.counts[f"broken {type(error).__name__}"] += 1
                await asyncio.sleep(self.scene.dice.random() * AGAIN_AFTER_S)
            except Exception as error:
                # A fault of the rehearsal's own is told, and nobody else's rehearsal ends with it.
                self.scene.measures.counts[f"fault {type(error).__name__}: {error}"[:200]] += 1
                await asyncio.sleep(AGAIN_AFTER_S)
        await self.check()
        self.leave()

    @abstractmethod
    async def visit(self) -> None:
        """From a page that is opened until something fails, or the rehearsal is over."""

    async def check(self) -> None:
        """In the end nothing may be missing that was told while this connection was open."""
        if not self.is_connected:
            return
        await asyncio.sleep(2 + self.scene.dice.random() * 3)
        with contextlib.suppress(OSError, Refused):
            self.scene.measures.counts["lost on the wire"] += await self.follow()
