"""Letting people into a fair that holds a limited number.

Who comes before the doors open is drawn by lot, who comes later stands behind them: the ticket is the order. It is not
lost by a reload or a lost connection: whoever is away when it is their turn comes in as soon as they are back.
"""

import math
import random
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from rooms.core.errors import N_, Invalid
from rooms.core.events import person_stream, reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs.admission import Admission, Admitted, EntranceHall, has_hall
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.schedule import FairTurned
from rooms.people import presence

AWAY_FOR = timedelta(minutes=10)
"""Whoever is gone for longer has left the fair, and their room is somebody else's."""
BURST = timedelta(seconds=2)
"""What was not used of the rate for so long may be used at once."""
SMALLEST, LARGEST = 1, 1_000_000
_UNSEEN = {"synchronize_session": False}
_TICKET = (
    update(Admission)
    .where(Admission.fair_id == bindparam("fair"), Admission.person_id == bindparam("person"))
    .values(ticket=bindparam("number"))
)


@dataclass(frozen=True)
class _Standing:
    is_inside: bool
    is_unnumbered: bool

    @property
    def has_no_ticket(self) -> bool:
        """Waits, and came before the doors opened."""
        return self.is_unnumbered and not self.is_inside


async def set_capacity(tx: Transaction, fair: Fair, capacity: int | None, a_minute: int) -> None:
    """How many the fair holds at once, and how many come in a minute; None for any number."""
    if capacity is not None and not SMALLEST <= capacity <= LARGEST:
        message = N_("Between %(least)s and %(most)s people, or nothing.")
        raise Invalid("capacity.range", message, field="capacity", least=SMALLEST, most=LARGEST)
    if not SMALLEST <= a_minute <= LARGEST:
        message = N_("Between %(least)s and %(most)s people a minute.")
        raise Invalid("admitted_a_minute.range", message, field="admitted_a_minute", least=SMALLEST, most=LARGEST)
    fair.capacity, fair.admitted_a_minute = capacity, a_minute
    if capacity is None:
        waiting = Admission.fair_id == fair.id, Admission.admitted_at.is_(None)
        _tell(tx, fair.id, await tx.plain_rows(select(Admission.person_id).where(*waiting)))
        await _forget(tx, fair.id)


async def arrive(tx: Transaction, fair: Fair, people: Mapping[uuid.UUID, bool]) -> None:
    """These people are at the fair, in the order of the mapping; whoever is marked passes at once. Who may come in now
    is in, everybody else waits."""
    if not has_hall(fair, tx.now):
        return
    hall = await _locked(tx, fair)
    known = await _known(tx, fair.id, people)
    new = [person for person in people if person not in known]
    waits = [person for person in people if not people[person] and (person not in known or known[person].has_no_ticket)]
    rows = [
        {
            "fair_id": fair.id,
            "person_id": person,
            "arrived_at": tx.now,
            "admitted_at": tx.now if people[person] else None,
        }
        for person in new
    ]
    if rows:
        await tx.write(insert(Admission), rows)
    passing = [person for person in known if people[person] and not known[person].is_inside]
    if passing:
        await _admit(tx, fair.id, passing)
    if fair.is_open_now and waits:
        await _give_tickets(tx, hall, waits)
    await _let_in(tx, fair, hall, here=people)


async def let_in(tx: Transaction, fair_id: uuid.UUID) -> int:
    """Let in whoever's turn it is, if there is room and the rate allows it. For the worker."""
    fair = await tx.session.get_one(Fair, fair_id)
    return await _let_in(tx, fair, await _locked(tx, fair)) if fair.capacity and fair.is_open_now else 0


async def with_hall(tx: Transaction) -> list[uuid.UUID]:
    """The fairs that are open now and hold a limited number of people."""
    is_open = Fair.state == FairState.OPEN, Fair.open_until.is_not(None)
    return list((await tx.session.execute(select(Fair.id).where(*is_open, Fair.capacity.is_not(None)))).scalars())


async def let_go(tx: Transaction, fair_id: uuid.UUID, keep: Collection[uuid.UUID]) -> None:
    """Whoever has been away for long has left, except those whom something holds here. For the worker."""
    mine = Admission.fair_id == fair_id, Admission.admitted_at.is_not(None)
    here = presence.is_here(tx, Admission.person_id)
    back = update(Admission).where(*mine, Admission.away_since.is_not(None), here)
    await tx.session.execute(back.values(away_since=None), execution_options=_UNSEEN)
    going = update(Admission).where(*mine, Admission.away_since.is_(None), ~here)
    await tx.session.execute(going.values(away_since=tx.now), execution_options=_UNSEEN)
    long_gone = select(Admission.person_id).where(*mine, Admission.away_since < tx.now - AWAY_FOR)
    gone = {row.person_id for row in await tx.plain_rows(long_gone)} - set(keep)
    if gone:
        await tx.session.execute(delete(Admission).where(*mine, tx.among(Admission.person_id, gone)))


@reacts_to(FairTurned)
async def _draw_lots(tx: Transaction, event: FairTurned) -> None:
    """The doors open: who came before stands in an order that nobody could hurry for. Or the fair is over."""
    if event.state in (FairState.CLOSED, FairState.ARCHIVED):
        await _forget(tx, event.fair_id)
        return
    fair = await tx.session.get_one(Fair, event.fair_id)
    if fair.capacity is None or not fair.is_open_now:
        return
    hall = await _locked(tx, fair)
    early = Admission.fair_id == fair.id, Admission.admitted_at.is_(None), Admission.ticket.is_(None)
    came = [row.person_id for row in await tx.plain_rows(select(Admission.person_id).where(*early))]
    random.SystemRandom().shuffle(came)
    hall.paid_until = max(hall.paid_until, tx.now - BURST)
    if came:
        await _give_tickets(tx, hall, came)


async def _locked(tx: Transaction, fair: Fair) -> EntranceHall:
    values = {"fair_id": fair.id, "last_ticket": 0, "called_ticket": 0, "paid_until": tx.now - BURST}
    await tx.insert_once(EntranceHall, values)
    query = select(EntranceHall).where(EntranceHall.fair_id == fair.id).with_for_update()
    return (await tx.session.execute(query, execution_options={"populate_existing": True})).scalar_one()


async def _known(tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID]) -> dict[uuid.UUID, _Standing]:
    query = select(Admission.person_id, Admission.admitted_at, Admission.ticket)
    of_fair = Admission.fair_id == fair_id, tx.among(Admission.person_id, list(people))
    rows = await tx.plain_rows(query.where(*of_fair))
    return {row.person_id: _Standing(row.admitted_at is not None, row.ticket is None) for row in rows}


async def _give_tickets(tx: Transaction, hall: EntranceHall, people: list[uuid.UUID]) -> None:
    tickets = [
        {"fair": hall.fair_id, "person": person, "number": number}
        for number, person in enumerate(people, start=hall.last_ticket + 1)
    ]
    hall.last_ticket += len(people)
    await tx.session.flush()
    await (await tx.session.connection()).execute(_TICKET, tickets)


async def _let_in(tx: Transaction, fair: Fair, hall: EntranceHall, here: Collection[uuid.UUID] = ()) -> int:
    """By ticket, of those who are there: their page or their connection says so, or they have come just now."""
    if fair.capacity is None or not fair.is_open_now:
        return 0
    inside = select(func.count()).where(Admission.fair_id == fair.id, Admission.admitted_at.is_not(None))
    room = fair.capacity - (await tx.session.execute(inside)).scalar_one()
    each = 60 / fair.admitted_a_minute
    hall.paid_until = max(hall.paid_until, tx.now - max(BURST, timedelta(seconds=each)))
    allowed = min(room, math.floor((tx.now - hall.paid_until).total_seconds() / each + 1e-6))
    if allowed < 1:
        return 0
    waiting = Admission.fair_id == fair.id, Admission.admitted_at.is_(None), Admission.ticket.is_not(None)
    is_there = presence.is_here(tx, Admission.person_id)
    if here:
        is_there = or_(tx.among(Admission.person_id, list(here)), is_there)
    next_ones = select(Admission.person_id, Admission.ticket, Admission.arrived_at).where(*waiting, is_there)
    chosen = await tx.plain_rows(next_ones.order_by(Admission.ticket).limit(allowed))
    if not chosen:
        return 0
    hall.paid_until += timedelta(seconds=each * len(chosen))
    hall.called_ticket = max(hall.called_ticket, chosen[-1].ticket)
    await _admit(tx, fair.id, [row.person_id for row in chosen])
    # Who has come this moment is answered with the fair itself.
    _tell(tx, fair.id, [row for row in chosen if row.person_id not in here or row.arrived_at < tx.now])
    return len(chosen)


async def _admit(tx: Transaction, fair_id: uuid.UUID, people: list[uuid.UUID]) -> None:
    theirs = Admission.fair_id == fair_id, tx.among(Admission.person_id, people)
    await tx.session.execute(
        update(Admission).where(*theirs).values(admitted_at=tx.now, away_since=None),
        execution_options=_UNSEEN,
    )


def _tell(tx: Transaction, fair_id: uuid.UUID, rows: Sequence[Row[Any]]) -> None:
    for row in rows:
        tx.record(Admitted(fair_id=fair_id, person_id=row.person_id), person_stream(row.person_id))


async def _forget(tx: Transaction, fair_id: uuid.UUID) -> None:
    await tx.session.execute(delete(Admission).where(Admission.fair_id == fair_id))
    await tx.session.execute(delete(EntranceHall).where(EntranceHall.fair_id == fair_id))
