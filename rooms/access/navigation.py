"""Which inner doors stand open to somebody."""

from dataclasses import dataclass

from sqlalchemy import exists, select

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


async def navigation_of(tx: Transaction, person: Person) -> Navigation:
    """Every page shows them, so they are asked for in one query."""
    found = await tx.session.execute(
        select(
            exists().where(BoothStaff.person_id == person.id),
            exists().where(FairOrganiser.person_id == person.id),
            exists().where(TeamMember.person_id == person.id),
        )
    )
    desk, organise, counsel = found.one()
    return Navigation(desk, organise or person.is_organiser or person.is_administrator, counsel)
