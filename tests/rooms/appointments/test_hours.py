"""When somebody can be booked, as they say it."""

from datetime import timedelta

import pytest

from rooms.appointments import (
    booking_rules,
    hours,
)
from rooms.core.errors import Invalid
from tests.cast import refusal
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office


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
