"""A time is reserved for five minutes; nobody else can have it meanwhile.

The promise is a primary key: whoever has an appointment occupies pieces of five minutes, pauses included, and a piece
of a person's time belongs to one appointment. It holds for counsellors and candidates alike, on both databases."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from rooms.appointments import agenda
from rooms.appointments.appointment import SIDES, Appointment, AppointmentState, Guest, OccupiedPiece
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.availability import Span
from rooms.appointments.states import change_state, publish
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.people.people import Person

RESERVED_FOR = timedelta(minutes=5)
PIECE = 300
"""Seconds of the smallest piece of somebody's time."""


@dataclass(frozen=True)
class Reservation:
    """What is to take place: with whom, for what, how and when, with the counsellor's pauses."""

    appointment_type: AppointmentType
    led_by_id: uuid.UUID
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


async def reserve(
    tx: Transaction, candidate: Person, wanted: Reservation, until: timedelta = RESERVED_FOR
) -> Appointment | None:
    """Reserve a time; None when somebody has it already."""
    return (await reserve_all(tx, [(candidate.id, wanted)], until))[0]


async def reserve_all(
    tx: Transaction, wanted: Sequence[tuple[uuid.UUID, Reservation]], until: timedelta = RESERVED_FOR
) -> list[Appointment | None]:
    """Reserve a time for each candidate, in their order; None where somebody has it already."""
    if not wanted:
        return []
    people = {person for candidate, each in wanted for person in (candidate, each.led_by_id)}
    found = (await tx.session.execute(select(Person).where(tx.among(Person.id, people)))).scalars()
    known = {person.id: person for person in found}
    rows = [_to_reserve(tx, known[candidate], each, known[each.led_by_id], until) for candidate, each in wanted]
    await clear_lapsed(tx, rows)
    tx.session.add_all(rows)
    await tx.session.flush()
    taken = await _take_all(tx, {row.id: pieces_of(row) for row in rows})
    await _undo(tx, [row for row in rows if row.id not in taken])
    reserved = [row if row.id in taken else None for row in rows]
    for row in filter(None, reserved):
        publish(tx, row)
    return reserved


def _to_reserve(
    tx: Transaction, candidate: Person, wanted: Reservation, counsellor: Person, until: timedelta
) -> Appointment:
    row = Appointment(
        id=new_id(),
        appointment_type_id=wanted.appointment_type.id,
        led_by_id=wanted.led_by_id,
        candidate_id=candidate.id,
        state=AppointmentState.RESERVED,
        sequence=0,
        mode=wanted.mode,
        time_zone=wanted.time_zone,
        made_at=tx.now,
        reserved_until=tx.now + until,
    )
    row.appointment_type, row.candidate, row.led_by = wanted.appointment_type, candidate, counsellor
    row.guest, row.guest_booth = (wanted.guest.person, wanted.guest.booth) if wanted.guest else (None, None)
    put(row, wanted)
    return row


async def _undo(tx: Transaction, rows: list[Appointment]) -> None:
    """What could not be reserved was never there."""
    if not rows:
        return
    ids = [row.id for row in rows]
    for row in rows:
        tx.session.expunge(row)
    await tx.session.execute(delete(OccupiedPiece).where(OccupiedPiece.appointment_id.in_(ids)))
    await tx.session.execute(delete(Appointment).where(Appointment.id.in_(ids)))


def put(row: Appointment, wanted: Reservation) -> None:
    row.begins_at, row.ends_at = wanted.span.begins, wanted.span.ends
    row.occupied_from, row.occupied_until = wanted.span.begins - wanted.before, wanted.span.ends + wanted.after


def pieces_of(row: Appointment) -> Pieces:
    """The pieces of everybody who comes."""
    others = [person.id for person in row.people if person.id != row.led_by_id]
    theirs = {(person, piece) for person in others for piece in pieces(row.begins_at, row.ends_at)}
    return theirs | of_counsellor(row, row.led_by_id)


def of_counsellor(row: Appointment, counsellor_id: uuid.UUID) -> Pieces:
    return {(counsellor_id, piece) for piece in pieces(row.occupied_from, row.occupied_until)}


async def take(tx: Transaction, row: Appointment, wanted: Pieces) -> bool:
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


async def clear_lapsed(tx: Transaction, rows: Sequence[Appointment]) -> None:
    """Reservations of these people that have run out stand in nobody's way. A time that was proposed goes on to the
    next who waits, which is the worker's to do: until then it is nobody's. Whoever has one locked is deciding on it:
    nobody waits for that, for they might wait for us."""
    people = {person.id for row in rows for person in row.people}
    query = select(Appointment.id).where(
        Appointment.state == AppointmentState.RESERVED,
        Appointment.reserved_until <= tx.now,
        Appointment.wish_id.is_(None),
        or_(*(tx.among(side, people) for side in SIDES)),
    )
    query = query.order_by(Appointment.id).with_for_update(of=Appointment, skip_locked=True)
    for lapsed in list((await tx.session.execute(query)).scalars()):
        await lapse(tx, lapsed)


async def lapse(tx: Transaction, appointment_id: uuid.UUID) -> Appointment | None:
    """A reserved time was not booked in time: it is free again. Returns it unless it was booked meanwhile."""
    row = await locked(tx, appointment_id)
    if (
        row is None
        or row.state is not AppointmentState.RESERVED
        or row.reserved_until is None
        or row.reserved_until > tx.now
    ):
        return None
    await free(tx, row)
    change_state(tx, row, AppointmentState.LAPSED)
    return row


async def renew(tx: Transaction, row: Appointment, wanted: Reservation) -> bool:
    """Reserve a time that has lapsed again; False when somebody has it."""
    await clear_lapsed(tx, [row])
    put(row, wanted)
    if not await take(tx, row, pieces_of(row)):
        return False
    row.reserved_until, row.wish_id = tx.now + RESERVED_FOR, None
    change_state(tx, row, AppointmentState.RESERVED)
    return True


async def let_go(tx: Transaction, candidate_id: uuid.UUID) -> None:
    """Whoever takes another time lets the one go that they have reserved; a time proposed to them stays."""
    query = select(Appointment.id).where(Appointment.candidate_id == candidate_id, *agenda.CHOOSING)
    for reserved in list((await tx.session.execute(query.order_by(Appointment.id))).scalars()):
        row = await locked(tx, reserved)
        if row and row.state is AppointmentState.RESERVED:
            await free(tx, row)
            # Given up on purpose: it is not reserved again by itself.
            row.reserved_until = None
            change_state(tx, row, AppointmentState.LAPSED)


async def free(tx: Transaction, row: Appointment) -> None:
    await tx.session.execute(delete(OccupiedPiece).where(OccupiedPiece.appointment_id == row.id))


async def locked(tx: Transaction, appointment_id: uuid.UUID) -> Appointment | None:
    """The appointment, locked: whoever comes second sees what the first has done."""
    return next(iter(await locked_all(tx, [appointment_id])), None)


async def locked_all(tx: Transaction, appointments: Collection[uuid.UUID]) -> list[Appointment]:
    """These appointments, locked in the order of their ids: two who lock several cannot block each other."""
    query = select(Appointment).where(tx.among(Appointment.id, appointments)).order_by(Appointment.id)
    query = query.with_for_update(of=Appointment).execution_options(populate_existing=True)
    return list((await tx.session.execute(query)).unique().scalars())
