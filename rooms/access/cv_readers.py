"""Which booths may read a person’s CV, and until when."""

import uuid
from datetime import timedelta

from sqlalchemy import or_, select

from rooms.appointments.appointment import TAKES_PLACE, Appointment
from rooms.appointments.appointment_types import AppointmentType
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.job_applications import JobApplication
from rooms.fairs.schedule import FairDay
from rooms.lines.places import IN_LINE, Place

READABLE_AFTER_FAIR = timedelta(days=30)


async def booths_that_may_read(tx: Transaction, person_id: uuid.UUID) -> list[Booth]:
    """The booths whose line the person joined, where they booked an interview or applied for a vacancy, until 30 days
    after the fair."""
    lately = select(FairDay.fair_id).where(FairDay.closes_at > tx.now - READABLE_AFTER_FAIR)
    is_hidden = Place.hides_name & Place.state.in_(IN_LINE)
    joined = select(Place.booth_id).where(Place.person_id == person_id, ~is_hidden)
    booked = (
        select(AppointmentType.booth_id)
        .join(Appointment, Appointment.appointment_type_id == AppointmentType.id)
        .where(
            Appointment.candidate_id == person_id,
            Appointment.state.in_(TAKES_PLACE),
            AppointmentType.booth_id.is_not(None),
        )
    )
    applied = select(JobApplication.booth_id).where(JobApplication.person_id == person_id)
    theirs = or_(Booth.id.in_(joined), Booth.id.in_(booked), Booth.id.in_(applied))
    query = select(Booth).where(theirs, Booth.fair_id.in_(lately))
    return list((await tx.session.execute(query)).scalars())
