"""Two at once: what a constraint promises is tried by real concurrency, on both databases."""

import asyncio

from sqlalchemy import func, select

from rooms.core.errors import Conflict, Problem
from rooms.lines import calls, places
from rooms.lines.call import Answer, Call, CallState
from rooms.lines.places import Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.people import people
from rooms.people.engagement import Engagement
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.meetings.test_answers import colleague


async def _outcome(coroutine: object) -> object:
    try:
        return await coroutine  # type: ignore[misc]
    except Problem as problem:
        return problem


async def test_two_recruiters_call_the_same_candidate_at_once_and_one_wins(cast: Cast) -> None:
    for _ in range(5):
        await cast.connect(cast.amina)
        await cast.join(cast.amina, cast.atlantique)
        await cast.join(cast.amina, cast.perrin)
        both = await asyncio.gather(
            _outcome(cast.call_next(cast.luc, cast.atlantique)),
            _outcome(cast.call_next(cast.sophie, cast.perrin)),
        )
        won = [result for result in both if isinstance(result, Call)]
        lost = [result for result in both if isinstance(result, Conflict)]
        assert len(won) == 1
        assert [problem.code for problem in lost] == ["line.nobody"]
        async with cast.database.transaction() as tx:
            row = await calls.locked(tx, won[0].id)
            assert row is not None
            await calls.withdraw(tx, row)


async def test_two_recruiters_of_one_booth_call_the_same_candidate_and_one_is_told_who_does(cast: Cast) -> None:
    claire = await colleague(cast)
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)

    async def choose(recruiter: Person) -> Call:
        async with cast.database.transaction() as tx:
            row = await tx.session.get_one(Place, place.id)
            return await calls.call_chosen(tx, await cast.fresh(tx, recruiter), row)

    both = await asyncio.gather(_outcome(choose(cast.luc)), _outcome(choose(claire)))
    (won,) = [result for result in both if isinstance(result, Call)]
    (lost,) = [result for result in both if isinstance(result, Problem)]
    caller = cast.luc if won.recruiter_id == cast.luc.id else claire
    assert (lost.code, lost.values) == ("place.ringing", {"name": caller.name})
    # Also in the moment after its time is over, before the worker has looked.
    await cast.pass_by(minutes=2)
    await cast.connect(cast.amina)
    again = await _outcome(choose(claire if caller is cast.luc else cast.luc))
    assert isinstance(again, Problem)
    assert again.code == "place.ringing"


async def test_a_recruiter_who_presses_twice_rings_once(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    both = await asyncio.gather(*(_outcome(cast.call_next(cast.luc, cast.atlantique)) for _ in range(2)))
    assert sum(isinstance(result, Call) for result in both) == 1
    assert [result.code for result in both if isinstance(result, Problem)] == ["recruiter.ringing"]


async def test_a_call_accepted_while_it_expires_has_one_outcome(cast: Cast) -> None:
    for _ in range(5):
        await cast.connect(cast.amina)
        place = await cast.join(cast.amina, cast.atlantique)
        call = await cast.call_next(cast.luc, cast.atlantique)
        # The candidate's answer was sent in the last moment; the worker's look at the deadline comes just after it.
        await cast.pass_by(seconds=59.999)

        async def expire(call: Call = call) -> None:
            cast.clock.pass_by(seconds=0.002)
            async with cast.database.transaction() as tx:
                row = await calls.locked(tx, call.id)
                assert row is not None
                await calls.expire(tx, row)

        accepted, _ = await asyncio.gather(_outcome(cast.answer(call, Answer.JOIN)), _outcome(expire()))
        async with cast.database.transaction() as tx:
            row = await calls.locked(tx, call.id)
            assert row is not None
            engaged = (await tx.session.execute(select(func.count()).select_from(Engagement))).scalar_one()
            if row.state is CallState.ACCEPTED:
                assert isinstance(accepted, Meeting)
                assert engaged == 2
                await meetings.end(tx, await tx.session.get_one(Meeting, accepted.id))
                await places.leave(tx, await tx.session.get_one(Place, place.id))
            else:
                assert row.state is CallState.MISSED
                assert isinstance(accepted, Conflict)
                assert engaged == 0
                await places.leave(tx, await tx.session.get_one(Place, place.id))


async def test_fifty_people_join_at_once_and_every_position_is_taken_once(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        crowd = [await people.welcome(tx, f"Candidate {n}", f"c{n}@example.org", "en") for n in range(50)]
    taken = await asyncio.gather(*(cast.join(person, cast.atlantique) for person in crowd))
    assert sorted(place.ticket for place in taken) == list(range(1, 51))


async def test_two_tabs_cannot_take_more_places_than_the_fair_allows(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(type(cast.fair), cast.fair.id)
        fair.most_lines = 1
    both = await asyncio.gather(
        _outcome(cast.join(cast.amina, cast.atlantique)), _outcome(cast.join(cast.amina, cast.perrin))
    )
    assert sum(isinstance(result, Place) for result in both) == 1
    assert [result.code for result in both if isinstance(result, Problem)] == ["line.too_many"]


async def test_joining_twice_at_once_takes_one_place(cast: Cast) -> None:
    await asyncio.gather(*(cast.join(cast.amina, cast.atlantique) for _ in range(4)))
    async with cast.database.reading() as tx:
        rows = await places.in_line(tx, cast.atlantique.id)
    assert [place.person_id for place in rows] == [cast.amina.id]
    assert rows[0].state is PlaceState.WAITING


async def test_a_recruiter_is_not_rung_as_a_candidate_while_calling(cast: Cast) -> None:
    """Recruiters, too, are in at most one call: Sophie waits in Luc's line while she calls from her own."""
    await cast.connect(cast.sophie)
    await cast.connect(cast.amina)
    await cast.join(cast.sophie, cast.atlantique)
    await cast.join(cast.amina, cast.perrin)
    both = await asyncio.gather(
        _outcome(cast.call_next(cast.luc, cast.atlantique)), _outcome(cast.call_next(cast.sophie, cast.perrin))
    )
    async with cast.database.reading() as tx:
        ringing = (await tx.session.execute(select(Call).where(Call.state == CallState.RINGING))).scalars().all()
        engaged = (await tx.session.execute(select(Engagement.person_id))).scalars().all()
    assert len(ringing) == sum(isinstance(result, Call) for result in both) >= 1
    assert len(engaged) == len(set(engaged)) == 2 * len(ringing)
