"""The rules of availability of many people, read in a few queries."""

import json
import uuid
from collections.abc import Collection
from datetime import date, time, timedelta
from functools import cache, lru_cache

from sqlalchemy import Text, cast, func, select

from rooms.appointments.appointment_types import Venue
from rooms.appointments.availability import Day, Hours, Rules, Span
from rooms.appointments.booking_rules import FIRST_RULES, BookingRules
from rooms.appointments.hours import UnlikeDay, WeeklyHours
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations.agencies import Agency
from rooms.organisations.public_holidays import holidays_of


@lru_cache(maxsize=4096)
def _week(lines: str) -> tuple[Hours, ...]:
    """The weekly hours that _LINE put into one text: many people have the same week, and it is read again and again."""
    fields = (line.split(" ", 3) for line in lines.splitlines())
    return tuple(
        Hours(int(weekday), _clock(int(begins)), _clock(int(ends)), frozenset(map(Mode, json.loads(modes))))
        for weekday, begins, ends, modes in fields
    )


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


_LINE = cast(WeeklyHours.weekday, Text) + " " + cast(WeeklyHours.begins, Text) + " " + cast(WeeklyHours.ends, Text)
_WEEKS = select(
    WeeklyHours.person_id, func.aggregate_strings(_LINE + " " + cast(WeeklyHours.modes, Text), "\n")
).group_by(WeeklyHours.person_id)
_NUMBERS = select(BookingRules.person_id, *(getattr(BookingRules, name) for name in FIRST_RULES))


async def of_people(
    tx: Transaction,
    people: Collection[uuid.UUID],
    venue: Venue,
    first: date,
    last: date,
    *,
    follow_up: bool,
    within: tuple[Span, ...] | None = None,
) -> dict[uuid.UUID, Rules]:
    """The availability of each of `people` at the venue's, in three queries for any number of them."""
    numbers = _NUMBERS.where(tx.among(BookingRules.person_id, people))
    numbers_of = {person: row for person, *row in await tx.plain_rows(numbers)}
    weekly = _WEEKS.where(tx.among(WeeklyHours.person_id, people))
    weeks = await tx.plain_rows(weekly if follow_up else weekly.where(WeeklyHours.is_kept.is_(False)))
    week_of = {person: _week(lines) for person, lines in weeks}
    days = await _unlike_days(tx, people, first, last)
    found = {}
    zone, holidays = venue.zone, _holidays(venue.country, venue.region, first.year, last.year)
    for person in people:
        before, after, notice, horizon, most_a_day = numbers_of.get(person) or FIRST_RULES.values()
        found[person] = Rules(
            zone=zone,
            hours=week_of.get(person, ()),
            days=days.get(person, ()),
            holidays=holidays,
            before=timedelta(minutes=before),
            after=timedelta(minutes=after),
            notice=timedelta(hours=notice),
            horizon=timedelta(days=horizon),
            most_a_day=most_a_day,
            within=within,
        )
    return found


async def _unlike_days(
    tx: Transaction, people: Collection[uuid.UUID], first: date, last: date
) -> dict[uuid.UUID, tuple[Day, ...]]:
    """A day that was closed is closed, whatever else was said of it."""
    query = select(UnlikeDay).where(tx.among(UnlikeDay.person_id, people), UnlikeDay.day.between(first, last))
    found: dict[uuid.UUID, dict[date, list[tuple[time, time, frozenset[Mode]]]]] = {}
    rows = list((await tx.session.execute(query)).scalars())
    for row in rows:
        spans = found.setdefault(row.person_id, {}).setdefault(row.day, [])
        if row.begins is not None and row.ends is not None:
            spans.append((_clock(row.begins), _clock(row.ends), frozenset(map(Mode, row.modes))))
    closed = {(row.person_id, row.day) for row in rows if row.begins is None}
    return {
        person: tuple(Day(day, () if (person, day) in closed else tuple(spans)) for day, spans in days.items())
        for person, days in found.items()
    }


@cache
def _holidays(country: str, region: str, first: int, last: int) -> frozenset[date]:
    if not country:
        return frozenset()
    return frozenset().union(*(holidays_of(country, region, year) for year in range(first, last + 1)))


def holidays_around(agency: Agency, day: date) -> frozenset[date]:
    """The agency's holidays of the year of `day` and of those beside it."""
    return _holidays(agency.country, agency.region, day.year - 1, day.year + 1)
