"""Many who want times at once: reserved and booked together, for each as whoever they are."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rooms import access
from rooms.access import Act, Actor
from rooms.appointments import allocation, appointment_types, booking, reservation
from rooms.appointments.allocation import SlotRequest
from rooms.appointments.appointment import Appointment, Lapsed
from rooms.appointments.booking import BookingDetails
from rooms.appointments.search import SlotSearch
from rooms.core.errors import NotFound, Problem
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode


@dataclass(frozen=True)
class ActorSlotRequest:
    actor: Actor
    begins: datetime
    time_zone: str | None
    """Their device's; otherwise the agency's counts."""


@dataclass(frozen=True)
class ActorBooking:
    """What somebody sends who books the time they have reserved."""

    actor: Actor
    appointment_id: uuid.UUID
    said: str
    phone: str


async def reserve_all(
    tx: Transaction, appointment_type_id: uuid.UUID, mode: str | None, asked: Sequence[ActorSlotRequest]
) -> list[Appointment | Problem]:
    """Reserve a time for each who asks for themselves, in the order in which they asked. Without a mode, the
    appointment type's first."""
    outcome: dict[tuple[uuid.UUID, datetime], Appointment | Problem] = {}
    waiting = {(each.actor.known.id, each.begins): each for each in asked}
    while waiting:
        # Whoever asks for two times is answered twice: the second takes the place of the first.
        turn = {person: waiting.pop((person, begins)) for person, begins in _first_of_each(waiting)}
        found = await _reserve_all(tx, appointment_type_id, mode, list(turn.values()))
        outcome |= {(each.actor.known.id, each.begins): row for each, row in zip(turn.values(), found, strict=True)}
    return [outcome[each.actor.known.id, each.begins] for each in asked]


def _first_of_each(waiting: dict[tuple[uuid.UUID, datetime], ActorSlotRequest]) -> list[tuple[uuid.UUID, datetime]]:
    firsts: dict[uuid.UUID, datetime] = {}
    for person, begins in waiting:
        firsts.setdefault(person, begins)
    return list(firsts.items())


async def _reserve_all(
    tx: Transaction, appointment_type_id: uuid.UUID, mode: str | None, asked: Sequence[ActorSlotRequest]
) -> list[Appointment | Problem]:
    """Of different people."""
    outcome: dict[uuid.UUID, Appointment | Problem] = {}
    may: dict[uuid.UUID, ActorSlotRequest] = {}
    try:
        row = await appointment_types.active(tx, appointment_type_id)
    except NotFound:
        return [NotFound("appointment_type") for _ in asked]
    for each in asked:
        try:
            await access.may_take(tx, each.actor, row)
            may[each.actor.known.id] = each
        except Problem as problem:
            outcome[each.actor.known.id] = problem
    if may:
        here = row.venue.zone.key
        wanted = [SlotRequest(person, each.begins, each.time_zone or here) for person, each in may.items()]
        chosen = Mode(mode if mode in row.modes else row.modes[0])
        reserved = await allocation.reserve_all(tx, SlotSearch(row, chosen), wanted)
        outcome |= dict(zip(may, reserved, strict=True))
    return [outcome[each.actor.known.id] for each in asked]


async def book_all(tx: Transaction, asked: Sequence[ActorBooking]) -> list[Appointment | Problem]:
    """Book the time that each of them has reserved. Whoever asks twice has booked once."""
    # Kept at hand: what nobody holds on to would be looked up again, one by one.
    _locked = await reservation.locked_all(tx, {each.appointment_id for each in asked})
    found: list[Appointment | Problem] = [await _reserved(tx, each) for each in asked]
    reserved = [
        (row, BookingDetails(each.actor.known, each.said, each.phone))
        for row, each in zip(found, asked, strict=True)
        if isinstance(row, Appointment)
    ]
    problems = iter(await booking.book_all(tx, reserved))
    return [row if isinstance(row, Problem) else next(problems) or row for row in found]


async def _reserved(tx: Transaction, asked: ActorBooking) -> Appointment | Problem:
    """What they have reserved; a time that has lapsed is reserved again, while they may have it and nobody else has
    taken it."""
    try:
        return await access.appointment(tx, asked.actor, asked.appointment_id, Act.APPOINTMENT_KEEP)
    except Lapsed as lapsed:
        return await _again(tx, asked.actor, lapsed)
    except Problem as problem:
        return problem


async def _again(tx: Transaction, actor: Actor, lapsed: Lapsed) -> Appointment | Problem:
    try:
        await access.appointment_type(tx, actor, lapsed.row.appointment_type_id)
    except Problem:
        return lapsed
    try:
        return lapsed.row if await booking.reserve_again(tx, lapsed.row) else lapsed
    except Problem as problem:
        return problem
