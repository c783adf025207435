"""The time, handed in: the system's in the product, a hand-set one in the tests."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

LAST_ZONE = timedelta(hours=12)
"""A day is over once it is over in the last of the zones, UTC-12."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)
