"""The busy times of an outside calendar, read in a process of its own with limits of time and memory.

A stranger's file may say "every second, for ever" (RFC 5545, 3.3.10): whatever it says holds no thread of the house.
`python -m server.outside_calendar` reads a line of JSON with the span and the zone, then the file, from its input.
"""

import asyncio
import contextlib
import json
import resource
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

MOST_BUSY = 2000
SECONDS = 10
MEMORY = 768 * 2**20
Busy = tuple[datetime, datetime]
"""From and until, in UTC."""


class UnreadableCalendar(ValueError):
    """What the address gave is no calendar."""


class EndlessCalendar(UnreadableCalendar):
    """It takes more time or memory than any calendar needs."""


async def read(text: bytes, first: datetime, last: datetime, zone: ZoneInfo, *, seconds: int = SECONDS) -> list[Busy]:
    """When the calendar is busy between two moments. Raises UnreadableCalendar, and EndlessCalendar beyond `seconds` of
    a processor's time or twice as many of ours."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.outside_calendar",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    asked = {"first": first.isoformat(), "last": last.isoformat(), "zone": zone.key, "seconds": seconds}
    try:
        async with asyncio.timeout(2 * seconds):
            said, _ = await process.communicate(json.dumps(asked).encode() + b"\n" + text)
    except TimeoutError:
        raise EndlessCalendar("time") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if not said:
        raise EndlessCalendar("limits")
    answer = json.loads(said)
    if answer["problem"]:
        raise UnreadableCalendar(answer["problem"])
    return [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in answer["busy"]]


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    text, zone = sys.stdin.buffer.read(), ZoneInfo(asked["zone"])
    first, last = (datetime.fromisoformat(asked[name]) for name in ("first", "last"))
    try:
        spans, problem = busy(text, first, last, zone), ""
    except UnreadableCalendar as error:
        spans, problem = [], str(error) or "unreadable"
    json.dump(
        {"busy": [[begins.isoformat(), ends.isoformat()] for begins, ends in spans], "problem": problem}, sys.stdout
    )


def busy(text: bytes, first: datetime, last: datetime, zone: Any) -> list[Busy]:
    """When an outside calendar is busy between two moments, recurring events included.

    Free, cancelled and all-day informational entries are left out; an all-day busy one covers the local day.
    """
    # Only the process that reads needs them.
    import recurring_ical_events
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(text)
        # One after the other, and not all at once: a rule may say "every second".
        events = islice(recurring_ical_events.of(calendar).after(first), MOST_BUSY)
        spans = _within(events, last, zone)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise UnreadableCalendar(str(error)[:200]) from None
    return [(begins, ends) for begins, ends in spans if begins < min(ends, last)]


def _within(events: Iterable[Any], last: datetime, zone: Any) -> list[Busy]:
    """The spans of busy events, which come in order, until one begins after `last`."""
    spans = []
    for event in events:
        begins, ends = _span(event, zone)
        if begins >= last:
            break
        if _is_busy(event):
            spans.append((begins, ends))
    return spans


def _is_busy(event: Any) -> bool:
    is_free = str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT"
    return not is_free and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _span(event: Any, zone: Any) -> Busy:
    begins, ends = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
    if ends is None:
        ends = begins + (timedelta(days=1) if not isinstance(begins, datetime) else timedelta(0))
    return _moment(begins, zone), _moment(ends, zone)


def _moment(value: date | datetime, zone: Any) -> datetime:
    """UTC; a floating time or a whole day is meant in the person's zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(0))
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


if __name__ == "__main__":
    main()
