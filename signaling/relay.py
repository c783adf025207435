"""The WebRTC relay: where a signal goes, in memory.

What is known here of the rooms in which somebody of this process is comes from the rows of rooms/meetings/peers.py, and
is read anew whenever they change, in whichever process (meeting_rooms.py). A room is of the two of a channel.
"""

import uuid
from collections.abc import Collection
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


@dataclass(frozen=True)
class Peer:
    """One browser connection inside a channel, of this process or of another."""

    person_id: uuid.UUID
    sid: str
    process_id: uuid.UUID
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
        """By connection of this process: its rooms, as signals name them."""

    def put(self, channel_id: uuid.UUID, room: Room | None, here: Collection[str]) -> None:
        """So the room stands now; one in which none of the connections `here` is, is forgotten."""
        if before := self._rooms.pop(channel_id, None):
            for peer in before.peers.values():
                self._take_out(peer.sid, channel_id)
        mine = [peer for peer in room.peers.values() if peer.sid in here] if room else []
        if room and mine:
            self._rooms[channel_id] = room
            for peer in mine:
                self._rooms_of.setdefault(peer.sid, {})[str(channel_id)] = channel_id

    def _take_out(self, sid: str, channel_id: uuid.UUID) -> None:
        if channels := self._rooms_of.get(sid):
            channels.pop(str(channel_id), None)
            if not channels:
                del self._rooms_of[sid]

    def cobrowse(self, meeting_id: uuid.UUID, owner_id: uuid.UUID | None) -> None:
        """Let the pages of `owner` through from now on, or nobody's."""
        if meeting_id in self._rooms:
            self._rooms[meeting_id].shown_by_id = owner_id

    def leave(self, sid: str) -> bool:
        """Signals of this connection go nowhere from here on; says whether they could before."""
        return self._rooms_of.pop(sid, None) is not None

    def meetings_of(self, sid: str) -> set[uuid.UUID]:
        """The meetings that a connection is in."""
        return {self._rooms[channel].meeting_id for channel in self._rooms_of.get(sid, {}).values()}

    def close(self, meeting_id: uuid.UUID) -> list[uuid.UUID]:
        """The meeting is over, with the rooms of all its pairs; gives those that were known here."""
        channels = [channel for channel, room in self._rooms.items() if room.meeting_id == meeting_id]
        for channel in channels:
            self.put(channel, None, ())
        return channels

    def room(self, channel_id: uuid.UUID) -> Room:
        return self._rooms.get(channel_id) or Room(channel_id)

    def knows(self, channel_id: uuid.UUID) -> bool:
        return channel_id in self._rooms

    def channels(self) -> list[uuid.UUID]:
        return list(self._rooms)

    def here(self, channel_id: uuid.UUID) -> list[str]:
        """The connections of this process in a room."""
        return [peer.sid for peer in self.room(channel_id).peers.values() if self.is_in(channel_id, peer.sid)]

    def is_in(self, channel_id: uuid.UUID, sid: str) -> bool:
        return str(channel_id) in self._rooms_of.get(sid, {})

    def route(self, sid: str, channel: str, generation: object, kind: str, size: int) -> tuple[str, Peer | None]:
        """(refusal, receiver) of a signal whose body has `size` characters. A signal for nobody, of an older
        generation, or of a page that is not shown any more is dropped."""
        found = self._rooms_of.get(sid, {}).get(channel)
        if found is None:
            return "not_in_meeting", None
        if kind not in KINDS:
            return "header", None
        if size > LARGEST_BODY:
            return "too_large", None
        room = self._rooms[found]
        if generation != room.generation or not self._may_cobrowse(room, sid, kind):
            return "", None
        return "", next((peer for peer in room.peers.values() if peer.sid != sid), None)

    def _may_cobrowse(self, room: Room, sid: str, kind: str) -> bool:
        """A page is shown by its owner alone, and only while it is agreed; the answer comes from the other one."""
        if kind not in ("cobrowse", "cobrowse_back"):
            return True
        is_owner = any(peer.sid == sid and peer.person_id == room.shown_by_id for peer in room.peers.values())
        return room.shown_by_id is not None and is_owner == (kind == "cobrowse")
