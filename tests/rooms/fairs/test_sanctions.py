"""Somebody is warned, muted or excluded: with a reason, until an end, told, answered, and kept in the log."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms.appointments import allocation, booking, reservation, waiting_list
from rooms.appointments.search import SlotSearch
from rooms.chat import conversations, messages, questions
from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.core.outbox import Mail
from rooms.fairs import attendees, registration, sanctions
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Lasting, Sanction, SanctionKind
from rooms.lines import calls, joining, places
from rooms.lines.call import Answer
from rooms.lines.places import PlaceState
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from rooms.views import standing
from tests.cast import Cast, refusal
from tests.rooms.appointments import interviews
from tests.rooms.appointments.office import PARIS


async def impose(
    cast: Cast, kind: SanctionKind, person: Person | None = None, lasting: Lasting = Lasting.HALF_AN_HOUR,
    reason: str = "Shouting.",
) -> Sanction:  # fmt: skip
    async with cast.database.transaction() as tx:
        fair, whom = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, person or cast.amina)
        return await sanctions.impose(tx, fair, whom, kind, lasting, reason, await cast.fresh(tx, cast.ines))


async def lift(cast: Cast, row: Sanction) -> None:
    async with cast.database.transaction() as tx:
        await sanctions.lift(tx, await tx.session.get_one(Sanction, row.id), await cast.fresh(tx, cast.ines))


async def write(cast: Cast, *, in_private: bool = False) -> None:
    async with cast.database.transaction() as tx:
        amina, booth = await cast.fresh(tx, cast.amina), await cast.fresh_booth(tx, cast.atlantique)
        question, chat = await questions.question_to(tx, booth, amina), await conversations.of_fair(tx, cast.fair.id)
        where = question if in_private else chat
        await messages.send(tx, amina, where, "Hello", uuid.uuid4(), is_staff=False)


async def join(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await joining.join(tx, await cast.fresh(tx, cast.amina), await cast.fresh_booth(tx, cast.atlantique))


async def test_a_warning_takes_nothing_away_and_is_told_with_its_reason(cast: Cast) -> None:
    await impose(cast, SanctionKind.WARNING)
    await write(cast)
    await join(cast)
    async with cast.database.reading() as tx:
        (mail,) = (await tx.session.execute(select(Mail).where(Mail.template == "sanction"))).scalars()
    assert (mail.recipient, mail.values["reason"], mail.values["until"]) == (cast.amina.email, "Shouting.", None)


async def test_whoever_is_muted_asks_and_waits_and_writes_again_when_it_ends(cast: Cast) -> None:
    await impose(cast, SanctionKind.MUTE)
    assert await refusal(write(cast)) == "chat.silenced"
    await write(cast, in_private=True)
    await join(cast)
    await cast.pass_by(minutes=30)
    await write(cast)


async def test_whoever_is_excluded_leaves_every_line_and_takes_part_in_nothing_until_it_is_lifted(cast: Cast) -> None:
    place = await cast.join(cast.amina, cast.atlantique)
    row = await impose(cast, SanctionKind.EXCLUSION)
    assert (await cast.place(place)).state is PlaceState.ENDED
    for attempt in (write(cast), write(cast, in_private=True), join(cast)):
        assert await refusal(attempt) == "fair.excluded"
    async with cast.database.reading() as tx:
        assert await refusal(attendees.demand_part(tx, cast.fair, cast.amina.id)) == "fair.excluded"
        fair = await tx.session.get_one(Fair, cast.fair.id)
        assert await refusal(registration.register(tx, fair, cast.amina)) == "fair.excluded"
    await lift(cast, row)
    await join(cast)
    await write(cast)


async def test_what_was_left_a_moment_before_is_not_taken_back(cast: Cast) -> None:
    place = await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        await calls.leave(tx, await tx.session.get_one(places.Place, place.id))
    await impose(cast, SanctionKind.EXCLUSION)

    async def take_back() -> None:
        async with cast.database.transaction() as tx:
            await places.come_back(tx, await tx.session.get_one(places.Place, place.id))

    assert await refusal(take_back()) == "fair.excluded"


async def test_what_rings_stops_and_the_recruiter_is_free(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.connect(cast.karim)
    await cast.join(cast.amina, cast.atlantique)
    await cast.join(cast.karim, cast.atlantique)
    await cast.call_next(cast.luc, cast.atlantique)
    await impose(cast, SanctionKind.EXCLUSION)
    again = await cast.call_next(cast.luc, cast.atlantique)
    assert again.place.person_id == cast.karim.id


async def test_a_talk_under_way_is_not_cut_and_leads_back_to_no_line(cast: Cast) -> None:
    await cast.connect(cast.amina)
    place = await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    await impose(cast, SanctionKind.EXCLUSION)
    async with cast.database.transaction() as tx:
        row = await meetings.locked(tx, meeting.id)
        assert row
        assert row.state is MeetingState.WAITING
        # Nobody went in: after any other person it would lead back into the line.
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    assert (await cast.place(place)).state is PlaceState.ENDED


async def test_the_later_one_takes_the_place_of_the_earlier_and_both_stay_in_the_log(cast: Cast) -> None:
    await impose(cast, SanctionKind.MUTE, lasting=Lasting.THE_FAIR)
    second = await impose(cast, SanctionKind.MUTE, reason="Once more.")
    async with cast.database.reading() as tx:
        log = await sanctions.of_fair(tx, cast.fair.id)
        assert [(row.reason, row.holds(tx.now)) for row in log] == [("Once more.", True), ("Shouting.", False)]
    await lift(cast, second)
    await write(cast)


async def test_two_organisers_at_once_leave_one_that_holds(cast: Cast) -> None:
    await asyncio.gather(*(impose(cast, SanctionKind.MUTE) for _ in range(3)))
    async with cast.database.reading() as tx:
        assert (await sanctions.count_open(tx, cast.fair.id))[0] == 1


async def test_until_the_fair_is_over_means_its_last_day(cast: Cast) -> None:
    row = await impose(cast, SanctionKind.MUTE, lasting=Lasting.THE_FAIR)
    assert row.until == cast.clock.now() + timedelta(hours=9)


async def test_the_person_answers_once_and_it_waits_to_be_read(cast: Cast) -> None:
    row = await impose(cast, SanctionKind.MUTE)

    async def reply(words: str) -> None:
        async with cast.database.transaction() as tx:
            await sanctions.reply(tx, await tx.session.get_one(Sanction, row.id), cast.amina, words)

    await reply("It was a quotation.")
    with pytest.raises(Conflict):
        await reply("And again.")
    async with cast.database.transaction() as tx:
        assert await sanctions.count_open(tx, cast.fair.id) == (1, 1)
        kept = await tx.session.get_one(Sanction, row.id)
        assert kept.reply == "It was a quotation."
        await sanctions.read_reply(tx, kept)
    async with cast.database.reading() as tx:
        assert await sanctions.count_open(tx, cast.fair.id) == (1, 0)


async def test_a_reason_is_needed_and_organisers_and_staff_are_not_excluded(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        await impose(cast, SanctionKind.WARNING, reason="  ")
    assert refused.value.field == "reason"
    assert await refusal(impose(cast, SanctionKind.WARNING, cast.ines)) == "sanction.organiser"
    assert await refusal(impose(cast, SanctionKind.EXCLUSION, cast.luc)) == "sanction.staff"
    await impose(cast, SanctionKind.MUTE, cast.luc)


async def test_nobody_answers_for_another_one(cast: Cast) -> None:
    row = await impose(cast, SanctionKind.MUTE)
    async with cast.database.transaction() as tx:
        with pytest.raises(NotFound):
            await sanctions.reply(tx, await tx.session.get_one(Sanction, row.id), cast.karim, "Me.")


async def test_whoever_stands_at_a_booth_is_not_excluded_until_it_leaves(cast: Cast) -> None:
    async def possible(person: Person) -> Sequence[SanctionKind]:
        async with cast.database.reading() as tx:
            return await sanctions.possible(tx, await tx.session.get_one(Fair, cast.fair.id), person)

    assert list(await possible(cast.ines)) == []
    assert SanctionKind.EXCLUSION not in await possible(cast.luc)
    with pytest.raises(Conflict):
        await impose(cast, SanctionKind.EXCLUSION, cast.luc)
    async with cast.database.transaction() as tx:
        (await cast.fresh_booth(tx, cast.atlantique)).left_at = tx.now
    assert list(await possible(cast.luc)) == list(SanctionKind)
    await impose(cast, SanctionKind.EXCLUSION, cast.luc)


async def test_the_excluded_book_and_move_nothing_and_are_proposed_nothing(cast: Cast) -> None:
    booth = await interviews.open_booth(cast)
    first, second, third, *_ = await booth.starts(cast.amina)
    booked = await booth.book(cast.amina, first)
    async with cast.database.transaction() as tx:
        kind = await booth.fresh(tx)
        amina = await cast.fresh(tx, cast.amina)
        row = await allocation.reserve(tx, SlotSearch(kind, Mode.VIDEO), amina, second, PARIS)
        await waiting_list.wish(tx, amina, kind, Mode.VIDEO, second.date(), second.date(), PARIS)
    await impose(cast, SanctionKind.EXCLUSION)
    async with cast.database.transaction() as tx:
        amina, mine = await cast.fresh(tx, cast.amina), await reservation.locked(tx, row.id)
        assert mine
        with pytest.raises(Conflict, match=r"fair\.excluded"):
            await booking.book(tx, mine, amina)
    async with cast.database.transaction() as tx:
        amina, mine = await cast.fresh(tx, cast.amina), await reservation.locked(tx, booked.id)
        assert mine
        with pytest.raises(Conflict, match=r"fair\.excluded"):
            await booking.move(tx, mine, amina, third)
        assert await waiting_list.freed(tx, third, cast.luc.id, await booth.fresh(tx)) is None


async def test_the_person_sees_on_every_page_what_holds_and_a_warning_for_a_day(cast: Cast) -> None:
    async def told() -> list[SanctionKind]:
        async with cast.database.reading() as tx:
            return [row.kind for row in (await standing.standing_of(tx, cast.amina.id)).decisions]

    assert await told() == []
    await impose(cast, SanctionKind.WARNING)
    mute = await impose(cast, SanctionKind.MUTE, lasting=Lasting.THE_FAIR)
    assert await told() == [SanctionKind.WARNING, SanctionKind.MUTE]
    await lift(cast, mute)
    assert await told() == [SanctionKind.WARNING]
    await cast.pass_by(hours=25)
    assert await told() == []
