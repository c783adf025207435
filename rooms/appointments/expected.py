"""Who is expected at a fair: whoever has an interview there within the hour does not wait in its entrance hall."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentType
from rooms.core.transaction import Transaction
from rooms.fairs import entrance_hall
from rooms.fairs.booths import Booth

EXPECTED = timedelta(hours=1)
"""So long before an appointment at the fair its person is let in."""


async def expected_at(tx: Transaction, fair_id: uuid.UUID) -> set[uuid.UUID]:
    query = (
        select(Appointment.candidate_id)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .join(Booth, Booth.id == AppointmentType.booth_id)
        .where(Booth.fair_id == fair_id, Appointment.state == AppointmentState.BOOKED)
        .where(Appointment.begins_at <= tx.now + EXPECTED, Appointment.ends_at > tx.now)
    )
    return {row.candidate_id for row in await tx.plain_rows(query)}


async def let_in(tx: Transaction) -> None:
    """Whoever waits in a hall while the hour of their interview comes. For the worker."""
    for fair_id in await entrance_hall.with_hall(tx):
        people = await expected_at(tx, fair_id)
        if people:
            await entrance_hall.let_in_at_once(tx, fair_id, people)
