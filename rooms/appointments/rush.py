"""When many want the same times at once: one look serves all who asked before it, and nobody tries for what is gone.

It keeps no promise, the primary key does (rooms/appointments/booking.py). It saves the work of trying in vain, within
one process. Whatever it answers was found out after the question was asked.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from rooms.appointments.times import NobodyFree

Seen = TypeVar("Seen")


@dataclass
class _Queue:
    """Who tries for one time, one after the other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    people: int = 0
    asked: int = 0
    gone_for: int = 0
    """Whoever asked up to this number is told: an attempt that began later found nobody free."""


class Rush:
    def __init__(self) -> None:
        self._queues: dict[Hashable, _Queue] = {}
        self._running: dict[Hashable, asyncio.Future[Any]] = {}
        self._next: dict[Hashable, asyncio.Future[Any]] = {}

    @asynccontextmanager
    async def turn(self, time: Hashable) -> AsyncIterator[None]:
        """One's turn to try for this time. Raises NobodyFree if it has gone while one waited."""
        queue = self._queues.setdefault(time, _Queue())
        queue.people += 1
        queue.asked += 1
        mine = queue.asked
        try:
            async with queue.lock:
                if mine <= queue.gone_for:
                    raise NobodyFree()
                before = queue.asked
                try:
                    yield
                except NobodyFree as gone:
                    if gone.is_for_everybody:
                        queue.gone_for = before
                    raise
        finally:
            queue.people -= 1
            if not queue.people:
                del self._queues[time]

    async def look(self, what: Hashable, find: Callable[[], Awaitable[Seen]]) -> Seen:
        """What `find` sees, shared with everybody who asks for the same until it begins."""
        coming = self._next.get(what)
        if coming is None:
            coming = asyncio.ensure_future(self._find(what, find, self._running.get(what)))
            self._next[what] = coming
        seen: Seen = await asyncio.shield(coming)
        return seen

    async def _find(
        self, what: Hashable, find: Callable[[], Awaitable[Seen]], before: asyncio.Future[Any] | None
    ) -> Seen:
        if before:
            await asyncio.wait({before})
        mine = self._running[what] = self._next.pop(what)
        try:
            return await find()
        finally:
            if self._running.get(what) is mine:
                del self._running[what]
