"""The peer of a simulated person: always the impolite one, because aiortc has no rollback and no ICE restart."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaBlackhole
from aiortc.sdp import candidate_from_sdp

from server.demo.live import Payload
from server.demo.media import Picture, Voice
from server.demo.picture import Portrait

MOST_KBITS = 120
"""How much of the visitor's picture is asked for: it is decoded and thrown away, so it should be small."""

Send = Callable[[str, Payload], Awaitable[None]]


class Peer:
    """One RTCPeerConnection of one generation. `lost` is called when its path is gone for good."""

    def __init__(
        self, ice_servers: list[Payload], portrait: Portrait, send: Send, lost: Callable[["Peer"], None]
    ) -> None:
        servers = [RTCIceServer(**server) for server in ice_servers]
        # Without a list of servers aiortc would ask a public one.
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._audio = self._pc.addTransceiver("audio")
        self._video = self._pc.addTransceiver("video")
        self._portrait = portrait
        self._send = send
        self._lost = lost
        self._sink = MediaBlackhole()
        self._tracks: list[MediaStreamTrack] = []
        self._ufrag = ""
        """The ICE user fragment of the other's description: another one in an offer means an ICE restart."""
        self._early: list[Payload] = []
        """ice_candidates that came before the other's description."""
        self._pc.on("track", self._drain)
        self._pc.on("connectionstatechange", self._state_changed)

    async def offer(self) -> None:
        await self._pc.setLocalDescription(await self._pc.createOffer())
        await self._send_description()

    def carry(self, *, with_video: bool) -> None:
        """Send sound, and the picture if there is one, from now on."""
        if self._tracks:
            return
        self._tracks = [Voice(self._portrait)]
        self._audio.sender.replaceTrack(self._tracks[0])
        if with_video:
            self._tracks.append(Picture(self._portrait))
            self._video.sender.replaceTrack(self._tracks[1])

    def drop_video(self) -> None:
        """Send no picture any more."""
        self._video.sender.replaceTrack(None)
        for track in self._tracks[1:]:
            track.stop()
        self._tracks = self._tracks[:1]

    async def take(self, kind: str, body: Payload) -> bool:
        """Take the other's signal; False when it asks for what aiortc cannot do."""
        if kind == "restart":
            return False
        if kind == "ice_candidate":
            await self._take_ice_candidate(body)
            return True
        if body["type"] == "answer":
            if self._pc.signalingState == "have-local-offer":
                await self._set_remote(body)
            return True
        if self._pc.signalingState != "stable":
            return True  # A collision: ours stands, the polite one gives way.
        if _ufrag(body["sdp"]) != self._ufrag:
            return False
        await self._set_remote(body)
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        await self._send_description()
        return True

    async def close(self) -> None:
        self._pc.remove_all_listeners()
        for track in self._tracks:
            track.stop()
        await self._sink.stop()
        await self._pc.close()

    async def _set_remote(self, body: Payload) -> None:
        self._ufrag = _ufrag(body["sdp"])
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp=body["sdp"], type=body["type"]))
        early, self._early = self._early, []
        for ice_candidate in early:
            await self._take_ice_candidate(ice_candidate)

    async def _take_ice_candidate(self, body: Payload) -> None:
        if not self._ufrag:
            self._early.append(body)
        elif body["candidate"]:
            ice_candidate = candidate_from_sdp(body["candidate"].removeprefix("candidate:"))
            ice_candidate.sdpMid, ice_candidate.sdpMLineIndex = body.get("sdpMid"), body.get("sdpMLineIndex")
            await self._pc.addIceCandidate(ice_candidate)

    async def _send_description(self) -> None:
        here = self._pc.localDescription
        await self._send("description", {"type": here.type, "sdp": _narrow(here.sdp)})

    async def _drain(self, track: Any) -> None:
        """What nobody takes from aiortc piles up."""
        self._sink.addTrack(track)
        await self._sink.start()

    def _state_changed(self) -> None:
        if self._pc.connectionState in ("failed", "closed"):
            self._lost(self)


def _ufrag(sdp: str) -> str:
    found = re.search(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    return found[1] if found else ""


def _narrow(sdp: str) -> str:
    """Ask the other to send a small picture (b=AS in the video section, RFC 8866 5.8)."""
    return re.sub(r"(^m=video.*?^c=.*?$)", rf"\1\nb=AS:{MOST_KBITS}\r", sdp, count=1, flags=re.MULTILINE | re.DOTALL)
