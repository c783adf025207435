"""Booking: a time is reserved for five minutes, booked, moved, cancelled; nobody else can have it meanwhile.

The promise is a primary key: whoever has an appointment occupies pieces of five minutes, pauses included, and a piece
of a person's time belongs to one appointment. It holds for counsellors and candidates alike, on both databases.
"""

from datetime import datetime

from sqlalchemy import delete

from rooms.appointments import agenda, states
from rooms.appointments.appointment import (
    ROOM_OPENS_BEFORE,
    Appointment,
    AppointmentState,
    Attendance,
    ChangeKind,
    Lapsed,
    OccupiedPiece,
)
from rooms.appointments.reservation import Reservation, clear_lapsed, free, of_counsellor, pieces_of, put, take
from rooms.appointments.states import change_state, changed_meanwhile, note, publish
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.people.people import Person

FRENCH_DIGITS = 10


def book(tx: Transaction, row: Appointment, by: Person, said: str = "", phone: str = "") -> None:
    """Make the reserved time an appointment."""
    if row.is_lapsed(tx.now):
        raise Lapsed(row)
    if row.state is not AppointmentState.RESERVED:
        raise changed_meanwhile(row)
    said = clean_text(said, "said", 1000)
    row.phone = clean_phone(phone, required=row.mode is Mode.PHONE)
    row.question, row.said = row.appointment_type.question, said
    row.reserved_until = None
    change_state(tx, row, AppointmentState.BOOKED)
    note(tx, row, ChangeKind.BOOKED, by)


def clean_phone(phone: str, *, required: bool = False) -> str:
    phone = "".join(c for c in phone if c in "+0123456789")
    if required and not phone:
        raise Invalid("phone.missing", N_("Please give the number to call."), field="phone")
    # Ten digits in France; elsewhere the country's own number stands before it (ITU-T E.164).
    is_short = phone.startswith("0") and not phone.startswith("00") and len(phone) != FRENCH_DIGITS
    if phone and (is_short or not 6 <= len(phone) <= 16):
        raise Invalid("phone.invalid", N_("This number looks incomplete. Example: 06 12 34 56 78"), field="phone")
    return phone


def confirm(tx: Transaction, row: Appointment, by: Person, begins: datetime) -> None:
    """They will come at the time that they were shown."""
    _must_be_ahead(tx, row)
    if row.begins_at != begins:
        raise moved_meanwhile()
    if row.confirmed_at is None:
        row.confirmed_at = tx.now
        note(tx, row, ChangeKind.CONFIRMED, by)
        publish(tx, row)


def moved_meanwhile() -> Conflict:
    return Conflict("appointment.moved", N_("It has moved meanwhile. Please look at the new time."))


async def move(tx: Transaction, row: Appointment, by: Person, wanted: Reservation) -> None:
    """Give the appointment another time: the thread, the answers and the history stay with it."""
    _must_be_ahead(tx, row)
    clean_phone(row.phone, required=wanted.mode is Mode.PHONE)
    before = row.led_by_id
    known = await tx.session.get_one(Person, wanted.led_by_id)
    note(tx, row, ChangeKind.MOVED, by, "" if known.id == before else known.name)
    await free(tx, row)
    row.led_by_id, row.mode = wanted.led_by_id, wanted.mode
    await clear_lapsed(tx, [row])
    row.led_by = known
    put(row, wanted)
    await tx.session.flush()
    if not await take(tx, row, pieces_of(row)):
        raise Conflict("slot.taken", N_("Somebody has just taken this time. Your appointment stands as it was."))
    row.sequence += 1
    row.confirmed_at = row.expected_at = None
    publish(tx, row)
    if before != row.led_by_id:
        states.leave(tx, row, before)


async def hand_over(tx: Transaction, row: Appointment, by: Person, colleague: Person) -> bool:
    """Give the appointment to a colleague at the same time; False when the colleague's time is taken then."""
    _must_be_ahead(tx, row)
    before = row.led_by_id
    async with tx.session.begin_nested() as savepoint:
        if not await take(tx, row, of_counsellor(row, colleague.id)):
            await savepoint.rollback()
            return False
    mine = OccupiedPiece.appointment_id == row.id, OccupiedPiece.person_id == before
    await tx.session.execute(delete(OccupiedPiece).where(*mine))
    row.led_by_id, row.led_by = colleague.id, colleague
    row.sequence += 1
    note(tx, row, ChangeKind.HANDED_OVER, by, colleague.name)
    publish(tx, row)
    states.leave(tx, row, before)
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
    publish(tx, row)
    states.leave(tx, row, guest.id)


async def cancel(tx: Transaction, row: Appointment, by: Person, words: str = "") -> None:
    """Give the time back. Cancelling before it begins counts as excused, whoever does it."""
    _must_be_ahead(tx, row)
    row.cancel_words, row.cancelled_at = clean_text(words, "words", 600), tx.now
    row.attendance = Attendance.EXCUSED
    row.sequence += 1
    await free(tx, row)
    change_state(tx, row, AppointmentState.CANCELLED)
    note(tx, row, ChangeKind.CANCELLED, by, row.cancel_words)


def _must_be_ahead(tx: Transaction, row: Appointment) -> None:
    if not row.is_ahead(tx.now):
        raise Conflict("appointment.not_ahead", N_("This appointment does not lie ahead any more."))


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
        await free(tx, row)
        change_state(tx, row, AppointmentState.OVER)
    elif row.state is not AppointmentState.OVER:
        raise changed_meanwhile(row)
    row.attendance = attendance
    note(tx, row, ChangeKind.RECORDED, by, attendance.value)
    publish(tx, row)


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
