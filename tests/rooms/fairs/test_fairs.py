"""A fair's days."""

from datetime import timedelta

import pytest

from rooms.core.errors import Invalid
from rooms.fairs import schedule
from tests.cast import Cast


async def test_a_day_that_is_over_is_not_added_to_a_fair(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        with pytest.raises(Invalid) as refused:
            await schedule.add_day(tx, cast.fair, tx.now - timedelta(days=1, hours=8), tx.now - timedelta(days=1))
        assert refused.value.field == "date"
        await schedule.add_day(tx, cast.fair, tx.now + timedelta(days=30), tx.now + timedelta(days=30, hours=8))
