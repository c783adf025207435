"""From a person's week to the times one can book: pure values, no clock, no database.

Hours are local to a zone, slots are moments in UTC. Each day is converted by itself, so the offset is that of the
slot's own day. A window that spans a change of clocks is as long as it really lasts. Within, moments are whole minutes
since 1970 in UTC: an agency's page is worked out from tens of thousands of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rooms.meetings.modes import Mode

STEP_MINUTES = 5
"""Every length and every beginning is a multiple of it."""
GRID = timedelta(minutes=STEP_MINUTES)
A_MINUTE = timedelta(minutes=1)


class Span(NamedTuple):
    """From `begins` until `ends`, which is no longer part of it; both in UTC. A tuple, for there are many."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    def meets(self, other: "Span") -> bool:
        return self.begins < other.ends and other.begins < self.ends


class Hours(NamedTuple):
    """ "Tuesdays 9 to 12, video": Monday is 0. `ends` 00:00 is the end of the day."""

    weekday: int
    begins: time
    ends: time
    modes: frozenset[Mode]


class Day(NamedTuple):
    """One day that is unlike its weekday: closed, or open at these hours alone."""

    day: date
    hours: tuple[tuple[time, time, frozenset[Mode]], ...] = ()


@dataclass(frozen=True)
class Rules:
    zone: ZoneInfo
    hours: tuple[Hours, ...] = ()
    days: tuple[Day, ...] = ()
    holidays: frozenset[date] = frozenset()
    before: timedelta = timedelta(0)
    """A pause that stays free before each appointment."""
    after: timedelta = timedelta(0)
    notice: timedelta = timedelta(hours=2)
    """Nothing begins sooner than this from now."""
    horizon: timedelta = timedelta(days=56)
    most_a_day: int = 20
    within: tuple[Span, ...] | None = None
    """Only inside these, whatever the hours: a fair is open then."""


Minutes = tuple[int, int]
"""From one minute since 1970 (UTC) until another, which is no longer part of it."""


def in_minutes(span: Span) -> Minutes:
    """The whole minutes that a span touches."""
    return _minute_before(span.begins), _minute_after(span.ends)


def _minute_before(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _minute_after(moment: datetime) -> int:
    return -int(-moment.timestamp() // 60)


@lru_cache(maxsize=65536)
def _span(begins: int, minutes: int) -> Span:
    """The same times come for every counsellor of an agency: each is one object, made and hashed once."""
    moment = datetime.fromtimestamp(begins * 60, UTC)
    return Span(moment, moment + timedelta(minutes=minutes))


@dataclass(frozen=True)
class Taken:
    """What the person's time is given to already, and how many appointments each local day has."""

    busy: Sequence[Minutes] = ()
    a_day: dict[date, int] = field(default_factory=dict)


@lru_cache(maxsize=16384)
def local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment of a local time. One that a change of clocks leaves out is read with the offset before the change
    (PEP 495, fold=0); of one that comes twice, the first is meant."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def whole_days(first: date, last: date, zone: ZoneInfo) -> Span:
    """From the beginning of the first day until the end of the last, as `zone` has them."""
    return Span(local(first, time(0), zone), local(last + timedelta(days=1), time(0), zone))


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Which day it is there at this moment."""
    return moment.astimezone(zone).date()


@lru_cache(maxsize=65536)
def day_of_minute(minute: int, zone: ZoneInfo) -> date:
    """Which day it is there at this minute: the same question is asked for every counsellor of an agency."""
    return local_day(datetime.fromtimestamp(minute * 60, UTC), zone)


class DayOf(dict[int, date]):
    """The same for one zone and thousands of minutes, of which most are asked for again and again."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, minute: int) -> date:
        day = self[minute] = day_of_minute(minute, self._zone)
        return day


def by_day(spans: Iterable[Span], zone: ZoneInfo) -> list[tuple[date, time, time]]:
    """The spans as somebody there says them: (day, from, to) in whole steps of five minutes; to 00:00 is the end of
    the day. A span over midnight is two."""
    found = []
    for span in joined(spans):
        for day in _days(local_day(span.begins, zone), local_day(span.ends - A_MINUTE, zone)):
            opens, closes = local(day, time(0), zone), local(day + timedelta(days=1), time(0), zone)
            begins, ends = (minute * 60 for minute in in_minutes(Span(max(span.begins, opens), min(span.ends, closes))))
            step = STEP_MINUTES * 60
            first, last = -(-begins // step) * step, ends // step * step
            if first < last:
                found.append(
                    (day, datetime.fromtimestamp(first, zone).time(), datetime.fromtimestamp(last, zone).time())
                )
    return found


def windows(rules: Rules, mode: Mode, first: date, last: date) -> list[Span]:
    """When the person can be met in this mode from `first` to `last`, both included; sorted, touching ones joined."""
    return list(_windows(rules.hours, rules.days, rules.holidays, rules.zone, rules.within, mode, first, last))


@lru_cache(maxsize=4096)
def _windows(
    weekly: tuple[Hours, ...],
    days: tuple[Day, ...],
    holidays: frozenset[date],
    zone: ZoneInfo,
    within: tuple[Span, ...] | None,
    mode: Mode,
    first: date,
    last: date,
) -> tuple[Span, ...]:
    """Kept, for the counsellors of an agency have much the same weeks."""
    unlike = {each.day: each.hours for each in days}
    spans = []
    for day in _days(first, last):
        hours = unlike.get(day)
        if hours is None:
            hours = () if day in holidays else _of_weekday(weekly, day)
        for begins, ends, modes in hours:
            if mode in modes:
                until = local(day + timedelta(days=1), ends, zone) if ends == time(0) else local(day, ends, zone)
                spans.append(Span(local(day, begins, zone), until))
    return tuple(joined(spans) if within is None else joined(_cut(spans, within)))


def _cut(spans: Iterable[Span], within: Iterable[Span]) -> list[Span]:
    """What of the spans lies inside the others, from one whole five minutes to another as everything that is booked."""
    pairs = ((span, other) for span in joined(spans) for other in joined(within))
    both = (Span(max(a.begins, b.begins), min(a.ends, b.ends)) for a, b in pairs if a.meets(b))
    return [
        Span(span.begins + (_ORIGIN - span.begins) % GRID, span.ends - (span.ends - _ORIGIN) % GRID) for span in both
    ]


_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def _in_minutes(spans: tuple[Span, ...]) -> tuple[Minutes, ...]:
    return tuple(map(in_minutes, spans))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _of_weekday(weekly: tuple[Hours, ...], day: date) -> tuple[tuple[time, time, frozenset[Mode]], ...]:
    return tuple((each.begins, each.ends, each.modes) for each in weekly if each.weekday == day.weekday())


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of the spans where nothing of `taken` lies; sorted."""
    left, gone = [], joined(taken)
    for span in joined(spans):
        rest = span
        for other in gone:
            if other.meets(rest):
                left.append(Span(rest.begins, other.begins))
                rest = Span(other.ends, span.ends)
        left.append(rest)
    return [span for span in left if span.begins < span.ends]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Sorted, without empty ones, overlapping and touching ones made one."""
    out: list[Span] = []
    for span in sorted(span for span in spans if span.begins < span.ends):
        if out and span.begins <= out[-1].ends:
            out[-1] = Span(out[-1].begins, max(out[-1].ends, span.ends))
        else:
            out.append(span)
    return out


def slots(
    rules: Rules, mode: Mode, length: timedelta, taken: Taken, now: datetime, first: date, last: date
) -> list[Span]:
    """The times of this length that can be booked, one after the other.

    Pauses may lie outside the hours, and never over what is taken. Where something is taken, the next slot begins as
    soon after it as the pauses allow.
    """
    minutes, before, after = length // A_MINUTE, rules.before // A_MINUTE, rules.after // A_MINUTE
    earliest, latest = _minute_after(now + rules.notice), _minute_before(now + rules.horizon)
    busy, most = sorted(taken.busy), rules.most_a_day
    full = {day for day, number in taken.a_day.items() if number >= most}
    out: list[Span] = []
    at, number = 0, len(busy)
    shown = _windows(rules.hours, rules.days, rules.holidays, rules.zone, rules.within, mode, first, last)
    for opens, closes in _in_minutes(shown):
        begins = opens if opens >= earliest else _on_grid(opens, earliest)
        while begins + minutes <= closes and begins <= latest:
            while at < number and busy[at][1] <= begins - before:
                at += 1
            if at < number and busy[at][0] < begins + minutes + after:
                begins = _on_grid(opens, busy[at][1] + before)
                continue
            if not full or day_of_minute(begins, rules.zone) not in full:
                out.append(_span(begins, minutes))
            begins = earliest = begins + minutes + after + before
    return out


def open_spans(rules: Rules, mode: Mode, taken: Taken, now: datetime, first: date, last: date) -> tuple[Span, ...]:
    """What is left of the person's time, pauses included: whoever meets them and somebody else books within it."""
    earliest, latest = _minute_after(now + rules.notice), _minute_before(now + rules.horizon)
    before, after = rules.before // A_MINUTE, rules.after // A_MINUTE
    shut = sorted((begins - after, ends + before) for begins, ends in taken.busy)
    left: list[Minutes] = []
    for window in windows(rules, mode, first, last):
        begins, closes = in_minutes(window)
        begins = max(begins, earliest)
        for busy_from, busy_until in shut:
            left.append((begins, min(closes, busy_from)))
            begins = max(begins, busy_until)
        left.append((begins, closes))
    full = {day for day, number in taken.a_day.items() if number >= rules.most_a_day}
    return tuple(
        _span(begins, ends - begins)
        for begins, ends in left
        if begins < ends and begins <= latest and day_of_minute(begins, rules.zone) not in full
    )


def fits(rules: Rules, mode: Mode, span: Span, taken: Taken, now: datetime) -> bool:
    """Whether exactly this time can be booked."""
    day, last = local_day(span.begins, rules.zone), local_day(span.ends, rules.zone)
    begins, ends = in_minutes(Span(span.begins - rules.before, span.ends + rules.after))
    return (
        now + rules.notice <= span.begins <= now + rules.horizon
        and not (span.begins - _ORIGIN) % GRID
        and any(w.begins <= span.begins and span.ends <= w.ends for w in windows(rules, mode, day, last))
        and not any(begins < busy_until and busy_from < ends for busy_from, busy_until in taken.busy)
        and taken.a_day.get(day, 0) < rules.most_a_day
    )


def _on_grid(origin: int, minute: int) -> int:
    """The first minute not before `minute` that is a whole number of five minutes after `origin`."""
    return origin - (origin - minute) // STEP_MINUTES * STEP_MINUTES
