"""Fixtures: every test of rooms/ and signaling/ runs on SQLite and on PostgreSQL."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from rooms import everything  # noqa: F401
from rooms.database import Database
from server import migrating
from tests import cast as cast_
from tests.cast import Cast
from tests.clock import HandClock
from tests.services import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of its own, on both kinds of server."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'parvis.sqlite3'}"
    return await new_postgres(request.getfixturevalue("postgres_server"))


async def new_postgres(address: str) -> str:
    name = f"t{uuid.uuid4().hex}"
    connection = await asyncpg.connect(address.replace("+asyncpg", "") + "/postgres")
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"{address}/{name}"


@pytest.fixture
async def database(database_url: str, clock: HandClock) -> AsyncIterator[Database]:
    database = Database(database_url, clock)
    await migrating.migrate(database.engine)
    yield database
    await database.close()


@pytest.fixture
async def cast(database: Database, clock: HandClock) -> Cast:
    return await cast_.gather(database, clock)
