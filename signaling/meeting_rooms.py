"""The rooms of meetings as this process knows them: read from the rows when somebody enters, leaves or shows something,
here or in another process, and told to whoever is in them here.
"""

import uuid
from collections.abc import Callable, Collection

from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.transaction import Transaction
from rooms.meetings import cobrowsing, peers
from signaling.contract import Payload
from signaling.peers import peers_state
from signaling.relay import Peer, Relay, Room

Tell = Callable[[uuid.UUID], None]


class MeetingRooms:
    def __init__(
        self,
        database: Database,
        batching: Batching,
        relay: Relay,
        here: Collection[str],
        emit: Callable[[Payload, str], None],
        tell_others: Tell,
    ) -> None:
        self._database, self._batching, self._relay = database, batching, relay
        self.process_id = uuid.UUID(int=0)
        self._here, self._emit, self._tell_others = here, emit, tell_others

    async def changed(self, channel_id: uuid.UUID) -> None:
        """Somebody entered, left or shows something else: everybody in the room is told, in every process."""
        self._tell_others(channel_id)
        await self.refresh(channel_id)

    async def refresh(self, channel_id: uuid.UUID) -> None:
        """Know the room as it is, and tell whoever is in it here. One after the other: the latest look is the last."""
        await self._batching.ask("meeting rooms", channel_id, self._refresh)

    async def _refresh(self, channels: list[uuid.UUID]) -> list[None]:
        async with self._database.reading() as tx:
            found = {channel: await _room(tx, channel, self.process_id) for channel in set(channels)}
        for channel, room in found.items():
            self._relay.put(channel, room, self._here)
            payload = peers_state(self._relay, channel)
            for sid in self._relay.here(channel):
                self._emit(payload, sid)
        return [None] * len(channels)

    async def look_at(self, channel_id: uuid.UUID) -> None:
        """Another process says that it has changed."""
        if self._relay.knows(channel_id):
            await self.refresh(channel_id)

    async def look_at_all(self) -> None:
        """Other processes could not be heard for a while."""
        for channel_id in self._relay.channels():
            await self.refresh(channel_id)

    async def leave(self, sid: str) -> None:
        """Take this connection out of the meeting it was in and tell the others."""
        if not self._relay.leave(sid):
            return
        async with self._database.transaction() as tx:
            channels = await peers.leave(tx, sid)
        for channel in channels:
            await self.changed(channel)


async def _room(tx: Transaction, channel_id: uuid.UUID, asking_id: uuid.UUID) -> Room | None:
    channel = await peers.channel(tx, channel_id)
    if channel is None:
        return None
    shown = await cobrowsing.of_meeting(tx, channel.meeting_id) if channel.id == channel.meeting_id else None
    present = {
        row.person_id: Peer(
            row.person_id, row.connection, row.process_id, row.tab, row.microphone, row.camera, row.screen,
            row.is_polite,
        )
        for row in await peers.of_channel(tx, channel_id, asking_id)
    }  # fmt: skip
    return Room(channel.meeting_id, channel.generation, shown.owner_id if shown else None, present)
