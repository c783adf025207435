"""A fair's days change: the interviews that were to be held then are cancelled."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from rooms.appointments import agenda, booking, reservation
from rooms.appointments.appointment import Appointment
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import DayMode, FairDay
from rooms.people.people import Person


async def remove_day(tx: Transaction, fair: Fair, day_id: uuid.UUID, by: Person, words: str = "") -> list[Appointment]:
    """Take a day out of the calendar; when none is left ahead, the fair closes for good. Interviews that were to be
    held on it are cancelled and returned: everybody concerned is told, with `words`."""
    await schedule.remove_day(tx, fair, day_id)
    return await _cancel_outside(tx, fair, by, words)


async def left_out(
    tx: Transaction, fair: Fair, day: FairDay, opens_at: datetime, closes_at: datetime
) -> list[Appointment]:
    """The interviews that could not be held if this day had these hours, the soonest first."""
    await schedule.demand_fits(tx, fair, opens_at, closes_at, day.id)
    hours = [(each.opens_at, each.closes_at) for each in await schedule.days_of(tx, fair) if each.id != day.id]
    hours.append((opens_at, closes_at))
    rows = [row for row in await agenda.interviews_ahead(tx, fair.id) if not _is_within(row, hours)]
    return sorted(rows, key=lambda row: row.begins_at)


async def change_day(
    tx: Transaction,
    fair: Fair,
    day: FairDay,
    hours: tuple[datetime, datetime],
    by: Person,
    words: str = "",
    mode: DayMode | None = None,
) -> list[Appointment]:
    """Give a day other hours, another date or another place. Interviews that cannot be held any more are cancelled and
    returned."""
    await schedule.change_day(tx, fair, day, *hours, mode)
    return await _cancel_outside(tx, fair, by, words)


async def _cancel_outside(tx: Transaction, fair: Fair, by: Person, words: str) -> list[Appointment]:
    hours = [(day.opens_at, day.closes_at) for day in await schedule.days_of(tx, fair)]
    cancelled = []
    for each in await agenda.interviews_ahead(tx, fair.id):
        row = await reservation.locked(tx, each.id)
        if row and row.is_ahead(tx.now) and not _is_within(row, hours):
            await booking.cancel(tx, row, by, words)
            cancelled.append(row)
    return cancelled


def _is_within(row: Appointment, hours: Sequence[tuple[datetime, datetime]]) -> bool:
    return any(opens_at <= row.begins_at and row.ends_at <= closes_at for opens_at, closes_at in hours)
