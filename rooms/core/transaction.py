"""One transaction, one moment, one list of events: what every command works in."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CompoundSelect, Insert, Row, Select, any_, bindparam, inspect, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from rooms.core.clock import Clock
from rooms.core.errors import Problem
from rooms.core.events import REACTIONS, DomainEvent
from rooms.core.model import Base

B = TypeVar("B", bound=Base)


@dataclass
class Attempt:
    is_undone: bool = False

    def undo(self) -> None:
        self.is_undone = True


class Transaction:
    """A unit of work: the database session, the moment it happens at, and the events it makes known when it commits."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self.session = session
        self.now = clock.now()
        self.recorded: list[tuple[str, DomainEvent]] = []

    def record(self, event: DomainEvent, *streams: str) -> None:
        """Make `event` known on each of `streams`, in order, once the transaction has committed."""
        self.recorded.extend((stream, event) for stream in streams)

    async def happened(self, event: DomainEvent, *streams: str) -> None:
        """Whoever reacts to `event` acts now, in this transaction; then it is recorded on `streams`."""
        for reaction in REACTIONS.get(type(event), ()):
            await reaction(self, event)
        self.record(event, *streams)

    async def lock(self, *rows: Base, key_share: bool = False) -> None:
        """Nobody else changes these rows until this is over; they are read anew, as they stand. With `key_share`
        others may write rows that name them meanwhile."""
        # What this transaction has changed itself is not read away.
        await self.session.flush()
        for row in rows:
            await self.session.refresh(
                row, inspect(row).mapper.column_attrs.keys(), with_for_update={"of": type(row), "key_share": key_share}
            )

    @property
    def is_sqlite(self) -> bool:
        return self.session.get_bind().dialect.name == "sqlite"

    def among(self, column: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
        """Whether the column is one of `values`, hundreds of them: PostgreSQL takes them as one value."""
        if self.is_sqlite:
            return column.in_(values)
        every = bindparam(None, list(values), type_=postgresql.ARRAY(column.type))
        return column == any_(every)

    async def rows(self, kind: type[B], ids: Collection[Any]) -> list[B]:
        """The rows of these ids, in one query; the session knows them afterwards."""
        key = inspect(kind).primary_key[0]
        return list((await self.session.execute(select(kind).where(key.in_(ids)))).scalars())

    async def plain_rows(
        self, query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of a query for columns, thousands of them: without what the session does for entities."""
        return (await (await self.session.connection()).execute(query)).all()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[Attempt]:
        """A part that can be undone, rows and events, as it is after a Problem. What it changed is then read anew, for
        nothing can be loaded by itself where this runs."""
        known, attempt = len(self.recorded), Attempt()
        try:
            async with self.session.begin_nested() as savepoint:
                yield attempt
                if attempt.is_undone:
                    await savepoint.rollback()
        except Problem:
            await self._undone(known)
            raise
        if attempt.is_undone:
            await self._undone(known)

    async def _undone(self, known: int) -> None:
        del self.recorded[known:]
        for row in list(self.session.identity_map.values()):
            if inspect(row).expired_attributes:
                await self.session.refresh(row)

    async def write(self, statement: Insert, rows: Sequence[dict[str, Any]]) -> Sequence[Any]:
        """Insert `rows`, many at once, without what the session does for entities; gives what the statement returns."""
        await self.session.flush()
        result = await (await self.session.connection()).execute(statement, rows)
        return result.all() if result.returns_rows else ()

    async def insert_once(self, row: type[Base], values: dict[str, Any]) -> bool:
        """Insert `values` unless a constraint already holds such a row; says whether this call inserted it."""
        dialect = sqlite if self.is_sqlite else postgresql
        statement = dialect.insert(row).values(**values).on_conflict_do_nothing()
        await self.session.flush()
        return bool((await (await self.session.connection()).execute(statement)).rowcount)
