"""Bringing a database to today's shape, with Alembic run from Python: no alembic.ini to find."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

HERE = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


async def migrate(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(lambda plain: command.upgrade(_config(plain), "head"))


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
