"""What people do with appointments, each with all that follows: letters, reminders, and the next who waits."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rooms import agencies, conversations, outbox, people, portfolios, referents
from rooms.agencies import Mode, Reason
from rooms.appointments import agenda, booking, holding, hours, letters, links, room, times, waitlist
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState, ChangeKind, Guest, Lapsed
from rooms.appointments.availability import local_day, whole_days
from rooms.conversations import ConversationKind
from rooms.errors import N_, Conflict, NotFound, Problem, Refused
from rooms.people import Person
from rooms.transaction import Transaction


@dataclass(frozen=True)
class Answers:
    """What is said when the time that is held is booked, and by whom."""

    by: Person
    said: str = ""
    phone: str = ""


async def book(tx: Transaction, row: Appointment, by: Person, said: str = "", phone: str = "") -> None:
    """Book the time that is held. Booking it again changes nothing."""
    (problem,) = await book_all(tx, [(row, Answers(by, said, phone))])
    if problem:
        raise problem


async def book_all(tx: Transaction, held: Sequence[tuple[Appointment, Answers]]) -> list[Problem | None]:
    """Book each of these times; gives what stands in the way, for each."""
    outcome: list[Problem | None] = []
    booked: list[Appointment] = []
    reasons = {row.reason_id: row.reason for row, _ in held}
    there = {each.id: await agencies.ids_for(tx, each) for each in reasons.values()}
    for row, answers in held:
        try:
            if row.state is AppointmentState.HELD and row.counsellor_id not in there[row.reason_id]:
                await let_go_of(tx, row)
                raise Lapsed(row)
            if row.state is not AppointmentState.BOOKED:
                _book(tx, row, answers)
                booked.append(row)
            outcome.append(None)
        except Problem as problem:
            outcome.append(problem)
    if booked:
        await conversations.ensure(tx, ConversationKind.MEETING, *(row.id for row in booked))
        await letters.booked(tx, *booked)
        for proposed in await waitlist.fulfilled(tx, booked):
            await let_go_of(tx, proposed)
    return outcome


async def decline(tx: Transaction, row: Appointment) -> None:
    """Not the time that was proposed: it goes to the next, and the wish stands."""
    if row.state is AppointmentState.HELD and row.wish_id:
        await let_go_of(tx, row)


async def wait_no_longer(tx: Transaction, candidate: Person, wish: uuid.UUID) -> None:
    """What was proposed to them goes to the next who waits."""
    for proposed in await waitlist.give_up(tx, candidate, wish):
        await let_go_of(tx, proposed)


def _book(tx: Transaction, row: Appointment, answers: Answers) -> None:
    if row.reason.booth and not row.reason.booth.fair.lies_ahead:
        raise Conflict("fair.closed", N_("The fair is closed: nothing new is booked there."))
    booking.book(tx, row, answers.by, answers.said, answers.phone)


async def move(tx: Transaction, row: Appointment, by: Person, begins: datetime, mode: Mode | None = None) -> None:
    """Move to another time, with the same counsellor if they are free then, and with nobody else if it is they who
    move it; the time before goes to who waits."""
    await room.close(tx, row)
    before, counsellor = row.begins_at, row.counsellor
    mode = mode or row.mode
    by_counsellor = by.id == row.counsellor_id
    people = [by.id] if by_counsellor else await times.counsellors_for(tx, row.reason, row.candidate_id, row)
    wanted = await holding.possible(tx, row.candidate_id, row.reason, mode, begins, row.time_zone, people, moving=row)
    if not wanted:
        raise Conflict("slot.taken", N_("Somebody has just taken this time. Your appointment stands as it was."))
    same = [each for each in wanted if each.counsellor == row.counsellor_id]
    await booking.move(tx, row, by, (same or wanted)[0])
    await letters.moved(tx, row)
    if counsellor.id != row.counsellor_id:
        await letters.taken_from(tx, row, counsellor, before)
    await waitlist.freed(tx, before, counsellor.id, row.reason)


async def excuse_guest(tx: Transaction, row: Appointment, by: Person) -> None:
    """The employer does not come, whoever says so; the two others meet as planned."""
    guest = row.guest
    if guest is None:
        return
    await room.close(tx, row)
    await booking.excuse_guest(tx, row, by)
    await letters.guest_excused(tx, row, guest)


async def cancel(tx: Transaction, row: Appointment, by: Person, words: str = "") -> None:
    await room.close(tx, row)
    await booking.cancel(tx, row, by, words)
    await letters.cancelled(tx, row, by)
    await waitlist.freed(tx, row.begins_at, row.counsellor_id, row.reason)


@dataclass(frozen=True)
class HandedOver:
    """What a colleague has taken, and what could not go over: their time is taken, or its room is open already."""

    taken: list[Appointment]
    left: list[Appointment]


async def close_days(tx: Transaction, counsellor: uuid.UUID, first: date, last: date, zone: ZoneInfo) -> None:
    """The counsellor is not there on these days of `zone`: nothing is booked any more, and what is only held goes."""
    if first != last or not await hours.is_closed(tx, counsellor, first):
        await hours.add_day(tx, counsellor, first, None, until=last)
    begins, ends = whole_days(first, last, zone)
    for found in await agenda.standing_of(tx, counsellor):
        row = await booking.locked(tx, found.id) if begins <= found.begins_at < ends else None
        if row and row.counsellor_id == counsellor and row.state is AppointmentState.HELD:
            await let_go_of(tx, row)


async def hand_day_over(
    tx: Transaction, by: Person, colleague: uuid.UUID, begins: datetime, ends: datetime
) -> HandedOver:
    """A colleague of the same agency takes what lies ahead between two moments, each at its time."""
    taker = await portfolios.colleague_of(tx, by.id, colleague)
    found = HandedOver([], [])
    for row in await agenda.of_person(tx, by.id, since=begins, until=ends):
        if row.counsellor_id == by.id and row.is_ahead(tx.now):
            held = await booking.locked(tx, row.id)
            can_go = held is not None and held.counsellor_id == by.id and await pass_on(tx, held, by, taker)
            (found.taken if can_go else found.left).append(row)
    return found


async def pass_on(tx: Transaction, row: Appointment, by: Person, colleague: Person) -> bool:
    """Give the appointment to a colleague, whoever had it; False when the colleague is not free, or its room open."""
    before = row.counsellor
    busy = await hours.busy_of(tx, [colleague.id], row.occupied_from, row.occupied_until)
    is_open = row.begins_at - ROOM_OPENS_BEFORE <= tx.now
    if is_open or busy or not row.is_ahead(tx.now) or row.has(colleague.id):
        return False
    if await hours.is_closed(tx, colleague.id, local_day(row.begins_at, row.host.zone)):
        return False
    if colleague.id not in await agencies.ids_for(tx, row.reason):
        return False
    if not await booking.hand_over(tx, row, by, colleague):
        return False
    await letters.handed_over(tx, row, before)
    return True


async def give_email(tx: Transaction, counsellor: Person, person: Person, email: str) -> None:
    """Whoever follows somebody without an address gives them one; what is booked already is written to it."""
    if await referents.referent_of(tx, person.id) != counsellor.id:
        raise Refused()
    await people.give_email(tx, person, email)
    for row in await agenda.standing_of(tx, person.id):
        if row.is_ahead(tx.now):
            await letters.booked_for(tx, row)


def print_link(tx: Transaction, row: Appointment, by: Person) -> str:
    """The path of a link for paper. It stands in the history, for whoever holds it is taken for the candidate."""
    booking.note(tx, row, ChangeKind.PRINTED, by)
    return links.make_spelled(tx, row)


async def withdraw_links(tx: Transaction, row: Appointment) -> list[uuid.UUID]:
    """What was mailed opens nothing any more; the reminders that are still to come bring new links. Returns the
    sessions that ended."""
    ended = await links.withdraw_all(tx, row.id)
    await outbox.take_back(tx, f"remind:{row.id}:")
    if row.is_ahead(tx.now):
        await letters.remind(tx, row)
    return ended


async def lapse(tx: Transaction, appointment: uuid.UUID) -> None:
    """A held time ran out. One that was proposed goes to the next who waits. For the worker."""
    row = await booking.lapse(tx, appointment)
    if row:
        await _offer(tx, row)


async def _offer(tx: Transaction, row: Appointment) -> None:
    if row.wish_id:
        await waitlist.freed(tx, row.begins_at, row.counsellor_id, row.reason)


async def hold_again(tx: Transaction, row: Appointment) -> bool:
    """Whoever took longer than it was kept has the time all the same, before anybody else who waits."""
    lapsed, is_held = await booking.lapse(tx, row.id), False
    try:
        is_held = await holding.renew(tx, row)
    finally:
        if lapsed and not is_held:
            await _offer(tx, lapsed)
    return is_held


async def let_go_of(tx: Transaction, row: Appointment) -> None:
    """A time that is only held is not held any longer: its counsellor will not be there, or its candidate does not
    want it."""
    row.held_until = tx.now
    await lapse(tx, row.id)
    row.held_until = None


async def book_for(
    tx: Transaction, by: Person, candidate: Person, reason: Reason, mode: Mode, begins: datetime, phone: str = "",
    guest: Guest | None = None,
) -> Appointment:  # fmt: skip
    """A counsellor books on behalf of somebody, with themselves, for a reason of their own agency; with a guest, for
    all three."""
    if by.id not in await agencies.ids_for(tx, reason):
        raise NotFound("reason")
    zone = reason.host.time_zone
    row = await holding.hold(tx, candidate, reason, mode, begins, zone, by_staff=by.id, guest=guest)
    await book(tx, row, by, "", phone)
    return row
