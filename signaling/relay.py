"""The WebRTC relay: who is connected to which meeting, in memory, and where a signal goes.

A room is of two. A meeting of three has three of them, one for each pair, each with its own generation.

Membership was checked when the peer entered and is withdrawn live. A rebuilt peer raises the generation; signals of
an older one are dropped. After a restart the peers say which generation they hold, so a call under way goes on.
"""

import uuid
from dataclasses import dataclass, field

LARGEST_BODY = 48_000
"""Characters of one signal's body."""
KINDS = {
    "description": "an SDP offer or answer (W3C WebRTC, RTCSessionDescription)",
    "ice_candidate": "an ICE candidate (W3C WebRTC, RTCIceCandidate)",
    "restart": "the other peer restarts ICE",
    "cobrowse": "a piece of the page that its owner shows, only while it is agreed",
    "cobrowse_back": "what the other one points at or fills in on that page",
    "stop_screen": "the other one is asked to end their screen",
}


@dataclass
class Peer:
    """One browser connection inside a meeting."""

    person_id: uuid.UUID
    sid: str
    tab: str
    microphone: bool = False
    camera: bool = False
    screen: bool = False
    is_polite: bool = True


@dataclass
class Room:
    meeting_id: uuid.UUID
    generation: int = 0
    shown_by_id: uuid.UUID | None = None
    """Whose page is looked at together."""
    peers: dict[uuid.UUID, Peer] = field(default_factory=dict)


class Relay:
    def __init__(self) -> None:
        self._rooms: dict[uuid.UUID, Room] = {}
        self._rooms_of: dict[str, dict[str, uuid.UUID]] = {}
        """By connection: its rooms, as signals name them."""

    def elsewhere(self, channel_id: uuid.UUID, person_id: uuid.UUID, tab: str) -> Peer | None:
        """The person's peer in another tab or on another device, if there is one."""
        peer = self.room(channel_id).peers.get(person_id)
        return peer if peer and peer.tab != tab else None

    def enter(self, channel_id: uuid.UUID, peer: Peer, held: int, meeting_id: uuid.UUID | None = None) -> int:
        """Let a peer into the room of a pair and return its generation; the first pair's room is named as the meeting.

        `held` is the generation of the transport that the peer still holds, 0 for none. If it is the present one, or
        this process knows of none yet, the transport goes on; otherwise everybody builds anew.
        """
        room = self._rooms.setdefault(channel_id, Room(meeting_id or channel_id))
        before = room.peers.get(peer.person_id)
        if before:
            self._rooms_of.get(before.sid, {}).pop(str(channel_id), None)
            peer.microphone, peer.camera, peer.screen = before.microphone, before.camera, before.screen
        if room.generation == 0 and held:
            room.generation = held
        elif held != room.generation or held == 0:
            room.generation = max(room.generation, held) + 1
        room.peers[peer.person_id] = peer
        self._rooms_of.setdefault(peer.sid, {})[str(channel_id)] = channel_id
        return room.generation

    def cobrowse(self, meeting_id: uuid.UUID, owner_id: uuid.UUID | None) -> None:
        """Let the pages of `owner` through from now on, or nobody's."""
        if meeting_id in self._rooms:
            self._rooms[meeting_id].shown_by_id = owner_id

    def leave(self, sid: str) -> set[uuid.UUID]:
        """Take a connection out; returns the rooms it was in."""
        channels = set(self._rooms_of.pop(sid, {}).values())
        for room in (self._rooms[channel] for channel in channels):
            room.peers = {person: peer for person, peer in room.peers.items() if peer.sid != sid}
        return channels

    def meetings_of(self, sid: str) -> set[uuid.UUID]:
        """The meetings that a connection is in."""
        return {self._rooms[channel].meeting_id for channel in self._rooms_of.get(sid, {}).values()}

    def close(self, meeting_id: uuid.UUID) -> None:
        """The meeting is over, with the rooms of all its pairs."""
        for channel in [channel for channel, room in self._rooms.items() if room.meeting_id == meeting_id]:
            for peer in self._rooms.pop(channel).peers.values():
                self._rooms_of.get(peer.sid, {}).pop(str(channel), None)

    def room(self, channel_id: uuid.UUID) -> Room:
        return self._rooms.get(channel_id) or Room(channel_id)

    def connections(self, channel_id: uuid.UUID) -> list[str]:
        return [peer.sid for peer in self.room(channel_id).peers.values()]

    def peer(self, channel_id: uuid.UUID, sid: str) -> Peer | None:
        return next((peer for peer in self.room(channel_id).peers.values() if peer.sid == sid), None)

    def route(self, sid: str, channel: str, generation: object, kind: str, size: int) -> tuple[str, str]:
        """(refusal, receiving connection) of a signal whose body has `size` characters. A signal for nobody, of an
        older generation, or of a page that is not shown any more is dropped."""
        found = self._rooms_of.get(sid, {}).get(channel)
        if found is None:
            return "not_in_meeting", ""
        if kind not in KINDS:
            return "header", ""
        if size > LARGEST_BODY:
            return "too_large", ""
        room = self._rooms[found]
        if generation != room.generation or not self._may_cobrowse(room, sid, kind):
            return "", ""
        return "", next((peer.sid for peer in room.peers.values() if peer.sid != sid), "")

    def _may_cobrowse(self, room: Room, sid: str, kind: str) -> bool:
        """A page is shown by its owner alone, and only while it is agreed; the answer comes from the other one."""
        if kind not in ("cobrowse", "cobrowse_back"):
            return True
        is_owner = any(peer.sid == sid and peer.person_id == room.shown_by_id for peer in room.peers.values())
        return room.shown_by_id is not None and is_owner == (kind == "cobrowse")
