"""The WebRTC relay: who is connected to which meeting, in memory, and where a signal goes.

Membership was checked when the peer entered and is withdrawn live. A rebuilt peer raises the generation; signals of
an older one are dropped. After a restart the peers say which generation they hold, so a call under way goes on.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

LARGEST_BODY = 48_000
KINDS = ("description", "ice_candidate", "restart", "look", "look_back", "stop_screen")
"""`look` carries the page that its owner shows and agreed to show, `look_back` what the other one points at or fills
in; `stop_screen` asks the other one to end their screen."""


@dataclass
class Peer:
    """One browser connection inside a meeting."""

    person: uuid.UUID
    sid: str
    tab: str
    microphone: bool = False
    camera: bool = False
    screen: bool = False
    is_polite: bool = True


@dataclass
class Room:
    generation: int = 0
    looks_at: uuid.UUID | None = None
    """Whose page is looked at together."""
    peers: dict[uuid.UUID, Peer] = field(default_factory=dict)


class Relay:
    def __init__(self) -> None:
        self._rooms: dict[uuid.UUID, Room] = {}
        self._meeting_of: dict[str, uuid.UUID] = {}

    def elsewhere(self, meeting: uuid.UUID, person: uuid.UUID, tab: str) -> Peer | None:
        """The person's peer in another tab or on another device, if there is one."""
        peer = self._rooms.get(meeting, Room()).peers.get(person)
        return peer if peer and peer.tab != tab else None

    def enter(self, meeting: uuid.UUID, peer: Peer, held: int) -> int:
        """Let a peer in and return the meeting's generation.

        `held` is the generation of the transport that the peer still holds, 0 for none. If it is the present one, or
        this process knows of none yet, the transport goes on; otherwise everybody builds anew.
        """
        room = self._rooms.setdefault(meeting, Room())
        before = room.peers.get(peer.person)
        if before:
            self._meeting_of.pop(before.sid, None)
            peer.microphone, peer.camera, peer.screen = before.microphone, before.camera, before.screen
        if room.generation == 0 and held:
            room.generation = held
        elif held != room.generation or held == 0:
            room.generation = max(room.generation, held) + 1
        room.peers[peer.person] = peer
        self._meeting_of[peer.sid] = meeting
        return room.generation

    def look(self, meeting: uuid.UUID, owner: uuid.UUID | None) -> None:
        """Let the pages of `owner` through from now on, or nobody's."""
        if meeting in self._rooms:
            self._rooms[meeting].looks_at = owner

    def leave(self, sid: str) -> uuid.UUID | None:
        """Take a connection out; returns the meeting it was in."""
        meeting = self._meeting_of.pop(sid, None)
        if meeting is None:
            return None
        room = self._rooms[meeting]
        room.peers = {person: peer for person, peer in room.peers.items() if peer.sid != sid}
        return meeting

    def close(self, meeting: uuid.UUID) -> None:
        room = self._rooms.pop(meeting, Room())
        for peer in room.peers.values():
            self._meeting_of.pop(peer.sid, None)

    def room(self, meeting: uuid.UUID) -> Room:
        return self._rooms.get(meeting, Room())

    def connections(self, meeting: uuid.UUID) -> list[str]:
        return [peer.sid for peer in self.room(meeting).peers.values()]

    def peer(self, sid: str) -> Peer | None:
        meeting = self._meeting_of.get(sid)
        if meeting is None:
            return None
        return next((peer for peer in self._rooms[meeting].peers.values() if peer.sid == sid), None)

    def meeting_of(self, sid: str) -> uuid.UUID | None:
        return self._meeting_of.get(sid)

    def forward(self, sid: str, signal: Any) -> tuple[str, str, Any]:
        """(refusal, receiving connection, signal). A signal for nobody, of an older generation, or of a page that is
        not shown any more is dropped."""
        meeting = self._meeting_of.get(sid)
        if meeting is None or not isinstance(signal, dict) or signal.get("meeting") != str(meeting):
            return "not_in_meeting", "", None
        if set(signal) != {"meeting", "generation", "kind", "body"} or signal["kind"] not in KINDS:
            return "header", "", None
        if len(str(signal["body"])) > LARGEST_BODY:
            return "too_large", "", None
        room = self._rooms[meeting]
        if signal["generation"] != room.generation or not self._may_look(room, sid, signal["kind"]):
            return "", "", None
        other = next((peer.sid for peer in room.peers.values() if peer.sid != sid), "")
        return "", other, signal

    def _may_look(self, room: Room, sid: str, kind: str) -> bool:
        """A page is shown by its owner alone, and only while it is agreed; the answer comes from the other one."""
        if kind not in ("look", "look_back"):
            return True
        peer = self.peer(sid)
        is_owner = peer is not None and room.looks_at == peer.person
        return room.looks_at is not None and is_owner == (kind == "look")
