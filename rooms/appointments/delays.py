"""A talk that runs over pushes what comes after it: whoever waits is told by how much, from what is known."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import select

from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.core.events import DomainEvent
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import Meeting, MeetingState, Part, Participant, takes_part

STEP = timedelta(minutes=5)
"""Nobody is told of less, and times are rounded up to it."""
AHEAD = timedelta(hours=12)


class AppointmentDelayed(DomainEvent):
    """When the appointment is expected to begin; None once it is on time again."""

    kind: ClassVar[str] = "appointment.delayed"
    appointment_id: uuid.UUID
    expected_at: datetime | None


async def counsellors(tx: Transaction) -> set[uuid.UUID]:
    """Those in a talk who have appointments ahead, and those whose next ones were said to be late. For the worker."""
    ahead = select(Appointment.led_by_id).where(
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > tx.now,
        Appointment.begins_at < tx.now + AHEAD,
    )
    live = (
        select(Participant.person_id)
        .join(Meeting, Meeting.id == Participant.meeting_id)
        .where(Participant.part == Part.LEADER, Participant.person_id.in_(ahead), Meeting.state == MeetingState.LIVE)
    )
    late = select(Appointment.led_by_id).where(
        Appointment.expected_at.is_not(None),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > tx.now,
    )
    return {*(await tx.session.execute(live)).scalars(), *(await tx.session.execute(late)).scalars()}


async def look(tx: Transaction, counsellor_id: uuid.UUID) -> None:
    """Work out when the counsellor's next appointments can begin, and tell of what has changed."""
    query = select(Meeting).where(takes_part(counsellor_id, Part.LEADER), Meeting.state == MeetingState.LIVE)
    meeting = (await tx.session.execute(query)).unique().scalars().first()
    free_at = max(meeting.planned_end_at or tx.now, tx.now) if meeting else tx.now
    for row in await _next_of(tx, counsellor_id):
        if meeting and row.id == meeting.appointment_id:
            continue
        expected = _rounded(max(row.begins_at, free_at)) if meeting else row.begins_at
        is_late = expected - row.begins_at >= STEP
        _publish(tx, row, expected if is_late else None)
        free_at = max(free_at, expected + (row.occupied_until - row.begins_at)) if is_late else free_at


async def _next_of(tx: Transaction, counsellor_id: uuid.UUID) -> list[Appointment]:
    query = select(Appointment).where(
        Appointment.led_by_id == counsellor_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > tx.now,
        Appointment.begins_at < tx.now + AHEAD,
    )
    query = query.order_by(Appointment.begins_at).with_for_update(of=Appointment)
    return list((await tx.session.execute(query)).unique().scalars())


def _rounded(moment: datetime) -> datetime:
    """The next whole five minutes."""
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (STEP - over if over else timedelta(0))


def _publish(tx: Transaction, row: Appointment, expected_at: datetime | None) -> None:
    if row.expected_at == expected_at:
        return
    row.expected_at = expected_at
    event = AppointmentDelayed(appointment_id=row.id, expected_at=expected_at)
    tx.record(event, *row.streams)
