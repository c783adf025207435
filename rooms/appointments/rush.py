"""Many who want the same time at once are decided on together, in the order in which they asked.

The promise that nobody gets what another has is the primary key's (rooms/appointments/booking.py).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rooms import access
from rooms.access import Actor
from rooms.agencies import Mode, Reason
from rooms.appointments import times
from rooms.appointments.booking import Appointment
from rooms.errors import Problem
from rooms.people import Person
from rooms.transaction import Transaction


@dataclass(frozen=True)
class Asked:
    actor: Actor
    time_zone: str | None
    """Their device's; otherwise the agency's counts."""


async def hold_all(
    tx: Transaction, reason: uuid.UUID, mode: str | None, begins: datetime, asked: Sequence[Asked]
) -> list[Appointment | Problem]:
    """Hold this time for each who asks for themselves, while somebody is free. Without a mode, the reason's first."""
    outcome: dict[uuid.UUID, Appointment | Problem] = {}
    may: dict[uuid.UUID, Asked] = {}
    row: Reason | None = None
    for each in asked:
        try:
            row = await access.reason(tx, each.actor, reason)
            may[each.actor.known.id] = each
        except Problem as problem:
            outcome[each.actor.known.id] = problem
    if row:
        people = (await tx.session.execute(select(Person).where(tx.among(Person.id, may)))).scalars()
        known = {person.id: person for person in people}
        wanted = [(known[person], each.time_zone or row.host.zone.key) for person, each in may.items()]
        chosen = Mode(mode if mode in row.modes else row.modes[0])
        held = await times.hold_all(tx, row, chosen, begins, wanted)
        outcome |= dict(zip(may, held, strict=True))
    return [outcome[each.actor.known.id] for each in asked]
