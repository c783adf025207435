"""A time is kept for five minutes for who fills in the rest; nobody else has it meanwhile."""

import asyncio

from rooms import access
from rooms.access import Actor
from rooms.appointments import booking, reservation
from rooms.appointments.appointment import AppointmentState
from rooms.caseload import caseload
from tests.cast import refusal
from tests.rooms.appointments.office import HALF, WEDNESDAY_NINE, Office, held_by


async def test_a_held_time_is_kept_for_five_minutes_and_then_free(office: Office) -> None:
    amina, karim = office.cast.amina, office.cast.karim
    held = await office.hold(amina, WEDNESDAY_NINE)
    assert "09:00" not in await office.starts(karim)
    assert await refusal(office.hold(karim, WEDNESDAY_NINE)) == "slot.taken"
    office.cast.clock.pass_by(minutes=5)
    assert "09:00" in await office.starts(karim)
    await office.book(karim, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        row = await office.fresh(tx, held)
        assert row.state is AppointmentState.LAPSED
        assert await refusal(booking.book(tx, row, amina)) == "appointment.lapsed"


async def test_looking_for_another_time_lets_the_held_one_go(office: Office) -> None:
    amina = office.cast.amina
    await office.hold(amina, WEDNESDAY_NINE)
    await office.hold(amina, WEDNESDAY_NINE + HALF)
    assert "09:00" in await office.starts(office.cast.karim)


async def test_a_held_time_is_nothing_that_its_counsellor_sees_or_knows_somebody_by(office: Office) -> None:
    cast = office.cast
    row = await office.hold(cast.amina, WEDNESDAY_NINE)
    async with cast.database.reading() as tx:
        assert await refusal(access.appointment(tx, Actor(office.claire), row.id)) == "appointment.not_found"
        assert (await access.appointment(tx, Actor(cast.amina), row.id)).id == row.id
        assert not await caseload.knows(tx, office.claire.id, cast.amina.id)
    async with cast.database.transaction() as tx:
        await booking.book(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
        assert await caseload.knows(tx, office.claire.id, cast.amina.id)


async def test_a_late_booking_and_somebody_elses_hold_do_not_wait_for_each_other(office: Office) -> None:
    cast = office.cast
    await office.hold(cast.amina, WEDNESDAY_NINE)
    late = await office.hold(cast.karim, WEDNESDAY_NINE + HALF)
    cast.clock.pass_by(minutes=6)
    is_locked, has_held = asyncio.Event(), asyncio.Event()

    async def book_late() -> bool:
        async with cast.database.transaction() as tx:
            row = await reservation.locked(tx, late.id)
            assert row
            is_locked.set()
            if not tx.is_sqlite:
                await has_held.wait()
            return await booking.reserve_again(tx, row)

    async def hold_another() -> None:
        await is_locked.wait()
        await office.hold(cast.luc, WEDNESDAY_NINE + 2 * HALF)
        has_held.set()

    async with asyncio.timeout(10):
        renewed, _ = await asyncio.gather(book_late(), hold_another())
    assert renewed
    assert sorted(await held_by(office)) == ["Karim Diallo", "Luc Moreau"]
