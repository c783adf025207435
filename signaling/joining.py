"""Many who join one line at the same instant: in one transaction, each with an answer of their own."""

import uuid
from dataclasses import dataclass
from functools import partial

from rooms import access
from rooms.access import Act, Actor
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.errors import Problem
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines import joining
from rooms.lines.joining import Asking
from rooms.lines.places import Place
from rooms.people import sessions


@dataclass(frozen=True)
class Asked:
    """The session of whoever wants to join, their words, and the job for which they come."""

    session_id: uuid.UUID | None
    words: str
    vacancy_id: uuid.UUID | None


Joined = uuid.UUID | Problem
"""The place, or why there is none."""


class Joining:
    def __init__(self, database: Database, batching: Batching) -> None:
        self._database, self._batching = database, batching

    async def join(self, booth_id: uuid.UUID, asked: Asked) -> uuid.UUID:
        """The place in the booth's line."""
        return await self._batching.ask(("join", booth_id), asked, partial(self._join_all, booth_id))

    async def _join_all(self, booth_id: uuid.UUID, asked: list[Asked]) -> list[Joined]:
        async with self._database.transaction() as tx:
            people = await sessions.people_of(tx, {each.session_id for each in asked if each.session_id})
            booth = await access.open_line(tx, booth_id)
            found: dict[int, Joined] = {}
            together: dict[uuid.UUID, tuple[int, Asking]] = {}
            for number, each in enumerate(asked):
                person = people.get(each.session_id) if each.session_id else None
                if booth and person and person.id not in together:
                    together[person.id] = number, Asking(person, each.words, each.vacancy_id)
            if booth:
                places = await joining.join_all(tx, booth, [asking for _, asking in together.values()])
                for (number, _), place in zip(together.values(), places, strict=True):
                    found[number] = _joined(place)
            # Who is not signed in, who asks twice, and whoever has to be asked about one by one.
            for number, each in enumerate(asked):
                if number not in found:
                    person = people.get(each.session_id) if each.session_id else None
                    found[number] = await _join_alone(tx, Actor(person, each.session_id), booth_id, each)
        return [found[number] for number in range(len(asked))]


async def _join_alone(tx: Transaction, actor: Actor, booth_id: uuid.UUID, asked: Asked) -> Joined:
    try:
        booth: Booth = await access.booth_by_id(tx, actor, booth_id, Act.LINE_JOIN)
        await tx.session.flush()
        asking = Asking(actor.known, asked.words, asked.vacancy_id)
        return _joined((await joining.join_all(tx, booth, [asking]))[0])
    except Problem as problem:
        return problem


def _joined(place: Place | Problem) -> Joined:
    return place if isinstance(place, Problem) else place.id
