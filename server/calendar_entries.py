"""A stranger's calendar file taken apart by its lines (RFC 5545, 3.1 and 3.4), before anything of it is understood.

Each event is kept with the others of its UID, so that one that cannot be read costs no other.
"""

import re
from dataclasses import dataclass, field

FOLD = re.compile(r"\r?\n[ \t]")
BLANK_LINES = re.compile(r"[\r\n]+")
DATE = re.compile(r"(\d{8})")
REPEATS = ("RRULE", "RDATE", "EXRULE")


@dataclass
class Event:
    """The VEVENTs of one UID: a series and its exceptions."""

    lines: list[str] = field(default_factory=list)
    is_whole: bool = True
    """False when a line of it was no property, or its end is missing."""

    @property
    def repeats(self) -> bool:
        return any(name_of(line) in REPEATS for line in self.lines)

    def may_touch(self, first_day: str, last_day: str) -> bool:
        """Whether it may lie in these days ("20261005"), a day or so more or less. Only a rule can say it otherwise."""
        times = [line.rpartition(":")[2] for line in self.lines if name_of(line) in ("DTSTART", "DTEND")]
        days = map(DATE.search, times)
        found = sorted(day.group(1) for day in days if day)
        has_length = any(name_of(line) == "DURATION" for line in self.lines)
        return self.repeats or has_length or not found or (found[0] <= last_day and found[-1] >= first_day)


@dataclass
class CalendarLines:
    """One VCALENDAR."""

    head: list[str] = field(default_factory=list)
    zones: list[list[str]] = field(default_factory=list)
    events: dict[str, Event] = field(default_factory=dict)
    free_busy: list[str] = field(default_factory=list)
    """The FREEBUSY properties of its VFREEBUSYs."""


def name_of(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].upper()


def decoded(content: bytes) -> str:
    """UTF-8 as it must be (RFC 5545, 3.1.4), or what old programs write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def take_apart(content: bytes) -> list[CalendarLines]:
    """The calendars of a file: more than one may stand in it. Empty when there is none."""
    found: list[CalendarLines] = []
    inside: list[str] = []
    kept: list[str] = []
    for line in BLANK_LINES.split(FOLD.sub("", decoded(content))):
        name, value = name_of(line), line.partition(":")[2].strip().upper()
        if name == "BEGIN":
            inside.append(value)
            if value == "VCALENDAR":
                found.append(CalendarLines())
                inside = [value]
            elif len(inside) == 2:
                kept = []
        if found:
            _keep(found[-1], inside, kept, line)
        if name == "END" and inside:
            if len(inside) == 2:
                _close(found[-1], inside[-1], kept, is_ended=True)
            inside.pop()
    if found and len(inside) > 1:
        _close(found[-1], inside[1], kept, is_ended=False)
    return found


def _keep(calendar: CalendarLines, inside: list[str], kept: list[str], line: str) -> None:
    name = name_of(line)
    if inside == ["VCALENDAR"]:
        if name not in ("BEGIN", "END", "METHOD"):
            calendar.head.append(line)
    elif len(inside) == 2:
        if inside[1] == "VFREEBUSY" and name == "FREEBUSY":
            calendar.free_busy.append(line)
        kept.append(line)
    elif len(inside) > 2 and inside[1] == "VTIMEZONE":
        # What stands inside an event are alarms: they say nothing of when somebody is busy.
        kept.append(line)


def _close(calendar: CalendarLines, component: str, kept: list[str], *, is_ended: bool) -> None:
    if component == "VTIMEZONE" and is_ended:
        calendar.zones.append(list(kept))
    if component != "VEVENT":
        return
    lines = [line for line in kept if ":" in line]
    uid = next((line for line in lines if name_of(line) == "UID"), f"no uid {len(calendar.events)}")
    event = calendar.events.setdefault(uid, Event())
    event.lines += lines if is_ended else [*lines, "END:VEVENT"]
    event.is_whole = event.is_whole and is_ended and len(lines) == len(kept)
