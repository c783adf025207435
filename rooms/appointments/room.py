"""The room of an appointment: it opens a quarter of an hour before, and keeps what happened to the connection.

What the browsers of all sides saw (devices, ICE states) is evidence: a failed connection can never become "absent",
and the candidate can take the record with them.
"""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select

from rooms.appointments import reservation, transitions
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState, Attendance
from rooms.appointments.evidence import MODE_CHANGES, TROUBLE, What, has_entered, note, of_appointment
from rooms.chat import conversations
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import DomainEvent, meeting_stream, reacts_to
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.meetings import follow_up, meetings, scorecards, talk_tags
from rooms.meetings.meeting import Meeting, MeetingEnded, MeetingState, Part, Participant
from rooms.meetings.modes import Mode
from rooms.people.people import Person

LATE_AFTER = timedelta(minutes=5)
OPEN_AFTER = timedelta(hours=2)


class RoomOpened(DomainEvent):
    """The room of an appointment is there."""

    kind: ClassVar[str] = "appointment.room_opened"
    appointment_id: uuid.UUID
    meeting_id: uuid.UUID


class RoomEntered(DomainEvent):
    """Somebody has come into the waiting room of an appointment for the first time."""

    kind: ClassVar[str] = "appointment.entered"
    appointment_id: uuid.UUID
    person_id: uuid.UUID


def is_open(row: Appointment, now: datetime) -> bool:
    """Whether its people can come in."""
    return row.state is AppointmentState.BOOKED and row.begins_at - ROOM_OPENS_BEFORE <= now <= row.ends_at + OPEN_AFTER


async def enter(tx: Transaction, row: Appointment, person: Person) -> Meeting:
    """Come to the waiting room: the first one opens it."""
    if row.state is not AppointmentState.BOOKED or tx.now > row.ends_at + OPEN_AFTER:
        raise Conflict("room.closed", N_("This appointment has ended, or does not take place."))
    if row.mode is Mode.PHONE:
        raise Conflict("room.phone", N_("This appointment is by phone: you are called."))
    if tx.now < row.begins_at - ROOM_OPENS_BEFORE:
        raise Conflict("room.early", N_("The waiting room opens a quarter of an hour before."))
    meeting = await _meeting_of(tx, row) or await _open(tx, row)
    if not await has_entered(tx, row, person.id):
        await note(tx, row, person.id, What.ENTERED)
        event = RoomEntered(appointment_id=row.id, person_id=person.id)
        tx.record(event, *row.streams)
    return meeting


async def _meeting_of(tx: Transaction, row: Appointment) -> Meeting | None:
    """The one that goes on: whoever left the waiting room finds a new one."""
    going_on = Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE))
    query = select(Meeting).where(Meeting.appointment_id == row.id, going_on).with_for_update(of=Meeting)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def _open(tx: Transaction, row: Appointment) -> Meeting:
    participants = [
        Participant(person_id=row.candidate_id, part=Part.CANDIDATE, booth=None),
        Participant(person_id=row.led_by_id, part=Part.LEADER, booth=row.appointment_type.booth),
    ]
    if row.guest_id:
        participants.append(Participant(person_id=row.guest_id, part=Part.GUEST, booth=row.guest_booth))
    held = [each for each in await meetings.of_appointment(tx, row.id) if each.led_by_id == row.led_by_id]
    meeting = Meeting(
        id=new_id(),
        appointment_id=row.id,
        state=MeetingState.WAITING,
        mode=row.mode,
        planned_minutes=row.minutes,
        opened_at=tx.now,
        participants=participants,
        follow_up=follow_up.going_on_from(held),
    )
    tx.session.add(meeting)
    await tx.session.flush()
    await talk_tags.go_on(tx, [each.id for each in held], meeting.id)
    await scorecards.go_on(tx, [each.id for each in held], meeting.id)
    await conversations.begin(tx, ConversationKind.APPOINTMENT, appointment_id=row.id)
    event = RoomOpened(appointment_id=row.id, meeting_id=meeting.id)
    tx.record(event, meeting_stream(meeting.id), *row.streams)
    return meeting


async def locked_meeting(tx: Transaction, meeting_id: uuid.UUID) -> Meeting | None:
    """A meeting, locked, and its appointment before it: everybody takes the two in this order."""
    found = (await tx.session.execute(select(Meeting.appointment_id).where(Meeting.id == meeting_id))).first()
    if found and found.appointment_id:
        await reservation.locked(tx, found.appointment_id)
    return await meetings.locked(tx, meeting_id)


async def latest_of(tx: Transaction, meeting: Meeting) -> Meeting:
    """Where what its leader writes belongs: notes go on to the next room of the appointment, and a page that is still
    open on an earlier one writes there too."""
    if meeting.appointment_id is None:
        return meeting
    opened = await meetings.of_appointment(tx, meeting.appointment_id)
    return [each for each in opened if each.led_by_id == meeting.led_by_id][-1]


async def appointment_of(tx: Transaction, meeting: Meeting) -> Appointment | None:
    """What the meeting is for, unless it comes from a line."""
    return await tx.session.get(Appointment, meeting.appointment_id) if meeting.appointment_id else None


async def conversation_of(tx: Transaction, meeting: Meeting) -> Conversation:
    """What is written in a meeting: an appointment has one conversation, however often its room is entered."""
    found = await conversations.of_appointment(tx, meeting.appointment_id) if meeting.appointment_id else None
    return found or await conversations.of_meeting(tx, meeting.id)


async def ends_of(tx: Transaction, rows: Collection[Meeting]) -> dict[uuid.UUID, datetime]:
    """When the appointments of these meetings end, by meeting: one query."""
    ids = {row.appointment_id: row.id for row in rows if row.appointment_id}
    query = select(Appointment.id, Appointment.ends_at).where(Appointment.id.in_(ids))
    return {ids[appointment]: ends_at for appointment, ends_at in (await tx.session.execute(query)).all()}


@reacts_to(MeetingEnded)
async def _record_by_itself(tx: Transaction, event: MeetingEnded) -> None:
    """The talk of an appointment took place: what both can see is recorded."""
    meeting = await tx.session.get_one(Meeting, event.meeting_id)
    row = await appointment_of(tx, meeting)
    if row is None or event.state is not MeetingState.ENDED:
        return
    came_at = meeting.participant(row.candidate_id).went_in_at
    if row.state is AppointmentState.BOOKED and came_at:
        late = came_at > row.begins_at + LATE_AFTER
        await transitions.end(tx, row, Attendance.LATE if late else Attendance.CAME, meeting.led_by)


async def close(tx: Transaction, row: Appointment) -> None:
    """The appointment gets another time or none: nobody waits in its room any more. A talk under way is not cut off."""
    meeting = await _meeting_of(tx, row)
    if meeting is None:
        return
    if meeting.state is MeetingState.LIVE:
        raise Conflict("room.live", N_("You are talking just now. Finish the talk first."))
    await meetings.end(tx, meeting)


async def record(tx: Transaction, row: Appointment, attendance: Attendance, by: Person) -> None:
    """Record how it went. Whoever came to the waiting room, or could not connect, is not absent."""
    if attendance is Attendance.ABSENT:
        evidence = await of_appointment(tx, row.id)
        seen = [each for each in evidence if each.person_id == row.candidate_id]
        if any(each.what in TROUBLE for each in seen) or any(each.what is What.WENT_TO_PHONE for each in evidence):
            message = N_("Their connection failed, and that is on record: it is technical, not absent.")
            raise Conflict("attendance.technical", message)
        if seen:
            raise Conflict("attendance.came", N_("They came to the waiting room, and that is on record."))
    await transitions.end(tx, row, attendance, by)


async def talks_of(tx: Transaction, rows: list[Appointment]) -> dict[uuid.UUID, uuid.UUID]:
    """The talks that go on, by appointment."""
    query = select(Meeting.appointment_id, Meeting.id).where(
        Meeting.appointment_id.in_([row.id for row in rows]),
        Meeting.live_at.is_not(None),
        Meeting.state == MeetingState.LIVE,
    )
    return {appointment: meeting for appointment, meeting in await tx.session.execute(query) if appointment}


async def change_mode(tx: Transaction, meeting: Meeting, by: Person, mode: Mode, phone: str = "") -> None:
    """Go on in another way: it is written down, and nobody is absent for it. By phone only with a number, which the
    candidate gives when booking or now: both see it."""
    row = await appointment_of(tx, meeting)
    before = row.phone if row else ""
    if mode is Mode.PHONE:
        if meeting.guest_id:
            raise Conflict("step.three", N_("Three cannot go on by phone: the number is the candidate’s own affair."))
        if row is None:
            raise Conflict("step.no_phone", N_("A talk at a booth has no number to call."))
        if phone and by.id == row.candidate_id:
            row.phone = transitions.clean_phone(phone)
        if not row.phone:
            if by.id == row.candidate_id:
                raise Invalid("phone.missing", N_("Please give the number to call."), field="phone")
            message = N_("No number is known yet. %(name)s gives it, under “Another way”: ask for it in the chat.")
            raise Invalid("phone.missing", message, field="phone", name=row.candidate.name)
    has_other_number = row is not None and row.phone != before
    if await meetings.change_mode(tx, meeting, by.id, mode, tell_again=has_other_number) and row:
        await note(tx, row, by.id, MODE_CHANGES[mode])


def modes_of(meeting: Meeting) -> list[Mode]:
    """The rungs of a meeting's ladder, the richest first."""
    return [
        Mode.VIDEO,
        Mode.AUDIO,
        Mode.CHAT,
        *([Mode.PHONE] if meeting.appointment_id and not meeting.guest_id else []),
    ]
