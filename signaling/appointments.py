"""What the two people of an appointment are told of it."""

from datetime import datetime
from uuid import UUID

from rooms.appointments import booking
from rooms.appointments.booking import Appointment, AppointmentState
from signaling.contract import Payload, ToldFact, told
from signaling.telling import as_it_is


class AppointmentTold(Payload):
    """An appointment of yours, held or booked. Its page tells the rest."""

    appointment: UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


def appointment_told(row: Appointment) -> AppointmentTold:
    return AppointmentTold(
        appointment=row.id, state=row.state, begins_at=row.begins_at, ends_at=row.ends_at, sequence=row.sequence
    )


@told("appointment:changed")
class AppointmentChangedTold(ToldFact):
    """An appointment of yours was held, booked, moved, cancelled or recorded."""

    appointment: UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


as_it_is("person", booking.AppointmentChanged, AppointmentChangedTold)
