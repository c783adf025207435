"""What a waiting line promises: nobody loses a place, nobody is called who cannot answer, nothing is invented."""

import pytest
from sqlalchemy import select

from rooms.access import acceptance
from rooms.core import outbox
from rooms.core.errors import Conflict
from rooms.fairs import booths, opening, schedule
from rooms.fairs.fairs import Fair
from rooms.lines import absence, calls, lately, line_status, places
from rooms.lines.call import Answer, Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.lines.waits import Wait, expected
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.people import engagement
from rooms.people.signin import Link, LinkSpent, Purpose
from tests.cast import Cast


async def settle(cast: Cast, call: Call) -> Call:
    """The worker's look at the deadline."""
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row is not None
        await calls.expire(tx, row)
        return row


async def positions(cast: Cast) -> list[tuple[str, int | None]]:
    async with cast.database.reading() as tx:
        line = await line_status.of_line(tx, await cast.fresh_booth(tx, cast.atlantique))
        return [(position.place.person.name, position.position) for position in line]


async def test_joining_again_changes_the_words_and_keeps_the_place(cast: Cast) -> None:
    first = await cast.join(cast.amina, cast.atlantique, "I bake.")
    again = await cast.join(cast.amina, cast.atlantique, "I bake well.")
    assert (again.id, again.ticket, again.words) == (first.id, first.ticket, "I bake well.")


async def test_a_call_takes_the_first_who_is_free_and_within_reach(cast: Cast) -> None:
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    await cast.connect(cast.karim)
    call = await cast.call_next(cast.luc, cast.atlantique)
    assert call.place.person_id == cast.karim.id
    assert await positions(cast) == [("Amina Benali", 1), ("Karim Diallo", 2)]


async def test_accepting_opens_one_meeting_however_often_it_is_pressed(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    first, again = await cast.answer(call, Answer.JOIN), await cast.answer(call, Answer.JOIN)
    assert first is not None
    assert again is not None
    assert first.id == again.id


async def test_in_five_minutes_passes_over_and_then_stands_first_again(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    await cast.answer(call, Answer.LATER)
    second = await cast.call_next(cast.luc, cast.atlantique)
    assert second.place.person_id == cast.karim.id
    await cast.answer(second, Answer.LATER)
    await cast.pass_by(minutes=5, seconds=1)
    third = await cast.call_next(cast.luc, cast.atlantique)
    assert third.place.person_id == cast.amina.id


async def test_a_missed_call_keeps_the_first_place_and_the_third_puts_it_on_hold(cast: Cast) -> None:
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    for missed in (1, 2, 3):
        call = await cast.call_next(cast.luc, cast.atlantique)
        await cast.pass_by(seconds=61)
        assert (await settle(cast, call)).state is CallState.MISSED
        now = await cast.place(place)
        assert now.missed == missed
        if missed < 3:
            assert now.state is PlaceState.WAITING
            with pytest.raises(Conflict, match=r"line\.nobody"):
                await cast.call_next(cast.luc, cast.atlantique)
            await cast.pass_by(minutes=2, seconds=1)
    assert (now.state, now.hold_reason) == (PlaceState.ON_HOLD, HoldReason.MISSED)
    await cast.connect(cast.amina)
    assert (await cast.place(place)).state is PlaceState.ON_HOLD
    async with cast.database.transaction() as tx:
        await places.come_back(tx, await tx.session.get_one(Place, place.id))
    assert (await cast.place(place)).missed == 0


async def test_a_call_that_rang_while_the_connection_was_away_is_not_counted(cast: Cast) -> None:
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    await cast.pass_by(seconds=20)
    await cast.disconnect(cast.amina)
    await cast.pass_by(seconds=20)
    await cast.connect(cast.amina)
    await cast.pass_by(seconds=21)
    await settle(cast, call)
    now = await cast.place(place)
    assert (now.missed, now.passed_over_until, now.state) == (0, None, PlaceState.WAITING)


async def test_a_call_that_rang_while_the_server_was_down_is_not_counted(cast: Cast) -> None:
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    cast.clock.pass_by(seconds=90)
    await settle(cast, call)
    assert (await cast.place(place)).missed == 0


async def test_out_of_reach_for_longer_than_the_grace_puts_on_hold_and_coming_back_mends_it(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    place = await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    await cast.disconnect(cast.amina)
    for minutes, state in ((9, PlaceState.WAITING), (2, PlaceState.ON_HOLD)):
        await cast.pass_by(minutes=minutes)
        async with cast.database.transaction() as tx:
            await absence.put_absent_on_hold(tx)
        assert (await cast.place(place)).state is state
    assert await positions(cast) == [("Amina Benali", None), ("Karim Diallo", 1)]
    await cast.connect(cast.amina)
    assert await positions(cast) == [("Amina Benali", 1), ("Karim Diallo", 2)]


async def test_places_survive_the_night_and_nobody_is_put_on_hold_while_the_doors_are_shut(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        tomorrow = tx.now.replace(hour=9) + (fair.open_until - fair.doors_opened_at) * 2.5
        await schedule.add_day(tx, fair, tomorrow, tomorrow.replace(hour=20))
    place = await cast.join(cast.amina, cast.atlantique)
    await cast.pass_by(hours=10)
    async with cast.database.transaction() as tx:
        await schedule.turn_due(tx, cast.fair.id)
        assert await absence.put_absent_on_hold(tx) == 0
    assert (await cast.place(place)).state is PlaceState.WAITING
    async with cast.database.reading() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        assert (fair.state.value, fair.is_open_now) == ("open", False)
        assert fair.next_turn_at == tomorrow


async def test_the_final_closing_ends_places_and_withdraws_what_rings_but_cuts_no_talk(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    await cast.join(cast.amina, cast.atlantique)
    other = await cast.join(cast.karim, cast.perrin)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    await cast.pass_by(hours=8, minutes=59, seconds=30)
    call = await cast.call_next(cast.sophie, cast.perrin)
    await cast.pass_by(seconds=31)
    async with cast.database.transaction() as tx:
        assert await schedule.to_turn(tx) == [cast.fair.id]
        await schedule.turn_due(tx, cast.fair.id)
    async with cast.database.reading() as tx:
        assert meeting is not None
        assert (await tx.session.get_one(Meeting, meeting.id)).state is MeetingState.WAITING
        assert (await tx.session.get_one(Call, call.id)).state is CallState.WITHDRAWN
        assert (await tx.session.get_one(Place, other.id)).state is PlaceState.ENDED
        assert await engagement.engaged(tx, {cast.karim.id, cast.sophie.id}) == {}


async def test_what_the_organiser_closes_by_hand_stays_closed_until_opened_by_hand(cast: Cast) -> None:
    place = await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        await opening.close_by_hand(tx, await tx.session.get_one(Fair, cast.fair.id))
    await cast.pass_by(minutes=30)
    async with cast.database.transaction() as tx:
        assert await schedule.to_turn(tx) == []
        fair = await tx.session.get_one(Fair, cast.fair.id)
        assert not fair.is_open_now
        await opening.open_by_hand(tx, fair)
        assert fair.is_open_now
    assert (await cast.place(place)).state is PlaceState.WAITING


async def test_call_next_within_a_meeting_asks_first_and_then_finishes_it(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None
    with pytest.raises(Conflict, match=r"recruiter\.in_meeting"):
        await cast.call_next(cast.luc, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique, finish=True)
    assert call.place.person_id == cast.karim.id
    async with cast.database.reading() as tx:
        ended = await tx.session.get_one(Meeting, meeting.id)
        assert ended.state is MeetingState.MISSED
        (place,) = await places.of_person(tx, cast.amina.id)
        assert place.state is PlaceState.WAITING


async def test_in_a_talk_the_other_places_keep_their_order_and_are_passed_over(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.amina, cast.perrin)
    await cast.join(cast.karim, cast.perrin)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    call = await cast.call_next(cast.sophie, cast.perrin)
    assert call.place.person_id == cast.karim.id
    await cast.answer(call, Answer.LATER)
    async with cast.database.transaction() as tx:
        assert meeting is not None
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    again = await cast.call_next(cast.sophie, cast.perrin)
    assert again.place.person_id == cast.amina.id


async def test_whoever_becomes_second_is_mailed_once(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    await cast.join(cast.claire, cast.atlantique)
    for _ in range(2):
        async with cast.database.transaction() as tx:
            await places.tell_second(tx, cast.atlantique.id)
    async with cast.database.reading() as tx:
        mails = [(mail.template, mail.recipient) for mail in await outbox.latest(tx)]
    assert mails == [("second", cast.karim.email)]


async def test_a_booth_on_a_break_and_one_with_nobody_have_no_wait(cast: Cast) -> None:
    await cast.join(cast.amina, cast.atlantique)
    await cast.connect(cast.luc, cast.atlantique)
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await booths.pause(tx, booth)
        await tx.session.flush()
        stands = (await line_status.of_booths(tx, [booth]))[booth.id]
    assert (stands.is_paused, stands.wait, stands.waiting, [p.name for p in stands.staff]) == (
        True,
        None,
        1,
        ["Luc Moreau"],
    )


@pytest.mark.parametrize(
    ("ahead", "staff", "talks", "all_busy", "wait"),
    [
        (3, 1, [10, 12], False, None),
        (3, 0, [10, 12, 14, 9], False, None),
        (0, 1, [10, 12, 14, 9], False, Wait(0, 5)),
        (1, 1, [9, 10, 11, 12], True, Wait(5, 25)),
        (4, 2, [10, 10, 10, 10], False, Wait(20, 25)),
    ],
)
def test_a_wait_is_a_range_from_measured_talks_or_not_known(
    ahead: int, staff: int, talks: list[float], all_busy: bool, wait: Wait | None
) -> None:
    assert expected(ahead, staff, talks, all_busy=all_busy) == wait


async def test_a_recruiter_who_talks_is_there_though_away_from_the_desk(cast: Cast) -> None:
    for person in (cast.amina, cast.luc):
        await cast.connect(person)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting is not None

    async def staff() -> list[str]:
        async with cast.database.reading() as tx:
            stands = await line_status.of_booths(tx, [await cast.fresh_booth(tx, cast.atlantique)])
        return [person.name for person in stands[cast.atlantique.id].staff]

    assert await staff() == ["Luc Moreau"]
    async with cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    assert await staff() == []


async def test_whoever_leaves_by_mistake_takes_the_place_back_in_its_order(cast: Cast) -> None:  # C6
    first = await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, first.id))
    await cast.pass_by(minutes=4)
    async with cast.database.transaction() as tx:
        assert [place.id for place in await lately.left(tx, cast.amina.id, cast.fair.id)] == [first.id]
        await places.come_back(tx, await tx.session.get_one(Place, first.id))
    assert await positions(cast) == [("Amina Benali", 1), ("Karim Diallo", 2)]
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, first.id))
    await cast.pass_by(minutes=6)
    async with cast.database.transaction() as tx:
        with pytest.raises(Conflict) as refused:
            await places.come_back(tx, await tx.session.get_one(Place, first.id))
    assert refused.value.code == "place.gone"


async def test_a_place_is_taken_back_at_lunch(cast: Cast) -> None:  # C6
    first = await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, first.id))
        (await tx.session.get_one(Fair, cast.fair.id)).open_until = None
    async with cast.database.transaction() as tx:
        await places.come_back(tx, await tx.session.get_one(Place, first.id))
    assert await positions(cast) == [("Amina Benali", 1)]


async def test_one_letter_has_one_link(cast: Cast) -> None:
    await cast.join(cast.karim, cast.atlantique)
    await cast.join(cast.amina, cast.atlantique)
    for _ in range(2):
        async with cast.database.transaction() as tx:
            await places.tell_second(tx, cast.atlantique.id)
    async with cast.database.reading() as tx:
        links = (await tx.session.execute(select(Link).where(Link.purpose == Purpose.PLACE))).scalars().all()
    assert len(links) == 1


async def test_a_place_that_was_left_and_taken_anew_is_not_taken_back_beside_it(cast: Cast) -> None:  # C6
    first = await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(Place, first.id))
    await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        assert await lately.left(tx, cast.amina.id, cast.fair.id) == []
        with pytest.raises(Conflict):
            await places.come_back(tx, await tx.session.get_one(Place, first.id))


async def test_whoever_needs_more_time_to_answer_takes_it(cast: Cast) -> None:  # A3
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    for _ in range(3):
        await cast.pass_by(seconds=50)
        async with cast.database.transaction() as tx:
            row = await calls.locked(tx, call.id)
            assert row
            calls.stretch(tx, row)
    await cast.pass_by(seconds=50)
    assert (await settle(cast, call)).state is CallState.RINGING
    async with cast.database.transaction() as tx:
        row = await calls.locked(tx, call.id)
        assert row
        with pytest.raises(Conflict) as refused:
            calls.stretch(tx, row)
    assert refused.value.code == "call.longest"
    await cast.pass_by(seconds=41)
    assert (await settle(cast, call)).state is CallState.MISSED


async def test_after_a_miss_one_says_when_one_is_ready(cast: Cast) -> None:  # C12
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    await cast.pass_by(seconds=61)
    await settle(cast, call)
    with pytest.raises(Conflict):
        await cast.call_next(cast.luc, cast.atlantique)
    async with cast.database.transaction() as tx:
        places.ready_now(tx, await tx.session.get_one(Place, place.id))
    assert (await cast.call_next(cast.luc, cast.atlantique)).place_id == place.id


async def test_the_mail_of_a_call_leads_into_it(cast: Cast) -> None:  # C4
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    call = await cast.call_next(cast.luc, cast.atlantique)
    async with cast.database.transaction() as tx:
        token = str(next(mail for mail in await outbox.latest(tx) if mail.template == "called").values["path"])
        person, path = await acceptance.accept(tx, token.rsplit("/", 1)[-1], "en")
        meeting = (await tx.session.execute(select(Meeting).where(Meeting.call_id == call.id))).scalar_one()
        assert (person.id, path) == (cast.amina.id, meeting.path)
        with pytest.raises(LinkSpent):
            await acceptance.accept(tx, token.rsplit("/", 1)[-1], "en")
