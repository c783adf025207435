"""Who of those that asked to take part in a fair may: its organisers say it, of one or of hundreds at once."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import func, select, update

from rooms.core import outbox
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import registration
from rooms.fairs.attendees import UNSEEN, Attendee
from rooms.fairs.fairs import Fair, demand_not_archived
from rooms.people.people import Person


async def approve(tx: Transaction, fair: Fair, chosen: Collection[uuid.UUID], *, one_by_one: bool = True) -> int:
    """Those of these people on the list who have asked take part; whoever was declined does so if they were chosen
    `one_by_one`. Gives how many."""
    people = await _decide(tx, fair, chosen, approved=True, undecided=not one_by_one)
    await registration.confirm(tx, fair, people, waited=True)
    return len(people)


async def decline(tx: Transaction, fair: Fair, chosen: Collection[uuid.UUID]) -> int:
    """Those of these people on the list who have asked do not take part, and are told; gives how many."""
    people = await _decide(tx, fair, chosen, approved=False, undecided=True)
    letters = [
        Letter(
            person.email,
            "declined",
            person.language,
            {"name": person.name, "fair": fair.name, "path": fair.path},
            f"{registration.occasion(fair.id, person.id)}declined",
        )
        for person in people
    ]
    await outbox.post(tx, *letters)
    return len(people)


async def _decide(
    tx: Transaction, fair: Fair, chosen: Collection[uuid.UUID], *, approved: bool, undecided: bool
) -> Sequence[Person]:
    demand_not_archived(fair)
    decision = {"registered_at": tx.now, "declined_at": None} if approved else {"declined_at": tx.now}
    # Whoever was declined can still be let in by name, and is told once that they are not.
    open_ones = (Attendee.registered_at, Attendee.cancelled_at, Attendee.came_at)
    unset = [each.is_(None) for each in (*open_ones, *((Attendee.declined_at,) if undecided else ()))]
    asked = Attendee.fair_id == fair.id, tx.among(Attendee.id, chosen), Attendee.asked_at.is_not(None)
    told = update(Attendee).where(*asked, *unset).values(decision).returning(Attendee.person_id)
    rows = (await tx.session.execute(told, execution_options=UNSEEN)).all()
    query = select(Person).where(tx.among(Person.id, [row.person_id for row in rows])).order_by(Person.id)
    return list((await tx.session.execute(query)).scalars())


async def count_asked(tx: Transaction, fair_id: uuid.UUID) -> int:
    """How many wait for a decision."""
    undecided = Attendee.registered_at, Attendee.declined_at, Attendee.cancelled_at
    asked = Attendee.fair_id == fair_id, Attendee.asked_at.is_not(None), *(each.is_(None) for each in undecided)
    return await tx.session.scalar(select(func.count()).where(*asked)) or 0
