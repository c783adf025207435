"""Bringing a database to today's shape, with Alembic run from Python: no alembic.ini to find."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = structlog.get_logger()
HERE = Path(__file__).parent / "migrations"
ONE_AT_A_TIME = 0x50415256
"""Names the lock among those of this database."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


async def migrate(engine: AsyncEngine, to: str = "head") -> None:
    async with engine.connect() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            await _foreign_keys(connection, on=False)
        try:
            async with connection.begin():
                if not is_sqlite:
                    # Of several processes that start at once, one migrates and the others wait for it.
                    await connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
                await connection.run_sync(_upgrade, to)
        finally:
            if is_sqlite:
                await _foreign_keys(connection, on=True)


def _upgrade(plain: Connection, to: str) -> None:
    now = MigrationContext.configure(plain).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if now is not None and now not in known:
        # A newer version runs beside this one, and its migrations only add (tests/server/test_two_versions.py).
        log.warning("database_is_newer", revision=now)
        return
    command.upgrade(_config(plain), to)


async def _foreign_keys(connection: AsyncConnection, *, on: bool) -> None:
    """A table that others point to can only be made anew while SQLite does not check them; outside a transaction
    (https://www.sqlite.org/lang_altertable.html, section 7)."""
    raw = await connection.get_raw_connection()
    assert raw.driver_connection is not None  # noqa: S101
    await raw.driver_connection.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the database has every migration."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    async with engine.connect() as connection:
        now = await connection.run_sync(lambda plain: MigrationContext.configure(plain).get_current_revision())
    return now == head


async def write_revision(engine: AsyncEngine, message: str) -> None:
    """For developers: draft a migration from the difference between the models and the database."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda plain: command.revision(_config(plain), message=message, autogenerate=True))
