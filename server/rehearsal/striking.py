"""Taking rehearsals away: their fairs, employers and people, and every row that names one of them.

In many small transactions, children before parents and people last: what is broken off is taken up by the next one.
"""

from sqlalchemy import select

from rooms.core import erasing
from rooms.core.database import Database
from rooms.core.erasing import Key
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair
from rooms.organisations.employers import Employer
from rooms.people.people import Person

ROOTS: dict[str, type[Fair | Employer | Person]] = {"fair": Fair, "employer": Employer, "person": Person}


class NotOurs(Exception):
    """Something that does not belong to a rehearsal would have gone with it."""


async def strike(database: Database) -> int:
    """Everything of all rehearsals, also of one that was broken off; gives how many rows there were."""
    async with database.reading() as tx:
        doomed = await _doomed(tx)
    for statement in erasing.statements(doomed):
        async with database.transaction() as tx:
            await (await tx.session.connection()).execute(statement)
    return sum(map(len, doomed.values()))


async def _doomed(tx: Transaction) -> dict[str, set[Key]]:
    roots = {
        name: set(map(tuple, await tx.plain_rows(select(kind.id).where(kind.is_rehearsal.is_(True)))))
        for name, kind in ROOTS.items()
    }
    found = await erasing.closure(tx, roots)
    for name, keys in roots.items():
        if found[name] != keys:
            raise NotOurs(f"{len(found[name] - keys)} rows of {name}")
    return found
