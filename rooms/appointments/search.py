"""What times are looked for: it travels through diaries, slots and reservation as one."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from rooms.appointments.appointment import Appointment, Guest
from rooms.appointments.appointment_types import AppointmentType
from rooms.meetings.modes import Mode


@dataclass(frozen=True)
class SlotSearch:
    """Times for an appointment of this type, held in this way."""

    appointment_type: AppointmentType
    mode: Mode
    moving: Appointment | None = None
    """The appointment that is to take place at another time: it stands in nobody's way and keeps its length."""
    counsellor_id: uuid.UUID | None = None
    """The one who books on behalf of somebody, with themselves; otherwise whoever may be met."""
    guest: Guest | None = None
    """Who is to come too; what is moved keeps its own."""

    @property
    def third(self) -> Guest | None:
        return self.moving.asked if self.moving else self.guest

    @property
    def length(self) -> timedelta:
        """What is booked keeps its length."""
        return self.moving.span.length if self.moving else self.appointment_type.length

    @property
    def modes(self) -> list[str]:
        """How one can meet for it, and how one was to meet anyway; three do not share a telephone."""
        was = self.moving.mode if self.moving else None
        possible = [mode.value for mode in Mode if mode in self.appointment_type.modes or mode is was]
        return [mode for mode in possible if not (self.third and mode == Mode.PHONE)]

    @property
    def is_possible(self) -> bool:
        return self.mode.value in self.modes

    def without_third(self, people: list[uuid.UUID]) -> list[uuid.UUID]:
        """Nobody comes to one appointment on two sides."""
        return [person for person in people if self.third is None or person != self.third.person.id]
