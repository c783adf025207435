"""The live room of one accepted call or one appointment: waiting, live, ended or missed. No timer cuts anybody off."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Uuid, column, func, or_, select, table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.chat import conversations
from rooms.chat.conversations import ConversationKind
from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, line_stream, meeting_stream, person_stream
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.meetings import cobrowsing
from rooms.meetings.modes import Mode
from rooms.people import engagement
from rooms.people.people import Person

MEASURED_TALKS = 12


class MeetingState(StrEnum):
    WAITING = "waiting"
    LIVE = "live"
    ENDED = "ended"
    MISSED = "missed"


MOVES: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.WAITING: frozenset({MeetingState.LIVE, MeetingState.MISSED}),
    MeetingState.LIVE: frozenset({MeetingState.ENDED, MeetingState.MISSED}),
    MeetingState.ENDED: frozenset(),
    MeetingState.MISSED: frozenset(),
}


class NextStep(StrEnum):
    GO_ON = "go_on"
    KEEP = "keep"
    NO = "no"


_GOES_ON = text("state IN ('waiting', 'live')")


_APPOINTMENT = table(
    "appointment", column("id", Uuid), column("appointment_type_id", Uuid), column("guest_booth_id", Uuid)
)
_APPOINTMENT_TYPE = table("appointment_type", column("id", Uuid), column("booth_id", Uuid))


class Meeting(Base):
    __tablename__ = "meeting"
    __table_args__ = (
        Index(
            "ux_meeting_one_of_appointment",
            "appointment_id",
            unique=True,
            postgresql_where=_GOES_ON,
            sqlite_where=_GOES_ON,
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("place.id"))
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    """A talk comes from a line, with a call, a place and a booth, or from an appointment."""
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    recruiter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    """Who leads the talk: a recruiter, or the counsellor of an appointment."""
    guest_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """The employer's recruiter of an appointment of three."""
    state: Mapped[MeetingState]
    mode: Mapped[Mode] = mapped_column(default=Mode.VIDEO)
    """How one talks now: a ladder from video down to the phone, and up again."""
    planned_minutes: Mapped[int]
    opened_at: Mapped[datetime]
    candidate_in_at: Mapped[datetime | None]
    recruiter_in_at: Mapped[datetime | None]
    guest_in_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
    planned_end_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(default="")
    """Private to the recruiter who wrote them."""
    next_step: Mapped[NextStep | None]
    """Until `answered_at` is set, only what the recruiter has in mind."""
    answer: Mapped[str] = mapped_column(default="")
    """What the candidate reads. A reason for refusal is kept 3 months (CNIL recruitment guide, 2023)."""
    answered_at: Mapped[datetime | None]
    answer_promised_by: Mapped[datetime | None]
    rating: Mapped[int | None]
    rating_words: Mapped[str] = mapped_column(default="")
    booth: Mapped[Booth | None] = relationship(lazy="joined")
    candidate: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[candidate_id])
    recruiter: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[recruiter_id])
    guest: Mapped[Person | None] = relationship(lazy="selectin", foreign_keys=[guest_id])

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.candidate, self.recruiter, *([self.guest] if self.guest else []))

    @property
    def gone_in(self) -> dict[uuid.UUID, datetime]:
        """Who has gone in, and when."""
        moments = {self.candidate_id: self.candidate_in_at, self.recruiter_id: self.recruiter_in_at}
        if self.guest_id:
            moments[self.guest_id] = self.guest_in_at
        return {person: moment for person, moment in moments.items() if moment}

    def has(self, person_id: uuid.UUID) -> bool:
        return person_id in (self.candidate_id, self.recruiter_id, self.guest_id)

    def others(self, person_id: uuid.UUID) -> list[Person]:
        """Whom this person talks with; the one they came for is first."""
        return [each for each in (self.recruiter, self.candidate, self.guest) if each and each.id != person_id]

    def channel(self, one_id: uuid.UUID, other_id: uuid.UUID) -> uuid.UUID:
        """The name of what two of the talk send each other: a talk of three has three such pairs."""
        if self.guest_id not in (one_id, other_id):
            return self.id
        return uuid.uuid5(self.id, " ".join(sorted((str(one_id), str(other_id)))))

    def patience(self, person_id: uuid.UUID) -> int:
        """Of two who negotiate, the one with more gives way. A simulated peer never does: aiortc has no rollback."""
        people = [each for each in (self.recruiter, self.guest, self.candidate) if each]
        return [each.id for each in sorted(people, key=lambda each: not each.is_simulated)].index(person_id)

    @property
    def thread(self) -> uuid.UUID:
        """What its conversation belongs to: an appointment has one thread, however often its room is entered."""
        return self.appointment_id or self.id

    @property
    def line_booth(self) -> Booth:
        """The booth of a talk from a line."""
        assert self.booth is not None  # noqa: S101
        return self.booth

    @property
    def is_over(self) -> bool:
        return self.state in (MeetingState.ENDED, MeetingState.MISSED)


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
    """A guest has gone, and may come back; the two others go on."""

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


def _streams(meeting: Meeting) -> tuple[str, ...]:
    people = (person_stream(person.id) for person in meeting.people)
    line = (line_stream(meeting.booth_id),) if meeting.booth_id else ()
    return (meeting_stream(meeting.id), *line, *people)


@dataclass(frozen=True)
class AcceptedCall:
    """What the waiting room of an accepted call is opened for."""

    call_id: uuid.UUID
    place_id: uuid.UUID
    booth: Booth
    candidate_id: uuid.UUID
    recruiter_id: uuid.UUID
    mode: Mode


async def open_for_call(tx: Transaction, accepted: AcceptedCall) -> Meeting:
    """The waiting room of an accepted call."""
    booth = accepted.booth
    meeting = Meeting(
        id=new_id(),
        call_id=accepted.call_id,
        place_id=accepted.place_id,
        booth_id=booth.id,
        candidate_id=accepted.candidate_id,
        recruiter_id=accepted.recruiter_id,
        state=MeetingState.WAITING,
        mode=accepted.mode,
        planned_minutes=booth.talk_minutes,
        opened_at=tx.now,
    )
    tx.session.add(meeting)
    await tx.session.flush()
    await conversations.begin(tx, ConversationKind.MEETING, meeting.id, booth.fair_id)
    await engagement.hand_over(tx, accepted.call_id, meeting.id)
    opened = MeetingOpened(
        meeting_id=meeting.id, call_id=accepted.call_id, place_id=accepted.place_id, booth_id=booth.id
    )
    people = (person_stream(accepted.candidate_id), person_stream(accepted.recruiter_id))
    await tx.happened(opened, meeting_stream(meeting.id), line_stream(booth.id), *people)
    return meeting


async def go_in(tx: Transaction, person: Person, meeting: Meeting) -> None:
    """The click that sends one's sound and picture. Once the candidate has gone in and somebody else, it is live."""
    if meeting.is_over:
        raise Conflict("meeting.over", N_("This talk has ended."))
    if meeting.appointment_id:
        await _engage(tx, person, meeting)
    if person.id in meeting.gone_in:
        return
    if person.id == meeting.candidate_id:
        meeting.candidate_in_at = tx.now
    elif person.id == meeting.guest_id:
        meeting.guest_in_at = tx.now
    else:
        meeting.recruiter_in_at = tx.now
    if meeting.live_at is None and meeting.candidate_in_at and len(meeting.gone_in) > 1:
        meeting.live_at = tx.now
        meeting.planned_end_at = tx.now + timedelta(minutes=meeting.planned_minutes)
        _move(meeting, MeetingState.LIVE)
    tx.record(
        WentIn(
            meeting_id=meeting.id,
            person_id=person.id,
            live_at=meeting.live_at,
            planned_end_at=meeting.planned_end_at,
        ),
        meeting_stream(meeting.id),
    )


async def go_out(tx: Transaction, person: Person, meeting: Meeting) -> None:
    """A guest leaves: they are free for other talks, and the two others go on."""
    if meeting.is_over or person.id != meeting.guest_id or meeting.guest_in_at is None:
        return
    meeting.guest_in_at = None
    await engagement.release_one(tx, person.id, meeting.id)
    tx.record(WentOut(meeting_id=meeting.id, person_id=person.id), meeting_stream(meeting.id))


async def _engage(tx: Transaction, person: Person, meeting: Meeting) -> None:
    """From going in on, the person is in this talk and in no other."""
    if await engagement.engage(tx, person.id, meeting.id):
        return
    if (await engagement.engaged(tx, {person.id})).get(person.id) != meeting.id:
        raise Conflict("meeting.engaged", N_("You are in another talk or call. Finish it first, then come in."))


async def prolong(tx: Transaction, meeting: Meeting, minutes: int = 5) -> None:
    if meeting.state is not MeetingState.LIVE or meeting.planned_end_at is None:
        raise Conflict("meeting.not_live", N_("This talk is not under way."))
    meeting.planned_end_at = max(meeting.planned_end_at, tx.now) + timedelta(minutes=minutes)
    tx.record(
        MeetingProlonged(meeting_id=meeting.id, planned_end_at=meeting.planned_end_at), meeting_stream(meeting.id)
    )


async def change_mode(
    tx: Transaction, meeting: Meeting, by_id: uuid.UUID, mode: Mode, *, tell_again: bool = False
) -> bool:
    """Go on in another way; says whether it was another one. `tell_again` when something about it has changed."""
    if meeting.is_over:
        raise Conflict("meeting.over", N_("This talk has ended."))
    is_other = meeting.mode is not mode
    meeting.mode = mode
    if is_other or tell_again:
        tx.record(ModeChanged(meeting_id=meeting.id, mode=mode, by_id=by_id), meeting_stream(meeting.id))
    return is_other


async def end(tx: Transaction, meeting: Meeting, *, is_cut: bool = False) -> None:
    """Finish the talk. One that never came about, or that `is_cut` because its recruiter had to go, costs the candidate
    nothing: they stand first again after a pause."""
    if meeting.is_over:
        return
    took_place = meeting.state is MeetingState.LIVE and not is_cut
    _move(meeting, MeetingState.ENDED if took_place else MeetingState.MISSED)
    meeting.ended_at = tx.now
    await engagement.release(tx, meeting.id)
    await cobrowsing.end(tx, meeting.id)
    if took_place and meeting.booth:
        meeting.answer_promised_by = tx.now + timedelta(days=meeting.booth.fair.answer_days)
    ended = MeetingEnded(meeting_id=meeting.id, booth_id=meeting.booth_id, state=meeting.state)
    await tx.happened(ended, *_streams(meeting))


async def locked(tx: Transaction, meeting_id: uuid.UUID) -> Meeting | None:
    """The meeting, locked; whoever holds its appointment too has taken that before."""
    query = select(Meeting).where(Meeting.id == meeting_id)
    query = query.with_for_update(of=Meeting).execution_options(populate_existing=True)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def of_appointment(tx: Transaction, appointment_id: uuid.UUID) -> list[Meeting]:
    """Every time the room of an appointment was open, the first one first."""
    query = select(Meeting).where(Meeting.appointment_id == appointment_id).order_by(Meeting.id)
    return list((await tx.session.execute(query)).unique().scalars())


def _move(meeting: Meeting, state: MeetingState) -> None:
    """The one door through which a meeting changes its state."""
    if state not in MOVES[meeting.state]:
        raise Conflict("meeting.move", N_("This talk has changed meanwhile."))
    meeting.state = state


async def current(tx: Transaction, person_id: uuid.UUID) -> Meeting | None:
    """The meeting from a line that this person is in now. The room of an appointment is entered from its page."""
    query = select(Meeting).where(
        Meeting.call_id.is_not(None),
        or_(Meeting.candidate_id == person_id, Meeting.recruiter_id == person_id),
        Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE)),
    )
    return (await tx.session.execute(query)).scalars().first()


async def led_now_by(tx: Transaction, recruiter_id: uuid.UUID) -> Meeting | None:
    """The talk that the recruiter is in now: from a line, or an interview under way."""
    query = select(Meeting).where(Meeting.recruiter_id == recruiter_id, Meeting.state == MeetingState.LIVE)
    return await current(tx, recruiter_id) or (await tx.session.execute(query)).scalars().first()


async def talking_at(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """The recruiters who talk for each booth now, from its line or in an interview: one query for any number."""
    query = (
        select(func.coalesce(Meeting.booth_id, _APPOINTMENT_TYPE.c.booth_id), Person)
        .join(Person, Person.id == Meeting.recruiter_id)
        .outerjoin(_APPOINTMENT, _APPOINTMENT.c.id == Meeting.appointment_id)
        .outerjoin(_APPOINTMENT_TYPE, _APPOINTMENT_TYPE.c.id == _APPOINTMENT.c.appointment_type_id)
    )
    from_line = Meeting.booth_id.in_(booths) & Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE))
    interview = _APPOINTMENT_TYPE.c.booth_id.in_(booths) & (Meeting.state == MeetingState.LIVE)
    found: dict[uuid.UUID, list[Person]] = {booth: [] for booth in booths}
    for booth, person in await tx.session.execute(query.where(or_(from_line, interview))):
        if booth:
            found[booth].append(person)
    return found


async def led_at(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> list[uuid.UUID]:
    """The talks of a booth that this person is in now on the employer's side: from its line, or in its name."""
    interviews = select(_APPOINTMENT_TYPE.c.id).where(_APPOINTMENT_TYPE.c.booth_id == booth_id)
    query = (
        select(Meeting.id)
        .outerjoin(_APPOINTMENT, _APPOINTMENT.c.id == Meeting.appointment_id)
        .where(Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE)))
        .where(
            or_(
                (Meeting.recruiter_id == person_id)
                & or_(Meeting.booth_id == booth_id, _APPOINTMENT.c.appointment_type_id.in_(interviews)),
                (Meeting.guest_id == person_id) & (_APPOINTMENT.c.guest_booth_id == booth_id),
            )
        )
    )
    return list((await tx.session.execute(query.order_by(Meeting.id))).scalars())


async def measured(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, list[float]]:
    """The latest talks' lengths in minutes at each booth, from acceptance to end: what one person in line costs."""
    latest = (
        select(
            Meeting.booth_id,
            Meeting.opened_at,
            Meeting.ended_at,
            func.row_number().over(partition_by=Meeting.booth_id, order_by=Meeting.ended_at.desc()).label("nth"),
        )
        .where(Meeting.booth_id.in_(booths), Meeting.state == MeetingState.ENDED)
        .subquery()
    )
    lengths: dict[uuid.UUID, list[float]] = {booth: [] for booth in booths}
    rows = await tx.session.execute(select(latest).where(latest.c.nth <= MEASURED_TALKS))
    for booth, opened_at, ended_at, _ in rows:
        lengths[booth].append((ended_at - opened_at).total_seconds() / 60)
    return lengths
