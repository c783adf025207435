"""From a person's week to the times one can book: pure values, no clock, no database.

Hours are local to a zone, slots are moments in UTC. Each day is converted by itself, so the offset is that of the
slot's own day. A window that spans a change of clocks is as long as it really lasts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rooms.agencies import Mode

GRID = timedelta(minutes=5)


class Span(NamedTuple):
    """From `begins` until `ends`, which is no longer part of it; both in UTC. A tuple, for there are many."""

    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        return self.ends - self.begins

    def meets(self, other: "Span") -> bool:
        return self.begins < other.ends and other.begins < self.ends


@dataclass(frozen=True)
class Hours:
    """ "Tuesdays 9 to 12, video": Monday is 0. `ends` 00:00 is the end of the day."""

    weekday: int
    begins: time
    ends: time
    modes: frozenset[Mode]


@dataclass(frozen=True)
class Day:
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


@dataclass(frozen=True)
class Taken:
    """What the person's time is given to already, and how many appointments each local day has."""

    busy: tuple[Span, ...] = ()
    a_day: dict[date, int] = field(default_factory=dict)


@lru_cache(maxsize=16384)
def local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment of a local time. One that a change of clocks leaves out is read with the offset before the change
    (PEP 495, fold=0); of one that comes twice, the first is meant."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=16384)
def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Which day it is there at this moment: the same question is asked for every counsellor of an agency."""
    return moment.astimezone(zone).date()


def windows(rules: Rules, mode: Mode, first: date, last: date) -> list[Span]:
    """When the person can be met in this mode from `first` to `last`, both included; sorted, touching ones joined."""
    unlike = {each.day: each.hours for each in rules.days}
    spans = []
    for day in _days(first, last):
        hours = unlike.get(day)
        if hours is None:
            hours = () if day in rules.holidays else _of_weekday(rules, day)
        for begins, ends, modes in hours:
            if mode in modes:
                until = (
                    local(day + timedelta(days=1), ends, rules.zone)
                    if ends == time(0)
                    else local(day, ends, rules.zone)
                )
                spans.append(Span(local(day, begins, rules.zone), until))
    return joined(spans)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _of_weekday(rules: Rules, day: date) -> tuple[tuple[time, time, frozenset[Mode]], ...]:
    return tuple((each.begins, each.ends, each.modes) for each in rules.hours if each.weekday == day.weekday())


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
    earliest, latest = now + rules.notice, now + rules.horizon
    busy = joined(taken.busy)
    out: list[Span] = []
    at = 0
    for window in windows(rules, mode, first, last):
        begins = window.begins if window.begins >= earliest else _on_grid(window.begins, earliest)
        while begins + length <= window.ends and begins <= latest:
            needs = Span(begins - rules.before, begins + length + rules.after)
            while at < len(busy) and busy[at].ends <= needs.begins:
                at += 1
            if at < len(busy) and busy[at].begins < needs.ends:
                begins = _on_grid(window.begins, busy[at].ends + rules.before)
                continue
            if taken.a_day.get(local_day(begins, rules.zone), 0) < rules.most_a_day:
                out.append(Span(begins, begins + length))
            begins = earliest = begins + length + rules.after + rules.before
    return out


def fits(rules: Rules, mode: Mode, span: Span, taken: Taken, now: datetime) -> bool:
    """Whether exactly this time can be booked."""
    day, last = local_day(span.begins, rules.zone), local_day(span.ends, rules.zone)
    needs = Span(span.begins - rules.before, span.ends + rules.after)
    return (
        now + rules.notice <= span.begins <= now + rules.horizon
        and not (span.begins - datetime(2000, 1, 1, tzinfo=UTC)) % GRID
        and any(w.begins <= span.begins and span.ends <= w.ends for w in windows(rules, mode, day, last))
        and not any(needs.meets(busy) for busy in taken.busy)
        and taken.a_day.get(day, 0) < rules.most_a_day
    )


def _on_grid(origin: datetime, moment: datetime) -> datetime:
    """The first moment not before `moment` that is a whole number of five minutes after `origin`."""
    return origin - (origin - moment) // GRID * GRID
