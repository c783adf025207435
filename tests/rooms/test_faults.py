"""What goes wrong around a line must not stick: each of these once held somebody for ever."""

from datetime import timedelta

import pytest

from rooms.access import invitations
from rooms.access.invitations import EmployerInvited
from rooms.appointments import abandoned, fair_days
from rooms.core.errors import Conflict
from rooms.fairs import booths, schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines import calls
from rooms.lines.call import Answer, Call, CallState
from rooms.lines.places import Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.people import engagement, push
from rooms.people.push import Subscription
from server.page_request import own_path
from tests.cast import Cast


async def expire(cast: Cast, call: Call) -> None:
    await cast.pass_by(seconds=61)
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row is not None
        await calls.expire(tx, row)


async def engaged(cast: Cast) -> set[str]:
    async with cast.database.reading() as tx:
        people = {person.id: person.name for person in (cast.amina, cast.karim, cast.luc, cast.sophie)}
        return {people[person] for person in await engagement.engaged(tx, people.keys())}


async def test_leaving_while_it_rings_ends_the_call_and_frees_both(cast: Cast) -> None:
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, place.id))
    assert await engaged(cast) == set()
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Call, call.id)).state is CallState.DECLINED
        assert await calls.due(tx) == []


async def test_a_phone_that_is_off_does_not_block_the_line(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        row = Subscription(person_id=cast.amina.id, endpoint="https://push.example.org/1", p256dh="x", auth="x")
        row.made_at = tx.now
        tx.session.add(row)
        assert await push.subscriptions_of(tx, {cast.amina.id}) == [row]
    await cast.connect(cast.karim)
    first = await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    await cast.pass_by(minutes=2)
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert call.place.person_id == cast.amina.id
    await expire(cast, call)
    assert (await cast.call_next(cast.luc, cast.atlantique)).place.person_id == cast.karim.id
    now = await cast.place(first)
    assert (now.state, now.missed) == (PlaceState.WAITING, 0)


async def test_a_meeting_both_have_left_ends_after_the_grace_and_one_that_somebody_is_in_does_not(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.luc)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    await cast.disconnect(cast.amina)
    for minutes, someone_left in ((30, True), (9, False), (2, False)):
        if not someone_left and cast.luc.id in cast.connections:
            await cast.disconnect(cast.luc)
        await cast.pass_by(minutes=minutes)
        async with cast.database.transaction() as tx:
            await abandoned.end_abandoned(tx, meeting.id)
        async with cast.database.reading() as tx:
            state = (await tx.session.get_one(Meeting, meeting.id)).state
        assert state is (MeetingState.MISSED if minutes == 2 else MeetingState.WAITING)
    assert await engaged(cast) == set()


async def test_taking_the_last_day_out_of_the_calendar_at_night_ends_the_places(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        day = await schedule.add_day(tx, fair, tx.now + timedelta(days=1), tx.now + timedelta(days=1, hours=8))
    place = await cast.join(cast.amina, cast.atlantique)
    await cast.pass_by(hours=10)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
    assert (await cast.place(place)).state is PlaceState.WAITING
    async with cast.database.transaction() as tx:
        await fair_days.remove_day(tx, await tx.session.get_one(Fair, cast.fair.id), day.id, cast.ines)
    assert (await cast.place(place)).state is PlaceState.ENDED


async def test_a_talk_that_never_began_when_the_fair_closed_leaves_no_place_behind(cast: Cast) -> None:
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    await cast.pass_by(hours=10)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
    async with cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    assert (await cast.place(place)).state is PlaceState.ENDED


async def test_staff_do_not_wait_in_their_own_line_and_a_break_stops_calls(cast: Cast) -> None:
    with pytest.raises(Conflict, match=r"line\.own"):
        await cast.join(cast.luc, cast.atlantique)
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        await booths.pause(tx, await tx.session.get_one(Booth, cast.atlantique.id))
    with pytest.raises(Conflict, match=r"booth\.paused"):
        await cast.call_next(cast.luc, cast.atlantique)


async def test_an_organiser_cannot_take_an_employer_over_by_its_name(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        with pytest.raises(Conflict, match=r"employer\.known") as caught:
            await invitations.invite_employer(
                tx, cast.ines, fair, EmployerInvited("Hôtel Atlantique", "hospitality", "m@example.org")
            )
        assert caught.value.field == "email"
        assert cast.luc.email
        await invitations.invite_employer(
            tx, cast.ines, fair, EmployerInvited("Hôtel Atlantique", "hospitality", cast.luc.email)
        )


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/\n/x"]
)
def test_nobody_is_sent_to_another_site(path: str) -> None:
    assert own_path(path) == "/"
    assert own_path("/fairs/x?q=a b") == "/fairs/x?q=a b"
