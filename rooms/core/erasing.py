"""Finding every row that names a row, directly or through others: what must go with it."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Delete, Table, delete, select, tuple_

from rooms.core.model import Base
from rooms.core.streams import StoredEvent, Stream
from rooms.core.transaction import Transaction

Key = tuple[Any, ...]
"""A primary key, column by column."""
AT_ONCE = 500
NAMED = ("fair", "booth", "person", "conversation", "meeting")
"""The tables whose ids name streams."""
AREAS = ("fair", "hall", "moderation", "line", "person", "conversation", "meeting")


async def closure(tx: Transaction, roots: Mapping[str, Collection[Key]]) -> dict[str, set[Key]]:
    """By table: the keys of these rows and of all that name them, parents before those that name them."""
    found: dict[str, set[Key]] = {name: set(keys) for name, keys in roots.items()}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for foreign in column.foreign_keys:
                if foreign.ondelete:
                    continue
                parents = {key[0] for key in found.get(foreign.column.table.name, ())}
                for part in parts(list(parents)):
                    rows = await tx.plain_rows(select(*table.primary_key.columns).where(column.in_(part)))
                    found.setdefault(table.name, set()).update(map(tuple, rows))
    return found


def statements(doomed: Mapping[str, Collection[Key]]) -> list[Delete]:
    """What deletes these rows, a part at a time and children before parents, and the events of their streams."""
    ids: set[uuid.UUID] = {key[0] for name in NAMED for key in doomed.get(name, ())}
    found: list[Delete] = []
    for part in parts([f"{area}:{each}" for area in AREAS for each in ids]):
        found.append(delete(StoredEvent).where(StoredEvent.stream.in_(part)))
        found.append(delete(Stream).where(Stream.name.in_(part)))
    for table in reversed(Base.metadata.sorted_tables):
        found += [delete(table).where(_is_one_of(table, part)) for part in parts(list(doomed.get(table.name, ())))]
    return found


def parts(values: list[Any]) -> list[list[Any]]:
    return [values[begin : begin + AT_ONCE] for begin in range(0, len(values), AT_ONCE)]


def _is_one_of(table: Table, keys: Collection[Key]) -> Any:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return tuple_(*columns).in_(list(keys))
