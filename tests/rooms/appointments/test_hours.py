"""When somebody can be booked, as they say it."""

from datetime import date, timedelta

import pytest

from rooms.appointments import agenda, booking_rules, hours
from rooms.core.errors import Invalid
from tests.cast import Cast, refusal
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office

MONDAY = date(2026, 11, 23)


async def test_hours_refuse_what_overlaps_or_makes_no_sense(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        claire = office.claire.id
        assert await refusal(hours.add_weekly(tx, claire, 2, 600, 660, ("video",))) == "hours.overlap"
        assert await refusal(hours.add_weekly(tx, claire, 1, 600, 540, ("video",))) == "ends.before"
        assert await refusal(hours.add_weekly(tx, claire, 1, 601, 660, ("video",))) == "begins.step"
        assert await refusal(hours.add_weekly(tx, claire, 1, 600, 660, ("smoke",))) == "modes.none"
        assert (
            await refusal(booking_rules.change(tx, claire, booking_rules.RulesText(3, 0, 0, 1, 1)))
            == "before_minutes.range"
        )


async def test_a_day_that_is_closed_is_closed_whatever_else_was_said_of_it(office: Office) -> None:
    day = WEDNESDAY_NINE.date()
    async with office.cast.database.transaction() as tx:
        await hours.add_day(tx, office.claire.id, day, (9 * 60, 12 * 60), ("video",))
    assert "09:00" in await office.starts(office.cast.amina)
    async with office.cast.database.transaction() as tx:
        await hours.add_day(tx, office.claire.id, day, None)
    assert await office.starts(office.cast.amina) == []


async def test_what_would_be_void_is_not_said_of_a_day(office: Office) -> None:
    day, claire = WEDNESDAY_NINE.date(), office.claire.id
    async with office.cast.database.transaction() as tx:
        with pytest.raises(Invalid, match=r"day\.past"):
            await hours.add_day(tx, claire, day - timedelta(days=30), None)
        await hours.add_day(tx, claire, day, None)
        with pytest.raises(Invalid, match=r"day\.closed"):
            await hours.add_day(tx, claire, day, (9 * 60, 12 * 60), ("video",))


async def test_a_holiday_is_entered_once_and_taken_back_once(cast: Cast) -> None:
    office = await open_office(cast)
    booked = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        claire, zone = office.claire.id, hours.ZoneInfo(PARIS)
        await hours.add_day(tx, claire, MONDAY, None, until=MONDAY + timedelta(days=6))
        await hours.add_day(tx, claire, MONDAY + timedelta(days=8), (540, 720), ("video",))
        rows = hours.in_a_row(await hours.days_of(tx, claire))
        ahead = [(each.first.begins, each.last) for each in rows]
        assert ahead == [(None, MONDAY + timedelta(days=6)), (540, MONDAY + timedelta(days=8))]
        assert await hours.is_closed(tx, claire, WEDNESDAY_NINE.date())
        assert not await hours.is_closed(tx, claire, MONDAY + timedelta(days=8))
        staying = await agenda.seen_by(tx, claire, MONDAY, zone, MONDAY + timedelta(days=6))
        assert [each.id for each in staying] == [booked.id]
    assert await office.starts(cast.karim) == []
    async with cast.database.transaction() as tx:
        await hours.remove_days(tx, claire, rows[0].first.id, rows[0].last)
        assert [each.day for each in await hours.days_of(tx, claire)] == [MONDAY + timedelta(days=8)]
    assert await office.starts(cast.karim) != []


@pytest.mark.parametrize("days", [-1, 93])
async def test_a_leave_ends_after_it_begins_and_within_three_months(cast: Cast, days: int) -> None:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        with pytest.raises(Invalid) as refused:
            await hours.add_day(tx, office.claire.id, MONDAY, None, until=MONDAY + timedelta(days=days))
    assert refused.value.field == "until"
