"""The fair as it goes on: what its screen says equals what was done, slot by slot."""

from rooms.fairs import booths
from rooms.lines import calls
from rooms.lines.call import Answer
from rooms.lines.places import Place
from rooms.views import fair_now
from rooms.views.fair_now import FairNow, Need
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair
from tests.rooms.views.test_fair_report import talk, welcome


async def now(cast: Cast) -> FairNow:
    async with cast.database.reading() as tx:
        fair = await fresh_fair(tx, cast)
        return await fair_now.of_fair(tx, fair, await booths.of_fair(tx, fair.id))


async def leave(cast: Cast, place: Place) -> None:
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, place.id))


def needs(shown: FairNow) -> dict[str, Need]:
    return {hand.booth.employer.name: hand.need for hand in shown.hands}


async def test_a_fair_in_which_nothing_has_happened_is_one_slot_of_nothing(cast: Cast) -> None:
    shown = await now(cast)
    (slot,) = shown.slots
    assert (slot.waiting, slot.talking, slot.joined, slot.talks, slot.left, slot.missed) == (0,) * 6
    assert (shown.candidates, shown.recruiters, shown.longest_wait, shown.median_wait) == (0, 0, None, None)
    assert needs(shown) == {"Hôtel Atlantique": Need.EMPTY, "Maison Perrin": Need.EMPTY}


async def test_each_thing_stands_in_its_slot_and_who_waits_is_counted_at_its_end(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    first, second, third = [await welcome(cast, number) for number in range(3)]
    await talk(cast, first, wait=12, length=10)
    await cast.join(second, cast.atlantique)
    gone = await cast.join(third, cast.atlantique)
    await cast.pass_by(minutes=11)
    await cast.keep_alive()
    await leave(cast, gone)
    shown = await now(cast)
    assert [slot.joined for slot in shown.slots] == [1, 0, 2, 0]
    assert [slot.talks for slot in shown.slots] == [0, 1, 0, 0]
    assert [slot.talking for slot in shown.slots] == [0, 1, 0, 0]
    assert [slot.waiting for slot in shown.slots] == [1, 0, 2, 1]
    assert [slot.left for slot in shown.slots] == [0, 0, 0, 1]
    assert (shown.joined, shown.talks, shown.left, shown.talking) == (3, 1, 1, 0)
    assert (shown.waiting, shown.longest_wait, shown.median_wait) == (1, 11, 11)


async def test_a_talk_under_way_and_a_missed_call_are_told(cast: Cast) -> None:
    first, second = await welcome(cast, 1), await welcome(cast, 2)
    await cast.connect(cast.luc, cast.atlantique)
    await cast.join(first, cast.atlantique)
    missed = await cast.call_next(cast.luc, cast.atlantique)
    await cast.pass_by(minutes=2)
    await cast.keep_alive()
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, missed.id)
        assert row
        await calls.expire(tx, row)
    await cast.join(second, cast.atlantique)
    await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    shown = await now(cast)
    assert (shown.missed, shown.candidates, shown.recruiters) == (1, 2, 1)


async def test_the_worst_stands_first_among_those_who_need_a_hand(cast: Cast) -> None:
    person, other = await welcome(cast, 1), await welcome(cast, 2)
    await cast.connect(cast.sophie, cast.perrin)
    await cast.connect(cast.luc, cast.atlantique)
    assert needs(await now(cast)) == {"Hôtel Atlantique": Need.NOBODY_WAITS, "Maison Perrin": Need.NOBODY_WAITS}
    await cast.join(person, cast.perrin)
    await cast.join(other, cast.atlantique)
    assert needs(await now(cast)) == {}
    await cast.pass_by(minutes=44)
    await cast.keep_alive()
    assert needs(await now(cast)) == {}
    await cast.pass_by(minutes=1)
    await cast.keep_alive()
    await cast.disconnect(cast.luc)
    shown = await now(cast)
    assert [hand.need for hand in shown.hands] == [Need.NOBODY_THERE, Need.LONG_WAIT]
    assert [hand.longest_wait for hand in shown.hands] == [45, 45]


async def test_what_was_more_than_twelve_hours_ago_is_another_day(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    await talk(cast, await welcome(cast, 1), wait=1, length=5)
    await cast.pass_by(hours=13)
    shown = await now(cast)
    assert (len(shown.slots), shown.talks, shown.joined) == (1, 0, 0)
