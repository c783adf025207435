"""What people say of appointments: asked of who came, told by team and appointment type, silent while few have
answered."""

from datetime import timedelta

import pytest

from rooms.appointments import satisfaction, transitions
from rooms.appointments.appointment import Appointment, Attendance
from rooms.appointments.satisfaction import LEAST_SHOWN, Result
from rooms.core.errors import Conflict, Invalid
from rooms.core.transaction import Transaction
from rooms.people.people import Person
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office


async def over(office: Office, tx: Transaction, row: Appointment, how: Attendance) -> Appointment:
    held = await office.fresh(tx, row)
    await transitions.end(tx, held, how, office.claire)
    return held


async def after(office: Office) -> None:
    await office.cast.pass_by(seconds=(WEDNESDAY_NINE - office.cast.clock.now()).total_seconds() + 4 * 3600)


async def test_who_came_is_asked_and_may_change_the_answer(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        with pytest.raises(Conflict):
            await satisfaction.say(tx, await office.fresh(tx, row), "verdict_yes", "verdict_yes", "")
    await after(office)
    async with office.cast.database.transaction() as tx:
        held = await over(office, tx, row, Attendance.CAME)
        with pytest.raises(Invalid) as refused:
            await satisfaction.say(tx, held, "verdict_yes", "perhaps", "")
        assert refused.value.field == "heard"
        await satisfaction.say(tx, held, "verdict_no", "verdict_rather", "Too short.")
        await satisfaction.say(tx, held, "verdict_rather", "verdict_rather", "Good.")
        said = await satisfaction.of_appointment(tx, row.id)
        assert said is not None
        assert (said.helped.value, said.words) == ("verdict_rather", "Good.")


async def test_a_technical_failure_is_asked_about_and_an_absence_is_not(office: Office) -> None:
    rows = [await office.book(person, WEDNESDAY_NINE + timedelta(minutes=40 * n))
            for n, person in enumerate((office.cast.amina, office.cast.karim))]  # fmt: skip
    await after(office)
    async with office.cast.database.transaction() as tx:
        assert satisfaction.is_asked(await over(office, tx, rows[0], Attendance.TECHNICAL))
        assert not satisfaction.is_asked(await over(office, tx, rows[1], Attendance.ABSENT))


async def test_few_answers_are_only_counted_and_many_are_shares_without_names(office: Office) -> None:
    cast = office.cast
    everybody: list[Person] = [cast.amina, cast.karim, cast.luc, cast.sophie, cast.paul]
    assert len(everybody) == LEAST_SHOWN
    rows = []
    for n, person in enumerate(everybody[:4]):
        rows.append(await office.book(person, WEDNESDAY_NINE + timedelta(minutes=40 * n)))
    rows.append(await office.book(everybody[4], WEDNESDAY_NINE + timedelta(days=7)))
    await office.cast.pass_by(seconds=8 * 24 * 3600)

    async def results() -> list[Result]:
        async with cast.database.reading() as tx:
            return await satisfaction.results(tx, office.appointment_type.agency_id)

    verdicts = ("verdict_yes", "verdict_rather", "verdict_no", "verdict_no", "verdict_yes")
    for n, (row, helped) in enumerate(zip(rows, verdicts, strict=True)):
        async with cast.database.transaction() as tx:
            held = await over(office, tx, row, Attendance.CAME)
            await satisfaction.say(tx, held, helped, "verdict_yes", f"{9 - n} words" if n else "")
        if n == LEAST_SHOWN - 2:
            assert await results() == [Result("Loire", "My project", 4, None, None, ())]
    words = ("5 words", "6 words", "7 words", "8 words")
    assert await results() == [Result("Loire", "My project", 5, 0.6, 1.0, words)]


async def test_many_answers_of_one_person_stay_as_silent_as_one(office: Office) -> None:
    cast = office.cast
    rows = [await office.book(cast.amina, WEDNESDAY_NINE + timedelta(days=7 * n)) for n in range(LEAST_SHOWN)]
    await cast.pass_by(seconds=40 * 24 * 3600)
    async with cast.database.transaction() as tx:
        for row in rows:
            await satisfaction.say(
                tx, await over(office, tx, row, Attendance.CAME), "verdict_no", "verdict_no", "It is me."
            )
    async with cast.database.reading() as tx:
        (result,) = await satisfaction.results(tx, office.appointment_type.agency_id)
    assert result == Result("Loire", "My project", LEAST_SHOWN, None, None, ())
