"""An appointment: its record, the states it goes through, and what happened to it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.appointments.appointment_types import AppointmentType, Venue
from rooms.appointments.availability import Span
from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, person_stream
from rooms.core.model import Base, new_id
from rooms.fairs.booths import Booth
from rooms.meetings.modes import Mode
from rooms.people.people import Person

ROOM_OPENS_BEFORE = timedelta(minutes=15)
"""Two people who are early may begin, and be done, before the time."""


class AppointmentState(StrEnum):
    RESERVED = "reserved"
    BOOKED = "booked"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    OVER = "over"


SHOWN = (AppointmentState.BOOKED, AppointmentState.OVER, AppointmentState.CANCELLED)
"""What people read of their appointments: reserved and lapsed ones are left out."""


class Attendance(StrEnum):
    CAME = "came"
    LATE = "late"
    EXCUSED = "excused"
    MOVED = "moved"
    ABSENT = "absent"
    TECHNICAL = "technical"


class ChangeKind(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    MOVED = "moved"
    HANDED_OVER = "handed_over"
    GUEST_EXCUSED = "guest_excused"
    CANCELLED = "cancelled"
    RECORDED = "recorded"
    CONTESTED = "contested"
    PRINTED = "printed"


@dataclass(frozen=True)
class Guest:
    """An employer's recruiter who is asked to come too, and the booth they stand for."""

    person: Person
    booth: Booth

    @property
    def key(self) -> str:
        return f"{self.booth.id}.{self.person.id}"


class Appointment(Base):
    """Owner: the candidate. Kept 2 years after the last contact, as the profile is."""

    __tablename__ = "appointment"
    __table_args__ = (
        Index("ix_appointment_led_by", "led_by_id", "occupied_until"),
        Index("ix_appointment_candidate", "candidate_id", "ends_at"),
        Index("ix_appointment_reserved", "state", "reserved_until"),
        Index("ix_appointment_guest", "guest_id", "ends_at"),
        CheckConstraint("(guest_id IS NULL) = (guest_booth_id IS NULL)", name="ck_appointment_guest_of_booth"),
        CheckConstraint("guest_id <> led_by_id AND guest_id <> candidate_id", name="ck_appointment_guest_is_third"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_type_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment_type.id"), index=True)
    led_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    """The counsellor, or the recruiter of an interview at a booth."""
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    guest_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """An employer's recruiter who comes too, from `guest_booth_id`: an appointment of three."""
    guest_booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    mode: Mapped[Mode]
    state: Mapped[AppointmentState]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    occupied_from: Mapped[datetime]
    """With the pauses of whoever leads."""
    occupied_until: Mapped[datetime]
    reserved_until: Mapped[datetime | None]
    wish_id: Mapped[uuid.UUID | None]
    """The wish that this reserved time was proposed for."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Raised at each change, so that calendars follow (RFC 5546, 2.1.4)."""
    time_zone: Mapped[str]
    """In which the candidate reads times."""
    question: Mapped[str] = mapped_column(default="")
    """What the appointment type asked when it was booked."""
    said: Mapped[str] = mapped_column(default="")
    """What the candidate answered to it."""
    phone: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_words: Mapped[str] = mapped_column(default="")
    expected_at: Mapped[datetime | None]
    """When it can begin, if the talk before it runs over (rooms/appointments/delays.py)."""
    attendance: Mapped[Attendance | None]
    contested_at: Mapped[datetime | None]
    contested_words: Mapped[str] = mapped_column(default="")
    appointment_type: Mapped[AppointmentType] = relationship(lazy="joined", innerjoin=True)
    led_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[led_by_id])
    candidate: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[candidate_id])
    guest: Mapped[Person | None] = relationship(lazy="selectin", foreign_keys=[guest_id])
    guest_booth: Mapped[Booth | None] = relationship(lazy="selectin")

    @property
    def path(self) -> str:
        return f"/appointments/{self.id}"

    @property
    def venue(self) -> Venue:
        return self.appointment_type.venue

    @property
    def is_interview(self) -> bool:
        """With an employer at a fair, and not with the counsellors of an agency."""
        return self.appointment_type.booth_id is not None

    @property
    def span(self) -> Span:
        return Span(self.begins_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return self.span.length // timedelta(minutes=1)

    def partners(self, person_id: uuid.UUID) -> str:
        """Whom this person meets; an employer's recruiter is named with the employer."""
        named = {self.candidate_id: self.candidate.name, self.led_by_id: self.led_by.name}
        if self.is_interview:
            named[self.led_by_id] += f", {self.venue.name}"
        if self.guest and self.guest_booth:
            named[self.guest.id] = f"{self.guest.name} ({self.guest_booth.employer.name})"
        return ", ".join(name for each, name in named.items() if each != person_id)

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.candidate, self.led_by, *([self.guest] if self.guest else []))

    @property
    def asked(self) -> Guest | None:
        """The guest, as one is asked for another time."""
        return Guest(self.guest, self.guest_booth) if self.guest and self.guest_booth else None

    @property
    def streams(self) -> tuple[str, ...]:
        """Those of everybody concerned."""
        return tuple(person_stream(person.id) for person in self.people)

    def has(self, person_id: uuid.UUID) -> bool:
        return person_id in (self.candidate_id, self.led_by_id, self.guest_id)

    def is_lapsed(self, now: datetime) -> bool:
        """Whether the time was reserved, and is not any more."""
        over = self.state is AppointmentState.RESERVED and (self.reserved_until is None or self.reserved_until <= now)
        return over or self.state is AppointmentState.LAPSED

    def is_ahead(self, now: datetime) -> bool:
        return self.state is AppointmentState.BOOKED and self.begins_at > now


class Lapsed(Conflict):
    """The time is not reserved any more."""

    def __init__(self, row: Appointment) -> None:
        super().__init__("appointment.lapsed", N_("This time is not kept for you any more. Please choose anew."))
        self.row = row
        self.leads_to = (
            f"/appointments/new/{row.appointment_type_id}?mode={row.mode}"
            if row.appointment_type.stands
            else row.appointment_type.choice_path
        )


class OccupiedPiece(Base):
    """Five minutes of somebody's time; `piece` counts them since 1970."""

    __tablename__ = "occupied_piece"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    piece: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)


SIDES = (Appointment.candidate_id, Appointment.led_by_id, Appointment.guest_id)
"""On which side somebody can come."""


class AppointmentChange(Base):
    """What happened to an appointment, by whom and when; `begins_at` is the time it had then."""

    __tablename__ = "appointment_change"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    kind: Mapped[ChangeKind]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    begins_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(default="")
    by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class AppointmentChanged(DomainEvent):
    """An appointment was reserved, booked, moved, cancelled or recorded."""

    kind: ClassVar[str] = "appointment.changed"
    appointment_id: uuid.UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


class AppointmentLeft(DomainEvent):
    """Somebody takes no part in an appointment any more, which goes on without them."""

    kind: ClassVar[str] = "appointment.left"
    appointment_id: uuid.UUID
    person_id: uuid.UUID


TAKES_PLACE = (AppointmentState.BOOKED, AppointmentState.OVER)
