"""The live room of one accepted call or one appointment: waiting, live, ended or missed. No timer cuts anybody off."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, func, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms import conversations, engagement, looking, outbox, presence
from rooms.agencies import Mode, Reason
from rooms.appointments import booking
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance
from rooms.booths import Booth
from rooms.conversations import ConversationKind
from rooms.errors import N_, Conflict, Invalid
from rooms.facts import Fact, line_stream, meeting_stream, person_stream
from rooms.fairs import FairState
from rooms.lines import places
from rooms.lines.places import Place, PlaceState
from rooms.model import Base, new_id
from rooms.outbox import Letter
from rooms.people import Person, clean_text
from rooms.transaction import Transaction

MEASURED_TALKS = 12
LATE_AFTER = timedelta(minutes=5)
APPOINTMENT_GRACE = timedelta(minutes=10)


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
    place: Mapped[Place | None] = relationship(lazy="joined")
    appointment: Mapped[Appointment | None] = relationship(lazy="joined")
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

    def has(self, person: uuid.UUID) -> bool:
        return person in (self.candidate_id, self.recruiter_id, self.guest_id)

    def others(self, person: uuid.UUID) -> list[Person]:
        """Whom this person talks with; the one they came for is first."""
        return [each for each in (self.recruiter, self.candidate, self.guest) if each and each.id != person]

    def channel(self, one: uuid.UUID, other: uuid.UUID) -> uuid.UUID:
        """The name of what two of the talk send each other: a talk of three has three such pairs."""
        if self.guest_id not in (one, other):
            return self.id
        return uuid.uuid5(self.id, " ".join(sorted((str(one), str(other)))))

    def patience(self, person: uuid.UUID) -> int:
        """Of two who negotiate, the one with more gives way. A simulated peer never does: aiortc has no rollback."""
        people = [each for each in (self.recruiter, self.guest, self.candidate) if each]
        return [each.id for each in sorted(people, key=lambda each: not each.is_simulated)].index(person)

    @property
    def thread(self) -> uuid.UUID:
        """What its conversation belongs to: an appointment has one thread, however often its room is entered."""
        return self.appointment_id or self.id

    @property
    def stand(self) -> Booth:
        """The booth of a talk from a line."""
        assert self.booth is not None  # noqa: S101
        return self.booth

    @property
    def is_over(self) -> bool:
        return self.state in (MeetingState.ENDED, MeetingState.MISSED)


class MeetingOpened(Fact):
    kind: ClassVar[str] = "meeting.opened"
    meeting: uuid.UUID
    call: uuid.UUID
    place: uuid.UUID
    booth: uuid.UUID


class WentIn(Fact):
    """Somebody has gone in; `live_at` is set once the candidate is not alone any more."""

    kind: ClassVar[str] = "meeting.went_in"
    meeting: uuid.UUID
    person: uuid.UUID
    live_at: datetime | None
    planned_end_at: datetime | None


class WentOut(Fact):
    """A guest has gone, and may come back; the two others go on."""

    kind: ClassVar[str] = "meeting.went_out"
    meeting: uuid.UUID
    person: uuid.UUID


class MeetingProlonged(Fact):
    kind: ClassVar[str] = "meeting.prolonged"
    meeting: uuid.UUID
    planned_end_at: datetime


class MeetingStepped(Fact):
    """Somebody goes on in another way; everybody comes along."""

    kind: ClassVar[str] = "meeting.stepped"
    meeting: uuid.UUID
    mode: Mode
    by: uuid.UUID


class MeetingEnded(Fact):
    kind: ClassVar[str] = "meeting.ended"
    meeting: uuid.UUID
    booth: uuid.UUID | None
    state: MeetingState


class AnswerGiven(Fact):
    kind: ClassVar[str] = "meeting.answered"
    meeting: uuid.UUID
    next_step: NextStep


def _streams(meeting: Meeting) -> tuple[str, ...]:
    people = (person_stream(person.id) for person in meeting.people)
    line = (line_stream(meeting.booth_id),) if meeting.booth_id else ()
    return (meeting_stream(meeting.id), *line, *people)


async def open_for_call(
    tx: Transaction, call: uuid.UUID, place: Place, recruiter: uuid.UUID, *, video: bool
) -> Meeting:
    """The waiting room of an accepted call."""
    meeting = Meeting(
        id=new_id(),
        call_id=call,
        place_id=place.id,
        booth_id=place.booth_id,
        candidate_id=place.person_id,
        recruiter_id=recruiter,
        state=MeetingState.WAITING,
        mode=Mode.VIDEO if video else Mode.AUDIO,
        planned_minutes=place.booth.talk_minutes,
        opened_at=tx.now,
    )
    tx.session.add(meeting)
    await tx.session.flush()
    await conversations.begin(tx, ConversationKind.MEETING, meeting.id, place.booth.fair_id)
    await engagement.hand_over(tx, call, meeting.id)
    places.move(tx, place, PlaceState.TALKING)
    fact = MeetingOpened(meeting=meeting.id, call=call, place=place.id, booth=place.booth_id)
    people = (person_stream(place.person_id), person_stream(recruiter))
    tx.record(fact, meeting_stream(meeting.id), line_stream(place.booth_id), *people)
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
            meeting=meeting.id,
            person=person.id,
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
    tx.record(WentOut(meeting=meeting.id, person=person.id), meeting_stream(meeting.id))


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
    tx.record(MeetingProlonged(meeting=meeting.id, planned_end_at=meeting.planned_end_at), meeting_stream(meeting.id))


async def step(tx: Transaction, meeting: Meeting, by: uuid.UUID, mode: Mode, *, tell_again: bool = False) -> bool:
    """Go on in another way; says whether it was another one. `tell_again` when something about it has changed."""
    if meeting.is_over:
        raise Conflict("meeting.over", N_("This talk has ended."))
    is_other = meeting.mode is not mode
    meeting.mode = mode
    if is_other or tell_again:
        tx.record(MeetingStepped(meeting=meeting.id, mode=mode, by=by), meeting_stream(meeting.id))
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
    await looking.end(tx, meeting.id)
    if meeting.appointment:
        if took_place:
            await _record(tx, meeting, meeting.appointment)
    elif meeting.place:
        if took_place:
            meeting.answer_promised_by = tx.now + timedelta(days=meeting.stand.fair.answer_days)
        _give_place_back(tx, meeting, meeting.place, took_place=took_place)
    tx.record(MeetingEnded(meeting=meeting.id, booth=meeting.booth_id, state=meeting.state), *_streams(meeting))


async def _record(tx: Transaction, meeting: Meeting, appointment: Appointment) -> None:
    """The talk of an appointment took place: what both can see is recorded by itself."""
    if appointment.state is not AppointmentState.BOOKED or meeting.candidate_in_at is None:
        return
    late = meeting.candidate_in_at > appointment.begins_at + LATE_AFTER
    await booking.end(tx, appointment, Attendance.LATE if late else Attendance.CAME, meeting.recruiter)


def _give_place_back(tx: Transaction, meeting: Meeting, place: Place, *, took_place: bool) -> None:
    fair = meeting.stand.fair
    is_over = fair.state is FairState.ARCHIVED or (fair.state is FairState.CLOSED and not fair.closed_by_hand)
    if took_place or is_over:
        places.move(tx, place, PlaceState.SERVED if took_place else PlaceState.ENDED)
        return
    places.move(tx, place, PlaceState.WAITING)
    places.pass_over(tx, place, places.PASSED_OVER_FOR)


async def forsaken(tx: Transaction) -> list[uuid.UUID]:
    """Meetings where nobody has been seen for longer than the fair's grace. For the worker."""
    query = select(Meeting).where(Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE)))
    going_on = list((await tx.session.execute(query)).scalars())
    people = {person.id for meeting in going_on for person in meeting.people}
    reach = await presence.reach(tx, people)
    return [meeting.id for meeting in going_on if _is_forsaken(tx, meeting, reach)]


def _is_forsaken(tx: Transaction, meeting: Meeting, reach: dict[uuid.UUID, presence.Reach]) -> bool:
    seen = [reach[person.id] for person in meeting.people]
    since = max(filter(None, (meeting.opened_at, *(each.last_seen for each in seen))))
    if meeting.appointment and tx.now < meeting.appointment.ends_at:
        return False
    grace = timedelta(minutes=meeting.booth.fair.grace_minutes) if meeting.booth else APPOINTMENT_GRACE
    return not any(each.is_here for each in seen) and since + grace <= tx.now


async def locked(tx: Transaction, meeting: uuid.UUID) -> Meeting | None:
    """The meeting, held still, and its appointment before it: everybody takes the two in this order."""
    found = (await tx.session.execute(select(Meeting.appointment_id).where(Meeting.id == meeting))).first()
    if found is None:
        return None
    if found.appointment_id:
        await booking.locked(tx, found.appointment_id)
    query = select(Meeting).where(Meeting.id == meeting)
    query = query.with_for_update(of=Meeting).execution_options(populate_existing=True)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


async def of_appointment(tx: Transaction, appointment: uuid.UUID) -> list[Meeting]:
    """Every time the room of an appointment was open, the first one first."""
    query = select(Meeting).where(Meeting.appointment_id == appointment).order_by(Meeting.id)
    return list((await tx.session.execute(query)).unique().scalars())


async def end_forsaken(tx: Transaction, meeting: uuid.UUID) -> None:
    """Nobody is there: it cuts off nobody, and sets both free for other lines."""
    row = await locked(tx, meeting)
    if row and meeting in await forsaken(tx):
        await end(tx, row)


def _move(meeting: Meeting, state: MeetingState) -> None:
    """The one door through which a meeting changes its state."""
    if state not in MOVES[meeting.state]:
        raise Conflict("meeting.move", N_("This talk has changed meanwhile."))
    meeting.state = state


async def note(tx: Transaction, meeting: Meeting, notes: str, intends: NextStep | None = None) -> None:
    """Private notes, and the next step that the recruiter has in mind; nobody is told of either."""
    meeting.notes = clean_text(notes, "notes", 4000)
    if intends and meeting.answered_at is None:
        meeting.next_step = intends


async def answer(tx: Transaction, meeting: Meeting, next_step: NextStep, words: str) -> None:
    """Tell the candidate what comes next. A "no" says why."""
    words = clean_text(words, "answer", 1000)
    if meeting.booth is None:
        raise Conflict("meeting.no_booth", N_("This talk belongs to an appointment: nothing is answered after it."))
    if next_step is NextStep.NO and not words:
        raise Invalid("answer.missing", N_("Please say why, in a sentence the person can use."), field="answer")
    if meeting.state is not MeetingState.ENDED:
        raise Conflict("meeting.not_ended", N_("Finish the talk first."))
    meeting.next_step, meeting.answer, meeting.answered_at = next_step, words, tx.now
    tx.record(AnswerGiven(meeting=meeting.id, next_step=next_step), person_stream(meeting.candidate_id))
    values: dict[str, object] = {
        "name": meeting.candidate.name,
        "employer": meeting.stand.employer.name,
        "path": "/me/talks",
    }
    await outbox.post(tx, Letter(meeting.candidate.email, "answer", meeting.candidate.language, values))


async def rate(tx: Transaction, meeting: Meeting, rating: int, words: str) -> None:
    if not 1 <= rating <= 5:
        raise Invalid("rating.range", N_("Please choose from 1 to 5."), field="rating")
    meeting.rating, meeting.rating_words = rating, clean_text(words, "rating_words", 600)


async def current(tx: Transaction, person: uuid.UUID) -> Meeting | None:
    """The meeting from a line that this person is in now. The room of an appointment is entered from its page."""
    query = select(Meeting).where(
        Meeting.call_id.is_not(None),
        or_(Meeting.candidate_id == person, Meeting.recruiter_id == person),
        Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE)),
    )
    return (await tx.session.execute(query)).scalars().first()


async def held_by(tx: Transaction, recruiter: uuid.UUID) -> Meeting | None:
    """The talk that the recruiter is in now: from a line, or an interview under way."""
    query = select(Meeting).where(Meeting.recruiter_id == recruiter, Meeting.state == MeetingState.LIVE)
    return await current(tx, recruiter) or (await tx.session.execute(query)).scalars().first()


async def talking_at(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """The recruiters who talk for each booth now, from its line or in an interview: one query for any number."""
    query = (
        select(func.coalesce(Meeting.booth_id, Reason.booth_id), Person)
        .join(Person, Person.id == Meeting.recruiter_id)
        .outerjoin(Appointment, Appointment.id == Meeting.appointment_id)
        .outerjoin(Reason, Reason.id == Appointment.reason_id)
    )
    from_line = Meeting.booth_id.in_(booths) & Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE))
    interview = Reason.booth_id.in_(booths) & (Meeting.state == MeetingState.LIVE)
    found: dict[uuid.UUID, list[Person]] = {booth: [] for booth in booths}
    for booth, person in await tx.session.execute(query.where(or_(from_line, interview))):
        if booth:
            found[booth].append(person)
    return found


async def led_at(tx: Transaction, booth: uuid.UUID, person: uuid.UUID) -> list[uuid.UUID]:
    """The talks of a booth that this person is in now on the employer's side: from its line, or in its name."""
    interviews = select(Reason.id).where(Reason.booth_id == booth)
    query = (
        select(Meeting.id)
        .outerjoin(Appointment, Appointment.id == Meeting.appointment_id)
        .where(Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE)))
        .where(
            or_(
                (Meeting.recruiter_id == person)
                & or_(Meeting.booth_id == booth, Appointment.reason_id.in_(interviews)),
                (Meeting.guest_id == person) & (Appointment.guest_booth_id == booth),
            )
        )
    )
    return list((await tx.session.execute(query.order_by(Meeting.id))).scalars())


async def talks_of(tx: Transaction, candidate: uuid.UUID) -> list[Meeting]:
    """The candidate's talks at booths, the latest first."""
    query = (
        select(Meeting)
        .where(Meeting.candidate_id == candidate, Meeting.booth_id.is_not(None))
        .order_by(Meeting.id.desc())
    )
    return list((await tx.session.execute(query)).scalars())


async def held_at(tx: Transaction, booth: uuid.UUID) -> list[Meeting]:
    """The talks held at a booth, the latest first."""
    query = select(Meeting).where(Meeting.booth_id == booth, Meeting.state == MeetingState.ENDED)
    return list((await tx.session.execute(query.order_by(Meeting.id.desc()).limit(100))).scalars())


async def unanswered(tx: Transaction, booth: uuid.UUID, recruiter: uuid.UUID) -> list[Meeting]:
    """The recruiter's talks at a booth whose candidate waits for an answer, the soonest promised first."""
    query = select(Meeting).where(
        Meeting.booth_id == booth,
        Meeting.recruiter_id == recruiter,
        Meeting.state == MeetingState.ENDED,
        Meeting.answered_at.is_(None),
    )
    return list((await tx.session.execute(query.order_by(Meeting.answer_promised_by).limit(20))).scalars())


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
