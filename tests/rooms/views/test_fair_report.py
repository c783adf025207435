"""The numbers of a fair equal what its events say, and tell nothing of few."""

from collections import Counter

import pytest
from sqlalchemy import select

from rooms.core.streams import StoredEvent
from rooms.core.transaction import Transaction
from rooms.fairs import attendees
from rooms.lines import calls, places
from rooms.lines.call import Answer
from rooms.lines.places import Place, PlaceState
from rooms.meetings import follow_up, meetings
from rooms.meetings.follow_up import NextStep
from rooms.meetings.meeting import Meeting
from rooms.people import people
from rooms.people.people import Person
from rooms.views import fair_report
from rooms.views.fair_report import FEWEST, Figures, Report
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair


async def report(cast: Cast) -> Report:
    async with cast.database.reading() as tx:
        return await fair_report.of_fair(tx, await fresh_fair(tx, cast))


async def welcome(cast: Cast, number: int) -> Person:
    async with cast.database.transaction() as tx:
        person = await people.welcome(tx, f"Person {number}", f"person{number}@example.org", "en")
        person.location = "Nantes" if number else "Brest"
        await attendees.came(tx, await fresh_fair(tx, cast), {person.id: person})
    await cast.connect(person)
    return person


async def talk(cast: Cast, person: Person, *, wait: float, length: float, rating: int = 0) -> Meeting:
    """From the line to the end, in minutes."""
    await cast.join(person, cast.atlantique)
    await cast.pass_by(minutes=wait)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    for each in (person, cast.luc):
        async with cast.database.transaction() as tx:
            row = await meetings.locked(tx, meeting.id)
            assert row
            await meetings.go_in(tx, await cast.fresh(tx, each), row)
    await cast.pass_by(minutes=length)
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await meetings.end(tx, row)
        if rating:
            await follow_up.rate(tx, row, rating, "")
    return meeting


async def counted(tx: Transaction) -> Counter[str]:
    """How often each kind of event is stored on the streams of lines."""
    on_lines = StoredEvent.stream.startswith("line:")
    return Counter((await tx.session.execute(select(StoredEvent.kind).where(on_lines))).scalars())


async def test_the_numbers_equal_what_the_events_say(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    first, second, third = [await welcome(cast, number) for number in range(3)]
    await talk(cast, first, wait=4, length=10)
    await talk(cast, second, wait=8, length=20)
    await cast.join(third, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    await cast.pass_by(minutes=3)
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row
        await calls.expire(tx, row)
    await cast.join(third, cast.perrin)
    found = await report(cast)
    async with cast.database.reading() as tx:
        said = await counted(tx)
        settled = (
            await tx.session.execute(select(StoredEvent.data).where(StoredEvent.kind == "call.settled"))
        ).scalars()
        missed = {data["call_id"] for data in settled if data["state"] == "missed"}
    total = found.total
    assert (total.places, total.calls, total.missed) == (said["place.taken"], said["call.rang"], len(missed))
    assert (total.talks, total.people) == (said["meeting.opened"], 3)
    assert (total.talk_minutes, total.wait_minutes, total.longest_wait) == (15.0, 6.0, 8.0)
    assert (found.coming.came, total.promised, total.unanswered) == (3, 2, 2)
    named = {part.name: part.figures for part in found.employers}
    assert named[cast.atlantique.employer.name].talks == 2
    assert (named[cast.perrin.employer.name].places, named[cast.perrin.employer.name].talks) == (1, 0)
    for parts in (found.employers, found.sectors, found.days, found.hours):
        for name in ("places", "calls", "talks", "missed"):
            assert sum(getattr(part.figures, name) for part in parts) == getattr(total, name), (parts, name)


async def test_answers_are_in_time_late_or_overdue(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    held = [await talk(cast, await welcome(cast, number), wait=1, length=5) for number in range(3)]

    async def answer(meeting: Meeting) -> None:
        async with cast.database.transaction() as tx:
            row = await meetings.locked(tx, meeting.id)
            assert row
            await follow_up.answer(tx, row, NextStep.GO_ON, "Welcome")

    await answer(held[0])
    await cast.pass_by(days=6)
    await answer(held[1])
    total = (await report(cast)).total
    assert (total.promised, total.answered_in_time, total.answered_late, total.unanswered, total.overdue) == (
        3,
        1,
        1,
        1,
        1,
    )
    assert total.go_on is None, "two answers would tell who got which"


async def test_a_talk_that_is_cut_is_none_and_whoever_is_sent_on_has_waited_once(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    person = await welcome(cast, 1)
    await talk(cast, person, wait=4, length=10)
    async with cast.database.transaction() as tx:
        place = (await tx.session.execute(select(Place))).scalar_one()
        await places.stand_again(tx, place, PlaceState.WAITING)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    await cast.pass_by(minutes=5)
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        for each in (person, cast.luc):
            await meetings.go_in(tx, await cast.fresh(tx, each), row)
        await meetings.end(tx, row, is_cut=True)
    await cast.join(cast.karim, cast.atlantique)
    total = (await report(cast)).total
    assert (total.talks, total.failed, total.longest_wait, total.not_called) == (1, 1, 4.0, 1)


async def test_nothing_is_told_of_few(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    for number in range(FEWEST - 1):
        await talk(cast, await welcome(cast, number + 1), wait=1, length=5, rating=4)
    few = await report(cast)
    assert (few.total.ratings, few.total.rating, few.origins) == (FEWEST - 1, None, [])
    await talk(cast, await welcome(cast, FEWEST), wait=1, length=5, rating=3)
    enough = await report(cast)
    assert enough.total.rating == 3.8
    assert [(each.location, each.people) for each in enough.origins] == [("Nantes", FEWEST)]
    await welcome(cast, 0)
    one_more = await report(cast)
    assert [(each.location, each.people) for each in one_more.origins] == [("", FEWEST + 1)], (
        "who is left over is hidden"
    )


async def test_an_employer_is_told_of_its_own_booth_alone(cast: Cast) -> None:
    await cast.connect(cast.luc, cast.atlantique)
    await talk(cast, await welcome(cast, 1), wait=1, length=5)
    await cast.join(cast.karim, cast.perrin)
    async with cast.database.reading() as tx:
        mine = await fair_report.of_booth(tx, await cast.fresh_booth(tx, cast.atlantique))
    assert (mine.total.talks, mine.total.places, mine.coming, mine.employers) == (1, 1, None, [])


@pytest.mark.parametrize("name", ["talk_minutes", "wait_minutes", "longest_wait", "rating", "go_on"])
async def test_a_fair_at_which_nothing_took_place_has_a_report(cast: Cast, name: str) -> None:
    found = await report(cast)
    assert getattr(found.total, name) is None
    assert found.total == Figures()
    assert len(found.employers) == 2
