"""Booking: a time is held for five minutes, booked, moved, cancelled; nobody else can have it meanwhile.

The promise is a primary key: whoever has an appointment occupies pieces of five minutes, pauses included, and a piece
of a person's time belongs to one appointment. It holds for counsellors and candidates alike, on both databases.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from rooms.agencies import Mode, Reason
from rooms.appointments import agenda
from rooms.appointments.appointment import (
    MOVES,
    ROOM_OPENS_BEFORE,
    SIDES,
    Appointment,
    AppointmentChange,
    AppointmentChanged,
    AppointmentState,
    Attendance,
    ChangeKind,
    Guest,
    Lapsed,
    OccupiedPiece,
)
from rooms.appointments.availability import Span
from rooms.errors import N_, Conflict, Invalid
from rooms.facts import person_stream
from rooms.model import new_id
from rooms.people import Person, clean_text
from rooms.transaction import Transaction

HELD_FOR = timedelta(minutes=5)
PIECE = 300
"""Seconds of the smallest piece of somebody's time."""


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
    people = {person for candidate, each in wanted for person in (candidate, each.counsellor)}
    found = (await tx.session.execute(select(Person).where(tx.among(Person.id, people)))).scalars()
    known = {person.id: person for person in found}
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
    who waits, which is the worker's to do: until then it is nobody's. Whoever holds one still is deciding on it: nobody
    waits for that, for they might wait for us."""
    people = {person.id for row in rows for person in row.people}
    query = select(Appointment.id).where(
        Appointment.state == AppointmentState.HELD,
        Appointment.held_until <= tx.now,
        Appointment.wish_id.is_(None),
        or_(*(tx.among(side, people) for side in SIDES)),
    )
    query = query.order_by(Appointment.id).with_for_update(of=Appointment, skip_locked=True)
    for lapsed in list((await tx.session.execute(query)).scalars()):
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
    query = select(Appointment.id).where(Appointment.candidate_id == candidate, *agenda.CHOOSING)
    for held in list((await tx.session.execute(query.order_by(Appointment.id))).scalars()):
        row = await locked(tx, held)
        if row and row.state is AppointmentState.HELD:
            await _free(tx, row)
            # Given up on purpose: it is not held again by itself.
            row.held_until = None
            _move(tx, row, AppointmentState.LAPSED)


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
    row.question, row.said = row.reason.question, said
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


def confirm(tx: Transaction, row: Appointment, by: Person, begins: datetime) -> None:
    """They will come at the time that they were shown."""
    _must_be_ahead(tx, row)
    if row.begins_at != begins:
        raise Conflict("appointment.moved", N_("It has moved meanwhile. Please look at the new time."))
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
    recorded = {each.words for each in await agenda.changes_of(tx, row.id) if each.kind is ChangeKind.RECORDED}
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
