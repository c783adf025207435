"""Which inner doors stand open to somebody."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all

from rooms.core.transaction import Transaction
from rooms.fairs.booths import BoothStaff
from rooms.fairs.fairs import FairOrganiser
from rooms.organisations.agencies import TeamMember
from rooms.people.people import Person


@dataclass(frozen=True)
class Navigation:
    """Which inner doors stand open to somebody: a desk, fairs to run, a day of appointments."""

    desk: bool = False
    organise: bool = False
    counsel: bool = False


async def navigations_of(tx: Transaction, people: Sequence[Person]) -> list[Navigation]:
    """Every page shows them, so they are asked for in one query, for however many open a page at this moment."""
    asked = {person.id for person in people}
    found = await tx.plain_rows(
        union_all(
            *(
                select(literal(door), who).where(tx.among(who, asked)).distinct()
                for door, who in (
                    ("desk", BoothStaff.person_id),
                    ("organise", FairOrganiser.person_id),
                    ("counsel", TeamMember.person_id),
                )
            )
        )
    )
    doors = {(door, person_id) for door, person_id in found}
    return [_of(person, doors) for person in people]


def _of(person: Person, doors: set[tuple[str, uuid.UUID]]) -> Navigation:
    organises = person.is_organiser or person.is_administrator or ("organise", person.id) in doors
    return Navigation(("desk", person.id) in doors, organises, ("counsel", person.id) in doors)
