"""The live connection of a simulated person: follows streams without a hole, sends commands, comes back by itself."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from socketio.exceptions import SocketIOError

Payload = dict[str, Any]
COME_BACK_AFTER = 1.5
ACK_WITHIN = 8
TRIES = 4
MOST_STREAMS = 12
AWAY = (SocketIOError, aiohttp.ClientError, OSError, TimeoutError)


class Refused(Exception):
    """The house said no; `args[0]` is the code of the refusal."""


@dataclass
class Head:
    """How far a stream was heard. Without an epoch its snapshot has not come yet, and events are held back."""

    epoch: str | None = None
    after: int = 0
    early: dict[int, tuple[str, Payload]] = field(default_factory=dict)


class Live:
    """Tells `hear(event, payload)`: events in order and once, states as they come, and two words of its own:

    `connected` after everything missed was told, `snapshot` with a stream's state when it is followed from the start.
    """

    def __init__(self, url: str, session: Callable[[], str], hear: Callable[[str, Payload], None]) -> None:
        self._url = url
        self._session = session
        self._hear = hear
        self._heads: dict[str, Head] = {}
        self._is_here = asyncio.Event()
        self._mending: asyncio.Task[None] | None = None
        self._socket: Any = None

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            with contextlib.suppress(*AWAY):
                await self._stay()
            await asyncio.sleep(COME_BACK_AFTER)

    async def _stay(self) -> None:
        async with aiohttp.ClientSession() as session:
            await self._stay_by(session)

    async def _stay_by(self, session: aiohttp.ClientSession) -> None:
        self._socket = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=session)
        self._socket.on("*", self._receive)
        headers = {"Cookie": f"parvis_session={self._session()}", "Origin": self._url}
        try:
            await self._socket.connect(self._url, headers, socketio_path="live", transports=["websocket"])
            await self._catch_up(list(self._heads))
            self._is_here.set()
            self._hear("connected", {})
            await self._socket.wait()
        finally:
            self._is_here.clear()
            with contextlib.suppress(*AWAY):
                await asyncio.wait_for(self._socket.disconnect(), 1)

    async def send(self, event: str, **payload: Any) -> Payload:
        """Send a command until it is acknowledged; a refusal is raised."""
        for _ in range(TRIES):
            await self._is_here.wait()
            try:
                return await self._call(event, payload)
            except AWAY:
                await asyncio.sleep(1)
        raise Refused("no_answer")

    async def tell(self, event: str, payload: Payload) -> None:
        """Send without an acknowledgement: signals between peers."""
        with contextlib.suppress(*AWAY):
            await self._socket.emit(event, payload)

    async def follow(self, *streams: str) -> None:
        new = [stream for stream in streams if stream not in self._heads]
        self._heads |= {stream: Head() for stream in new}
        await self._is_here.wait()
        with contextlib.suppress(*AWAY):
            await self._catch_up(new)

    async def leave(self, stream: str) -> None:
        """Without waiting for an answer: whoever goes away leaves streams too, perhaps with no connection any more."""
        if self._heads.pop(stream, None):
            await self.tell("stream:leave", {"stream": stream})

    async def _call(self, event: str, payload: Payload) -> Payload:
        ack = await self._socket.call(event, payload, timeout=ACK_WITHIN)
        if not ack or not ack.get("ok"):
            raise Refused((ack or {}).get("error", {}).get("code", "no_answer"))
        return dict(ack)

    async def _catch_up(self, streams: list[str]) -> None:
        heads = [(name, self._heads[name]) for name in streams]
        wanted = [{"stream": name, "epoch": head.epoch, "after": head.after} for name, head in heads]
        for start in range(0, len(wanted), MOST_STREAMS):
            ack = await self._call("stream:follow", {"streams": wanted[start : start + MOST_STREAMS]})
            for caught in ack["streams"]:
                self._take_caught(caught)

    def _take_caught(self, caught: Payload) -> None:
        head = self._heads.get(caught["stream"])
        if head is None:
            return
        head.epoch = caught["epoch"]
        if caught["snapshot"] is not None:
            head.after = caught["last"]
            self._hear("snapshot", {"stream": caught["stream"], **caught["snapshot"]})
        for event in caught["events"]:
            head.early[event["number"]] = (event["event"], event)
        self._deliver(head)

    def _receive(self, event: str, payload: Payload) -> None:
        if "stream" not in payload:
            return self._hear(event, payload)
        head = self._heads.get(payload["stream"])
        if head is None:
            return None
        head.early[payload["number"]] = (event, payload)
        self._deliver(head)
        if head.early and head.epoch is not None and (self._mending is None or self._mending.done()):
            self._mending = asyncio.create_task(self._mend(payload["stream"]))
        return None

    def _deliver(self, head: Head) -> None:
        if head.epoch is None:
            return
        head.early = {number: event for number, event in head.early.items() if number > head.after}
        while found := head.early.pop(head.after + 1, None):
            head.after += 1
            self._hear(*found)

    async def _mend(self, stream: str) -> None:
        """An event is missing: ask for it."""
        with contextlib.suppress(Refused, *AWAY):
            await self._catch_up([stream])
