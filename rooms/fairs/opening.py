"""A fair's way through the states by hand: published, opened, closed until its next day or for good, archived.

What an organiser closes for good stays closed until they open it.
"""

from datetime import datetime, timedelta

from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.fairs import Fair, FairState

LONGEST_BY_HAND = timedelta(hours=24)


async def publish(tx: Transaction, fair: Fair) -> None:
    """Anyone may know of it, and its days open it; so does a fair that was closed by hand while days lie ahead."""
    if fair.state is FairState.CLOSED and not await schedule.lies_ahead(tx, fair):
        raise Conflict("fair.no_day_ahead", N_("No opening hours lie ahead. Add a day first."))
    fair.closed_by_hand = False
    if not await schedule.days_of(tx, fair):
        raise Conflict("fair.no_day", N_("Add at least one day with opening hours first."))
    await _go_on(tx, fair)
    await schedule.move(tx, fair, FairState.PUBLISHED)
    await schedule.turn(tx, fair)


async def open_by_hand(tx: Transaction, fair: Fair, until: datetime | None = None) -> None:
    """Open the doors now, until the next closing in the calendar or until a moment that is said. From then on the
    calendar acts again."""
    days = await schedule.days_of(tx, fair)
    closing = until or next((day.closes_at for day in days if day.closes_at > tx.now), None)
    if closing is None:
        raise Conflict("fair.no_day_ahead", N_("No opening hours lie ahead. Add a day first."))
    if until and not tx.now < until <= tx.now + LONGEST_BY_HAND:
        raise Invalid("until.range", N_("Please choose a moment within the next 24 hours."), field="until")
    if until and any(day.opens_at <= tx.now and until < day.closes_at for day in days if day.closes_at > tx.now):
        raise Invalid("until.early", N_("The fair is open until later that day already."), field="until")
    fair.closed_by_hand = False
    await _go_on(tx, fair)
    fair.held_open_until = fair.open_until = closing
    fair.doors_opened_at = tx.now
    if fair.state is not FairState.OPEN:
        await schedule.move(tx, fair, FairState.OPEN)
    else:
        await schedule.tell(tx, fair)
    await schedule.turn(tx, fair)


async def by_the_calendar(tx: Transaction, fair: Fair) -> None:
    """What was opened by hand, or closed until a later day, opens and closes by its days again."""
    is_ended = await _go_on(tx, fair)
    if fair.held_open_until is None and not is_ended:
        raise Conflict("fair.move", N_("The fair stands differently now. Please look at its state."))
    if fair.held_open_until:
        fair.open_until = tx.now
    fair.held_open_until = None
    await schedule.turn(tx, fair)


async def _go_on(tx: Transaction, fair: Fair) -> bool:
    """A day that was closed before its hours were over is held again; says whether there was one."""
    ended = [day for day in await schedule.days_of(tx, fair) if day.ended_at and day.closes_at > tx.now]
    for day in ended:
        day.ended_at = None
    return bool(ended)


async def close_until_next_day(tx: Transaction, fair: Fair) -> None:
    """Close the doors now, as for the night: they open on the next of its days."""
    days = await schedule.days_of(tx, fair)
    if not any(day.opens_at > tx.now for day in days):
        raise Conflict("fair.no_day_ahead", N_("No opening hours lie ahead. Add a day first."))
    if not fair.is_open_now:
        raise Conflict("fair.move", N_("The fair stands differently now. Please look at its state."))
    for day in days:
        if day.opens_at <= tx.now < day.closes_at:
            day.ended_at = tx.now
    fair.held_open_until, fair.open_until = None, tx.now
    await schedule.turn(tx, fair)


async def close_by_hand(tx: Transaction, fair: Fair) -> None:
    fair.closed_by_hand = True
    fair.open_until = fair.held_open_until = None
    await schedule.move(tx, fair, FairState.CLOSED)
    fair.next_turn_at = None


async def archive(tx: Transaction, fair: Fair) -> None:
    await schedule.move(tx, fair, FairState.ARCHIVED)
