"""What an interview by appointment leads to: who is in it, the next step, the answer, notes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rooms.appointments import (
    delays,
    reservation,
    room,
)
from rooms.caseload import suggestions
from rooms.core.outbox import Mail
from rooms.fairs.fairs import Fair
from rooms.lines import line_status
from rooms.meetings import follow_up, meetings, under_way
from rooms.meetings.meeting import Meeting, NextStep
from tests.cast import Cast
from tests.rooms.appointments.interviews import Booth, both_in, held, open_booth


@pytest.fixture
async def booth(cast: Cast) -> Booth:
    return await open_booth(cast)


async def test_who_is_in_an_interview_is_there_and_late_for_the_next_one(booth: Booth) -> None:
    cast = booth.cast
    starts = await booth.starts(cast.amina)
    row, later = await booth.book(cast.amina, starts[0]), await booth.book(cast.karim, starts[1])
    await both_in(cast, row)
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        assert [each.id for each in (await line_status.of_booths(tx, [booth]))[booth.id].staff] == [cast.luc.id]
        held = await under_way.led_now_by(tx, cast.luc.id)
        assert held
        assert held.appointment_id == row.id
    cast.clock.pass_by(minutes=45)
    async with cast.database.transaction() as tx:
        assert await delays.counsellors(tx) == {cast.luc.id}
        await delays.look(tx, cast.luc.id)
        waits = await reservation.locked(tx, later.id)
        assert waits
        assert waits.expected_at
        assert waits.expected_at > later.begins_at


async def test_an_interview_leads_to_a_next_step_and_an_answer(booth: Booth) -> None:  # O11
    cast = booth.cast
    row = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    talk = await held(booth, row)
    async with cast.database.transaction() as tx:
        (due,) = await follow_up.unanswered(tx, cast.atlantique.id)
        assert due.id == talk.id
        assert due.follow_up.answer_promised_by == tx.now + timedelta(days=cast.fair.answer_days)
        await follow_up.answer(tx, due, NextStep.GO_ON, "Come on Monday.")
    async with cast.database.reading() as tx:
        assert await follow_up.unanswered(tx, cast.atlantique.id) == []
        assert [each.id for each in await follow_up.of_booth(tx, cast.atlantique.id)] == [talk.id]
        (mine,) = await follow_up.talks_of(tx, cast.amina.id)
        assert (mine.id, mine.follow_up.answer) == (talk.id, "Come on Monday.")
        assert mine.employers_booth
        assert mine.employers_booth.employer.name == "Hôtel Atlantique"
        letter = (await tx.session.execute(select(Mail).where(Mail.template == "answer"))).scalar_one()
    assert (letter.recipient, letter.values["employer"]) == (cast.amina.email, "Hôtel Atlantique")


async def test_whoever_suggested_a_fair_sees_each_talk_of_it_with_its_answer(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.transaction() as tx:
        fair, amina = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, cast.amina)
        row = await suggestions.suggest(tx, await cast.fresh(tx, cast.ines), amina, fair, None, "")
        await suggestions.share(tx, amina.id, row.id, is_shared=True)
    first = await held(booth, await booth.book(cast.amina, (await booth.starts(cast.amina))[0]))
    async with cast.database.transaction() as tx:
        await follow_up.answer(tx, await tx.session.get_one(Meeting, first.id), NextStep.GO_ON, "Come on Monday.")
    again = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    cast.clock.pass_by(seconds=(again.begins_at - cast.clock.now()).total_seconds())
    await held(booth, again)
    async with cast.database.reading() as tx:
        (seen,) = (await suggestions.outcomes(tx, await suggestions.of_person(tx, cast.amina.id))).values()
    assert [(each.employer, each.came, each.next_step) for each in seen] == [
        ("Hôtel Atlantique", True, NextStep.GO_ON),
        ("Hôtel Atlantique", True, None),
    ]


async def test_what_was_written_before_a_room_was_opened_again_goes_on(booth: Booth) -> None:  # O11, K15
    cast = booth.cast
    row = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        alone = await room.enter(tx, mine, await cast.fresh(tx, cast.luc))
        await follow_up.note(tx, alone, "Knows bread.", NextStep.KEEP)
        await meetings.end(tx, alone)
    talk = await held(booth, row)
    assert talk.id != alone.id
    async with cast.database.reading() as tx:
        (due,) = await follow_up.unanswered(tx, cast.atlantique.id)
        assert (due.id, due.follow_up.notes, due.follow_up.next_step) == (talk.id, "Knows bread.", NextStep.KEEP)
        assert [each.id for each in await follow_up.talks_of(tx, cast.amina.id)] == [talk.id]
        assert [each.id for each in await follow_up.notes_on(tx, cast.amina.id, cast.luc.id)] == [talk.id]
        assert await follow_up.notes_on(tx, cast.amina.id, cast.sophie.id) == []
