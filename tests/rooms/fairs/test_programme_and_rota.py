"""What takes place beside the booths, and who is to stand at one when."""

import asyncio
import uuid
from datetime import datetime, timedelta

import pytest

from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.fairs import booths, programme, rota, schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import FairDescription
from rooms.fairs.programme import ItemText
from rooms.fairs.rota import RotaDay
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import fresh_fair


async def test_the_programme_stands_in_its_order_and_leads_nowhere_false(cast: Cast) -> None:
    now = cast.clock.now()
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        late = await programme.add(tx, fair, ItemText("Closing", now + timedelta(hours=3), now + timedelta(hours=4)))
        await programme.add(tx, fair, ItemText("Opening", now, now + timedelta(hours=1), link="https://example.org/x"))
        for field, wrong in (
            ("closes", ItemText("Back in time", now, now)),
            ("closes", ItemText("For ever", now, now + timedelta(days=3))),
            ("title", ItemText(" ", now, now + timedelta(hours=1))),
            ("link", ItemText("Elsewhere", now, now + timedelta(hours=1), link="javascript:alert(1)")),
            ("link", ItemText("Elsewhere", now, now + timedelta(hours=1), link="https://a@evil.example")),
        ):
            with pytest.raises(Invalid) as refused:
                await programme.add(tx, fair, wrong)
            assert refused.value.field == field
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        assert [item.title for item in await programme.of_fair(tx, fair.id)] == ["Opening", "Closing"]
        await programme.remove(tx, fair, await programme.one(tx, fair.id, late.id))
        with pytest.raises(NotFound):
            await programme.one(tx, uuid.uuid4(), late.id)
    async with cast.database.reading() as tx:
        assert [item.title for item in await programme.of_fair(tx, cast.fair.id)] == ["Opening"]


async def plan(cast: Cast, booth: Booth, person: Person, *hours: float) -> rota.Shift:
    async with cast.database.transaction() as tx:
        opens = (await schedule.days_of(tx, await fresh_fair(tx, cast)))[0].opens_at
        begins, ends = (opens + timedelta(hours=hour) for hour in hours)
        return await rota.plan(tx, await cast.fresh_booth(tx, booth), person.id, begins, ends)


async def day_of(cast: Cast, booth: Booth) -> tuple[RotaDay, list[tuple[float, float]]]:
    """The first day of the booth, and its gaps in hours since the opening."""
    async with cast.database.reading() as tx:
        fair = await fresh_fair(tx, cast)
        day = (await rota.of_booths(tx, fair, [await cast.fresh_booth(tx, booth)]))[booth.id][0]

    def hours(moment: datetime) -> float:
        return (moment - day.day.opens_at).total_seconds() / 3600

    return day, [(hours(gap.begins_at), hours(gap.ends_at)) for gap in day.gaps]


async def length_of_day(cast: Cast) -> float:
    async with cast.database.reading() as tx:
        day = (await schedule.days_of(tx, await fresh_fair(tx, cast)))[0]
    return (day.closes_at - day.opens_at).total_seconds() / 3600


async def test_gaps_are_what_nobody_is_planned_for(cast: Cast) -> None:
    end = await length_of_day(cast)
    assert (await day_of(cast, cast.atlantique))[1] == [(0, end)]
    await plan(cast, cast.atlantique, cast.luc, 1, 3)
    await plan(cast, cast.atlantique, cast.luc, 3, 4)
    assert (await day_of(cast, cast.atlantique))[1] == [(0, 1), (4, end)]


async def test_nobody_is_planned_twice_at_one_time_or_while_the_fair_is_closed(cast: Cast) -> None:
    await plan(cast, cast.atlantique, cast.luc, 1, 3)
    with pytest.raises(Conflict, match=r"shift\.overlaps"):
        await plan(cast, cast.atlantique, cast.luc, 2, 4)
    with pytest.raises(Invalid, match=r"shift\.closed"):
        await plan(cast, cast.atlantique, cast.luc, -1, 0.5)
    with pytest.raises(Invalid, match=r"shift\.person"):
        await plan(cast, cast.atlantique, cast.amina, 5, 6)
    with pytest.raises(Invalid, match=r"ends_at\.before"):
        await plan(cast, cast.atlantique, cast.luc, 6, 6)


async def test_two_tabs_plan_one_shift(cast: Cast) -> None:
    found = await asyncio.gather(
        *(plan(cast, cast.atlantique, cast.luc, 1, 3) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "Shift"]


async def test_a_booth_that_has_planned_nothing_is_not_called_unattended(cast: Cast) -> None:
    day, _ = await day_of(cast, cast.atlantique)
    assert rota.unattended({cast.atlantique.id: [day]}, day.day.opens_at) == set()
    await plan(cast, cast.atlantique, cast.luc, 1, 3)
    day, _ = await day_of(cast, cast.atlantique)
    for hour, expected in ((0, {cast.atlantique.id}), (2, set())):
        assert rota.unattended({cast.atlantique.id: [day]}, day.day.opens_at + timedelta(hours=hour)) == expected


async def test_another_time_zone_moves_what_lies_ahead_with_the_days(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await draft(tx, cast)
        (day, *_) = await schedule.days_of(tx, fair)
        item = await programme.add(tx, fair, ItemText("Talk", day.opens_at, day.closes_at))
        booth = await booths.reserve(tx, fair, (await cast.fresh_booth(tx, cast.atlantique)).employer)
        shift = await rota.plan(tx, booth, cast.luc.id, day.opens_at, day.closes_at)
        described = FairDescription(fair.name, "", tuple(fair.languages), (), "America/Martinique")
        before = item.begins_at
        await schedule.describe(tx, fair, described)
        assert item.begins_at == shift.begins_at == day.opens_at != before
        assert (await rota.of_booths(tx, fair, [booth]))[booth.id][0].gaps == []


async def test_a_shift_outside_the_hours_keeps_nobody_from_being_planned(cast: Cast) -> None:
    await plan(cast, cast.atlantique, cast.luc, 1, 3)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        (day,) = await schedule.days_of(tx, fair)
        day.opens_at += timedelta(hours=2)
    await plan(cast, cast.atlantique, cast.luc, 0, 2)
