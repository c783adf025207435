"""One meeting as a simulated person lives it: entering, going in, and a peer of aiortc while a visitor is there."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Self

import structlog

from server.demo.live import Live, Payload, Refused
from server.demo.page import Page
from server.demo.peer import Peer
from server.demo.picture import Portrait

log = structlog.get_logger()
Heard = tuple[str, Payload]


class Talk:
    """What is told of the meeting is taken one after the other, in a task of its own, until the talk is left.

    Two simulated people need no media: only a talk with a visitor has a peer.
    """

    def __init__(self, live: Live, page: Page, tab: str, portrait: Portrait, with_visitor: bool | None) -> None:
        self.meeting: str = page.live["meeting_id"]
        self.other: str = page.live["other"]["person_id"]
        self.other_name: str = page.live["other"]["name"]
        self.with_video: bool = page.live["snapshot"]["mode"] == "video"
        self.conversation = page.first("data-conversation")
        self.with_visitor = with_visitor
        self.is_live = asyncio.Event()
        """Both have gone in: from now on sound and picture are sent."""
        self.is_over = asyncio.Event()
        self.is_left = asyncio.Event()
        """While the other one has left and may come back."""
        self._live = live
        self._tab = tab
        self._portrait = portrait
        self._told: asyncio.Queue[Heard] = asyncio.Queue()
        self._generation = 0
        self._ice_servers: list[Payload] = []
        self._peer: Peer | None = None
        self._early: list[Payload] = []
        """Signals that came before the peer of their generation."""
        self._is_shown = False

    async def __aenter__(self) -> Self:
        await self._live.follow(f"meeting:{self.meeting}")
        await self._enter()
        self._work = asyncio.create_task(self._take_all())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._work
        await self._close_peer()
        await self._live.leave(f"meeting:{self.meeting}")

    async def go_in(self) -> None:
        await self._live.send("meeting:go_in", meeting_id=self.meeting)
        self._is_shown = True
        await self._show()

    async def _show(self) -> None:
        await self._live.send("meeting:show", channel_id=self.meeting, microphone=True, camera=self.with_video)

    async def leave(self) -> None:
        await self._live.send("meeting:go_out", meeting_id=self.meeting)

    async def end(self) -> None:
        await self._live.send("meeting:end", meeting_id=self.meeting)

    async def unless_over(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, but no longer than the meeting lasts."""
        await self._until(self.is_over, work)

    async def unless_left(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, but no longer than the other one stays."""
        await self._until(self.is_left, work)

    async def _until(self, event: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
        doing, over = asyncio.create_task(work), asyncio.create_task(event.wait())
        try:
            await asyncio.wait({doing, over}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done():
                doing.result()
        finally:
            for task in (doing, over):
                task.cancel()
            await asyncio.gather(doing, over, return_exceptions=True)

    def hear(self, event: str, payload: Payload) -> None:
        if event == "snapshot":
            is_ours = payload["stream"] == f"meeting:{self.meeting}"
        else:
            is_ours = event == "connected" or self.meeting in (payload.get("meeting_id"), payload.get("channel_id"))
        if is_ours:
            self._told.put_nowait((event, payload))

    async def _take_all(self) -> None:
        while True:
            event, payload = await self._told.get()
            try:
                await self._take(event, payload)
            except Refused as refusal:
                if refusal.args[0] in ("meeting.over", "not_found"):
                    self.is_over.set()
            except Exception:
                log.exception("meeting_failed", live_event=event)

    async def _take(self, event: str, payload: Payload) -> None:
        match event:
            case "snapshot":
                await self._begin(payload)
            case "connected":
                await self._enter()
            case "meeting:mode_changed":
                await self._step(payload["mode"])
            case "meeting:went_in" if payload["live_at"]:
                self.is_left.clear()
                self._go_live()
            case "meeting:went_out":
                self.is_left.set()
            case "meeting:peers":
                await self._arrange(payload)
            case "meeting:signal":
                await self._take_signal(payload)
            case "meeting:ended" | "meeting:closed":
                self.is_over.set()
            case "lost" if payload["peer"] is self._peer:
                await self._build_anew()

    async def _step(self, mode: str) -> None:
        """A step down lets the picture go; nothing turns on by itself."""
        if mode != "video" and self.with_video:
            self.with_video = False
            if self._peer:
                self._peer.drop_video()
            await self._show()

    async def _begin(self, payload: Payload) -> None:
        if payload["state"] in ("ended", "missed"):
            self.is_over.set()
        if payload["live_at"]:
            self._go_live()

    def _go_live(self) -> None:
        self.is_live.set()
        if self._peer:
            self._peer.carry(with_video=self.with_video)

    async def _enter(self) -> None:
        """Enter, or come back after a lost connection with the peer that is still held."""
        held = self._generation if self._peer else 0
        ack = await self._live.send(
            "meeting:enter", meeting_id=self.meeting, tab=self._tab, generation=held, take_over=True
        )
        self._ice_servers = ack["ice_servers"]
        if self.with_visitor is None:
            # A simulated candidate is polite only towards another simulated person.
            self.with_visitor = not ack["is_polite"]
        if self._is_shown:
            await self._show()

    async def _arrange(self, payload: Payload) -> None:
        """Build the peer of this generation once the other one is here; one that stands goes on."""
        is_here = any(peer["person_id"] == self.other for peer in payload["peers"])
        if not self.with_visitor or not is_here or (self._peer and payload["generation"] == self._generation):
            return
        await self._close_peer()
        self._generation = payload["generation"]
        self._peer = peer = Peer(self._ice_servers, self._portrait, self._send, self._lose)
        if self.is_live.is_set():
            peer.carry(with_video=self.with_video)
        await peer.offer()
        early, self._early = self._early, []
        for signal in early:
            await self._take_signal(signal)

    async def _take_signal(self, signal: Payload) -> None:
        if self._peer and signal["generation"] == self._generation:
            if not await self._peer.take(signal["kind"], signal["body"]):
                await self._build_anew()
        elif signal["generation"] >= self._generation:
            self._early.append(signal)

    async def _send(self, kind: str, body: Payload) -> None:
        signal = {"channel_id": self.meeting, "generation": self._generation, "kind": kind, "body": body}
        await self._live.tell("meeting:signal", signal)

    def _lose(self, peer: Peer) -> None:
        self._told.put_nowait(("lost", {"peer": peer}))

    async def _build_anew(self) -> None:
        """aiortc cannot restart ICE: entering without a transport raises the generation, and both build anew."""
        await self._close_peer()
        await self._enter()

    async def _close_peer(self) -> None:
        if self._peer:
            peer, self._peer = self._peer, None
            await peer.close()
