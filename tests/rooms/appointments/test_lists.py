"""Lists do not grow queries: one counsellor, person or appointment, or three of each, the same number."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from rooms.appointments import agenda, evidence, hours, slot_search
from rooms.appointments.search import SlotSearch
from rooms.caseload import agreed_steps, caseload
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people import people
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office
from tests.rooms.test_queries import count

Read = Callable[[Transaction, Office], Awaitable[object]]


async def more(office: Office, number: int) -> None:
    """One more counsellor with hours, one more person followed, with an appointment and a step."""
    cast = office.cast
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        colleague = await people.welcome(tx, f"Colleague {number}", f"colleague{number}@example.org", "en")
        await agencies.add_member(tx, team.id, colleague)
        await hours.add_weekly(tx, colleague.id, 2, 9 * 60, 12 * 60, ("video",))
        person = await people.welcome(tx, f"Person {number}", f"person{number}@example.org", "en")
        await caseload.follow(tx, office.claire.id, person.id)
        await agreed_steps.propose(tx, office.claire, person.id, "Finish the CV", None)
    await office.book(person, WEDNESDAY_NINE + timedelta(minutes=40 * number))


async def the_free_times(tx: Transaction, office: Office) -> object:
    appointment_type = await office.fresh_type(tx)
    return await slot_search.free_times(
        tx, SlotSearch(appointment_type, Mode.VIDEO), office.cast.amina.id, WEDNESDAY_NINE.date(), 7
    )


async def the_caseload(tx: Transaction, office: Office) -> object:
    return await caseload.entries(tx, office.claire.id)


async def the_day(tx: Transaction, office: Office) -> object:
    rows = await agenda.of_person(tx, office.claire.id, since=tx.now)
    assert rows
    found = {row.candidate_id for row in rows}
    await agenda.last_before(tx, found, WEDNESDAY_NINE)
    await evidence.waiting_since(tx, rows)
    return await agreed_steps.of_people(tx, found)


@pytest.mark.parametrize("read", [the_free_times, the_caseload, the_day], ids=lambda read: read.__name__)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_or_three_the_same_number_of_queries(cast: Cast, read: Read) -> None:
    office = await open_office(cast)
    await more(office, 0)
    one = await count(cast, lambda tx, _: read(tx, office))
    await more(office, 1)
    await more(office, 2)
    assert await count(cast, lambda tx, _: read(tx, office)) == one
    assert one > 0
