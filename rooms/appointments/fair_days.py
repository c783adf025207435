"""A day is taken out of a fair: the interviews that were to be held on it are cancelled."""

import uuid

from rooms.appointments import agenda, booking, reservation
from rooms.appointments.appointment import Appointment
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.fairs import Fair
from rooms.people.people import Person


async def remove_day(tx: Transaction, fair: Fair, day_id: uuid.UUID, by: Person, words: str = "") -> list[Appointment]:
    """Take a day out of the calendar; when none is left ahead, the fair closes for good. Interviews that were to be
    held on it are cancelled and returned: everybody concerned is told, with `words`."""
    await schedule.remove_day(tx, fair, day_id)
    open_on, cancelled = await schedule.days_of(tx, fair), []
    for each in await agenda.interviews_ahead(tx, fair.id):
        row = await reservation.locked(tx, each.id)
        if row is None or not row.is_ahead(tx.now):
            continue
        if not any(left.opens_at <= row.begins_at and row.ends_at <= left.closes_at for left in open_on):
            await booking.cancel(tx, row, by, words)
            cancelled.append(row)
    return cancelled
