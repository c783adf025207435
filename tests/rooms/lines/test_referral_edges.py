"""A candidate who was promised to go on does so, whatever happened meanwhile, and gets no more than that."""

import asyncio

import pytest

from rooms.appointments import booth_departure, recruiter_departure, room
from rooms.core import outbox
from rooms.core.errors import Conflict
from rooms.fairs import booths
from rooms.fairs.fairs import Fair
from rooms.lines import places, referrals
from rooms.lines.call import Answer
from rooms.lines.places import Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from tests.cast import Cast, refusal
from tests.rooms.appointments import interviews
from tests.rooms.lines.test_referrals import answer, end, held, offer, reopen
from tests.rooms.meetings.test_answers import colleague


async def leave_the_fair(cast: Cast, booth: object) -> None:
    async with cast.database.transaction() as tx:
        row = await cast.fresh_booth(tx, booth)  # type: ignore[arg-type]
        await booth_departure.leave(tx, row, await cast.fresh(tx, cast.ines))


async def test_a_yes_in_an_interview_gives_a_place_at_once(cast: Cast) -> None:
    await colleague(cast)
    booth = await interviews.open_booth(cast)
    begins = (await booth.starts(cast.amina))[0]
    row = await booth.book(cast.amina, begins)
    cast.clock.pass_by(seconds=max(0, (begins - cast.clock.now()).total_seconds()))
    await cast.keep_alive()
    meeting = await interviews.both_in(cast, row)
    await answer(cast, meeting, await offer(cast, meeting, cast.atlantique, cast.claire))
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    assert (place.state, place.kept_for_id) == (PlaceState.WAITING, cast.claire.id)
    async with cast.database.transaction() as tx:
        found = await room.locked_meeting(tx, meeting.id)
        assert found
        await meetings.end(tx, found)
    assert (await held(cast, cast.amina))[cast.atlantique.id].kept_for_id == cast.claire.id


async def test_a_colleague_is_kept_though_the_talk_was_cut(cast: Cast, talk: Meeting) -> None:
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    async with cast.database.transaction() as tx:
        booth, claire = await cast.fresh_booth(tx, cast.atlantique), await cast.fresh(tx, cast.claire)
        await recruiter_departure.choose_staff(tx, booth, {claire.id}, claire)
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    assert (place.state, place.kept_for_id, place.passed_over_until) == (PlaceState.WAITING, cast.claire.id, None)


@pytest.mark.parametrize("comes_back", [False, True])
async def test_no_place_in_the_line_of_a_booth_that_has_left(cast: Cast, talk: Meeting, comes_back: bool) -> None:
    referral_id = await offer(cast, talk, cast.perrin, None)
    await leave_the_fair(cast, cast.perrin)
    if comes_back:
        async with cast.database.transaction() as tx:
            perrin = await cast.fresh_booth(tx, cast.perrin)
            await booths.reserve(tx, await tx.session.get_one(Fair, cast.fair.id), perrin.employer)
    assert await refusal(answer(cast, talk, referral_id)) == "booth.left"
    assert cast.perrin.id not in await held(cast, cast.amina)
    await answer(cast, talk, referral_id, accepts=False)


async def test_nor_where_they_stood_before(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    referral_id = await offer(cast, talk, cast.atlantique, cast.claire)
    await leave_the_fair(cast, cast.atlantique)
    assert await refusal(answer(cast, talk, referral_id)) == "booth.left"


async def test_whoever_stands_there_again_keeps_that_place_for_the_colleague(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    referral_id = await offer(cast, talk, cast.atlantique, cast.claire)
    mine = await cast.join(cast.amina, cast.atlantique)
    await answer(cast, talk, referral_id)
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    assert (place.id, place.kept_for_id) == (mine.id, cast.claire.id)


async def test_not_in_more_lines_than_the_fair_allows(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    async with cast.database.transaction() as tx:
        (await tx.session.get_one(Fair, cast.fair.id)).most_lines = 1
    await cast.join(cast.amina, cast.perrin)
    referral_id = await offer(cast, talk, cast.atlantique, cast.claire)
    assert await refusal(answer(cast, talk, referral_id)) == "line.too_many"
    assert set(await held(cast, cast.amina)) == {cast.perrin.id}


async def test_proposing_again_and_again_is_written_of_once(cast: Cast, talk: Meeting) -> None:
    await end(cast, talk)
    for _ in range(3):
        await offer(cast, talk, cast.perrin, None)
    async with cast.database.reading() as tx:
        assert len([each for each in await outbox.latest(tx) if each.template == "referral"]) == 1


@pytest.mark.parametrize("is_answered", [False, True])
async def test_a_call_and_taking_the_talk_up_again_at_one_instant(cast: Cast, talk: Meeting, is_answered: bool) -> None:
    """Whichever comes first, they are in one of the two, and whatever goes on can be ended."""
    await answer(cast, talk, await offer(cast, talk, cast.atlantique, cast.claire))
    await end(cast, talk)
    if is_answered:
        begins = cast.answer(await cast.call_next(cast.claire, cast.atlantique), Answer.JOIN)
        second, again = await asyncio.gather(begins, reopen(cast, talk), return_exceptions=True)
    else:
        rings = cast.call_next(cast.claire, cast.atlantique)
        second, again = await asyncio.gather(rings, reopen(cast, talk), return_exceptions=True)
    assert isinstance(second, Conflict) != isinstance(again, Conflict), (second, again)
    state = (await held(cast, cast.amina))[cast.atlantique.id].state
    assert state is (PlaceState.WAITING if again and not is_answered else PlaceState.TALKING)
    for meeting in (talk, second):
        if isinstance(meeting, Meeting):
            await end(cast, meeting)


async def test_a_talk_ends_though_its_place_has_ended_before(cast: Cast, talk: Meeting) -> None:
    place = (await held(cast, cast.amina))[cast.atlantique.id]
    async with cast.database.transaction() as tx:
        places.move(tx, await tx.session.get_one(Place, place.id), PlaceState.ENDED)
    await end(cast, talk)
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Meeting, talk.id)).is_over
        assert await referrals.latest_of(tx, [talk.id]) == {}
