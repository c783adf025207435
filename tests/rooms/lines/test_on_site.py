"""One line for those on site and those at home: called to the table or by video, in the order in which they came."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms.appointments.abandoned import now_abandoned
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.core.outbox import Channel, Mail
from rooms.fairs import attendees, opening, registration, schedule
from rooms.fairs.schedule import DayMode
from rooms.lines import absence, calls, joining, kiosk, on_site, places
from rooms.lines.call import Answer, Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import meetings, reopening
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.people import engagement
from rooms.people.people import Person
from tests.cast import Cast, refusal
from tests.rooms.access.test_taken_back import fresh_fair


async def hold_on_site(cast: Cast, mode: DayMode = DayMode.BOTH) -> None:
    async with cast.database.transaction() as tx:
        for day in await schedule.days_of(tx, await fresh_fair(tx, cast)):
            day.mode = mode
    await cast.connect(cast.luc, cast.atlantique)


async def join(cast: Cast, person: Person, *, here: bool | None) -> Place:
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        return await joining.join(tx, await cast.fresh(tx, person), booth, is_on_site=here)


async def arrived(cast: Cast, call: Call) -> Meeting:
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row
        return await calls.arrived(tx, row)


async def expire(cast: Cast, call: Call) -> None:
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row
        await calls.expire(tx, row)


async def test_whoever_is_on_site_is_called_without_a_phone_and_in_their_order(cast: Cast) -> None:
    await hold_on_site(cast)
    await cast.connect(cast.karim)
    await join(cast, cast.amina, here=True)
    await join(cast, cast.karim, here=False)
    first = await cast.call_next(cast.luc, cast.atlantique)
    assert first.place.person_id == cast.amina.id
    assert first.deadline - first.rang_at == calls.COMES_WITHIN
    meeting = await arrived(cast, first)
    assert (meeting.state, meeting.is_at_table) == (MeetingState.LIVE, True)
    assert set(meeting.gone_in) == {cast.amina.id, cast.luc.id}
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await meetings.end(tx, row)
    assert (await cast.place(first.place)).state is PlaceState.SERVED
    second = await cast.call_next(cast.luc, cast.atlantique)
    assert second.place.person_id == cast.karim.id
    assert second.deadline - second.rang_at == calls.RINGS_FOR


async def test_arriving_twice_begins_one_talk(cast: Cast) -> None:
    await hold_on_site(cast)
    await join(cast, cast.amina, here=True)
    call = await cast.call_next(cast.luc, cast.atlantique)
    found = await asyncio.gather(*(arrived(cast, call) for _ in range(3)))
    assert len({meeting.id for meeting in found}) == 1


async def test_i_am_coming_gives_time_and_opens_no_video(cast: Cast) -> None:
    await hold_on_site(cast)
    await join(cast, cast.amina, here=True)
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert await cast.answer(call, Answer.JOIN) is None
    async with cast.database.reading() as tx:
        row = await tx.session.get_one(Call, call.id)
        assert row.state is CallState.RINGING
        assert row.deadline > call.rang_at + calls.COMES_WITHIN
        assert row.coming_at, "whatever page they open next does not ask again"
    await cast.pass_by(minutes=3, seconds=30)
    assert (await arrived(cast, call)).state is MeetingState.LIVE


async def test_whoever_does_not_come_keeps_their_order_and_is_on_hold_after_three_times(cast: Cast) -> None:
    await hold_on_site(cast)
    place = await join(cast, cast.amina, here=True)
    for missed in (1, 2, 3):
        call = await cast.call_next(cast.luc, cast.atlantique)
        await cast.pass_by(minutes=3, seconds=1)
        await expire(cast, call)
        assert (await cast.place(place)).missed == missed
        await cast.pass_by(minutes=3)
    row = await cast.place(place)
    assert (row.state, row.hold_reason) == (PlaceState.ON_HOLD, HoldReason.MISSED)
    with pytest.raises(Conflict):
        await arrived(cast, call)


async def test_nobody_on_site_is_taken_for_absent(cast: Cast) -> None:
    await hold_on_site(cast)
    place = await join(cast, cast.amina, here=True)
    await cast.pass_by(minutes=45)
    async with cast.database.transaction() as tx:
        assert await absence.put_absent_on_hold(tx) == 0
    assert (await cast.place(place)).state is PlaceState.WAITING


async def test_only_where_the_fair_is_held_on_site(cast: Cast) -> None:
    with pytest.raises(Conflict, match=r"fair\.not_on_site"):
        await join(cast, cast.amina, here=True)
    await cast.connect(cast.luc, cast.atlantique)
    await cast.connect(cast.karim)
    await join(cast, cast.karim, here=False)
    call = await cast.call_next(cast.luc, cast.atlantique)
    with pytest.raises(Conflict, match=r"call\.not_on_site"):
        await arrived(cast, call)


async def move_to(cast: Cast, place: Place, *, here: bool) -> None:
    async with cast.database.transaction() as tx:
        await on_site.move_to(tx, await tx.session.get_one(Place, place.id), is_on_site=here)


async def test_going_home_and_coming_keeps_the_order_and_waits_for_no_call_under_way(cast: Cast) -> None:
    await hold_on_site(cast)
    first, second = await join(cast, cast.amina, here=True), await join(cast, cast.karim, here=True)
    await move_to(cast, first, here=False)
    # At home and out of reach: the next one is called.
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert call.place.person_id == cast.karim.id
    assert await refusal(move_to(cast, second, here=False)) == "place.called"
    await move_to(cast, first, here=True)
    assert (await cast.place(first)).ticket == first.ticket


async def test_when_the_doors_close_everybody_waits_at_home(cast: Cast) -> None:
    await hold_on_site(cast)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        opens = tx.now + timedelta(hours=24)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))
    place = await join(cast, cast.amina, here=True)
    await cast.pass_by(hours=10)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
    row = await cast.place(place)
    assert (row.state, row.is_on_site) == (PlaceState.WAITING, False)


async def test_the_screen_says_a_number_and_a_table_and_no_name(cast: Cast) -> None:
    await hold_on_site(cast)
    await cast.connect(cast.karim)
    place = await join(cast, cast.amina, here=True)
    await join(cast, cast.karim, here=False)

    async def shown() -> list[tuple[str, int]]:
        async with cast.database.reading() as tx:
            return [(each.employer, each.ticket) for each in await on_site.called(tx, await fresh_fair(tx, cast))]

    assert await shown() == []
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert await shown() == [(cast.atlantique.employer.name, place.ticket)]
    await arrived(cast, call)
    assert await shown() == []


async def test_joining_again_sends_nobody_home(cast: Cast) -> None:
    await hold_on_site(cast)
    place = await join(cast, cast.amina, here=True)
    for here in (None, False):
        await join(cast, cast.amina, here=here)
    assert (await cast.place(place)).is_on_site
    async with cast.database.reading() as tx:
        assert len(await places.of_person(tx, cast.amina.id, cast.fair.id)) == 1


async def at_table(cast: Cast) -> Meeting:
    await hold_on_site(cast)
    await join(cast, cast.amina, here=True)
    return await arrived(cast, await cast.call_next(cast.luc, cast.atlantique))


async def abandoned(cast: Cast) -> list[object]:
    async with cast.database.reading() as tx:
        return list(await now_abandoned(tx))


async def test_a_page_that_sleeps_ends_no_talk_at_a_table_and_one_left_unfinished_ends(cast: Cast) -> None:
    meeting = await at_table(cast)
    await cast.disconnect(cast.luc)
    await cast.pass_by(minutes=40)
    assert await abandoned(cast) == []
    await cast.pass_by(minutes=30)
    assert await abandoned(cast) == [meeting.id]


async def test_at_a_table_nobody_leaves_by_a_page_and_a_talk_taken_up_again_has_both(cast: Cast) -> None:
    meeting = await at_table(cast)
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await meetings.go_out(tx, await cast.fresh(tx, cast.amina), row)
        assert cast.amina.id in row.gone_in
        await meetings.end(tx, row)
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        await reopening.reopen(tx, row)
        assert set(row.gone_in) == {cast.amina.id, cast.luc.id}
    await cast.pass_by(minutes=6)
    assert await abandoned(cast) == []
    async with cast.database.reading() as tx:
        assert set(await engagement.engaged(tx, {cast.amina.id})) == {cast.amina.id}


async def test_doors_shut_for_a_while_send_nobody_home(cast: Cast) -> None:
    await hold_on_site(cast)
    place = await join(cast, cast.amina, here=True)
    for move in (opening.close_by_hand, opening.open_by_hand):
        async with cast.database.transaction() as tx:
            await move(tx, await fresh_fair(tx, cast))
    assert (await cast.place(place)).is_on_site


async def test_a_day_that_is_held_online_after_all_sends_everybody_home(cast: Cast) -> None:
    await hold_on_site(cast)
    place, gone = await join(cast, cast.amina, here=True), await join(cast, cast.karim, here=True)
    async with cast.database.transaction() as tx:
        await places.leave(tx, await tx.session.get_one(Place, gone.id))
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        (day,) = await schedule.days_of(tx, fair)
        await schedule.change_day(tx, fair, day, day.opens_at, day.closes_at, DayMode.REMOTE)
    assert [(await cast.place(each)).is_on_site for each in (place, gone)] == [False, False]


async def test_whoever_is_called_as_the_doors_close_comes_to_the_table_all_the_same(cast: Cast) -> None:
    await hold_on_site(cast)
    await join(cast, cast.amina, here=True)
    await cast.pass_by(hours=8, minutes=59)
    call = await cast.call_next(cast.luc, cast.atlantique)
    await cast.pass_by(minutes=2)
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        opens = tx.now + timedelta(hours=15)
        await schedule.add_day(tx, fair, opens, opens + timedelta(hours=8))
        await schedule.turn_due(tx, cast.fair.id)
    assert (await arrived(cast, call)).state is MeetingState.LIVE


async def test_moving_and_calling_at_once_never_wait_for_each_other(cast: Cast) -> None:
    await hold_on_site(cast)
    place = await join(cast, cast.amina, here=True)
    outcome = await asyncio.gather(
        move_to(cast, place, here=False), cast.call_next(cast.luc, cast.atlantique), return_exceptions=True
    )
    # One of the two was first, and the other is told.
    assert all(each is None or isinstance(each, Conflict | Call) for each in outcome), outcome


async def test_a_place_at_the_kiosk_needs_a_name_alone_and_a_number_is_texted(cast: Cast) -> None:
    await hold_on_site(cast, DayMode.ON_SITE)

    async def take(name: str, phone: str, nonce: uuid.UUID) -> Place:
        async with cast.database.transaction() as tx:
            booth = await cast.fresh_booth(tx, cast.atlantique)
            return await kiosk.join(tx, booth, name, phone, "fr", nonce)

    nonce = uuid.uuid4()
    found = await asyncio.gather(*(take("Noé", "06 12 34 56 78", nonce) for _ in range(3)))
    assert len({place.id for place in found}) == 1
    with pytest.raises(Invalid):
        await take("Noé", "12", uuid.uuid4())
    with pytest.raises(Invalid):
        await take(" ", "", uuid.uuid4())
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert (call.place.person_id, call.place.is_on_site) == (nonce, True)
    async with cast.database.reading() as tx:
        (text,) = (await tx.session.execute(select(Mail).where(Mail.channel == Channel.SMS))).scalars()
        assert (text.recipient, text.values["ticket"]) == ("+33612345678", call.place.ticket)
        assert (await attendees.one(tx, cast.fair.id, nonce)).came_at is not None
    assert (await arrived(cast, call)).state is MeetingState.LIVE


async def test_the_kiosk_is_closed_where_the_fair_is_held_online(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"fair\.not_on_site"):
            await kiosk.join(tx, await cast.fresh_booth(tx, cast.atlantique), "Noé", "", "fr", uuid.uuid4())


async def test_the_kiosk_is_closed_where_the_fair_is_not_open(cast: Cast) -> None:
    await hold_on_site(cast)
    async with cast.database.transaction() as tx:
        await opening.close_by_hand(tx, await fresh_fair(tx, cast))
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict, match=r"fair\.not_open"):
            await kiosk.join(tx, await cast.fresh_booth(tx, cast.atlantique), "Noé", "", "fr", uuid.uuid4())


async def test_nobody_takes_a_place_for_somebody_with_an_account_at_the_kiosk(cast: Cast) -> None:
    await hold_on_site(cast)
    async with cast.database.transaction() as tx:
        fair, amina = await fresh_fair(tx, cast), await cast.fresh(tx, cast.amina)
        await attendees.register(tx, fair, amina)
        mine = await registration.attendee_of(tx, fair, amina)
    assert mine
    for known in (cast.amina.id, mine.id):
        with pytest.raises(NotFound):
            async with cast.database.transaction() as tx:
                await kiosk.join(tx, await cast.fresh_booth(tx, cast.atlantique), "Amina", "", "fr", known)
    async with cast.database.reading() as tx:
        assert await places.of_person(tx, cast.amina.id) == []
        assert (await attendees.one(tx, cast.fair.id, mine.id)).person_id == cast.amina.id
