"""Two versions of Parvis on one database, as during a rolling restart: what a migration does, the older one bears.

A migration adds: tables, columns that may be left out, indices. What is to go is no longer written by one version, and
goes in a later one.
"""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from rooms.core.database import Database
from server import migrating
from tests.cast import Cast, gather
from tests.clock import HandClock

FIRST = "e7a31c90d5b4"
"""From here on several processes may run, and so two versions."""
Shape = dict[str, dict[str, bool]]
"""By table and column: whether whoever writes a row must name it."""


def _later() -> list[str]:
    """The revisions after the first, in order."""
    scripts = ScriptDirectory(str(migrating.HERE))
    found = [script.revision for script in scripts.iterate_revisions("head", FIRST)]
    return found[::-1]


def _shape(connection: Connection) -> Shape:
    looked = inspect(connection)
    return {
        table: {
            column["name"]: not column["nullable"] and column["default"] is None for column in looked.get_columns(table)
        }
        for table in looked.get_table_names()
    }


def _constraints(connection: Connection, tables: set[str]) -> dict[str, set[str]]:
    looked = inspect(connection)
    return {
        table: {
            str(each["name"]) for each in (*looked.get_unique_constraints(table), *looked.get_check_constraints(table))
        }
        | {str(each["name"]) for each in looked.get_indexes(table) if each["unique"]}
        for table in tables
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_migration_only_adds(tmp_path: Path, database_url: str) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/steps.sqlite3", HandClock())
    await migrating.migrate(database.engine, FIRST)
    assert _later(), "there is something to look at"
    for revision in _later():
        async with database.engine.connect() as connection:
            before = await connection.run_sync(_shape)
            bound = await connection.run_sync(_constraints, set(before))
        await migrating.migrate(database.engine, revision)
        async with database.engine.connect() as connection:
            after = await connection.run_sync(_shape)
            bound_after = await connection.run_sync(_constraints, set(before))
        for table, columns in before.items():
            assert columns.items() <= after[table].items(), f"{revision} takes something away from {table}"
            needed = {name for name in after[table].keys() - columns.keys() if after[table][name]}
            assert not needed, f"{revision}: an older version does not write {needed} of {table}"
            assert bound_after[table] <= bound[table], f"{revision} forbids in {table} what an older version writes"
    await database.close()


async def test_an_older_version_starts_beside_a_newer_one(database: Database, clock: HandClock) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = 'ffffffffffff'"))
    await migrating.migrate(database.engine)
    assert not await migrating.is_current(database.engine)
    cast: Cast = await gather(database, clock)
    assert (await cast.join(cast.amina, cast.atlantique)).ticket == 1
