"""Connections that are open and have not said yet that they are one of ours: few of each network, and not for long."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

CONNECT_WITHIN = 20.0
"""Seconds for the two round trips that a poor network needs, and some more."""
HEARS_WITHIN = 10.0
"""Seconds in which whoever is refused hears so."""
MOST_OF_A_NETWORK = 1000
"""At one moment: a town behind one address comes back at once after a restart."""


@dataclass
class Pending:
    counts: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, tuple[str, asyncio.TimerHandle]] = field(default_factory=dict)
    """By the id of the transport: its network, and what closes it."""

    def let_in(self, eio_sid: str, network: str, close: Callable[[], object]) -> bool:
        """Whether there is room; `close` is called unless it settles in time."""
        if self.counts[network] >= MOST_OF_A_NETWORK:
            return False
        self.counts[network] += 1
        self.waiting[eio_sid] = network, asyncio.get_running_loop().call_later(CONNECT_WITHIN, close)
        return True

    def settle(self, eio_sid: str) -> None:
        """It has said that it wants to connect, or is gone."""
        if eio_sid not in self.waiting:
            return
        network, timer = self.waiting.pop(eio_sid)
        timer.cancel()
        self.counts[network] -= 1
        if self.counts[network] <= 0:
            del self.counts[network]
