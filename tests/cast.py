"""The cast: the same named people and places in every test."""

import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from rooms.access import Actor
from rooms.core import text
from rooms.core.database import Database
from rooms.core.errors import Problem
from rooms.core.transaction import Transaction
from rooms.fairs import booths, desk_presence, fairs, opening, schedule
from rooms.fairs.booths import Booth, BoothText
from rooms.fairs.fairs import Fair, FairDescription
from rooms.lines import absence, calls, joining
from rooms.lines.call import Answer, Call
from rooms.lines.places import Place
from rooms.meetings.meeting import Meeting
from rooms.organisations import employers, vacancies
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import VacancyText
from rooms.people import people, presence
from rooms.people.people import Person
from tests.clock import MovableClock


async def refusal(awaitable: Awaitable[object]) -> str:
    """The code with which it is refused."""
    with pytest.raises(Problem) as refused:
        await awaitable
    return refused.value.code


@dataclass
class Cast:
    """Amina and Karim seek work; Luc and Sophie recruit; Inès organises; Claire counsels; Paul administers."""

    database: Database
    clock: MovableClock
    fair: Fair
    atlantique: Booth
    perrin: Booth
    amina: Person
    karim: Person
    luc: Person
    sophie: Person
    ines: Person
    claire: Person
    paul: Person
    process_id: uuid.UUID
    connections: dict[uuid.UUID, str] = field(default_factory=dict)

    def actor(self, person: Person | None) -> Actor:
        return Actor(person)

    async def connect(self, person: Person, booth: Booth | None = None) -> str:
        """A live connection, at a booth's desk if one is given."""
        name = str(uuid.uuid4())
        async with self.database.transaction() as tx:
            await presence.connect(tx, self.process_id, {name: person.id})
            await absence.appeared(tx, [person.id])
            await tx.session.flush()
            await desk_presence.attend(tx, name, booth.id if booth else None)
        self.connections[person.id] = name
        return name

    async def disconnect(self, person: Person) -> None:
        async with self.database.transaction() as tx:
            await presence.disconnect(tx, [self.connections.pop(person.id)])

    async def keep_alive(self) -> None:
        """The process renews itself, as its worker does every few seconds."""
        async with self.database.transaction() as tx:
            await presence.renew_process(tx, self.process_id)

    async def pass_by(self, **span: float) -> None:
        self.clock.pass_by(**span)
        await self.keep_alive()

    async def join(self, person: Person, booth: Booth, words: str = "") -> Place:
        async with self.database.transaction() as tx:
            return await joining.join(tx, await self.fresh(tx, person), await self.fresh_booth(tx, booth), words)

    async def call_next(self, recruiter: Person, booth: Booth, *, finish: bool = False) -> Call:
        async with self.database.transaction() as tx:
            booth = await self.fresh_booth(tx, booth)
            return await calls.call_next(tx, await self.fresh(tx, recruiter), booth, finish=finish)

    async def answer(self, call: Call, how: Answer) -> Meeting | None:
        async with self.database.transaction() as tx:
            row = await calls.locked(tx, call.id)
            assert row is not None
            return await calls.answer(tx, row, how)

    async def fresh(self, tx: Transaction, person: Person) -> Person:
        return await tx.session.get_one(Person, person.id)

    async def fresh_booth(self, tx: Transaction, booth: Booth) -> Booth:
        return await tx.session.get_one(Booth, booth.id)

    async def place(self, place: Place) -> Place:
        async with self.database.reading() as tx:
            return await tx.session.get_one(Place, place.id)


async def _person(tx: Transaction, name: str) -> Person:
    return await people.welcome(tx, name, text.slugged(name, "x").replace("-", ".") + "@example.org", "en")


async def gather(database: Database, clock: MovableClock) -> Cast:
    """An open fair with two booths that are set up, and its people."""
    async with database.transaction() as tx:
        names = (
            "Amina Benali",
            "Karim Diallo",
            "Luc Moreau",
            "Sophie Perrin",
            "Inès Roche",
            "Claire Dubois",
            "Paul Garnier",
        )
        amina, karim, luc, sophie, ines, claire, paul = [await _person(tx, name) for name in names]
        ines.is_organiser = paul.is_administrator = True
        description = FairDescription("Hotels, Loire", "A day to meet.", ("fr", "en"), ("hospitality",), "Europe/Paris")
        fair = await fairs.create(tx, ines, description)
        await schedule.add_day(tx, fair, tx.now - timedelta(hours=1), tx.now + timedelta(hours=9))
        await opening.publish(tx, fair)
        atlantique = await _booth(tx, fair, "Hôtel Atlantique", luc)
        perrin = await _booth(tx, fair, "Maison Perrin", sophie)
        process = await presence.start_process(tx, "test")
    return Cast(database, clock, fair, atlantique, perrin, amina, karim, luc, sophie, ines, claire, paul, process)


async def _booth(tx: Transaction, fair: Fair, name: str, owner: Person) -> Booth:
    employer: Employer = await employers.found(tx, name, "hospitality", "Nantes")
    await employers.add_member(tx, employer.id, owner, is_owner=True)
    booth = await booths.reserve(tx, fair, employer)
    await booths.set_up(tx, booth, BoothText("Come and work with us.", 15, "hospitality", "Nantes", "rust"))
    await vacancies.add(tx, employer, VacancyText("Cook", "Nantes", "permanent", "Cook for sixty guests."))
    return booth
