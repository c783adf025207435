"""Booking: a time is held for five minutes, booked, moved, cancelled; nobody else can have it meanwhile.

The promise is a primary key: whoever has an appointment occupies pieces of five minutes, pauses included, and a piece
of a person's time belongs to one appointment. It holds for counsellors and candidates alike, on both databases.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, ForeignKey, Index, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.agencies import Host, Mode, Reason
from rooms.appointments.availability import Span, whole_days
from rooms.booths import Booth
from rooms.errors import N_, Conflict, Invalid
from rooms.facts import Fact, person_stream
from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.transaction import Transaction

HELD_FOR = timedelta(minutes=5)
ROOM_OPENS_BEFORE = timedelta(minutes=15)
"""Two people who are early may begin, and be done, before the time."""
PIECE = 300
"""Seconds of the smallest piece of somebody's time."""


class AppointmentState(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    OVER = "over"


MOVES: dict[AppointmentState, frozenset[AppointmentState]] = {
    AppointmentState.HELD: frozenset({AppointmentState.BOOKED, AppointmentState.LAPSED}),
    AppointmentState.BOOKED: frozenset({AppointmentState.CANCELLED, AppointmentState.OVER}),
    AppointmentState.LAPSED: frozenset({AppointmentState.HELD}),
    AppointmentState.CANCELLED: frozenset(),
    AppointmentState.OVER: frozenset(),
}


SHOWN = (AppointmentState.BOOKED, AppointmentState.OVER, AppointmentState.CANCELLED)
"""What people read of their appointments: held and lapsed ones are left out."""


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
        Index("ix_appointment_counsellor", "counsellor_id", "occupied_until"),
        Index("ix_appointment_candidate", "candidate_id", "ends_at"),
        Index("ix_appointment_held", "state", "held_until"),
        Index("ix_appointment_guest", "guest_id", "ends_at"),
        CheckConstraint("(guest_id IS NULL) = (guest_booth_id IS NULL)", name="ck_appointment_guest_of_booth"),
        CheckConstraint("guest_id <> counsellor_id AND guest_id <> candidate_id", name="ck_appointment_guest_is_third"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reason_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reason.id"))
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    guest_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    """An employer's recruiter who comes too, from `guest_booth_id`: an appointment of three."""
    guest_booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"))
    mode: Mapped[Mode]
    state: Mapped[AppointmentState]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    occupied_from: Mapped[datetime]
    """With the counsellor's pauses."""
    occupied_until: Mapped[datetime]
    held_until: Mapped[datetime | None]
    wish_id: Mapped[uuid.UUID | None]
    """The wish that this held time was proposed for."""
    sequence: Mapped[int] = mapped_column(default=0)
    """Raised at each change, so that calendars follow (RFC 5546, 2.1.4)."""
    time_zone: Mapped[str]
    """In which the candidate reads times."""
    said: Mapped[str] = mapped_column(default="")
    """What the candidate answered to the reason's question."""
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
    reason: Mapped[Reason] = relationship(lazy="joined", innerjoin=True)
    counsellor: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[counsellor_id])
    candidate: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[candidate_id])
    guest: Mapped[Person | None] = relationship(lazy="selectin", foreign_keys=[guest_id])
    guest_booth: Mapped[Booth | None] = relationship(lazy="selectin")

    @property
    def host(self) -> Host:
        return self.reason.host

    @property
    def is_interview(self) -> bool:
        """With an employer at a fair, and not with the counsellors of an agency."""
        return self.reason.booth_id is not None

    @property
    def span(self) -> Span:
        return Span(self.begins_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return (self.ends_at - self.begins_at) // timedelta(minutes=1)

    def partners(self, person: uuid.UUID) -> str:
        """Whom this person meets; an employer's recruiter is named with the employer."""
        named = {self.candidate_id: self.candidate.name, self.counsellor_id: self.counsellor.name}
        if self.is_interview:
            named[self.counsellor_id] += f", {self.host.name}"
        if self.guest and self.guest_booth:
            named[self.guest.id] = f"{self.guest.name} ({self.guest_booth.employer.name})"
        return ", ".join(name for each, name in named.items() if each != person)

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.candidate, self.counsellor, *([self.guest] if self.guest else []))

    @property
    def asked(self) -> Guest | None:
        """The guest, as one is asked for another time."""
        return Guest(self.guest, self.guest_booth) if self.guest and self.guest_booth else None

    @property
    def streams(self) -> tuple[str, ...]:
        """Those of everybody concerned."""
        return tuple(person_stream(person.id) for person in self.people)

    def has(self, person: uuid.UUID) -> bool:
        return person in (self.candidate_id, self.counsellor_id, self.guest_id)

    def is_lapsed(self, now: datetime) -> bool:
        """Whether the time was held, and is not any more."""
        over = self.state is AppointmentState.HELD and (self.held_until is None or self.held_until <= now)
        return over or self.state is AppointmentState.LAPSED

    def is_ahead(self, now: datetime) -> bool:
        return self.state is AppointmentState.BOOKED and self.begins_at > now


class Lapsed(Conflict):
    """The time is not held any more."""

    def __init__(self, row: Appointment) -> None:
        super().__init__("appointment.lapsed", N_("This time is not kept for you any more. Please choose anew."))
        self.row = row
        self.leads_to = (
            f"/appointments/new/{row.reason_id}?mode={row.mode}" if row.reason.stands else row.reason.choice_path
        )


class OccupiedPiece(Base):
    """Five minutes of somebody's time; `piece` counts them since 1970."""

    __tablename__ = "occupied_piece"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    piece: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)


SIDES = (Appointment.candidate_id, Appointment.counsellor_id, Appointment.guest_id)
"""On which side somebody can come."""


class AppointmentChange(Base):
    """What happened to an appointment, by whom and when; `begins_at` is the time it had then."""

    __tablename__ = "appointment_change"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    kind: Mapped[ChangeKind]
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    begins_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(default="")
    by: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class AppointmentChanged(Fact):
    """An appointment was held, booked, moved, cancelled or recorded."""

    kind: ClassVar[str] = "appointment.changed"
    appointment: uuid.UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


@dataclass(frozen=True)
class Wanted:
    """What is to be held: with whom, for what, how and when, with the counsellor's pauses."""

    reason: Reason
    counsellor: uuid.UUID
    mode: Mode
    span: Span
    before: timedelta
    after: timedelta
    time_zone: str
    guest: Guest | None = None


Pieces = set[tuple[uuid.UUID, int]]
"""(person, number of the piece)"""


def pieces(begins: datetime, ends: datetime) -> range:
    """The numbers of the five-minute pieces from `begins` until `ends`."""
    return range(int(begins.timestamp()) // PIECE, -(-int(ends.timestamp()) // PIECE))


async def hold(tx: Transaction, candidate: Person, wanted: Wanted, until: timedelta = HELD_FOR) -> Appointment | None:
    """Hold a time; None when somebody has it already."""
    return (await hold_all(tx, [(candidate.id, wanted)], until))[0]


async def hold_all(
    tx: Transaction, wanted: Sequence[tuple[uuid.UUID, Wanted]], until: timedelta = HELD_FOR
) -> list[Appointment | None]:
    """Hold a time for each candidate, in their order; None where somebody has it already."""
    if not wanted:
        return []
    people = select(Person).where(tx.among(Person.id, {person for pair in wanted for person in _both(*pair)}))
    known = {person.id: person for person in (await tx.session.execute(people)).scalars()}
    rows = [_to_hold(tx, known[candidate], each, known[each.counsellor], until) for candidate, each in wanted]
    await _clear_lapsed(tx, rows)
    tx.session.add_all(rows)
    await tx.session.flush()
    taken = await _take_all(tx, {row.id: _pieces_of(row) for row in rows})
    await _undo(tx, [row for row in rows if row.id not in taken])
    held = [row if row.id in taken else None for row in rows]
    for row in filter(None, held):
        _tell(tx, row)
    return held


def _both(candidate: uuid.UUID, wanted: Wanted) -> tuple[uuid.UUID, uuid.UUID]:
    return candidate, wanted.counsellor


def _to_hold(tx: Transaction, candidate: Person, wanted: Wanted, counsellor: Person, until: timedelta) -> Appointment:
    row = Appointment(
        id=new_id(), reason_id=wanted.reason.id, counsellor_id=wanted.counsellor, candidate_id=candidate.id,
        state=AppointmentState.HELD, sequence=0, mode=wanted.mode, time_zone=wanted.time_zone, made_at=tx.now,
        held_until=tx.now + until,
    )  # fmt: skip
    row.reason, row.candidate, row.counsellor = wanted.reason, candidate, counsellor
    row.guest, row.guest_booth = (wanted.guest.person, wanted.guest.booth) if wanted.guest else (None, None)
    _put(row, wanted)
    return row


async def _undo(tx: Transaction, rows: list[Appointment]) -> None:
    """What could not be held was never there."""
    if not rows:
        return
    ids = [row.id for row in rows]
    for row in rows:
        tx.session.expunge(row)
    await tx.session.execute(delete(OccupiedPiece).where(OccupiedPiece.appointment_id.in_(ids)))
    await tx.session.execute(delete(Appointment).where(Appointment.id.in_(ids)))


def _put(row: Appointment, wanted: Wanted) -> None:
    row.begins_at, row.ends_at = wanted.span.begins, wanted.span.ends
    row.occupied_from, row.occupied_until = wanted.span.begins - wanted.before, wanted.span.ends + wanted.after


def _pieces_of(row: Appointment) -> Pieces:
    """The pieces of everybody who comes."""
    others = [person.id for person in row.people if person.id != row.counsellor_id]
    theirs = {(person, piece) for person in others for piece in pieces(row.begins_at, row.ends_at)}
    return theirs | _of_counsellor(row, row.counsellor_id)


def _of_counsellor(row: Appointment, counsellor: uuid.UUID) -> Pieces:
    return {(counsellor, piece) for piece in pieces(row.occupied_from, row.occupied_until)}


async def _take(tx: Transaction, row: Appointment, wanted: Pieces) -> bool:
    return bool(await _take_all(tx, {row.id: wanted}))


async def _take_all(tx: Transaction, wanted: dict[uuid.UUID, Pieces]) -> set[uuid.UUID]:
    """Take the pieces of each appointment, in a fixed order so that two transactions cannot wait for each other; gives
    those that got all of theirs."""
    order = sorted((person, piece, row) for row, each in wanted.items() for person, piece in each)
    if not order:
        return set()
    values = [{"person_id": person, "piece": piece, "appointment_id": row} for person, piece, row in order]
    dialect = sqlite if tx.is_sqlite else postgresql
    await tx.write(dialect.insert(OccupiedPiece).on_conflict_do_nothing(), values)
    query = select(OccupiedPiece.appointment_id, func.count()).where(
        tx.among(OccupiedPiece.appointment_id, wanted), tx.among(OccupiedPiece.person_id, {each[0] for each in order})
    )
    counted = await tx.session.execute(query.group_by(OccupiedPiece.appointment_id))
    return {row for row, count in counted if count == len(wanted[row])}


async def _clear_lapsed(tx: Transaction, rows: Sequence[Appointment]) -> None:
    """Holds of these people that have run out stand in nobody's way. A time that was proposed goes on to the next
    who waits, which is the worker's to do: until then it is nobody's."""
    people = {person.id for row in rows for person in row.people}
    query = select(Appointment.id).where(
        Appointment.state == AppointmentState.HELD,
        Appointment.held_until <= tx.now,
        Appointment.wish_id.is_(None),
        or_(*(tx.among(side, people) for side in SIDES)),
    )
    for lapsed in list((await tx.session.execute(query.order_by(Appointment.id))).scalars()):
        await lapse(tx, lapsed)


async def lapse(tx: Transaction, appointment: uuid.UUID) -> Appointment | None:
    """A held time was not booked in time: it is free again. Returns it unless it was booked meanwhile."""
    row = await locked(tx, appointment)
    if row is None or row.state is not AppointmentState.HELD or row.held_until is None or row.held_until > tx.now:
        return None
    await _free(tx, row)
    _move(tx, row, AppointmentState.LAPSED)
    return row


async def renew(tx: Transaction, row: Appointment, wanted: Wanted) -> bool:
    """Hold a time that has lapsed again; False when somebody has it."""
    await _clear_lapsed(tx, [row])
    _put(row, wanted)
    if not await _take(tx, row, _pieces_of(row)):
        return False
    row.held_until, row.wish_id = tx.now + HELD_FOR, None
    _move(tx, row, AppointmentState.HELD)
    return True


async def let_go(tx: Transaction, candidate: uuid.UUID) -> None:
    """Whoever takes another time lets the one go that they hold; a time proposed to them stays."""
    query = select(Appointment.id).where(Appointment.candidate_id == candidate, *_CHOOSING)
    for held in list((await tx.session.execute(query.order_by(Appointment.id))).scalars()):
        row = await locked(tx, held)
        if row and row.state is AppointmentState.HELD:
            await _free(tx, row)
            # Given up on purpose: it is not held again by itself.
            row.held_until = None
            _move(tx, row, AppointmentState.LAPSED)


async def who_holds(tx: Transaction, candidates: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of them hold a time while they choose."""
    query = select(Appointment.candidate_id).where(tx.among(Appointment.candidate_id, candidates), *_CHOOSING)
    return set((await tx.session.execute(query)).scalars())


_CHOOSING = (Appointment.state == AppointmentState.HELD, Appointment.wish_id.is_(None))
"""Held by somebody who chooses, and not proposed to whoever waits."""


async def _free(tx: Transaction, row: Appointment) -> None:
    await tx.session.execute(delete(OccupiedPiece).where(OccupiedPiece.appointment_id == row.id))


async def locked(tx: Transaction, appointment: uuid.UUID) -> Appointment | None:
    """The appointment, held still: whoever comes second sees what the first has done."""
    return next(iter(await locked_all(tx, [appointment])), None)


async def locked_all(tx: Transaction, appointments: Collection[uuid.UUID]) -> list[Appointment]:
    """These appointments, held still in the order of their ids: two who hold several cannot block each other."""
    query = select(Appointment).where(tx.among(Appointment.id, appointments)).order_by(Appointment.id)
    query = query.with_for_update(of=Appointment).execution_options(populate_existing=True)
    return list((await tx.session.execute(query)).unique().scalars())


def book(tx: Transaction, row: Appointment, by: Person, said: str = "", phone: str = "") -> None:
    """Make the held time an appointment."""
    if row.is_lapsed(tx.now):
        raise Lapsed(row)
    if row.state is not AppointmentState.HELD:
        raise _changed_meanwhile(row)
    said = clean_text(said, "said", 1000)
    row.phone = clean_phone(phone, required=row.mode is Mode.PHONE)
    row.said = said
    row.held_until = None
    _move(tx, row, AppointmentState.BOOKED)
    note(tx, row, ChangeKind.BOOKED, by)


def clean_phone(phone: str, *, required: bool = False) -> str:
    phone = "".join(c for c in phone if c in "+0123456789")
    if required and not phone:
        raise Invalid("phone.missing", N_("Please give the number to call."), field="phone")
    if phone and not 6 <= len(phone) <= 16:
        raise Invalid("phone.invalid", N_("This number looks incomplete. Example: 06 12 34 56 78"), field="phone")
    return phone


async def confirm(tx: Transaction, row: Appointment, by: Person) -> None:
    _must_be_ahead(tx, row)
    if row.confirmed_at is None:
        row.confirmed_at = tx.now
        note(tx, row, ChangeKind.CONFIRMED, by)
        _tell(tx, row)


async def move(tx: Transaction, row: Appointment, by: Person, wanted: Wanted) -> None:
    """Give the appointment another time: the thread, the answers and the history stay with it."""
    _must_be_ahead(tx, row)
    clean_phone(row.phone, required=wanted.mode is Mode.PHONE)
    before = row.counsellor_id
    known = await tx.session.get_one(Person, wanted.counsellor)
    note(tx, row, ChangeKind.MOVED, by, "" if known.id == before else known.name)
    await _free(tx, row)
    row.counsellor_id, row.mode = wanted.counsellor, wanted.mode
    await _clear_lapsed(tx, [row])
    row.counsellor = known
    _put(row, wanted)
    await tx.session.flush()
    if not await _take(tx, row, _pieces_of(row)):
        raise Conflict("slot.taken", N_("Somebody has just taken this time. Your appointment stands as it was."))
    row.sequence += 1
    row.confirmed_at = row.expected_at = None
    _tell(tx, row)
    if before != row.counsellor_id:
        # For the counsellor who had it, it is gone.
        tx.record(_changed(row, AppointmentState.CANCELLED), person_stream(before))


async def hand_over(tx: Transaction, row: Appointment, by: Person, colleague: Person) -> bool:
    """Give the appointment to a colleague at the same time; False when the colleague's time is taken then."""
    _must_be_ahead(tx, row)
    before = row.counsellor_id
    async with tx.session.begin_nested() as savepoint:
        if not await _take(tx, row, _of_counsellor(row, colleague.id)):
            await savepoint.rollback()
            return False
    mine = OccupiedPiece.appointment_id == row.id, OccupiedPiece.person_id == before
    await tx.session.execute(delete(OccupiedPiece).where(*mine))
    row.counsellor_id, row.counsellor = colleague.id, colleague
    row.sequence += 1
    note(tx, row, ChangeKind.HANDED_OVER, by, colleague.name)
    _tell(tx, row)
    tx.record(_changed(row, AppointmentState.CANCELLED), person_stream(before))
    return True


async def excuse_guest(tx: Transaction, row: Appointment, by: Person) -> None:
    """The employer does not come; the appointment stands for the two others."""
    _must_be_ahead(tx, row)
    if row.guest is None:
        return
    guest, employer = row.guest, row.guest_booth.employer.name if row.guest_booth else ""
    theirs = OccupiedPiece.appointment_id == row.id, OccupiedPiece.person_id == guest.id
    await tx.session.execute(delete(OccupiedPiece).where(*theirs))
    row.guest_id = row.guest_booth_id = row.guest = row.guest_booth = None
    row.sequence += 1
    note(tx, row, ChangeKind.GUEST_EXCUSED, by, f"{guest.name}, {employer}")
    _tell(tx, row)
    tx.record(_changed(row, AppointmentState.CANCELLED), person_stream(guest.id))


async def cancel(tx: Transaction, row: Appointment, by: Person, words: str = "") -> None:
    """Give the time back. Cancelling before it begins counts as excused, whoever does it."""
    _must_be_ahead(tx, row)
    row.cancel_words, row.cancelled_at = clean_text(words, "words", 600), tx.now
    row.attendance = Attendance.EXCUSED
    row.sequence += 1
    await _free(tx, row)
    _move(tx, row, AppointmentState.CANCELLED)
    note(tx, row, ChangeKind.CANCELLED, by, row.cancel_words)


def _must_be_ahead(tx: Transaction, row: Appointment) -> None:
    if not row.is_ahead(tx.now):
        raise Conflict("appointment.not_ahead", N_("This appointment does not lie ahead any more."))


def _move(tx: Transaction, row: Appointment, state: AppointmentState) -> None:
    """The one door through which an appointment changes its state."""
    if state not in MOVES[row.state]:
        raise _changed_meanwhile(row)
    row.state = state
    _tell(tx, row)


def _changed_meanwhile(row: Appointment) -> Conflict:
    problem = Conflict("appointment.move", N_("This appointment has changed meanwhile."))
    problem.leads_to = f"/appointments/{row.id}"
    return problem


def _tell(tx: Transaction, row: Appointment) -> None:
    tx.record(_changed(row, row.state), *row.streams)


def _changed(row: Appointment, state: AppointmentState) -> AppointmentChanged:
    return AppointmentChanged(
        appointment=row.id, state=state, begins_at=row.begins_at, ends_at=row.ends_at, sequence=row.sequence
    )


def note(tx: Transaction, row: Appointment, kind: ChangeKind, by: Person, words: str = "") -> None:
    """Keep what happened, with the time the appointment had."""
    values: dict[str, Any] = {"appointment_id": row.id, "kind": kind, "by_id": by.id, "at": tx.now}
    tx.session.add(AppointmentChange(id=new_id(), begins_at=row.begins_at, words=words, **values))


async def end(tx: Transaction, row: Appointment, attendance: Attendance, by: Person) -> None:
    """Record how it went. A technical failure can never become "absent"."""
    if attendance is Attendance.ABSENT:
        await _refuse_absent(tx, row)
    if attendance in (Attendance.EXCUSED, Attendance.MOVED):
        raise Conflict("attendance.by_itself", N_("Excused and moved are recorded when somebody cancels or moves."))
    if row.state is AppointmentState.BOOKED:
        if row.begins_at - ROOM_OPENS_BEFORE > tx.now:
            raise Conflict("appointment.ahead", N_("It has not begun yet."))
        # Done before its time: what is left of it is everybody's own again.
        await _free(tx, row)
        _move(tx, row, AppointmentState.OVER)
    elif row.state is not AppointmentState.OVER:
        raise _changed_meanwhile(row)
    row.attendance = attendance
    note(tx, row, ChangeKind.RECORDED, by, attendance.value)
    _tell(tx, row)


async def _refuse_absent(tx: Transaction, row: Appointment) -> None:
    """Whatever was recorded in between: once technical, never absent. And nobody is absent before the time."""
    recorded = {each.words for each in await changes_of(tx, row.id) if each.kind is ChangeKind.RECORDED}
    if Attendance.TECHNICAL in recorded:
        message = N_("The connection failed. That is recorded, and nobody is absent for it.")
        raise Conflict("attendance.technical", message)
    if row.begins_at > tx.now:
        raise Conflict("appointment.ahead", N_("It has not begun yet."))


async def contest(tx: Transaction, row: Appointment, words: str) -> None:
    """The candidate says that what was recorded is not what happened."""
    if row.state is not AppointmentState.OVER or row.attendance is None:
        raise Conflict("appointment.not_over", N_("Nothing is recorded yet."))
    row.contested_words = clean_text(words, "contested", 600, required=True)
    row.contested_at = tx.now
    note(tx, row, ChangeKind.CONTESTED, row.candidate, row.contested_words)


async def changes_of(tx: Transaction, appointment: uuid.UUID) -> list[AppointmentChange]:
    query = select(AppointmentChange).where(AppointmentChange.appointment_id == appointment)
    return list((await tx.session.execute(query.order_by(AppointmentChange.id))).scalars())


def concerns(person: uuid.UUID) -> ColumnElement[bool]:
    """Whether somebody comes to an appointment, on any side."""
    return or_(*(side == person for side in SIDES))


async def of_person(
    tx: Transaction, person: uuid.UUID, *, since: datetime, until: datetime | None = None
) -> list[Appointment]:
    """The person's appointments on any side that end after `since`, the soonest first; held ones are left out."""
    query = select(Appointment).where(
        concerns(person),
        Appointment.ends_at > since,
        Appointment.state.in_(SHOWN),
    )
    if until:
        query = query.where(Appointment.begins_at < until)
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def seen_by(
    tx: Transaction, counsellor: uuid.UUID, day: date, zone: ZoneInfo, until: date | None = None
) -> list[Appointment]:
    """What somebody has to hold on a day, or on all until another, the soonest first."""
    begins, ends = whole_days(day, until or day, zone)
    query = select(Appointment).where(
        Appointment.counsellor_id == counsellor,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.begins_at >= begins,
        Appointment.begins_at < ends,
    )
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def interviews_ahead(tx: Transaction, fair: uuid.UUID) -> list[Appointment]:
    """What is still to be held at the booths of a fair, in the order it was made."""
    at_fair = select(Reason.id).join(Booth, Booth.id == Reason.booth_id).where(Booth.fair_id == fair)
    query = select(Appointment).where(
        Appointment.reason_id.in_(at_fair),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.begins_at > tx.now,
    )
    return list((await tx.session.execute(query.order_by(Appointment.id))).scalars())


async def at_booth(tx: Transaction, booth: uuid.UUID, candidate: uuid.UUID | None = None) -> list[Appointment]:
    """The interviews of a booth, the soonest first, or those of one candidate; held and lapsed ones are left out."""
    query = select(Appointment).join(Reason, Reason.id == Appointment.reason_id)
    query = query.where(
        Reason.booth_id == booth,
        Appointment.state.in_(SHOWN),
    )
    if candidate:
        query = query.where(Appointment.candidate_id == candidate)
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def with_guest(tx: Transaction, booth: uuid.UUID, guest: uuid.UUID | None = None) -> list[Appointment]:
    """The appointments of three to which somebody of a booth is asked, or this one guest, the soonest first."""
    query = select(Appointment).where(
        Appointment.guest_booth_id == booth,
        Appointment.state.in_(SHOWN),
    )
    if guest:
        query = query.where(Appointment.guest_id == guest)
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def held_out(tx: Transaction) -> list[uuid.UUID]:
    """Held times that have run out. For the worker."""
    query = select(Appointment.id).where(Appointment.state == AppointmentState.HELD, Appointment.held_until <= tx.now)
    return list((await tx.session.execute(query)).scalars())


async def held_by(tx: Transaction, candidate: uuid.UUID) -> Appointment | None:
    """The time that is kept for somebody while they choose."""
    query = select(Appointment).where(
        Appointment.candidate_id == candidate, Appointment.held_until > tx.now, *_CHOOSING
    )
    return (await tx.session.execute(query.limit(1))).scalars().first()


async def standing_of(tx: Transaction, person: uuid.UUID) -> list[Appointment]:
    """What the person holds or has booked, on any side, in the order it was made."""
    query = select(Appointment).where(
        concerns(person),
        Appointment.state.in_((AppointmentState.HELD, AppointmentState.BOOKED)),
    )
    return list((await tx.session.execute(query.order_by(Appointment.id))).scalars())


def is_counselling() -> ColumnElement[bool]:
    """Whether an appointment is with an agency: what a person does with employers is not its counsellors' to read."""
    return Appointment.reason_id.in_(select(Reason.id).where(Reason.agency_id.is_not(None)))


async def last_before(tx: Transaction, people: set[uuid.UUID], moment: datetime) -> dict[uuid.UUID, datetime]:
    """When each of `people` had their last appointment at an agency that took place before a moment."""
    query = select(Appointment.candidate_id, func.max(Appointment.begins_at)).where(
        Appointment.candidate_id.in_(people),
        is_counselling(),
        Appointment.begins_at < moment,
        Appointment.attendance.in_((Attendance.CAME, Attendance.LATE)),
    )
    return dict((await tx.session.execute(query.group_by(Appointment.candidate_id))).all())


async def next_of(tx: Transaction, person: uuid.UUID) -> Appointment | None:
    """The appointment whose room is open for this person now, or that goes on: it is shown on every page of theirs."""
    query = select(Appointment).where(
        concerns(person),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.begins_at <= tx.now + ROOM_OPENS_BEFORE,
        Appointment.ends_at > tx.now,
    )
    return (await tx.session.execute(query.order_by(Appointment.begins_at).limit(1))).unique().scalar_one_or_none()
