"""The busy times of an outside calendar, read in a process of its own with limits of time and memory.

A stranger's file may say "every second, for ever" (RFC 5545, 3.3.10): whatever it says holds no thread here, and
no entry keeps another from being read. `python -m server.outside_calendar` reads a line of JSON with the span, the zone
and whose calendar it is, then the file, from its input.
"""

import asyncio
import contextlib
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from zoneinfo import ZoneInfo

from server.calendar_entries import CalendarLines, Event, take_apart

MOST_BUSY = 5000
SECONDS = 10
MEMORY = 768 * 2**20
TRIES = (0.05, 0.2, 1.0)
"""Seconds for one entry: all are tried quickly before any that takes long may spend what others need."""
PATIENCE = 0.7
"""Of the seconds a file may take, the part after which no entry is begun any more."""
PATIENCE_FOR_OURS = 20
"""Seconds of ours for each of a processor: it may wait long for its turn."""
BESIDE = 15
"""Niceness: people who click come first."""
FREE = ("FREE", "WORKINGELSEWHERE")
"""[MS-OXCICAL] 2.1.3.1.1.20.31, X-MICROSOFT-CDO-BUSYSTATUS: whoever works elsewhere works."""
Busy = tuple[datetime, datetime]
"""From and until, in UTC."""


class UnreadableCalendar(ValueError):
    """What the address gave is no calendar."""


class EndlessCalendar(UnreadableCalendar):
    """It takes more time or memory than any calendar needs."""


class _TooLong(BaseException):
    """An entry has used up its time; no library's `except Exception` may swallow it."""


@dataclass(frozen=True)
class Question:
    """What is to be known of a file: between which moments, and whose calendar it is.

    `addresses` are the person's own: what they declined is free. `known` are the UIDs of appointments made here, which
    the house knows better. Floating times and whole days are meant in `zone`.
    """

    first: datetime
    last: datetime
    zone: ZoneInfo
    addresses: Collection[str] = ()
    known: Collection[str] = ()


@dataclass(frozen=True)
class Reading:
    busy: list[Busy]
    """In order; those that touch are one."""
    unread: int
    """Entries that could not be understood, or wholly."""


async def read(content: bytes, question: Question, *, seconds: int = SECONDS) -> Reading:
    """When the calendar is busy. Raises UnreadableCalendar, and EndlessCalendar beyond `seconds` of a processor's time
    or many times as many of ours."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.outside_calendar",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    asked = {
        "first": question.first.isoformat(),
        "last": question.last.isoformat(),
        "zone": question.zone.key,
        "addresses": list(question.addresses),
        "known": list(question.known),
        "seconds": seconds,
    }
    try:
        async with asyncio.timeout(PATIENCE_FOR_OURS * seconds):
            said, _ = await process.communicate(json.dumps(asked).encode() + b"\n" + content)
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
    busy = [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in answer["busy"]]
    return Reading(busy, answer["unread"])


def main() -> None:
    os.nice(BESIDE)
    asked = json.loads(sys.stdin.buffer.readline())
    seconds = asked["seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    first, last = (datetime.fromisoformat(asked[name]) for name in ("first", "last"))
    question = Question(first, last, ZoneInfo(asked["zone"]), asked["addresses"], asked["known"])
    answer: dict[str, Any] = {"problem": ""}
    try:
        reading = busy(sys.stdin.buffer.read(), question, seconds=seconds)
        spans = [[begins.isoformat(), ends.isoformat()] for begins, ends in reading.busy]
        answer |= asdict(reading) | {"busy": spans}
    except UnreadableCalendar as error:
        answer["problem"] = str(error)
    json.dump(answer, sys.stdout)


def busy(content: bytes, question: Question, *, seconds: float = SECONDS) -> Reading:
    """When an outside calendar is busy between two moments, recurring events included.

    Free, declined and cancelled entries are left out; an all-day busy one covers the local day.
    """
    calendars = take_apart(content)
    if not calendars:
        raise UnreadableCalendar("no VCALENDAR")
    reader = _Reader(question, time.process_time() + PATIENCE * seconds)
    for calendar in calendars:
        reader.read(calendar)
    clipped = [(begins, ends) for begins, ends in reader.found if begins < question.last and ends > question.first]
    return Reading(_joined(clipped)[:MOST_BUSY], reader.unread)


def _joined(spans: Iterable[Busy]) -> list[Busy]:
    joined: list[Busy] = []
    for begins, ends in sorted(spans):
        if begins >= ends:
            continue
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


class _Reader:
    def __init__(self, question: Question, no_later_than: float) -> None:
        """`no_later_than` is a moment of the process's own time."""
        self._question = question
        self._no_later_than = no_later_than
        self.found: list[Busy] = []
        self.unread = 0

    def read(self, calendar: CalendarLines) -> None:
        _know_zones(calendar)
        head = [line for line in calendar.head if line.upper().startswith("X-WR-TIMEZONE")]
        self._free_busy(calendar)
        first_day, last_day = (
            moment.strftime("%Y%m%d")
            for moment in (self._question.first - timedelta(days=2), self._question.last + timedelta(days=2))
        )
        asked = [event for event in calendar.events.values() if event.may_touch(first_day, last_day)]
        # What does not repeat is read at once: it waits for no rule.
        events = [event for event in sorted(asked, key=lambda each: each.repeats) if not self._is_ours(event)]
        left = events
        for seconds in TRIES:
            left = [event for event in left if not self._take(event, head, seconds)]
        self.unread += sum(not event.is_whole or event in left for event in events)

    def _is_ours(self, event: Event) -> bool:
        uid = next((line.partition(":")[2] for line in event.lines if line.upper().startswith("UID")), "")
        return uid.strip() in self._question.known

    def _take(self, event: Event, head: list[str], seconds: float) -> bool:
        """Whether it was read; if it was not, nothing of it counts."""
        if time.process_time() >= self._no_later_than:
            return False
        try:
            with _within(seconds):
                self.found += self._spans(event, head)
        except (_TooLong, ValueError, KeyError, AttributeError, TypeError, IndexError, OverflowError, RecursionError):
            return False
        return True

    def _spans(self, event: Event, head: list[str]) -> list[Busy]:
        # Only the process that reads needs them.
        import recurring_ical_events
        from icalendar import Calendar

        text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *head, *event.lines, "END:VCALENDAR", ""])
        calendar = Calendar.from_ical(text)
        if not all("DTSTART" in each for each in calendar.walk("VEVENT")):
            raise ValueError("an event without a beginning")
        question = self._question
        events = recurring_ical_events.of(calendar).between(question.first, question.last)
        return [_span(each, question.zone) for each in events if self._is_busy(each)]

    def _is_busy(self, event: Any) -> bool:
        is_transparent = str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT"
        is_free = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() in FREE
        is_cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
        return not (is_transparent or is_free or is_cancelled or self._is_declined(event))

    def _is_declined(self, event: Any) -> bool:
        attendees = event.get("ATTENDEE", [])
        for attendee in attendees if isinstance(attendees, list) else [attendees]:
            address = str(attendee).lower().removeprefix("mailto:").strip()
            if address in self._question.addresses:
                return str(attendee.params.get("PARTSTAT", "")).upper() == "DECLINED"
        return False

    def _free_busy(self, calendar: CalendarLines) -> None:
        from icalendar import vPeriod

        read_period: Callable[[str], tuple[datetime, datetime | timedelta]] = vPeriod.from_ical
        for line in calendar.free_busy:
            parameters, _, periods = line.partition(":")
            if "FBTYPE=FREE" in parameters.upper().split(";"):
                continue
            for period in periods.split(","):
                try:
                    begins, second = read_period(period.strip())
                    ends = begins + second if isinstance(second, timedelta) else second
                    self.found.append((_moment(begins, self._question.zone), _moment(ends, self._question.zone)))
                except (ValueError, TypeError):
                    self.unread += 1


def _know_zones(calendar: CalendarLines) -> None:
    """The zones that this calendar defines, and no longer those of one before it (RFC 5545, 3.6.5)."""
    from icalendar import Calendar
    from icalendar.timezone import tzp

    tzp.use_default()
    for lines in calendar.zones:
        text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""])
        # Times in a zone that nobody can read are meant in the person's own.
        with contextlib.suppress(ValueError, KeyError, AttributeError, TypeError, IndexError, _TooLong), _within(1.0):
            Calendar.from_ical(text)


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raises _TooLong in the midst of what takes more of a processor's time."""

    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _span(event: Any, zone: ZoneInfo) -> Busy:
    begins, ends = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
    if ends is None:
        ends = begins + (timedelta(days=1) if not isinstance(begins, datetime) else timedelta(0))
    return _moment(begins, zone), _moment(ends, zone)


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    """UTC; a floating time or a whole day is meant in the person's zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time_of_day(0))
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


if __name__ == "__main__":
    main()
