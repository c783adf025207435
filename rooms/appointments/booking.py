"""What people do with appointments, each with all that follows: letters, reminders, and the next who waits."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rooms.appointments import (
    agenda,
    allocation,
    appointment_types,
    links,
    notifications,
    reservation,
    room,
    slot_search,
    states,
    transitions,
    waiting_list,
)
from rooms.appointments.appointment import Appointment, AppointmentState, ChangeKind, Guest, Lapsed
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.search import SlotSearch
from rooms.chat import conversations
from rooms.chat.conversations import ConversationKind
from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound, Problem, Refused
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.meetings.modes import Mode
from rooms.organisations import referents
from rooms.people import people
from rooms.people.people import Person


@dataclass(frozen=True)
class BookingDetails:
    """What is said when the time that is reserved is booked, and by whom."""

    by: Person
    said: str = ""
    phone: str = ""


async def book(tx: Transaction, row: Appointment, by: Person, said: str = "", phone: str = "") -> None:
    """Book the time that is reserved. Booking it again changes nothing."""
    (problem,) = await book_all(tx, [(row, BookingDetails(by, said, phone))])
    if problem:
        raise problem


async def book_all(tx: Transaction, reserved: Sequence[tuple[Appointment, BookingDetails]]) -> list[Problem | None]:
    """Book each of these times; gives what stands in the way, for each."""
    outcome: list[Problem | None] = []
    booked: list[Appointment] = []
    types = {row.appointment_type_id: row.appointment_type for row, _ in reserved}
    there = {each.id: await appointment_types.ids_for(tx, each) for each in types.values()}
    excluded = await _excluded(tx, [row for row, _ in reserved])
    for row, answers in reserved:
        try:
            if row.state is AppointmentState.RESERVED and row.led_by_id not in there[row.appointment_type_id]:
                await let_go_of(tx, row)
                raise Lapsed(row)
            if row.state is not AppointmentState.BOOKED and row.id in excluded:
                raise sanctions.out()
            if row.state is not AppointmentState.BOOKED:
                _book(tx, row, answers)
                booked.append(row)
            outcome.append(None)
        except Problem as problem:
            outcome.append(problem)
    if booked:
        await conversations.begin_all(tx, ConversationKind.APPOINTMENT, [{"appointment_id": row.id} for row in booked])
        await notifications.booked(tx, *booked)
        for proposed in await waiting_list.fulfilled(tx, booked):
            await let_go_of(tx, proposed)
    return outcome


async def _excluded(tx: Transaction, rows: Sequence[Appointment]) -> set[uuid.UUID]:
    """Those of these appointments that are at the booth of a fair from which their candidate is excluded by now."""
    people: dict[uuid.UUID, set[uuid.UUID]] = {}
    for row in rows:
        if row.appointment_type.booth:
            people.setdefault(row.appointment_type.booth.fair_id, set()).add(row.candidate_id)
    out = {fair_id: await sanctions.excluded(tx, fair_id, ids) for fair_id, ids in people.items()}
    return {
        row.id
        for row in rows
        if row.appointment_type.booth and row.candidate_id in out[row.appointment_type.booth.fair_id]
    }


async def decline(tx: Transaction, row: Appointment) -> None:
    """Not the time that was proposed: it goes to the next, and the wish stands."""
    if row.state is AppointmentState.RESERVED and row.wish_id:
        await let_go_of(tx, row)


async def wait_no_longer(tx: Transaction, candidate: Person, wish_id: uuid.UUID) -> None:
    """What was proposed to them goes to the next who waits."""
    for proposed in await waiting_list.give_up(tx, candidate, wish_id):
        await let_go_of(tx, proposed)


def _book(tx: Transaction, row: Appointment, answers: BookingDetails) -> None:
    if row.appointment_type.booth and not row.appointment_type.booth.fair.lies_ahead:
        raise Conflict("fair.closed", N_("The fair is closed: nothing new is booked there."))
    transitions.book(tx, row, answers.by, answers.said, answers.phone)


async def move(tx: Transaction, row: Appointment, by: Person, begins: datetime, mode: Mode | None = None) -> None:
    """Move to another time, with the same counsellor if they are free then, and with nobody else if it is they who
    move it; the time before goes to who waits."""
    if by.id == row.candidate_id and await _excluded(tx, [row]):
        raise sanctions.out()
    await room.close(tx, row)
    before, counsellor = row.begins_at, row.led_by
    mode = mode or row.mode
    by_counsellor = by.id == row.led_by_id
    search = SlotSearch(row.appointment_type, mode, moving=row)
    people = [by.id] if by_counsellor else await slot_search.counsellors_for(tx, search, row.candidate_id)
    wanted = await allocation.possible(tx, search, row.candidate_id, begins, row.time_zone, people)
    if not wanted:
        raise Conflict("slot.taken", N_("Somebody has just taken this time. Your appointment stands as it was."))
    # Whoever moves it for a counsellor who is away gives it to somebody else, if they can.
    covers = not row.has(by.id)
    liked = [each for each in wanted if (each.led_by_id != row.led_by_id) is covers]
    await transitions.move(tx, row, by, (liked or wanted)[0])
    await notifications.moved(tx, row, before)
    if counsellor.id != row.led_by_id:
        await notifications.taken_from(tx, row, counsellor, before)
    await waiting_list.freed(tx, before, counsellor.id, row.appointment_type)


async def excuse_guest(tx: Transaction, row: Appointment, by: Person) -> None:
    """The employer does not come, whoever says so; the two others meet as planned."""
    guest = row.guest
    if guest is None:
        return
    await room.close(tx, row)
    await transitions.excuse_guest(tx, row, by)
    await notifications.guest_excused(tx, row, guest)


async def cancel(tx: Transaction, row: Appointment, by: Person, words: str = "") -> None:
    await room.close(tx, row)
    await transitions.cancel(tx, row, by, words)
    await notifications.cancelled(tx, row, by)
    await waiting_list.freed(tx, row.begins_at, row.led_by_id, row.appointment_type)


async def give_email(tx: Transaction, counsellor: Person, person: Person, email: str) -> None:
    """Whoever follows somebody without an address gives them one; what is booked already is written to it."""
    if await referents.referent_of(tx, person.id) != counsellor.id:
        raise Refused()
    await people.give_email(tx, person, email)
    for row in await agenda.active_of(tx, person.id):
        if row.is_ahead(tx.now):
            await notifications.booked_for(tx, row)


def print_link(tx: Transaction, row: Appointment, by: Person) -> str:
    """The path of a link for paper. It stands in the history, for whoever holds it is taken for the candidate."""
    states.note(tx, row, ChangeKind.PRINTED, by)
    return links.make_spelled(tx, row)


async def withdraw_links(tx: Transaction, row: Appointment) -> list[uuid.UUID]:
    """What was mailed opens nothing any more; the reminders that are still to come bring new links. Returns the
    sessions that ended."""
    ended = await links.withdraw_all(tx, row.id)
    await outbox.take_back(tx, f"remind:{row.id}:")
    if row.is_ahead(tx.now):
        await notifications.remind(tx, row)
    return ended


async def lapse(tx: Transaction, appointment_id: uuid.UUID) -> None:
    """A reserved time ran out. One that was proposed goes to the next who waits. For the worker."""
    row = await reservation.lapse(tx, appointment_id)
    if row:
        await _offer(tx, row)


async def _offer(tx: Transaction, row: Appointment) -> None:
    if row.wish_id:
        await waiting_list.freed(tx, row.begins_at, row.led_by_id, row.appointment_type)


async def reserve_again(tx: Transaction, row: Appointment) -> bool:
    """Whoever took longer than it was kept has the time all the same, before anybody else who waits."""
    lapsed, is_held = await reservation.lapse(tx, row.id), False
    try:
        is_held = await allocation.renew(tx, row)
    finally:
        if lapsed and not is_held:
            await _offer(tx, lapsed)
    return is_held


async def let_go_of(tx: Transaction, row: Appointment) -> None:
    """A time that is only reserved is not reserved any longer: its counsellor will not be there, or its candidate does
    not want it."""
    row.reserved_until = tx.now
    await lapse(tx, row.id)
    row.reserved_until = None


async def book_for(
    tx: Transaction,
    by: Person,
    candidate: Person,
    appointment_type: AppointmentType,
    mode: Mode,
    begins: datetime,
    phone: str = "",
    guest: Guest | None = None,
) -> Appointment:
    """A counsellor books on behalf of somebody, with themselves, for an appointment type of their own agency; with a
    guest, for all three."""
    if by.id not in await appointment_types.ids_for(tx, appointment_type):
        raise NotFound("appointment_type")
    zone = appointment_type.venue.time_zone
    row = await allocation.reserve(
        tx, SlotSearch(appointment_type, mode, guest=guest, counsellor_id=by.id), candidate, begins, zone
    )
    await book(tx, row, by, "", phone)
    return row
