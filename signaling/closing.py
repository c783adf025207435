"""A right that has ended acts on live connections: what they hear and which meeting they are in is asked about anew."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, Protocol

from rooms import access
from rooms.access import Actor
from rooms.core.errors import Problem
from rooms.core.transaction import Transaction
from signaling.entrances import enter, needs_right
from signaling.meeting_rooms import MeetingRooms
from signaling.relay import Relay
from signaling.wire.server import WireServer


class Connected(Protocol):
    """Somebody's connection."""

    sid: str
    person_id: uuid.UUID | None


Reading = Callable[[Any], AbstractAsyncContextManager[tuple[Transaction, Actor]]]
"""Gives a look into the database with the person of a connection as they are now."""


class Closing:
    def __init__(
        self, server: WireServer, relay: Relay, rooms: MeetingRooms, clients: Mapping[str, Connected], reading: Reading
    ) -> None:
        self._server, self._relay, self._rooms = server, relay, rooms
        self._clients, self._reading = clients, reading

    async def ask_again(self, people: Collection[uuid.UUID]) -> None:
        """About these people's connections. One that is not known here hears nothing."""
        if not people:
            return
        for sid in self._server.members(None):
            client = self._clients.get(sid)
            if client is None:
                self._server.cut(sid)
            elif client.person_id in people:
                await self._leave_what_is_closed(client)

    async def ask_all_again(self) -> None:
        """About whoever follows what is not open to everybody."""
        for client in list(self._clients.values()):
            if any(map(needs_right, self._server.followed(client.sid))):
                await self._leave_what_is_closed(client)

    async def _leave_what_is_closed(self, client: Connected) -> None:
        for stream in self._server.followed(client.sid):
            if not await self._still_may(client, partial(enter, stream=stream)):
                self._server.leave_room(client.sid, stream)
        for meeting in self._relay.meetings_of(client.sid):
            if not await self._still_may(client, partial(access.meeting, meeting_id=meeting)):
                await self._rooms.leave(client.sid)

    async def _still_may(self, client: Connected, look_up: Callable[..., Awaitable[object]]) -> bool:
        async with self._reading(client) as (tx, actor):
            try:
                await look_up(tx, actor)
            except Problem:
                return False
        return True
