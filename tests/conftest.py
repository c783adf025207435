"""Fixtures: every test of rooms/ and signaling/ runs on SQLite and on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select

from rooms import models  # noqa: F401
from rooms.core.database import Database
from rooms.core.outbox import Channel, Mail
from server import migrating
from server.mail_writer import Writer
from server.rendering import TEMPLATES, environment
from server.settings import load
from tests import cast as cast_
from tests.cast import Cast
from tests.clock import HandClock
from tests.server.world import Furnished, World, furnish, open_world
from tests.services import RedisServer, postgres, redis

LETTERS = {path.stem for path in (TEMPLATES / "mail").glob("*.txt")}
"""Tests of the outbox itself write others, or empty ones, which nobody reads."""

WRITER = Writer(environment(), load(secret="s" * 40, public_url="https://parvis.example"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    with redis() as server:
        yield server


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "parvis.sqlite3"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """A migrated database, which one test after the other empties: to make one anew takes longer than most tests."""
    asyncio.run(_new_postgres(postgres_server))
    asyncio.run(_migrate(f"{postgres_server}/migrated"))
    return f"{postgres_server}/migrated"


async def _migrate(url: str) -> None:
    database = Database(url, HandClock())
    await migrating.migrate(database.engine)
    await database.close()


async def _new_postgres(address: str) -> None:
    connection = await asyncpg.connect(address.replace("+asyncpg", "") + "/postgres")
    await connection.execute("CREATE DATABASE migrated")
    await connection.close()


async def _empty(url: str) -> None:
    """As it was once it was migrated; whatever the test before has left open is closed."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    emptied = [f'DELETE FROM "{row["tablename"]}"' for row in tables if row["tablename"] != "alembic_version"]
    # Without the triggers that look after foreign keys: all goes.
    await connection.execute(";".join(["SET session_replication_role = replica", *emptied]))
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, migrated, on both kinds of server."""
    if request.param == "sqlite":
        path = tmp_path / "parvis.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        return f"sqlite+aiosqlite:///{path}"
    url: str = request.getfixturevalue("migrated_postgres")
    asyncio.run(_empty(url))
    return url


@pytest.fixture
async def database(database_url: str, clock: HandClock) -> AsyncIterator[Database]:
    database = Database(database_url, clock)
    yield database
    await database.close()


@pytest.fixture
async def cast(database: Database, clock: HandClock) -> AsyncIterator[Cast]:
    """Every letter that a test leaves in the outbox is written out in the end: none may fail when it is sent."""
    cast = await cast_.gather(database, clock)
    yield cast
    async with database.transaction() as tx:
        letters = (await tx.session.execute(select(Mail))).scalars().all()
    for mail in letters:
        if mail.channel is Channel.MAIL and mail.template in LETTERS and mail.values:
            assert WRITER.write(mail)["Subject"], mail.template


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """One of everything, to be copied by whoever changes it."""
    return asyncio.run(furnish(tmp_path_factory.mktemp("world")))


@pytest.fixture
async def world(furnished: Furnished, database_url: str, tmp_path: Path, clock: HandClock) -> AsyncIterator[World]:
    """One of everything, served: copied where a file is the database, for that takes less time than furnishing."""
    if database_url.startswith("sqlite"):
        async with furnished.copy(tmp_path, clock) as world:
            yield world
        return
    async with open_world(database_url, tmp_path, clock) as world:
        yield world
