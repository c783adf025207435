"""Many who want the same at once: what was found out after one asked is shared, and nothing older is."""

import asyncio

import pytest

from rooms.agencies import Mode
from rooms.appointments import desk, waitlist
from rooms.appointments.rush import Rush
from rooms.appointments.times import NobodyFree
from rooms.errors import Conflict
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, open_office


async def test_whoever_waited_while_it_went_is_told_without_trying() -> None:
    rush, tried = Rush(), []
    left = 2

    async def attempt(name: int) -> bool:
        nonlocal left
        try:
            async with rush.turn("nine"):
                tried.append(name)
                await asyncio.sleep(0)
                if left == 0:
                    raise NobodyFree()
                left -= 1
        except NobodyFree:
            return False
        return True

    got = await asyncio.gather(*(attempt(n) for n in range(50)))
    assert (sum(got), len(tried)) == (2, 3)
    left = 1
    assert await attempt(99), "a time that came free again is tried for"


async def test_a_time_that_is_only_taken_for_somebody_is_still_tried_by_the_next() -> None:
    rush, tried = Rush(), []

    async def attempt(name: str, *, is_for_everybody: bool) -> None:
        async with rush.turn("nine"):
            tried.append(name)
            await asyncio.sleep(0)
            raise NobodyFree(is_for_everybody=is_for_everybody)

    mine = attempt("Claire herself", is_for_everybody=False)
    theirs = attempt("Amina", is_for_everybody=True)
    await asyncio.gather(mine, theirs, return_exceptions=True)
    assert tried == ["Claire herself", "Amina"]


async def test_a_look_is_shared_by_who_asked_before_it_began_and_never_older() -> None:
    rush, began, gate = Rush(), [], asyncio.Event()

    async def find() -> int:
        began.append(len(began))
        await gate.wait()
        return began[-1]

    first = [asyncio.create_task(rush.look("week", find)) for _ in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert began == [0]
    second = [asyncio.create_task(rush.look("week", find)) for _ in range(5)]
    await asyncio.sleep(0)
    first[0].cancel()
    gate.set()
    assert await asyncio.gather(*first[1:]) == [0] * 4
    assert await asyncio.gather(*second) == [1] * 5
    assert began == [0, 1]


async def test_a_failure_is_everybodys_and_the_next_look_is_fresh() -> None:
    rush = Rush()

    async def fail() -> int:
        raise ValueError("no database")

    async def find() -> int:
        return 1

    both = await asyncio.gather(rush.look("week", fail), rush.look("week", fail), return_exceptions=True)
    assert [str(each) for each in both] == ["no database"] * 2
    assert await rush.look("week", find) == 1


async def test_nobody_free_is_for_everybody_unless_others_may_be_asked(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    booked = await office.book(cast.karim, WEDNESDAY_NINE)
    free = office.nadia if booked.counsellor_id == office.claire.id else office.claire
    with pytest.raises(NobodyFree) as refused:
        await office.hold(free, WEDNESDAY_NINE)
    assert not refused.value.is_for_everybody, "nobody meets themselves, and others may meet them"
    await office.book(cast.luc, WEDNESDAY_NINE)
    with pytest.raises(NobodyFree) as refused:
        await office.hold(cast.amina, WEDNESDAY_NINE)
    assert refused.value.is_for_everybody


async def test_a_time_that_collides_with_ones_own_proposal_is_gone_for_nobody_else(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        amina, reason = await cast.fresh(tx, cast.amina), await office.fresh_reason(tx)
        await waitlist.wish(tx, amina, reason, Mode.VIDEO, WEDNESDAY_NINE.date(), WEDNESDAY_NINE.date(), PARIS)
    taken = await office.book(cast.karim, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        await desk.cancel(tx, await office.fresh(tx, taken), await cast.fresh(tx, cast.karim))
    assert "09:00" not in await office.starts(cast.amina), "it is proposed to her already"
    with pytest.raises(Conflict) as refused:
        await office.hold(cast.amina, WEDNESDAY_NINE)
    assert refused.value.code == "slot.own"
    await office.hold(cast.luc, WEDNESDAY_NINE)
