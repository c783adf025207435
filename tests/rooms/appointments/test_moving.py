"""An appointment moves: the thread, the answers and the history stay with it."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from rooms.appointments import agenda, booking, booking_rules, hours, own_calendar
from rooms.appointments.appointment import ChangeKind
from rooms.appointments.availability import Span
from rooms.appointments.own_calendar import Read
from rooms.core.errors import Conflict
from rooms.core.outbox import Mail
from rooms.meetings.modes import Mode
from tests.cast import Cast, refusal
from tests.rooms.appointments.office import HALF, WEDNESDAY_NINE, Office, letters, open_office


async def test_moving_keeps_the_thread_tells_both_and_takes_old_reminders_back(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        found = await office.fresh(tx, row)
        await booking.move(tx, found, await cast.fresh(tx, cast.amina), WEDNESDAY_NINE + timedelta(minutes=15))
        assert (found.id, found.sequence, found.said) == (row.id, 1, "I bake.")
    assert await office.starts(cast.karim) == ["09:55", "10:35", "11:15"]
    async with cast.database.reading() as tx:
        changes = await agenda.changes_of(tx, row.id)
        assert [(each.kind, each.begins_at) for each in changes] == [
            (ChangeKind.BOOKED, WEDNESDAY_NINE),
            (ChangeKind.MOVED, WEDNESDAY_NINE),
        ]
        waiting = (
            (await tx.session.execute(select(Mail).where(Mail.once.startswith(f"remind:{row.id}")))).scalars().all()
        )
        assert {mail.values["begins_at"] for mail in waiting} == {"2026-11-25T08:15:00+00:00"}
    assert ("claire", "moved") in await letters(office)


async def test_moving_and_booking_the_same_time_at_once(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)

    async def move() -> None:
        async with office.cast.database.transaction() as tx:
            found = await office.fresh(tx, row)
            await booking.move(tx, found, await office.cast.fresh(tx, office.cast.amina), WEDNESDAY_NINE + 2 * HALF)

    found = await asyncio.gather(
        move(), office.book(office.cast.karim, WEDNESDAY_NINE + 2 * HALF), return_exceptions=True
    )
    assert len([each for each in found if isinstance(each, Conflict)]) == 1
    expected = ["09:40", "11:00"] if isinstance(found[0], Conflict) else ["09:00", "09:40", "11:00"]
    assert await office.starts(office.cast.luc) == expected


async def test_a_counsellor_moves_within_their_own_times_and_whoever_gives_one_up_is_told_which(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    mine, other = (office.claire, office.nadia) if row.led_by_id == office.claire.id else (office.nadia, office.claire)
    async with cast.database.transaction() as tx:
        await hours.add_day(tx, mine.id, WEDNESDAY_NINE.date(), (9 * 60, 10 * 60), ("video",))
    later = WEDNESDAY_NINE + 3 * HALF
    async with cast.database.transaction() as tx:
        found, me = await office.fresh(tx, row), await cast.fresh(tx, mine)
        assert await refusal(booking.move(tx, found, me, later)) == "slot.taken", "only the colleague is free then"
    async with cast.database.transaction() as tx:
        await booking.move(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina), later)
    async with cast.database.reading() as tx:
        assert (await office.fresh(tx, row)).led_by_id == other.id
        assert (await agenda.changes_of(tx, row.id))[-1].words == other.name
        query = select(Mail).where(Mail.once.startswith(f"taken:{row.id}"))
        (mail,) = (await tx.session.execute(query)).scalars()
        assert (mail.recipient, mail.values["begins_at"]) == (mine.email, WEDNESDAY_NINE.isoformat())


async def test_moving_to_a_colleague_tells_who_had_it_and_frees_their_calendar(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    had = row.led_by_id
    async with cast.database.transaction() as tx:
        busy = await booking_rules.of_person(tx, had)
        await own_calendar.keep_busy(
            tx, busy.person_id, "", Read([Span(WEDNESDAY_NINE + HALF, WEDNESDAY_NINE + 2 * HALF)])
        )
        found = await office.fresh(tx, row)
        await booking.move(tx, found, await cast.fresh(tx, cast.amina), WEDNESDAY_NINE + HALF)
        assert found.led_by_id != had
    who = "claire" if had == office.claire.id else "nadia"
    assert (who, "let_go") in await letters(office)


async def test_an_appointment_moves_to_the_phone_only_with_a_number_to_call(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        found, amina = await office.fresh(tx, row), await cast.fresh(tx, cast.amina)
        assert await refusal(booking.move(tx, found, amina, WEDNESDAY_NINE + HALF, Mode.PHONE)) == "phone.missing"
