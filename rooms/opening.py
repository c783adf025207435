"""What happens to lines and calls when a fair's doors open and close."""

import uuid

from sqlalchemy import select

from rooms import fairs
from rooms.appointments import agenda, booking, desk
from rooms.appointments.appointment import Appointment
from rooms.fairs import Fair, FairState
from rooms.lines import calls, places
from rooms.people import Person
from rooms.transaction import Transaction


async def close_by_hand(tx: Transaction, fair: Fair) -> None:
    """Close at once. Ringing calls are withdrawn; places are kept in case the organiser opens again."""
    await fairs.close_by_hand(tx, fair)
    await calls.withdraw_all(tx, fair.id)


async def archive(tx: Transaction, fair: Fair) -> None:
    await fairs.archive(tx, fair)
    await places.end_with_fair(tx, fair.id)


async def remove_day(tx: Transaction, fair: Fair, day: uuid.UUID, by: Person, words: str = "") -> list[Appointment]:
    """Take a day out of the calendar; when none is left ahead, the fair closes for good. Interviews that were to be
    held on it are cancelled and returned: everybody concerned is told, with `words`."""
    await fairs.remove_day(tx, fair, day)
    await _end_if_closed(tx, fair)
    open_on, cancelled = await fairs.days_of(tx, fair), []
    for each in await agenda.interviews_ahead(tx, fair.id):
        row = await booking.locked(tx, each.id)
        if row is None or not row.is_ahead(tx.now):
            continue
        if not any(left.opens_at <= row.begins_at and row.ends_at <= left.closes_at for left in open_on):
            await desk.cancel(tx, row, by, words)
            cancelled.append(row)
    return cancelled


async def turn(tx: Transaction, fair: uuid.UUID) -> None:
    """The moment has come that the calendar set for this fair."""
    query = select(Fair).where(Fair.id == fair).with_for_update()
    row = (await tx.session.execute(query)).scalar_one()
    if row.next_turn_at is None or row.next_turn_at > tx.now:
        return
    await fairs.turn(tx, row)
    await _end_if_closed(tx, row)


async def _end_if_closed(tx: Transaction, fair: Fair) -> None:
    if fair.state is FairState.CLOSED and not fair.closed_by_hand:
        await calls.withdraw_all(tx, fair.id)
        await places.end_with_fair(tx, fair.id)
