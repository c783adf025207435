"""Days off: many at once, shown together, taken back together, and what is booked on them is named."""

from datetime import date, timedelta

import pytest

from rooms.appointments import agenda, hours
from rooms.core.errors import Invalid
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, open_office

MONDAY = date(2026, 11, 23)


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
