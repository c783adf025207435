"""A meeting, who takes part in it, and what is written after it."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, UniqueConstraint, false, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.events import DomainEvent
from rooms.core.model import Base, new_id
from rooms.fairs.booths import Booth
from rooms.meetings.modes import Mode
from rooms.people.people import Person

_GOES_ON = text("state IN ('waiting', 'live')")


class MeetingState(StrEnum):
    WAITING = "waiting"
    LIVE = "live"
    ENDED = "ended"
    MISSED = "missed"


GOES_ON = frozenset({MeetingState.WAITING, MeetingState.LIVE})


class Part(StrEnum):
    CANDIDATE = "candidate"
    LEADER = "leader"
    """A recruiter, or the counsellor of an appointment."""
    GUEST = "guest"
    """The employer's recruiter of an appointment of three."""


class NextStep(StrEnum):
    GO_ON = "go_on"
    KEEP = "keep"
    NO = "no"


class Participant(Base):
    """Somebody of a meeting: one candidate, one who leads, and a guest or none."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("meeting_id", "part", name="uq_participant_part"),)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    part: Mapped[Part]
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    """The booth for which they speak, on the employer's side."""
    went_in_at: Mapped[datetime | None]
    """When they went in for the first time."""
    went_out_at: Mapped[datetime | None]
    """Since when they are out again, and may come back; only whoever does not lead."""
    booth: Mapped[Booth | None] = relationship(lazy="joined")
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class FollowUp(Base):
    """What is written during and after a meeting. Owner: whoever leads it writes, and the candidate rates."""

    __tablename__ = "follow_up"
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    notes: Mapped[str] = mapped_column(default="")
    """Private to the recruiter who wrote them."""
    team_notes: Mapped[str] = mapped_column(default="", server_default="")
    """Read and written by everybody who staffs the booth."""
    next_step: Mapped[NextStep | None]
    """Until `answered_at` is set, only what the recruiter has in mind."""
    answer: Mapped[str] = mapped_column(default="")
    """What the candidate reads. A reason for refusal is kept 3 months (CNIL recruitment guide, 2023)."""
    answered_at: Mapped[datetime | None]
    answer_owed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The colleague to whom it was handed; without one, whoever led the talk."""
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    reminded_at: Mapped[datetime | None]
    """When whoever owes the answer was written to."""
    answer_promised_by: Mapped[datetime | None]
    rating: Mapped[int | None]
    rating_words: Mapped[str] = mapped_column(default="")


class Meeting(Base):
    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("(call_id IS NULL) <> (appointment_id IS NULL)", name="ck_meeting_one_origin"),
        CheckConstraint("(call_id IS NULL) = (booth_id IS NULL)", name="ck_meeting_call_at_booth"),
        Index(
            "ux_meeting_one_of_appointment",
            "appointment_id",
            unique=True,
            postgresql_where=_GOES_ON,
            sqlite_where=_GOES_ON,
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id"), unique=True)
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    """A meeting comes from a booth's line, by a call, or from an appointment."""
    state: Mapped[MeetingState]
    mode: Mapped[Mode] = mapped_column(default=Mode.VIDEO)
    """How one talks now: from video down to the phone, and up again."""
    is_at_table: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The two sit at the booth's table, on site."""
    planned_minutes: Mapped[int]
    opened_at: Mapped[datetime]
    live_at: Mapped[datetime | None]
    planned_end_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    booth: Mapped[Booth | None] = relationship(lazy="joined")
    participants: Mapped[list[Participant]] = relationship(lazy="selectin", order_by=Participant.part)
    follow_up: Mapped[FollowUp] = relationship(lazy="joined", innerjoin=True)

    @property
    def path(self) -> str:
        return f"/meetings/{self.id}"

    @property
    def candidate_id(self) -> uuid.UUID:
        return self._in_part(Part.CANDIDATE).person_id

    @property
    def candidate(self) -> Person:
        return self._in_part(Part.CANDIDATE).person

    @property
    def led_by_id(self) -> uuid.UUID:
        return self._in_part(Part.LEADER).person_id

    @property
    def led_by(self) -> Person:
        return self._in_part(Part.LEADER).person

    @property
    def guest_id(self) -> uuid.UUID | None:
        return next((each.person_id for each in self.participants if each.part is Part.GUEST), None)

    @property
    def guest(self) -> Person | None:
        return next((each.person for each in self.participants if each.part is Part.GUEST), None)

    @property
    def people(self) -> tuple[Person, ...]:
        return tuple(each.person for each in self.participants)

    @property
    def gone_in(self) -> dict[uuid.UUID, datetime]:
        """Who is in, and since when they came first."""
        return {each.person_id: at for each in self.participants if (at := each.went_in_at) and not each.went_out_at}

    @property
    def gone_out(self) -> dict[uuid.UUID, datetime]:
        """Who has left and may come back, and since when."""
        return {each.person_id: each.went_out_at for each in self.participants if each.went_out_at}

    def has(self, person_id: uuid.UUID) -> bool:
        return any(each.person_id == person_id for each in self.participants)

    def participant(self, person_id: uuid.UUID) -> Participant:
        """The part of somebody who is known to take part."""
        return next(each for each in self.participants if each.person_id == person_id)

    def others(self, person_id: uuid.UUID) -> list[Person]:
        """Whom this person talks with; the one they came for is first."""
        return [each for each in (self.led_by, self.candidate, self.guest) if each and each.id != person_id]

    def channel(self, one_id: uuid.UUID, other_id: uuid.UUID) -> uuid.UUID:
        """The name of what two of the talk send each other: a talk of three has three such pairs."""
        if self.guest_id not in (one_id, other_id):
            return self.id
        return uuid.uuid5(self.id, " ".join(sorted((str(one_id), str(other_id)))))

    def patience(self, person_id: uuid.UUID) -> int:
        """Of two who negotiate, the one with more gives way. A simulated peer never does: aiortc has no rollback."""
        people = [each for each in (self.led_by, self.guest, self.candidate) if each]
        return [each.id for each in sorted(people, key=lambda each: not each.is_simulated)].index(person_id)

    @property
    def employers_booth(self) -> Booth | None:
        """The booth for which its recruiter speaks: in a talk from a line, and in an interview by appointment."""
        return self._in_part(Part.LEADER).booth

    @property
    def is_over(self) -> bool:
        return self.state not in GOES_ON

    def _in_part(self, part: Part) -> Participant:
        return next(each for each in self.participants if each.part is part)


def takes_part(person_id: uuid.UUID, *parts: Part) -> ColumnElement[bool]:
    """The meetings in which this person has one of these parts, or any."""
    theirs = select(Participant.meeting_id).where(Participant.person_id == person_id)
    return Meeting.id.in_(theirs.where(Participant.part.in_(parts)) if parts else theirs)


class MeetingOpened(DomainEvent):
    kind: ClassVar[str] = "meeting.opened"
    meeting_id: uuid.UUID
    call_id: uuid.UUID
    place_id: uuid.UUID
    booth_id: uuid.UUID


class WentIn(DomainEvent):
    """Somebody has gone in; `live_at` is set once the candidate is not alone any more."""

    kind: ClassVar[str] = "meeting.went_in"
    meeting_id: uuid.UUID
    person_id: uuid.UUID
    live_at: datetime | None
    planned_end_at: datetime | None


class WentOut(DomainEvent):
    """Somebody has left, and may come back; whoever is still there goes on."""

    kind: ClassVar[str] = "meeting.went_out"
    meeting_id: uuid.UUID
    person_id: uuid.UUID


class MeetingProlonged(DomainEvent):
    kind: ClassVar[str] = "meeting.prolonged"
    meeting_id: uuid.UUID
    planned_end_at: datetime


class ModeChanged(DomainEvent):
    """Somebody goes on in another way; everybody comes along."""

    kind: ClassVar[str] = "meeting.mode_changed"
    meeting_id: uuid.UUID
    mode: Mode
    by_id: uuid.UUID


class MeetingEnded(DomainEvent):
    kind: ClassVar[str] = "meeting.ended"
    meeting_id: uuid.UUID
    booth_id: uuid.UUID | None
    state: MeetingState
