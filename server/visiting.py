"""Who opens a page: a thousand at one instant are known by one look, and noted in one transaction."""

import uuid

from rooms.access import Navigation, navigations_of
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.fairs import admission, attendees, entrance_hall, fairs
from rooms.lines import absence
from rooms.people import sessions
from rooms.people.people import Person
from rooms.people.sessions import Session

MOST_REMEMBERED = 100_000


class Visiting:
    def __init__(self, database: Database, batching: Batching) -> None:
        self._database, self._batching = database, batching
        self._came: set[tuple[str, uuid.UUID]] = set()
        """Of whom it is written down already."""

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

    async def comes(self, slug: str, person: Person) -> None:
        """They have fetched a page of this fair: whoever does so while its doors are open has come."""
        if (slug, person.id) in self._came:
            return
        if await self._batching.ask("comes", (slug, person), self._all_come):
            if len(self._came) >= MOST_REMEMBERED:
                self._came.clear()
            self._came.add((slug, person.id))

    async def _all_come(self, found: list[tuple[str, Person]]) -> list[bool]:
        async with self._database.reading() as tx:
            open_now = await fairs.open_now(tx, {slug for slug, _ in found})
        waiting: set[uuid.UUID] = set()
        for slug, fair in open_now.items():
            async with self._database.transaction() as tx:
                people = {person.id: person for at, person in found if at == slug}
                working = {row.person_id for row in await tx.plain_rows(entrance_hall.who_works_at(fair.id))}
                # Whoever waits in the entrance hall is not in yet.
                waiting |= await admission.outside(tx, fair, list(people))
                inside = people.keys() - working - waiting
                await attendees.came(tx, fair, {person_id: people[person_id] for person_id in inside})
        return [slug in open_now and person.id not in waiting for slug, person in found]

    async def seen(self, session: Session, person: Person) -> None:
        """They have fetched a page."""
        await self._batching.ask("seen", (session.id, person.id), self._all_seen)

    async def _all_seen(self, found: list[tuple[uuid.UUID, uuid.UUID]]) -> list[None]:
        async with self._database.transaction() as tx:
            await sessions.all_seen(tx, dict(found))
            await absence.appeared(tx, {person_id for _, person_id in found})
        return [None] * len(found)
