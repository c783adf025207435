"""A talk without sound and picture: what the server carries for it is of real size, descriptions and ICE candidates."""

import asyncio
import contextlib
import time
from typing import Any

from server.rehearsal.scene import Refused, Scene
from server.rehearsal.wire_client import WireClient

SDP = "v=0\r\n" + "a=candidate:842163049 1 udp 1677729535 192.0.2.3 54321 typ srflx raddr 0.0.0.0\r\n" * 40
ICE = {"candidate": SDP[5:85], "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "4f2a"}
ICE_CANDIDATES = 10
MEETS_WITHIN = 30.0


class Talk:
    def __init__(self, scene: Scene, wire: WireClient, meeting_id: str) -> None:
        self.scene, self.wire, self.meeting_id = scene, wire, meeting_id
        self.channel_id = ""
        self._sent_in = -1
        """The generation in which this side has sent everything."""
        self._heard = 0
        self._entered_at = time.perf_counter()
        self.met = asyncio.Event()
        """Everything of the other one has come."""

    async def enter(self) -> None:
        payload = {"meeting_id": self.meeting_id, "tab": "rehearsal", "take_over": True}
        ack = await self.scene.call(self.wire, "meeting:enter", payload)
        self.channel_id = ack["channel_id"]
        await self.scene.call(self.wire, "meeting:go_in", {"meeting_id": self.meeting_id})

    def peers(self, told: dict[str, Any]) -> None:
        """Once both are there, and again whenever the transport is built anew."""
        generation = told["generation"]
        if len(told["peers"]) < 2 or generation <= self._sent_in:
            return
        if self._sent_in < 0:
            self._entered_at = time.perf_counter()
        self._sent_in, self._heard = generation, 0
        header = {"channel_id": told["channel_id"], "generation": generation}
        self.wire.emit("meeting:signal", {**header, "kind": "description", "body": {"type": "offer", "sdp": SDP}})
        for _ in range(ICE_CANDIDATES):
            self.wire.emit("meeting:signal", {**header, "kind": "ice_candidate", "body": ICE})

    def signalled(self, packet: bytes) -> None:
        self._heard += 1
        if self._heard == ICE_CANDIDATES + 1 and not self.met.is_set():
            self.met.set()
            self.scene.measures.took("both signalled", time.perf_counter() - self._entered_at)
            self.scene.measures.counts["talks met"] += 1

    async def hold(self, seconds: float) -> None:
        """Talk for so long on average, and finish; for whoever leads."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MEETS_WITHIN):
                await self.met.wait()
        if not self.met.is_set():
            self.scene.measures.counts["talks that did not meet"] += 1
        await self.scene.rest(seconds)
        with contextlib.suppress(Refused):
            await self.scene.call(self.wire, "meeting:end", {"meeting_id": self.meeting_id})
