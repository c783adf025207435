"""The engine and its two kinds of unit of work.

SQLite writes begin with BEGIN IMMEDIATE and queue in the process, because a deferred transaction that reads and then
writes loses updates without an error (https://www.sqlite.org/lang_transaction.html).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from rooms.core import streams
from rooms.core.clock import Clock
from rooms.core.errors import Away
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction

log = structlog.get_logger()
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')
WRITTEN = "written"
UNSEEN = frozenset(
    {"connection", "process", "session", "lease", "mail", "stream", "event", "channel", "peer", "person"}
    | {"attendee", "registration_answer", "list_import", "import_line"}
)
"""Tables that are written all the time, and of which what others are shown follows by itself."""
Listener = Callable[[list[PublishedEvent]], Awaitable[None]]


class Database:
    """The engine with its two kinds of unit of work, and who is published when events commit."""

    def __init__(self, url: str, clock: Clock, *, pool_size: int = 10) -> None:
        self.clock = clock
        self.listeners: list[Listener] = []
        self.version = 0
        """Rises when something changes that may be shown to many: what was written for them before is old."""
        # A connection beyond the pool would be opened and closed for each use, just when many come.
        self.engine: AsyncEngine = create_async_engine(url, pool_size=pool_size, max_overflow=0)
        event.listen(self.engine.sync_engine, "before_cursor_execute", _note_writing)
        self._one_writer: asyncio.Lock | None = None
        if self.engine.dialect.name == "sqlite":
            self._one_writer = asyncio.Lock()
            self.reader = self.engine.execution_options(reading=True)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            return
        # Connections of their own, so that looks do not queue behind what is written. PostgreSQL shows each query what
        # is committed when it begins, in a transaction or not: the round trips of BEGIN and ROLLBACK would buy nothing.
        self.reader = create_async_engine(url, pool_size=pool_size, max_overflow=0, isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Everything inside happens together or not at all; then the listeners hear of it."""
        async with (
            self._one_writer or nullcontext(),
            _reached(),
            AsyncSession(self.engine, expire_on_commit=False) as session,
        ):
            transaction = Transaction(session, self.clock)
            async with session.begin():
                await _connect(session)
                yield transaction
                await session.flush()
                published = await streams.number(transaction)
                written = await session.run_sync(_what_was_written)
            if written - UNSEEN:
                self.version += 1
        if published:
            for listener in self.listeners:
                await listener(published)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A look that changes nothing and waits for nobody."""
        async with _reached(), AsyncSession(self.reader, expire_on_commit=False, autoflush=False) as session:
            await _connect(session)
            yield Transaction(session, self.clock)

    @property
    def in_use(self) -> int:
        """Connections that are held at this moment."""
        pools = {engine.pool for engine in (self.engine, self.reader)}
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))

    async def close(self) -> None:
        await self.engine.dispose()
        await self.reader.dispose()


@asynccontextmanager
async def _reached() -> AsyncIterator[None]:
    """A server that is gone, or starts at this moment, is one thing for everybody: Away."""
    try:
        yield
    except DBAPIError as error:
        # Classes 08 and 57P of PostgreSQL's codes: connections, and a server that is going or coming.
        code = str(getattr(error.orig, "sqlstate", None) or "")
        if error.connection_invalidated or code.startswith(("08", "57P")):
            raise _away(error) from None
        raise


async def _connect(session: AsyncSession) -> None:
    """Take a connection; that none can be had, in whatever way, is Away too."""
    try:
        await session.connection()
    except (OSError, TimeoutError, NoConnectionLeft) as error:
        raise _away(error) from None


def _away(error: Exception) -> Away:
    log.warning("database_away", cause=type(error).__name__, said=str(error)[:200])
    return Away()


def _what_was_written(session: Session) -> set[str]:
    written: set[str] = session.connection().info.pop(WRITTEN, set())
    return written


def _note_writing(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if found := WRITES.match(statement):
        connection.info.setdefault(WRITTEN, set()).add(found[1])


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: what was acknowledged outlives a loss of power too (https://www.sqlite.org/pragma.html#pragma_synchronous).
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
