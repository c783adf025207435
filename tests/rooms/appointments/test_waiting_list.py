"""A time that is given back is proposed to who waits, in order."""

import asyncio
from datetime import UTC, date, datetime

from sqlalchemy import select

from rooms.appointments import agenda, booking, reservation, waiting_list
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people.people import Person
from tests.cast import refusal
from tests.rooms.appointments.office import HALF, PARIS, WEDNESDAY_NINE, Office, held_by, letters


async def test_a_freed_time_is_proposed_in_order_each_with_a_fair_while(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        appointment_type, day = await office.fresh_type(tx), WEDNESDAY_NINE.date()
        for person in (cast.karim, cast.luc):
            someone = await cast.fresh(tx, person)
            await waiting_list.wish(tx, someone, appointment_type, Mode.VIDEO, day, day, PARIS)
            cast.clock.pass_by(seconds=1)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    assert await held_by(office) == ["Karim Diallo"]
    assert "09:00" not in await office.starts(cast.sophie)
    cast.clock.pass_by(hours=2, seconds=1)
    async with cast.database.transaction() as tx:
        for lapsed in await agenda.expired_reservations(tx):
            await booking.lapse(tx, lapsed)
    assert await held_by(office) == ["Luc Moreau"]
    async with cast.database.transaction() as tx:
        (held,) = (await tx.session.execute(select(Appointment.id).where(Appointment.state == "reserved"))).scalars()
        found = await reservation.locked(tx, held)
        assert found is not None
        await booking.book(tx, found, await cast.fresh(tx, cast.luc))
        assert await waiting_list.of_person(tx, cast.luc.id) == []
        assert len(await waiting_list.of_person(tx, cast.karim.id)) == 1
    assert [what for who, what in await letters(office) if what == "proposed"] == ["proposed"] * 2


async def test_a_proposal_takes_nothing_from_who_just_fills_in_a_form(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await office.wait(cast.karim)
    form = await office.hold(cast.karim, WEDNESDAY_NINE + 2 * HALF)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    async with cast.database.transaction() as tx:
        assert (await office.fresh(tx, form)).state is AppointmentState.RESERVED
        await booking.book(tx, await office.fresh(tx, form), await cast.fresh(tx, cast.karim))
    assert await held_by(office) == [], "what was proposed is given back"
    await office.hold(cast.luc, WEDNESDAY_NINE)


async def test_a_proposal_that_has_run_out_is_the_workers_to_pass_on(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await office.wait(cast.karim)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    cast.clock.pass_by(hours=2, seconds=1)
    assert await refusal(office.hold(cast.luc, WEDNESDAY_NINE)) == "slot.taken"
    async with cast.database.transaction() as tx:
        for lapsed in await agenda.expired_reservations(tx):
            await booking.lapse(tx, lapsed)
    await office.hold(cast.luc, WEDNESDAY_NINE)


async def two_wait_for_two(office: Office) -> None:
    """Karim and Luc, in this order, while two appointments are cancelled: each is asked about one of the times."""
    cast = office.cast
    rows = [await office.book(who, WEDNESDAY_NINE + n * HALF) for n, who in enumerate((cast.amina, cast.sophie))]
    for person in (cast.karim, cast.luc):
        await office.wait(person)
        cast.clock.pass_by(seconds=1)
    for row in rows:
        async with cast.database.transaction() as tx:
            fresh = await office.fresh(tx, row)
            await booking.cancel(tx, fresh, fresh.candidate)
    assert await held_by(office) == ["Karim Diallo", "Luc Moreau"]


async def the_proposal(office: Office, tx: Transaction, person: Person) -> Appointment:
    query = select(Appointment.id).where(Appointment.candidate_id == person.id, Appointment.wish_id.is_not(None))
    row = await reservation.locked(tx, (await tx.session.execute(query)).scalar_one())
    assert row
    return row


async def test_whoever_waits_no_longer_gives_back_what_was_proposed(office: Office) -> None:
    await two_wait_for_two(office)
    cast = office.cast
    async with cast.database.transaction() as tx:
        (wish,) = await waiting_list.of_person(tx, cast.karim.id)
        await booking.wait_no_longer(tx, await cast.fresh(tx, cast.karim), wish.id)
    assert await held_by(office) == ["Luc Moreau"]
    assert "09:00" in await office.starts(cast.amina)


async def test_a_proposal_that_is_declined_goes_to_the_next_and_the_turn_is_kept(office: Office) -> None:
    await two_wait_for_two(office)
    cast = office.cast
    async with cast.database.transaction() as tx:
        (wish,) = await waiting_list.of_person(tx, cast.luc.id)
        await booking.wait_no_longer(tx, await cast.fresh(tx, cast.luc), wish.id)
    await office.wait(cast.amina)
    async with cast.database.transaction() as tx:
        await booking.decline(tx, await the_proposal(office, tx, cast.karim))
        assert len(await waiting_list.of_person(tx, cast.karim.id)) == 1
    assert await held_by(office) == ["Amina Benali"]


async def test_the_same_wish_at_the_same_instant_is_one(office: Office) -> None:
    cast = office.cast
    await asyncio.gather(*(office.wait(cast.karim) for _ in range(4)))
    async with cast.database.reading() as tx:
        assert len(await waiting_list.of_person(tx, cast.karim.id)) == 1


async def test_one_may_wait_for_today_where_it_is_still_today(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        agency = (await office.fresh_type(tx)).agency
        assert agency
        await agencies.place(tx, agency, "Pacific/Tahiti", "", "", "")
    four_in_the_afternoon = datetime(2026, 11, 25, 2, tzinfo=UTC)
    cast.clock.pass_by(seconds=(four_in_the_afternoon - cast.clock.now()).total_seconds())
    async with cast.database.transaction() as tx:
        day, appointment_type = date(2026, 11, 24), await office.fresh_type(tx)
        await waiting_list.wish(
            tx, await cast.fresh(tx, cast.karim), appointment_type, Mode.VIDEO, day, day, "Pacific/Tahiti"
        )
