"""Coming and going: a thousand at one instant are known by one look, and written down in one transaction."""

import uuid
from collections.abc import Collection
from collections.abc import Set as AbstractSet

from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.lines import absence, places
from rooms.people import presence, sessions
from rooms.people.sessions import KnownSession

Present = tuple[str, uuid.UUID]
"""A connection and its person."""


class Arriving:
    def __init__(self, database: Database, batching: Batching) -> None:
        self._database, self._batching = database, batching
        self.process_id: uuid.UUID | None = None
        """Of whose connections these are; none while it has not started."""

    async def known(self, token: str) -> KnownSession | None:
        return await self._batching.ask("known", token, self._known) if token else None

    async def _known(self, tokens: list[str]) -> list[KnownSession | None]:
        async with self._database.reading() as tx:
            return await sessions.known_by(tx, tokens)

    async def appear(self, connection: str, person_id: uuid.UUID) -> AbstractSet[uuid.UUID]:
        """The person is here; gives the booths whose lines may have changed by it."""
        if self.process_id is None:
            return frozenset()
        return await self._batching.ask("appear", (connection, person_id), self._appear)

    async def _appear(self, asked: list[Present]) -> list[AbstractSet[uuid.UUID]]:
        assert self.process_id  # noqa: S101
        people = {person_id for _, person_id in asked}
        async with self._database.transaction() as tx:
            await presence.connect(tx, self.process_id, dict(asked))
            await absence.appeared(tx, people)
            lines = await places.lines_of(tx, people)
        # Each of them would name the same lines again.
        return [lines] + [frozenset()] * (len(asked) - 1)

    async def let_ghosts_go(self, here: Collection[str]) -> AbstractSet[uuid.UUID]:
        """Close what is written down of this process and not `here`: its end could not be written when it came."""
        if self.process_id is None:
            return frozenset()
        async with self._database.reading() as tx:
            written = await presence.open_connections(tx, self.process_id)
        ghosts = {connection: person for connection, person in written.items() if connection not in here}
        return frozenset().union(*[await self.go(connection, person) for connection, person in ghosts.items()])

    async def go(self, connection: str, person_id: uuid.UUID) -> AbstractSet[uuid.UUID]:
        """The connection is over; gives the booths whose lines or desks may have changed by it."""
        return await self._batching.ask("go", (connection, person_id), self._go)

    async def _go(self, asked: list[Present]) -> list[AbstractSet[uuid.UUID]]:
        async with self._database.transaction() as tx:
            desks = await presence.disconnect(tx, [connection for connection, _ in asked])
            lines = await places.lines_of(tx, {person_id for _, person_id in asked})
        stirred = lines | {booth for booth in desks.values() if booth}
        return [stirred] + [frozenset()] * (len(asked) - 1)
