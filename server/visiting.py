"""Who opens a page: a thousand at one instant are known by one look, and noted in one transaction."""

import uuid

from rooms.access import Navigation, navigations_of
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.lines import places
from rooms.people import sessions
from rooms.people.people import Person
from rooms.people.sessions import Session


class Visiting:
    def __init__(self, database: Database, batching: Batching) -> None:
        self._database, self._batching = database, batching

    async def whose(self, token: str) -> tuple[Session, Person] | None:
        return await self._batching.ask("session", token, self._whose_all) if token else None

    async def _whose_all(self, tokens: list[str]) -> list[tuple[Session, Person] | None]:
        async with self._database.reading() as tx:
            return await sessions.whose_all(tx, tokens)

    async def navigation(self, person: Person) -> Navigation:
        return await self._batching.ask("navigation", person, self._navigations)

    async def _navigations(self, people: list[Person]) -> list[Navigation]:
        async with self._database.reading() as tx:
            return await navigations_of(tx, people)

    async def seen(self, session: Session, person: Person) -> None:
        """They have fetched a page."""
        await self._batching.ask("seen", (session.id, person.id), self._all_seen)

    async def _all_seen(self, found: list[tuple[uuid.UUID, uuid.UUID]]) -> list[None]:
        async with self._database.transaction() as tx:
            await sessions.all_seen(tx, dict(found))
            await places.appeared(tx, {person_id for _, person_id in found})
        return [None] * len(found)
