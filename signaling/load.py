"""How far this process lags behind, and what it leaves out meanwhile, in one order: first how often states are told,
then the lobby's booths, then how much is written in public. Lines, calls, meetings and appointments are never left out.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from enum import IntEnum

import structlog

log = structlog.get_logger()
MEASURES_EVERY = 0.1
RESTS_FOR = 5.0
"""Seconds without a lag of this kind until what was left out is done again."""


class Shedding(IntEnum):
    NOTHING = 0
    PACE = 1
    """States are told less often."""
    LOBBY = 2
    """Whoever looks at a lobby is told of its booths every ten seconds."""
    PUBLIC_CHAT = 3
    """Each person writes in public twice a minute at most."""


FROM_LAG = {Shedding.PACE: 0.15, Shedding.LOBBY: 0.4, Shedding.PUBLIC_CHAT: 1.0}
"""Seconds for which the loop did not come round."""


class Load:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.lag = 0.0
        """Of the last measurement, in seconds."""
        self._until: dict[Shedding, float] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._measure())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _measure(self) -> None:
        while True:
            began = self._clock()
            await asyncio.sleep(MEASURES_EVERY)
            self.notice(self._clock() - began - MEASURES_EVERY)

    def notice(self, lag: float) -> None:
        """The loop came round so many seconds late."""
        self.lag = lag
        before, now = self.shedding, self._clock()
        for step, least in FROM_LAG.items():
            if lag >= least:
                self._until[step] = now + RESTS_FOR
        if self.shedding > before:
            log.warning("shedding", step=self.shedding.name.lower(), lag=round(lag, 2))

    @property
    def shedding(self) -> Shedding:
        """The furthest step that is taken now, with all before it."""
        now = self._clock()
        return max((step for step, until in self._until.items() if until > now), default=Shedding.NOTHING)
