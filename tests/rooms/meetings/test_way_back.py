"""Whoever leaves a talk may come back for some minutes (C14): they are free meanwhile, and it waits for them."""

from datetime import timedelta

import pytest

from rooms.appointments import abandoned, room
from rooms.appointments.appointment import Appointment, Attendance
from rooms.core.errors import Conflict
from rooms.fairs import booth_staff
from rooms.lines.call import Answer
from rooms.lines.places import PlaceState
from rooms.meetings import cobrowsing, meetings, under_way
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.people import engagement
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, open_office


async def go(cast: Cast, person: Person, meeting: Meeting, *, out: bool = False) -> Meeting:
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await (meetings.go_out if out else meetings.go_in)(tx, await cast.fresh(tx, person), row)
        return row


@pytest.fixture
async def talk(cast: Cast) -> Meeting:
    """Amina and Luc talk; she waits for Sophie too."""
    for person in (cast.amina, cast.luc, cast.sophie):
        await cast.connect(person)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.amina, cast.perrin)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    await go(cast, cast.luc, meeting)
    return await go(cast, cast.amina, meeting)


async def state(cast: Cast, meeting: Meeting) -> MeetingState:
    async with cast.database.reading() as tx:
        return (await tx.session.get_one(Meeting, meeting.id)).state


async def sweep(cast: Cast) -> None:
    async with cast.database.reading() as tx:
        found = await abandoned.now_abandoned(tx)
    for meeting_id in found:
        async with cast.database.transaction() as tx:
            await abandoned.end_abandoned(tx, meeting_id)


async def test_who_left_comes_back_into_the_same_talk(cast: Cast, talk: Meeting) -> None:
    left = await go(cast, cast.amina, talk, out=True)
    assert (set(left.gone_in), set(left.gone_out)) == ({cast.luc.id}, {cast.amina.id})
    async with cast.database.reading() as tx:
        assert set(await engagement.engaged(tx, {cast.amina.id, cast.luc.id})) == {cast.luc.id}, "she is free"
        assert await under_way.current(tx, cast.amina.id), "and is shown the way back"
    await cast.pass_by(minutes=4, seconds=50)
    await sweep(cast)
    assert await state(cast, talk) is MeetingState.LIVE
    back = await go(cast, cast.amina, talk)
    assert (set(back.gone_in), back.gone_out) == ({cast.amina.id, cast.luc.id}, {})
    async with cast.database.reading() as tx:
        assert set(await engagement.engaged(tx, {cast.amina.id})) == {cast.amina.id}
    await cast.pass_by(minutes=10)
    await sweep(cast)
    assert await state(cast, talk) is MeetingState.LIVE, "nobody is cut off who talks"


async def test_what_was_looked_at_together_ends_with_leaving(cast: Cast, talk: Meeting) -> None:
    async with cast.database.transaction() as tx:
        await cobrowsing.begin(tx, cast.amina.id, talk.id)
    await go(cast, cast.amina, talk, out=True)
    await go(cast, cast.amina, talk)
    async with cast.database.reading() as tx:
        assert await cobrowsing.of_meeting(tx, talk.id) is None, "she is asked anew"


async def test_whoever_is_a_candidate_ends_no_talk_by_calling_the_next(cast: Cast, talk: Meeting) -> None:
    await cast.connect(cast.karim)
    await cast.join(cast.karim, cast.perrin)
    async with cast.database.transaction() as tx:
        await booth_staff.staff_by_member(tx, cast.perrin.employer_id, cast.amina.id)
    with pytest.raises(Conflict, match=r"recruiter\.in_meeting"):
        await cast.call_next(cast.amina, cast.perrin, finish=True)
    assert await state(cast, talk) is MeetingState.LIVE


async def test_whoever_has_left_a_talk_is_free_at_their_own_desk(cast: Cast, talk: Meeting) -> None:
    await go(cast, cast.amina, talk, out=True)
    async with cast.database.reading() as tx:
        assert await under_way.led_now_by(tx, cast.amina.id) is None
        assert await under_way.led_now_by(tx, cast.luc.id)


async def test_a_talk_waits_five_minutes_and_counts_as_held(cast: Cast, talk: Meeting) -> None:
    await go(cast, cast.amina, talk, out=True)
    await cast.pass_by(minutes=5, seconds=1)
    await sweep(cast)
    assert await state(cast, talk) is MeetingState.ENDED
    async with cast.database.reading() as tx:
        assert await engagement.engaged(tx, {cast.amina.id, cast.luc.id}) == {}
    with pytest.raises(Conflict, match=r"meeting\.over"):
        await go(cast, cast.amina, talk)


async def test_whoever_was_called_elsewhere_meanwhile_is_in_one_talk_at_a_time(cast: Cast, talk: Meeting) -> None:
    await go(cast, cast.amina, talk, out=True)
    other = await cast.answer(await cast.call_next(cast.sophie, cast.perrin), Answer.JOIN)
    assert other
    async with cast.database.reading() as tx:
        current = await under_way.current(tx, cast.amina.id)
        assert current
        assert current.id == other.id, "the way leads to where she is"
    with pytest.raises(Conflict, match=r"meeting\.engaged"):
        await go(cast, cast.amina, talk)


async def test_a_talk_that_has_not_begun_is_given_up_and_the_place_stands_first(cast: Cast) -> None:
    for person in (cast.amina, cast.luc):
        await cast.connect(person)
    place = await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    await go(cast, cast.amina, meeting)
    await go(cast, cast.amina, meeting, out=True)
    assert await state(cast, meeting) is MeetingState.MISSED
    assert (await cast.place(place)).state is PlaceState.WAITING


async def test_whoever_leads_does_not_leave_but_finishes(cast: Cast, talk: Meeting) -> None:
    assert set((await go(cast, cast.luc, talk, out=True)).gone_in) == {cast.amina.id, cast.luc.id}


async def test_whoever_came_to_an_appointment_and_left_has_come(cast: Cast) -> None:
    office = await open_office(cast)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.reading() as tx:
        cast.clock.pass_by(seconds=(WEDNESDAY_NINE - tx.now - timedelta(minutes=1)).total_seconds())
    async with cast.database.transaction() as tx:
        meeting = await room.enter(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    await go(cast, cast.amina, meeting)
    await go(cast, office.claire, meeting)
    await go(cast, cast.amina, meeting, out=True)
    async with cast.database.transaction() as tx:
        held = await room.locked_meeting(tx, meeting.id)
        assert held
        await meetings.end(tx, held)
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Appointment, row.id)).attendance is Attendance.CAME
