"""The clocks of the tests: nobody reads the machine's time."""

import os
from datetime import UTC, datetime, timedelta
from typing import Protocol

BEGINS = datetime.fromisoformat(os.environ.get("PARVIS_TESTS_BEGIN", "2026-11-24T09:01:00+00:00"))
"""The moment at which a house that runs in a process of its own is started. The suite passes whatever it is."""


class MovableClock(Protocol):
    def now(self) -> datetime: ...

    def pass_by(self, **span: float) -> None: ...


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self, start: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def pass_by(self, **span: float) -> None:
        self._now += timedelta(**span)
