"""Taking rehearsals away: their fairs, employers and people, and every row that names one of them.

In many small transactions, children before parents and people last: what is broken off is taken up by the next one.
"""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, delete, select, tuple_

from rooms.core.database import Database
from rooms.core.model import Base
from rooms.core.streams import StoredEvent, Stream
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair
from rooms.organisations.employers import Employer
from rooms.people.people import Person

Key = tuple[Any, ...]
AT_ONCE = 500
ROOTS: dict[str, type[Fair | Employer | Person]] = {"fair": Fair, "employer": Employer, "person": Person}
NAMED = ("fair", "booth", "person", "conversation", "meeting")
"""The tables whose ids name streams."""
AREAS = ("fair", "hall", "moderation", "line", "person", "conversation", "meeting")


class NotOurs(Exception):
    """Something that does not belong to a rehearsal would have gone with it."""


async def strike(database: Database) -> int:
    """Everything of all rehearsals, also of one that was broken off; gives how many rows there were."""
    async with database.reading() as tx:
        doomed = await _doomed(tx)
    ids: set[uuid.UUID] = {key[0] for name in NAMED for key in doomed.get(name, ())}
    for part in _parts([f"{area}:{each}" for area in AREAS for each in ids]):
        async with database.transaction() as tx:
            await _execute(tx, delete(StoredEvent).where(StoredEvent.stream.in_(part)))
            await _execute(tx, delete(Stream).where(Stream.name.in_(part)))
    for table in reversed(Base.metadata.sorted_tables):
        for part in _parts(list(doomed.get(table.name, ()))):
            async with database.transaction() as tx:
                await _execute(tx, delete(table).where(_is_one_of(table, part)))
    return sum(map(len, doomed.values()))


async def _doomed(tx: Transaction) -> dict[str, set[Key]]:
    """By table: the keys of the rows that go, parents before those that name them."""
    roots = {
        name: set(map(tuple, await tx.plain_rows(select(kind.id).where(kind.is_rehearsal.is_(True)))))
        for name, kind in ROOTS.items()
    }
    found: dict[str, set[Key]] = {name: set(keys) for name, keys in roots.items()}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for foreign in column.foreign_keys:
                parents = {key[0] for key in found.get(foreign.column.table.name, ())}
                for part in _parts(list(parents)):
                    rows = await tx.plain_rows(select(*table.primary_key.columns).where(column.in_(part)))
                    found.setdefault(table.name, set()).update(map(tuple, rows))
    for name, keys in roots.items():
        if found[name] != keys:
            raise NotOurs(f"{len(found[name] - keys)} rows of {name}")
    return found


def _parts(values: list[Any]) -> list[list[Any]]:
    return [values[begin : begin + AT_ONCE] for begin in range(0, len(values), AT_ONCE)]


def _is_one_of(table: Table, keys: Collection[Key]) -> Any:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(list(keys))


async def _execute(tx: Transaction, statement: Any) -> None:
    await (await tx.session.connection()).execute(statement)
