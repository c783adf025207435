"""A caseload of a size that counsellors really have: pages, and orders that say whom to call first (K16)."""

import dataclasses
from datetime import timedelta

import pytest

from rooms.caseload import caseload
from rooms.people import people
from rooms.views.caseload import PAGE, Caseload, Search, in_order, of_counsellor
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        for number in range(PAGE + 3):
            person = await people.welcome(tx, f"Person {number:03}", f"p{number}@example.org", "fr")
            await caseload.follow(tx, office.claire.id, person.id)
        for person in (cast.amina, cast.karim):
            await caseload.follow(tx, office.claire.id, person.id)
    return office


async def look(office: Office, **wanted: object) -> Caseload:
    async with office.cast.database.reading() as tx:
        search = dataclasses.replace(Search("", []), **wanted)
        appointment_type = await office.fresh_type(tx)
        assert appointment_type.agency is not None
        return await of_counsellor(tx, office.claire.id, appointment_type.agency, search)


async def test_each_stands_on_one_page(office: Office) -> None:
    first, second = await look(office), await look(office, page=2)
    assert (first.pages, first.found, len(first.rows), len(second.rows)) == (2, PAGE + 5, PAGE, 5)
    names = [row.person.name for row in first.rows + second.rows]
    assert len(set(names)) == PAGE + 5
    assert names[:2] == ["Amina Benali", "Karim Diallo"]


async def test_a_page_that_is_not_there_is_the_nearest_one(office: Office) -> None:
    assert (await look(office, page=99)).page == 2
    assert (await look(office, page=0)).page == 1
    assert (await look(office, words="nobody of this name", page=3)).pages == 1


async def test_whoever_comes_next_stands_first(office: Office) -> None:
    cast = office.cast
    await office.book(cast.karim, WEDNESDAY_NINE)
    await office.book(cast.amina, WEDNESDAY_NINE + timedelta(minutes=40))
    rows = (await look(office, order="by_next")).rows
    assert [row.person.name for row in rows[:3]] == ["Karim Diallo", "Amina Benali", "Person 000"]


async def test_whoever_was_not_met_for_the_longest_time_stands_first(office: Office) -> None:
    rows = (await look(office)).rows[:3]
    dates = (WEDNESDAY_NINE - timedelta(days=1), WEDNESDAY_NINE - timedelta(days=9))
    met = [dataclasses.replace(row, last_at=last) for row, last in zip(rows, dates, strict=False)]
    assert [row.last_at for row in in_order([*met, rows[2]], "by_last")] == [None, met[1].last_at, met[0].last_at]
