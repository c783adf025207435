"""Appointments that go to a colleague, one or a whole day."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rooms.appointments import (
    agenda,
    allocation,
    appointment_types,
    hours,
    notifications,
    own_calendar,
    reservation,
    transitions,
)
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState
from rooms.appointments.availability import local_day, whole_days
from rooms.appointments.booking import let_go_of
from rooms.core.errors import N_, Conflict
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.people.people import Person


@dataclass(frozen=True)
class HandedOver:
    """What a colleague has taken, and what could not go over: their time is taken, or its room is open already."""

    taken: list[Appointment]
    left: list[Appointment]


async def close_days(tx: Transaction, counsellor_id: uuid.UUID, first: date, last: date, zone: ZoneInfo) -> None:
    """The counsellor is not there on these days of `zone`: nothing is booked, and what is only reserved goes."""
    if first != last or not await hours.is_closed(tx, counsellor_id, first):
        await hours.add_day(tx, counsellor_id, first, None, until=last)
    begins, ends = whole_days(first, last, zone)
    for found in await agenda.active_of(tx, counsellor_id):
        row = await reservation.locked(tx, found.id) if begins <= found.begins_at < ends else None
        if row and row.led_by_id == counsellor_id and row.state is AppointmentState.RESERVED:
            await let_go_of(tx, row)


async def hand_day_over(
    tx: Transaction, by: Person, colleague_id: uuid.UUID, begins: datetime, ends: datetime
) -> HandedOver:
    """A colleague of the same agency takes what lies ahead between two moments, each at its time."""
    taker = await agencies.colleague_of(tx, by.id, colleague_id)
    found = HandedOver([], [])
    for row in await agenda.of_person(tx, by.id, since=begins, until=ends):
        if row.led_by_id == by.id and row.is_ahead(tx.now):
            reserved = await reservation.locked(tx, row.id)
            can_go = reserved is not None and reserved.led_by_id == by.id and await pass_on(tx, reserved, by, taker)
            (found.taken if can_go else found.left).append(row)
    return found


async def share_out(
    tx: Transaction, by: Person, counsellor: Person, day: date, rows: list[Appointment], *, closes: bool
) -> HandedOver:
    """What a counsellor who is away would hold on a day, of `rows`, goes to whoever of their colleagues is free then.
    They are told of the day that is closed for them."""
    rows = [row for row in rows if local_day(row.begins_at, row.venue.zone) == day]
    if not rows:
        raise Conflict("cover.nothing", N_("Nothing is booked with them on this day any more."))
    found, zone = HandedOver([], []), rows[0].venue.zone
    locked = await reservation.locked_all(tx, {row.id for row in rows})
    for row in sorted(locked, key=lambda each: each.begins_at):
        is_theirs = row.led_by_id == counsellor.id and row.is_ahead(tx.now)
        if is_theirs and local_day(row.begins_at, row.venue.zone) == day:
            (found.taken if await to_whoever_is_free(tx, row, by) else found.left).append(row)
    if closes and not await hours.is_closed(tx, counsellor.id, day):
        await close_days(tx, counsellor.id, day, day, zone)
        await notifications.day_closed(tx, counsellor, by, whole_days(day, day, zone)[0], zone)
    return found


async def to_whoever_is_free(tx: Transaction, row: Appointment, by: Person) -> bool:
    """To the colleague who can take it and has the least to do; False when there is none."""
    colleagues = [each for each in await appointment_types.ids_for(tx, row.appointment_type) if each != row.led_by_id]
    for colleague in await allocation.who_could_take(tx, row, colleagues):
        if await pass_on(tx, row, by, await tx.session.get_one(Person, colleague)):
            return True
    return False


async def take_over(tx: Transaction, row: Appointment, taker: Person) -> None:
    """A colleague holds it themselves."""
    if not await pass_on(tx, row, taker, taker):
        message = N_("You are not free then, or its room is open already. Share the day out, or move it.")
        raise Conflict("cover.not_free", message)


async def pass_on(tx: Transaction, row: Appointment, by: Person, colleague: Person) -> bool:
    """Give the appointment to a colleague, whoever had it; False when the colleague is not free, or its room open."""
    before = row.led_by
    busy = await own_calendar.busy_of(tx, [colleague.id], row.occupied_from, row.occupied_until)
    is_open = row.begins_at - ROOM_OPENS_BEFORE <= tx.now
    if is_open or busy or not row.is_ahead(tx.now) or row.has(colleague.id):
        return False
    if await hours.is_closed(tx, colleague.id, local_day(row.begins_at, row.venue.zone)):
        return False
    if colleague.id not in await appointment_types.ids_for(tx, row.appointment_type):
        return False
    if not await transitions.hand_over(tx, row, by, colleague):
        return False
    await notifications.handed_over(tx, row, before)
    return True
