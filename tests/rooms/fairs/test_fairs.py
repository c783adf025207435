"""A fair's days."""

from datetime import timedelta

import pytest

from rooms.core.errors import Invalid
from rooms.fairs import fairs, opening, schedule
from rooms.fairs.fairs import Fair, FairState
from tests.cast import Cast


async def test_a_day_that_is_over_is_not_added_to_a_fair(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        with pytest.raises(Invalid) as refused:
            await schedule.add_day(tx, cast.fair, tx.now - timedelta(days=1, hours=8), tx.now - timedelta(days=1))
        assert refused.value.field == "date"
        await schedule.add_day(tx, cast.fair, tx.now + timedelta(days=30), tx.now + timedelta(days=30, hours=8))


async def test_a_fair_closed_by_hand_before_its_time_may_follow_its_days_again(cast: Cast) -> None:  # O9
    async with cast.database.transaction() as tx:
        fair = await fairs.create(tx, cast.ines, fairs.FairDescription("Spring", "", ("fr",), (), "Europe/Paris"))
        opens = tx.now + timedelta(days=30)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))
        await opening.publish(tx, fair)
        await opening.open_by_hand(tx, fair)
        await opening.close_by_hand(tx, fair)
        assert fair.next_turn_at is None
        await opening.publish(tx, fair)
        assert (fair.state, fair.next_turn_at) == (FairState.PUBLISHED, opens)
    await cast.pass_by(days=30, minutes=1)
    async with cast.database.transaction() as tx:
        row = await tx.session.get_one(Fair, fair.id)
        await schedule.turn(tx, row)
        assert row.is_open_now
