"""Sessions that run out while their connections stay open: they hear nothing more."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Collection

import structlog

from rooms.core.database import Database
from rooms.people import sessions

log = structlog.get_logger()
LOOKS_EVERY = 60.0


class Expiry:
    def __init__(
        self,
        database: Database,
        open_sessions: Callable[[], Collection[uuid.UUID]],
        close: Callable[[uuid.UUID], Awaitable[None]],
        let_ghosts_go: Callable[[], Awaitable[object]],
    ) -> None:
        self._database, self._open, self._close = database, open_sessions, close
        self._let_ghosts_go = let_ghosts_go
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._look_again_and_again())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            try:
                await self.tidy()
            except Exception:
                log.exception("expiry_failed")

    async def tidy(self) -> None:
        await self.look()
        await self._let_ghosts_go()

    async def look(self) -> None:
        """Close the connections of sessions that are over, however they ended."""
        if not (known := set(self._open())):
            return
        async with self._database.reading() as tx:
            ended = await sessions.ended_among(tx, known)
        for session_id in ended:
            await self._close(session_id)
