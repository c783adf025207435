"""Taking a rehearsal away: its fair, its people, and every row that names one of them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Table, delete, select, tuple_

from rooms.core.database import Database
from rooms.core.model import Base
from rooms.core.streams import StoredEvent, Stream
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.people.sessions import Session
from server.rehearsal.staging import DEVICE

Key = tuple[Any, ...]
AT_ONCE = 500
NAMED = ("fair", "booth", "person", "conversation", "meeting")
"""The tables whose ids name streams."""
AREAS = ("fair", "hall", "moderation", "line", "person", "conversation", "meeting")


async def strike(database: Database) -> int:
    """Everything of all rehearsals, also of one that was broken off; gives how many rows there were."""
    async with database.transaction() as tx:
        doomed = await _doomed(tx)
        for table in reversed(Base.metadata.sorted_tables):
            for part in _parts(list(doomed.get(table.name, ()))):
                await _execute(tx, delete(table).where(_is_one_of(table, part)))
        ids = {key[0] for name in NAMED for key in doomed.get(name, ())}
        for part in _parts([f"{area}:{each}" for area in AREAS for each in ids]):
            await _execute(tx, delete(StoredEvent).where(StoredEvent.stream.in_(part)))
            await _execute(tx, delete(Stream).where(Stream.name.in_(part)))
    return sum(map(len, doomed.values()))


async def _doomed(tx: Transaction) -> dict[str, set[Key]]:
    """By table: the keys of the rows that go, parents before those that name them."""
    found: dict[str, set[Key]] = await _roots(tx)
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for foreign in column.foreign_keys:
                parents = {key[0] for key in found.get(foreign.column.table.name, ())}
                for part in _parts(list(parents)):
                    rows = await tx.plain_rows(select(*table.primary_key.columns).where(column.in_(part)))
                    found.setdefault(table.name, set()).update(map(tuple, rows))
    return found


async def _roots(tx: Transaction) -> dict[str, set[Key]]:
    fairs = await _ids(tx, select(Fair.id).where(Fair.is_rehearsal.is_(True)))
    return {
        "fair": fairs,
        "employer": await _ids(tx, select(Booth.employer_id).join(Fair).where(Fair.is_rehearsal.is_(True))),
        "person": await _ids(tx, select(Session.person_id).where(Session.device == DEVICE)),
    }


async def _ids(tx: Transaction, query: Any) -> set[Key]:
    return {tuple(row) for row in await tx.plain_rows(query)}


def _parts(values: list[Any]) -> list[list[Any]]:
    return [values[begin : begin + AT_ONCE] for begin in range(0, len(values), AT_ONCE)]


def _is_one_of(table: Table, keys: Collection[Key]) -> Any:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(list(keys))


async def _execute(tx: Transaction, statement: Any) -> None:
    await (await tx.session.connection()).execute(statement)
