"""The room of an appointment: when it opens, one talk at a time, what is recorded by itself, and the evidence."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from rooms import access
from rooms.access import Act, Actor
from rooms.appointments import abandoned, booking, evidence, room
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance, OccupiedPiece
from rooms.appointments.evidence import What
from rooms.chat import messages, moderation
from rooms.core.events import PublishedEvent
from rooms.fairs import schedule
from rooms.fairs.fairs import Fair
from rooms.lines.call import Answer
from rooms.meetings import follow_up, meetings, under_way
from rooms.meetings.follow_up import NextStep
from rooms.meetings.meeting import Meeting, MeetingState, ModeChanged
from rooms.meetings.modes import Mode
from rooms.people import engagement
from rooms.people.people import Person
from tests.cast import refusal
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office


async def enter(office: Office, row: Appointment, person: Person) -> Meeting:
    async with office.cast.database.transaction() as tx:
        return await room.enter(tx, await office.fresh(tx, row), await office.cast.fresh(tx, person))


async def go_in(office: Office, meeting: Meeting, person: Person) -> None:
    async with office.cast.database.transaction() as tx:
        held = await tx.session.get_one(Meeting, meeting.id)
        await meetings.go_in(tx, await office.cast.fresh(tx, person), held)


async def until(office: Office, minutes: float) -> None:
    """Let the clock stand so many minutes after nine o'clock."""
    await office.cast.pass_by(seconds=(WEDNESDAY_NINE - office.cast.clock.now()).total_seconds() + 60 * minutes)


async def test_the_room_opens_a_quarter_of_an_hour_before_and_is_one_for_both(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    assert await refusal(enter(office, row, office.cast.amina)) == "room.early"
    await until(office, -15)
    first = await enter(office, row, office.cast.amina)
    second = await enter(office, row, office.claire)
    assert first.id == second.id
    async with office.cast.database.reading() as tx:
        conversation = await room.conversation_of(tx, first)
        assert (conversation.appointment_id, conversation.fair_id) == (row.id, None)
        waiting = await evidence.waiting_since(tx, [await tx.session.get_one(Appointment, row.id)])
        assert waiting == {row.id: WEDNESDAY_NINE - timedelta(minutes=15)}
        assert await under_way.current(tx, office.cast.amina.id) is None


async def test_a_phone_appointment_has_no_room(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE, Mode.PHONE, "0612345678")
    await until(office, 0)
    assert await refusal(enter(office, row, office.cast.amina)) == "room.phone"


@pytest.mark.parametrize(("minutes", "recorded"), [(1, Attendance.CAME), (9, Attendance.LATE)])
async def test_a_talk_that_took_place_is_recorded_by_itself(office: Office, minutes: int, recorded: Attendance) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, minutes)
    meeting = await enter(office, row, office.cast.amina)
    for person in (office.cast.amina, office.claire):
        await go_in(office, meeting, person)
    async with office.cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    async with office.cast.database.reading() as tx:
        found = await tx.session.get_one(Appointment, row.id)
        assert (found.state, found.attendance) == (AppointmentState.OVER, recorded)
        assert await engagement.engaged(tx, {office.cast.amina.id, office.claire.id}) == {}


async def test_who_is_in_a_talk_at_a_booth_goes_into_no_other(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await until(office, -10)
    meeting = await enter(office, row, cast.amina)
    await cast.connect(cast.amina)
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await schedule.add_day(tx, fair, tx.now - timedelta(minutes=1), tx.now + timedelta(hours=8))
    await cast.join(cast.amina, cast.atlantique)
    at_booth = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert at_booth is not None
    assert await refusal(go_in(office, meeting, cast.amina)) == "meeting.engaged"
    async with cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, at_booth.id))
    await go_in(office, meeting, cast.amina)


async def test_who_came_or_could_not_connect_is_not_absent(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, 0)
    async with office.cast.database.transaction() as tx:
        found = await office.fresh(tx, row)
        await room.enter(tx, found, await office.cast.fresh(tx, office.cast.amina))
        claire = await office.cast.fresh(tx, office.claire)
        assert await refusal(room.record(tx, found, Attendance.ABSENT, claire)) == "attendance.came"
        await evidence.note(tx, found, office.cast.amina.id, What.FAILED)
        assert await refusal(room.record(tx, found, Attendance.ABSENT, claire)) == "attendance.technical"
        await room.record(tx, found, Attendance.TECHNICAL, claire)
    async with office.cast.database.reading() as tx:
        assert [each.what for each in await evidence.of_appointment(tx, row.id)] == [What.ENTERED, What.FAILED]


async def test_whoever_left_the_waiting_room_may_come_back(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, -10)
    first = await enter(office, row, office.cast.amina)
    await go_in(office, first, office.cast.amina)
    async with office.cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, first.id))
    second = await enter(office, row, office.cast.amina)
    assert second.id != first.id
    for person in (office.cast.amina, office.claire):
        await go_in(office, second, person)
    async with office.cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, second.id))
        assert (await office.fresh(tx, row)).attendance is Attendance.CAME


async def test_two_who_open_the_room_at_once_meet_in_one(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, -10)
    found = await asyncio.gather(enter(office, row, office.cast.amina), enter(office, row, office.claire))
    assert found[0].id == found[1].id


async def test_evidence_is_bounded(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        for _ in range(evidence.MOST_EVIDENCE + 5):
            await evidence.note(tx, row, office.cast.amina.id, What.CONNECTED)
        assert len(await evidence.of_appointment(tx, row.id)) == evidence.MOST_EVIDENCE


async def test_a_room_that_nobody_uses_is_given_up_only_after_the_appointment(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, -15)
    meeting = await enter(office, row, office.cast.amina)
    await until(office, 25)
    async with office.cast.database.reading() as tx:
        assert await abandoned.now_abandoned(tx) == []
    await until(office, 45)
    async with office.cast.database.transaction() as tx:
        assert await abandoned.now_abandoned(tx) == [meeting.id]
        await abandoned.end_abandoned(tx, meeting.id)
    async with office.cast.database.reading() as tx:
        assert (await tx.session.get_one(Meeting, meeting.id)).state is MeetingState.MISSED
        assert (await tx.session.get_one(Appointment, row.id)).attendance is None


async def test_nobody_reports_the_thread_of_an_appointment_to_a_fair(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, 0)
    meeting = await enter(office, row, office.cast.amina)
    async with office.cast.database.transaction() as tx:
        conversation = await room.conversation_of(tx, meeting)
        where, relations = await access.conversation(tx, Actor(office.claire), conversation.id, Act.CHAT_WRITE)
        assert not access.speaks_as_staff(where, relations)
        message = await messages.send(tx, office.claire, where, "Hello", uuid4(), is_staff=False)
        assert await refusal(moderation.report(tx, office.cast.amina, message, where.fair_id)) == "report.nobody"
        assert (
            await refusal(access.conversation(tx, Actor(office.cast.luc), conversation.id)) == "conversation.not_found"
        )


async def test_a_move_or_cancel_closes_the_waiting_room_but_cuts_off_no_talk(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await until(office, -10)
    first = await enter(office, row, cast.amina)
    async with cast.database.transaction() as tx:
        found, amina = await office.fresh(tx, row), await cast.fresh(tx, cast.amina)
        await booking.move(tx, found, amina, WEDNESDAY_NINE + timedelta(hours=2))
    async with cast.database.reading() as tx:
        assert (await tx.session.get_one(Meeting, first.id)).state is MeetingState.MISSED
    await until(office, 115)
    second = await enter(office, row, cast.amina)
    for person in (cast.amina, office.claire):
        await go_in(office, second, person)
    async with cast.database.transaction() as tx:
        found, claire = await office.fresh(tx, row), await cast.fresh(tx, office.claire)
        assert await refusal(booking.cancel(tx, found, claire)) == "room.live"
        assert await refusal(booking.move(tx, found, claire, WEDNESDAY_NINE + timedelta(days=7))) == "room.live"


async def test_an_appointment_has_one_thread_however_often_its_room_opens(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await until(office, -10)
    first = await enter(office, row, cast.amina)
    async with cast.database.transaction() as tx:
        conversation = await room.conversation_of(tx, first)
        message = await messages.send(
            tx, await cast.fresh(tx, cast.amina), conversation, "I am here", uuid4(), is_staff=False
        )
        await meetings.end(tx, await tx.session.get_one(Meeting, first.id))
    second = await enter(office, row, office.claire)
    async with cast.database.transaction() as tx:
        conversation = await room.conversation_of(tx, second)
        assert [each.id for each in await messages.messages_of(tx, conversation.id)] == [message.id]
        for person, may in ((office.claire, True), (cast.amina, True), (cast.luc, False)):
            asked = access.conversation(tx, Actor(person), conversation.id, Act.CHAT_WRITE)
            if may:
                await asked
            else:
                assert await refusal(asked) == "conversation.not_found"


async def test_once_technical_never_absent_whatever_was_recorded_in_between(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await until(office, 40)
    async with cast.database.transaction() as tx:
        found, claire = await office.fresh(tx, row), await cast.fresh(tx, office.claire)
        for recorded in (Attendance.TECHNICAL, Attendance.CAME):
            await room.record(tx, found, recorded, claire)
        assert await refusal(room.record(tx, found, Attendance.ABSENT, claire)) == "attendance.technical"


async def test_nobody_is_absent_before_the_time_nor_when_the_talk_went_on_by_phone(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await until(office, -10)
    async with cast.database.transaction() as tx:
        found, claire = await office.fresh(tx, row), await cast.fresh(tx, office.claire)
        assert await refusal(room.record(tx, found, Attendance.ABSENT, claire)) == "appointment.ahead"
    await until(office, 10)
    async with cast.database.transaction() as tx:
        found, claire = await office.fresh(tx, row), await cast.fresh(tx, office.claire)
        await evidence.note(tx, found, claire.id, What.WENT_TO_PHONE)
        assert await refusal(room.record(tx, found, Attendance.ABSENT, claire)) == "attendance.technical"


async def test_much_evidence_of_one_hides_nothing_of_the_other_nor_that_somebody_came(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        for person in (office.claire, cast.amina):
            for _ in range(evidence.MOST_EVIDENCE + 1):
                await evidence.note(tx, row, person.id, What.FAILED)
        await evidence.note(tx, row, cast.amina.id, What.ENTERED)
        seen = [each.what for each in await evidence.of_appointment(tx, row.id) if each.person_id == cast.amina.id]
        assert seen == [What.FAILED] * evidence.MOST_EVIDENCE + [What.ENTERED]


async def test_nothing_is_answered_after_a_talk_that_belongs_to_an_appointment(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, 0)
    meeting = await enter(office, row, office.cast.amina)
    for person in (office.cast.amina, office.claire):
        await go_in(office, meeting, person)
    async with office.cast.database.transaction() as tx:
        held = await tx.session.get_one(Meeting, meeting.id)
        await meetings.end(tx, held)
        assert await refusal(follow_up.answer(tx, held, NextStep.NO, "Not yet.")) == "meeting.no_booth"


async def test_a_corrected_number_is_told_again(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await until(office, 0)
    meeting = await enter(office, row, cast.amina)
    published: list[PublishedEvent] = []

    async def hear(some: list[PublishedEvent]) -> None:
        published.extend(some)

    async def by_phone(person: Person, phone: str = "") -> None:
        async with cast.database.transaction() as tx:
            held = await meetings.locked(tx, meeting.id)
            assert held is not None
            await room.change_mode(tx, held, await cast.fresh(tx, person), Mode.PHONE, phone)

    assert await refusal(by_phone(office.claire, "0612345678")) == "phone.missing", "it is hers to give"
    cast.database.listeners.append(hear)
    await by_phone(cast.amina, "0612345678")
    await by_phone(cast.amina, "0612345678")
    await by_phone(cast.amina, "0699999999")
    assert len([each for each in published if isinstance(each.event, ModeChanged)]) == 2
    async with cast.database.reading() as tx:
        seen = [each.what for each in await evidence.of_appointment(tx, row.id)]
        assert seen.count(What.WENT_TO_PHONE) == 1


async def test_a_talk_done_before_its_time_gives_the_rest_back(office: Office) -> None:
    """Whoever was done early may take another appointment at the time that is left."""
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await until(office, -5)
    for person in (office.cast.amina, office.claire):
        meeting = await enter(office, row, person)
        await go_in(office, meeting, person)
    async with office.cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    async with office.cast.database.reading() as tx:
        over = await tx.session.get_one(Appointment, row.id)
        assert (over.state, over.attendance) == (AppointmentState.OVER, Attendance.CAME)
        assert (await tx.session.execute(select(OccupiedPiece.piece))).scalars().all() == []
