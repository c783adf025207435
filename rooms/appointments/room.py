"""The room of an appointment: it opens a quarter of an hour before, and keeps what happened to the connection.

What the browsers of all sides saw (devices, ICE states) is evidence: a failed connection can never become "absent",
and the candidate can take the record with them.
"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms import conversations, meetings
from rooms.agencies import Mode
from rooms.appointments import booking
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState, Attendance
from rooms.conversations import ConversationKind
from rooms.errors import N_, Conflict, Invalid
from rooms.facts import Fact, meeting_stream
from rooms.meetings import Meeting, MeetingState
from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.transaction import Transaction

OPEN_AFTER = timedelta(hours=2)
MOST_EVIDENCE = 300


class What(StrEnum):
    """What a browser saw, or a person did."""

    ENTERED = "entered"
    DEVICES_WELL = "devices_well"
    DEVICES_FAILED = "devices_failed"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FAILED = "failed"
    WEAK = "weak"
    WENT_TO_VIDEO = "went_to_video"
    WENT_TO_AUDIO = "went_to_audio"
    WENT_TO_CHAT = "went_to_chat"
    WENT_TO_PHONE = "went_to_phone"


STEPS = {
    Mode.VIDEO: What.WENT_TO_VIDEO,
    Mode.AUDIO: What.WENT_TO_AUDIO,
    Mode.CHAT: What.WENT_TO_CHAT,
    Mode.PHONE: What.WENT_TO_PHONE,
}
TROUBLE = frozenset({What.DEVICES_FAILED, What.FAILED})


class Evidence(Base):
    """Owner: the candidate. Purpose: prove what the connection did; kept as long as the appointment."""

    __tablename__ = "evidence"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    what: Mapped[What]
    detail: Mapped[str]
    at: Mapped[datetime]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class RoomOpened(Fact):
    """The room of an appointment is there."""

    kind: ClassVar[str] = "appointment.room_opened"
    appointment: uuid.UUID
    meeting: uuid.UUID


class RoomEntered(Fact):
    """Somebody has come into the waiting room of an appointment for the first time."""

    kind: ClassVar[str] = "appointment.entered"
    appointment: uuid.UUID
    person: uuid.UUID


async def enter(tx: Transaction, row: Appointment, person: Person) -> Meeting:
    """Come to the waiting room: the first one opens it."""
    if row.state is not AppointmentState.BOOKED or tx.now > row.ends_at + OPEN_AFTER:
        raise Conflict("room.closed", N_("This appointment has ended, or does not take place."))
    if row.mode is Mode.PHONE:
        raise Conflict("room.phone", N_("This appointment is by phone: you are called."))
    if tx.now < row.begins_at - ROOM_OPENS_BEFORE:
        raise Conflict("room.early", N_("The waiting room opens a quarter of an hour before."))
    meeting = await _meeting_of(tx, row) or await _open(tx, row)
    if not await _has_entered(tx, row, person.id):
        await note(tx, row, person.id, What.ENTERED)
        fact = RoomEntered(appointment=row.id, person=person.id)
        tx.record(fact, *row.streams)
    return meeting


async def _meeting_of(tx: Transaction, row: Appointment) -> Meeting | None:
    """The one that goes on: whoever left the waiting room finds a new one."""
    going_on = Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE))
    query = select(Meeting).where(Meeting.appointment_id == row.id, going_on).with_for_update(of=Meeting)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def _open(tx: Transaction, row: Appointment) -> Meeting:
    meeting = Meeting(
        id=new_id(),
        appointment_id=row.id,
        candidate_id=row.candidate_id,
        recruiter_id=row.counsellor_id,
        guest_id=row.guest_id,
        state=MeetingState.WAITING,
        mode=row.mode,
        planned_minutes=row.minutes,
        opened_at=tx.now,
    )
    tx.session.add(meeting)
    await tx.session.flush()
    await conversations.begin(tx, ConversationKind.MEETING, meeting.thread, None)
    fact = RoomOpened(appointment=row.id, meeting=meeting.id)
    tx.record(fact, meeting_stream(meeting.id), *row.streams)
    return meeting


async def close(tx: Transaction, row: Appointment) -> None:
    """The appointment gets another time or none: nobody waits in its room any more. A talk under way is not cut off."""
    meeting = await _meeting_of(tx, row)
    if meeting is None:
        return
    if meeting.state is MeetingState.LIVE:
        raise Conflict("room.live", N_("You are talking just now. Finish the talk first."))
    await meetings.end(tx, meeting)


async def _has_entered(tx: Transaction, row: Appointment, person: uuid.UUID) -> bool:
    query = select(Evidence.id).where(
        Evidence.appointment_id == row.id, Evidence.person_id == person, Evidence.what == What.ENTERED
    )
    return (await tx.session.execute(query.limit(1))).first() is not None


async def note(tx: Transaction, row: Appointment, person: uuid.UUID, what: What, detail: str = "") -> None:
    """Keep what a browser saw, up to a bound for each of the two. That somebody came is always kept."""
    mine = Evidence.appointment_id == row.id, Evidence.person_id == person
    count = select(func.count()).select_from(Evidence).where(*mine)
    if what is not What.ENTERED and (await tx.session.execute(count)).scalar_one() >= MOST_EVIDENCE:
        return
    text = clean_text(detail, "detail", 200)
    tx.session.add(Evidence(id=new_id(), appointment_id=row.id, person_id=person, what=what, detail=text, at=tx.now))


async def evidence_of(tx: Transaction, appointment: uuid.UUID) -> list[Evidence]:
    query = select(Evidence).where(Evidence.appointment_id == appointment).order_by(Evidence.id)
    return list((await tx.session.execute(query)).scalars())


async def record(tx: Transaction, row: Appointment, attendance: Attendance, by: Person) -> None:
    """Record how it went. Whoever came to the waiting room, or could not connect, is not absent."""
    if attendance is Attendance.ABSENT:
        evidence = await evidence_of(tx, row.id)
        seen = [each for each in evidence if each.person_id == row.candidate_id]
        if any(each.what in TROUBLE for each in seen) or any(each.what is What.WENT_TO_PHONE for each in evidence):
            message = N_("Their connection failed, and that is on record: it is technical, not absent.")
            raise Conflict("attendance.technical", message)
        if seen:
            raise Conflict("attendance.came", N_("They came to the waiting room, and that is on record."))
    await booking.end(tx, row, attendance, by)


async def waiting_since(tx: Transaction, rows: list[Appointment]) -> dict[uuid.UUID, datetime]:
    """Since when each candidate waits, by appointment: one query for a whole day."""
    query = select(Evidence.appointment_id, func.min(Evidence.at)).where(
        Evidence.appointment_id.in_([row.id for row in rows]),
        Evidence.person_id.in_({row.candidate_id for row in rows}),
        Evidence.what == What.ENTERED,
    )
    return dict((await tx.session.execute(query.group_by(Evidence.appointment_id))).all())


async def talks_of(tx: Transaction, rows: list[Appointment]) -> dict[uuid.UUID, uuid.UUID]:
    """The talks that go on, by appointment."""
    query = select(Meeting.appointment_id, Meeting.id).where(
        Meeting.appointment_id.in_([row.id for row in rows]),
        Meeting.live_at.is_not(None),
        Meeting.state == MeetingState.LIVE,
    )
    return {appointment: meeting for appointment, meeting in await tx.session.execute(query) if appointment}


async def step(tx: Transaction, meeting: Meeting, by: Person, mode: Mode, phone: str = "") -> None:
    """Go on in another way: it is written down, and nobody is absent for it. By phone only with a number, which the
    candidate gives when booking or now: both see it."""
    row, before = meeting.appointment, meeting.appointment.phone if meeting.appointment else ""
    if mode is Mode.PHONE:
        if meeting.guest_id:
            raise Conflict("step.three", N_("Three cannot go on by phone: the number is the candidate’s own affair."))
        if row is None:
            raise Conflict("step.no_phone", N_("A talk at a booth has no number to call."))
        if phone and by.id == row.candidate_id:
            row.phone = booking.clean_phone(phone)
        if not row.phone:
            if by.id == row.candidate_id:
                raise Invalid("phone.missing", N_("Please give the number to call."), field="phone")
            message = N_("No number is known yet. %(name)s gives it, under “Another way”: ask for it in the chat.")
            raise Invalid("phone.missing", message, field="phone", name=row.candidate.name)
    has_other_number = row is not None and row.phone != before
    if await meetings.step(tx, meeting, by.id, mode, tell_again=has_other_number) and row:
        await note(tx, row, by.id, STEPS[mode])


def modes_of(meeting: Meeting) -> list[Mode]:
    """The rungs of a meeting's ladder, the richest first."""
    return [Mode.VIDEO, Mode.AUDIO, Mode.CHAT, *([Mode.PHONE] if meeting.appointment and not meeting.guest_id else [])]
