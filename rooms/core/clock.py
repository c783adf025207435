"""The time, handed in: the system's in the product, a hand-set one in the tests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

LAST_ZONE = timedelta(hours=12)
"""A day is over once it is over in the last of the zones, UTC-12."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that was set: it runs as the system's does, so many seconds ahead of it as the file says (or behind it,
    if negative). Whoever writes the file moves the clock of every process that reads it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text()))

    def set_to(self, moment: datetime) -> None:
        """From here on it is `moment`, and time goes on."""
        written = self._file.with_suffix(".new")
        written.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        written.replace(self._file)

    def pass_by(self, **span: float) -> None:
        self.set_to(self.now() + timedelta(**span))
