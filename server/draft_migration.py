"""For developers: `python -m server.draft_migration "what changed"` drafts a migration from the models."""

import asyncio
import sys
import tempfile
from pathlib import Path

from rooms.core.clock import SystemClock
from rooms.core.database import Database
from server import migrating


async def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite+aiosqlite:///{Path(folder) / 'draft.sqlite3'}", SystemClock())
        await migrating.migrate(database.engine)
        await migrating.write_revision(database.engine, message)
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
