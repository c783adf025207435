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

from sqlalchemy import CompoundSelect, Row, bindparam, delete, func, insert, or_, select, union, update

from rooms.core.errors import N_, Invalid
from rooms.core.events import person_stream, reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs.admission import Admission, Admitted, EntranceHall, Passing, has_hall, uses_room, waits_here
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair, FairOrganiser, FairState
from rooms.fairs.schedule import FairTurned
from rooms.organisations.agencies import TeamMember
from rooms.people import presence
from rooms.people.people import Person

AWAY_FOR = timedelta(minutes=10)
"""Whoever is gone for longer has left the fair, and their room is somebody else's."""
BURST = timedelta(seconds=2)
"""What was not used of the rate for so long may be used at once."""
SMALLEST, LARGEST = 1, 1_000_000
TURNS = ("state", "open_until", "next_turn_at", "capacity", "admitted_a_minute")
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
    had_none = fair.capacity is None
    fair.capacity, fair.admitted_a_minute = capacity, a_minute
    if capacity is None:
        waiting = Admission.fair_id == fair.id, Admission.admitted_at.is_(None)
        _tell(tx, fair.id, await tx.plain_rows(select(Admission.person_id).where(*waiting)))
        await _forget(tx, fair.id)
    elif had_none and fair.is_open_now:
        await _take_in_who_is_here(tx, fair)


async def _take_in_who_is_here(tx: Transaction, fair: Fair) -> None:
    """A limit that is set while people are there throws nobody out."""
    await _locked(tx, fair.id)
    working = {row.person_id for row in await tx.plain_rows(who_works_at(fair.id))}
    here = await tx.plain_rows(select(Person.id).where(presence.is_here(tx, Person.id)))
    rows = [_row(tx, fair.id, row.id, is_in=True, counts=row.id not in working) for row in here]
    if rows:
        await tx.write(insert(Admission), rows)


def who_works_at(fair_id: uuid.UUID) -> CompoundSelect[uuid.UUID]:
    staff = select(BoothStaff.person_id).join(Booth, Booth.id == BoothStaff.booth_id).where(Booth.fair_id == fair_id)
    organisers = select(FairOrganiser.person_id).where(FairOrganiser.fair_id == fair_id)
    administrators = select(Person.id).where(Person.is_administrator)
    return union(staff, organisers, select(TeamMember.person_id), administrators)


def _row(
    tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID, *, is_in: bool, counts: bool = True
) -> dict[str, object]:
    admitted_at = tx.now if is_in else None
    return {
        "fair_id": fair_id, "person_id": person_id, "arrived_at": tx.now, "admitted_at": admitted_at, "counts": counts,
    }  # fmt: skip


async def arrive(tx: Transaction, fair: Fair, people: Mapping[uuid.UUID, Passing]) -> None:
    """These people are at the fair, in the order of the mapping. Who may come in now is in, everybody else waits."""
    hall = await _locked(tx, fair.id)
    # While one waited for the lock the doors may have opened.
    await tx.session.refresh(fair, TURNS)
    if not has_hall(fair, tx.now):
        return
    known = await _known(tx, fair.id, people)
    at_once = {person for person, passing in people.items() if passing is not Passing.IN_TURN}
    rows = [
        _row(tx, fair.id, person, is_in=person in at_once, counts=people[person] is not Passing.STAFF)
        for person in people
        if person not in known
    ]
    if rows:
        await tx.write(insert(Admission), rows)
    back = Admission.fair_id == fair.id, tx.among(Admission.person_id, list(known)), Admission.away_since.is_not(None)
    await tx.session.execute(update(Admission).where(*back).values(away_since=None), execution_options=_UNSEEN)
    passing = [person for person, standing in known.items() if person in at_once and not standing.is_inside]
    if passing:
        await _admit(tx, fair.id, passing)
    if fair.is_open_now:
        without = [person for person in people if person not in known or known[person].has_no_ticket]
        await _give_tickets(tx, hall, [person for person in without if person not in at_once])
    await _let_in(tx, fair, hall, here=people)


async def let_in(tx: Transaction, fair_id: uuid.UUID) -> int:
    """Let in whoever's turn it is, if there is room and the rate allows it. For the worker."""
    hall = await _locked(tx, fair_id)
    fair = await tx.session.get_one(Fair, fair_id, populate_existing=True)
    if fair.capacity is None or not fair.is_open_now:
        return 0
    without = select(Admission.person_id).where(waits_here(fair_id), Admission.ticket.is_(None))
    found = await tx.plain_rows(without.order_by(Admission.arrived_at))
    await _give_tickets(tx, hall, [row.person_id for row in found])
    return await _let_in(tx, fair, hall)


async def let_in_at_once(tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID]) -> None:
    """Those of these people who wait, whoever's turn it is."""
    await _locked(tx, fair_id)
    waiting = select(Admission.person_id).where(waits_here(fair_id), tx.among(Admission.person_id, list(people)))
    found = await tx.plain_rows(waiting)
    if found:
        await _admit(tx, fair_id, [row.person_id for row in found])
        _tell(tx, fair_id, found)


async def with_hall(tx: Transaction) -> list[uuid.UUID]:
    """The fairs that are open now and hold a limited number of people."""
    is_open = Fair.state == FairState.OPEN, Fair.open_until.is_not(None)
    return list((await tx.session.execute(select(Fair.id).where(*is_open, Fair.capacity.is_not(None)))).scalars())


async def let_go(tx: Transaction, fair_id: uuid.UUID, keep: Collection[uuid.UUID]) -> None:
    """Whoever has been away for long has left, except those whom something holds here; whoever waits and is away keeps
    their ticket. For the worker."""
    of_fair, here = Admission.fair_id == fair_id, presence.is_here(tx, Admission.person_id)
    back = update(Admission).where(of_fair, Admission.away_since.is_not(None), here)
    await tx.session.execute(back.values(away_since=None), execution_options=_UNSEEN)
    going = update(Admission).where(of_fair, Admission.away_since.is_(None), ~here)
    await tx.session.execute(going.values(away_since=tx.now), execution_options=_UNSEEN)
    inside = of_fair, Admission.admitted_at.is_not(None)
    long_gone = select(Admission.person_id).where(*inside, Admission.away_since < tx.now - AWAY_FOR)
    gone = {row.person_id for row in await tx.plain_rows(long_gone)} - set(keep)
    if gone:
        await tx.session.execute(delete(Admission).where(*inside, tx.among(Admission.person_id, gone)))


@reacts_to(FairTurned)
async def _turn(tx: Transaction, event: FairTurned) -> None:
    """The doors open, close for the night or by hand, or the fair is over."""
    fair = await tx.session.get_one(Fair, event.fair_id)
    if fair.capacity is None:
        return
    if event.state is FairState.ARCHIVED or (event.state is FairState.CLOSED and not fair.closed_by_hand):
        await _forget(tx, event.fair_id)
    elif fair.is_open_now:
        await _draw_lots(tx, await _locked(tx, fair.id))
    elif event.state is not FairState.PUBLISHED:
        # Whoever is not back in the morning uses up nobody's room.
        closing = update(Admission).where(Admission.fair_id == fair.id, Admission.away_since.is_(None))
        await tx.session.execute(closing.values(away_since=tx.now), execution_options=_UNSEEN)


async def _draw_lots(tx: Transaction, hall: EntranceHall) -> None:
    """Who came before the doors opened stands in an order that nobody could hurry for."""
    early = Admission.fair_id == hall.fair_id, Admission.admitted_at.is_(None), Admission.ticket.is_(None)
    came = [row.person_id for row in await tx.plain_rows(select(Admission.person_id).where(*early))]
    random.SystemRandom().shuffle(came)
    hall.paid_until = max(hall.paid_until, tx.now - BURST)
    await _give_tickets(tx, hall, came)


async def _locked(tx: Transaction, fair_id: uuid.UUID) -> EntranceHall:
    values = {"fair_id": fair_id, "last_ticket": 0, "called_ticket": 0, "paid_until": tx.now - BURST}
    await tx.insert_once(EntranceHall, values)
    query = select(EntranceHall).where(EntranceHall.fair_id == fair_id).with_for_update()
    return (await tx.session.execute(query, execution_options={"populate_existing": True})).scalar_one()


async def _known(tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID]) -> dict[uuid.UUID, _Standing]:
    query = select(Admission.person_id, Admission.admitted_at, Admission.ticket)
    of_fair = Admission.fair_id == fair_id, tx.among(Admission.person_id, list(people))
    rows = await tx.plain_rows(query.where(*of_fair))
    return {row.person_id: _Standing(row.admitted_at is not None, row.ticket is None) for row in rows}


async def _give_tickets(tx: Transaction, hall: EntranceHall, people: list[uuid.UUID]) -> None:
    if not people:
        return
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
    inside = select(func.count()).select_from(Admission).where(uses_room(fair.id))
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
    await _locked(tx, fair_id)
    await tx.session.execute(delete(Admission).where(Admission.fair_id == fair_id))
    await tx.session.execute(delete(EntranceHall).where(EntranceHall.fair_id == fair_id))
