"""When a counsellor or recruiter can be booked, as they say it: weekly hours, days unlike the others, and rules."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Text, cast, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms import agencies, booths
from rooms.agencies import STEP_MINUTES, Agency, Host, Mode
from rooms.appointments.availability import Day, Hours, Minutes, Rules, Span, in_minutes
from rooms.clock import LAST_ZONE
from rooms.errors import N_, Conflict, Invalid, NotFound
from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.public_holidays import holidays_of
from rooms.transaction import Transaction

MINUTES_A_DAY = 1440
MOST_HOURS = 60
LONGEST_LEAVE = timedelta(days=92)


class WeeklyHours(Base):
    """ "Tuesdays 9 to 12, video": minutes since midnight, 1440 for its end."""

    __tablename__ = "weekly_hours"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    weekday: Mapped[int]
    begins: Mapped[int]
    ends: Mapped[int]
    modes: Mapped[list[str]]
    is_kept: Mapped[bool] = mapped_column(default=False)
    """Kept for follow-ups and urgent cases: not shown to who comes for the first time."""


class UnlikeDay(Base):
    """A day unlike its weekday: closed without hours, otherwise open at these alone."""

    __tablename__ = "unlike_day"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    day: Mapped[date]
    begins: Mapped[int | None]
    ends: Mapped[int | None]
    modes: Mapped[list[str]]


class BookingRules(Base):
    __tablename__ = "booking_rules"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    before_minutes: Mapped[int] = mapped_column(default=0)
    after_minutes: Mapped[int] = mapped_column(default=5)
    notice_hours: Mapped[int] = mapped_column(default=2)
    horizon_days: Mapped[int] = mapped_column(default=56)
    most_a_day: Mapped[int] = mapped_column(default=12)
    busy_address: Mapped[str] = mapped_column(default="")
    """An iCalendar of the person's own, read only: its times are busy here."""
    busy_read_at: Mapped[datetime | None]
    busy_trouble: Mapped[str] = mapped_column(default="")
    feed_hash: Mapped[str | None] = mapped_column(unique=True)
    """Of the secret in the address at which the person's appointments go out as a calendar."""


class BusyTime(Base):
    """A busy time from the person's own calendar. Nothing but its span is kept."""

    __tablename__ = "busy_time"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


@dataclass(frozen=True)
class RulesText:
    before_minutes: int
    after_minutes: int
    notice_hours: int
    horizon_days: int
    most_a_day: int


RANGES = {
    "before_minutes": (0, 60),
    "after_minutes": (0, 60),
    "notice_hours": (0, 336),
    "horizon_days": (1, 180),
    "most_a_day": (1, 40),
}


async def rules_of(tx: Transaction, person: uuid.UUID) -> BookingRules:
    row = await tx.session.get(BookingRules, person)
    if row is None:
        values = {"person_id": person, **FIRST_RULES, "busy_address": "", "busy_trouble": ""}
        await tx.insert_once(BookingRules, values)
        row = await tx.session.get_one(BookingRules, person)
    return row


FIRST_RULES = {"before_minutes": 0, "after_minutes": 5, "notice_hours": 2, "horizon_days": 56, "most_a_day": 12}
"""Of somebody who has said nothing, in the order of RulesText."""


async def change_rules(tx: Transaction, person: uuid.UUID, text: RulesText) -> None:
    row = await rules_of(tx, person)
    for name, (least, most) in RANGES.items():
        value = getattr(text, name)
        if not least <= value <= most or (name.endswith("minutes") and value % STEP_MINUTES):
            message = N_("Between %(least)s and %(most)s; minutes in steps of five.")
            raise Invalid(f"{name}.range", message, field=name, least=least, most=most)
        setattr(row, name, value)


def _span(begins: int, ends: int, modes: Collection[str], field: str = "") -> list[str]:
    """Check a span of a day; returns its modes in order. `field` is what the form's fields begin with."""
    if not 0 <= begins < ends <= MINUTES_A_DAY:
        raise Invalid("ends.before", N_("The end must come after the beginning."), field=f"{field}ends")
    if begins % STEP_MINUTES or ends % STEP_MINUTES:
        raise Invalid("begins.step", N_("Please choose times in steps of five minutes."), field=f"{field}begins")
    known = [mode.value for mode in Mode if mode.value in modes]
    if not known:
        raise Invalid("modes.none", N_("Please choose at least one way to meet."), field=f"{field}modes")
    return known


async def add_weekly(
    tx: Transaction,
    person: uuid.UUID,
    weekday: int,
    begins: int,
    ends: int,
    modes: Collection[str],
    *,
    kept: bool = False,
) -> WeeklyHours:
    """Open these hours of a weekday; 0 is Monday."""
    known = _span(begins, ends, modes)
    if not 0 <= weekday <= 6:
        raise Invalid("weekday.unknown", N_("Please choose a day."), field="weekday")
    rows = await weekly_of(tx, person)
    if len(rows) >= MOST_HOURS:
        raise Conflict("hours.too_many", N_("That is a lot of hours. Remove some first."))
    if any(row.weekday == weekday and row.begins < ends and begins < row.ends for row in rows):
        raise Conflict("hours.overlap", N_("These hours overlap others of that day."))
    row = WeeklyHours(
        id=new_id(), person_id=person, weekday=weekday, begins=begins, ends=ends, modes=known, is_kept=kept
    )
    tx.session.add(row)
    await tx.session.flush()
    return row


async def weekly_of(tx: Transaction, person: uuid.UUID) -> list[WeeklyHours]:
    query = select(WeeklyHours).where(WeeklyHours.person_id == person)
    return list((await tx.session.execute(query.order_by(WeeklyHours.weekday, WeeklyHours.begins))).scalars())


async def remove_weekly(tx: Transaction, person: uuid.UUID, row: uuid.UUID) -> None:
    found = await tx.session.get(WeeklyHours, row)
    if found is None or found.person_id != person:
        raise NotFound("hours")
    await tx.session.delete(found)


async def add_day(
    tx: Transaction, person: uuid.UUID, day: date, span: tuple[int, int] | None, modes: Collection[str] = (),
    *, until: date | None = None,
) -> None:  # fmt: skip
    """Make a day, or all until another, unlike its weekday: closed, or open at `span` (minutes since midnight)."""
    known = _span(*span, modes, "day_") if span else []
    begins, ends = span or (None, None)
    last = until or day
    if not timedelta(0) <= last - day <= LONGEST_LEAVE:
        message = N_("Please give a day that comes after the first, at most three months later.")
        raise Invalid("until.range", message, field="until")
    if last < (tx.now - LAST_ZONE).date():
        raise Invalid("day.past", N_("This day is over already. Please choose one that lies ahead."), field="day")
    if span:
        await _must_not_be_closed(tx, person, day)
    for number in range((last - day).days + 1):
        each = day + timedelta(days=number)
        tx.session.add(UnlikeDay(id=new_id(), person_id=person, day=each, begins=begins, ends=ends, modes=known))
    await tx.session.flush()


async def _must_not_be_closed(tx: Transaction, person: uuid.UUID, day: date) -> None:
    """What would be void beside it is not said."""
    if await is_closed(tx, person, day):
        message = N_("This day is closed. Remove that first, then say when you are there.")
        raise Invalid("day.closed", message, field="day")


@dataclass(frozen=True)
class Days:
    """Days that follow each other and are unlike others in the same way."""

    first: UnlikeDay
    last: date


def in_a_row(days: Sequence[UnlikeDay]) -> list[Days]:
    """Days, in order, taken together where they are the same."""
    found: list[Days] = []
    for row in days:
        before = found[-1] if found else None
        is_next = before and row.day == before.last + timedelta(days=1)
        if before and is_next and _hours(row) == _hours(before.first):
            found[-1] = replace(before, last=row.day)
        else:
            found.append(Days(row, row.day))
    return found


def _hours(row: UnlikeDay) -> tuple[int | None, int | None, list[str]]:
    return row.begins, row.ends, row.modes


async def is_closed(tx: Transaction, person: uuid.UUID, day: date) -> bool:
    query = select(UnlikeDay.id).where(UnlikeDay.person_id == person, UnlikeDay.day == day, UnlikeDay.begins.is_(None))
    return (await tx.session.execute(query.limit(1))).first() is not None


async def days_of(tx: Transaction, person: uuid.UUID) -> list[UnlikeDay]:
    """The days unlike others that lie ahead."""
    query = select(UnlikeDay).where(UnlikeDay.person_id == person, UnlikeDay.day >= tx.now.date())
    return list((await tx.session.execute(query.order_by(UnlikeDay.day, UnlikeDay.begins))).scalars())


async def remove_days(tx: Transaction, person: uuid.UUID, row: uuid.UUID, until: date | None = None) -> None:
    """Let a day be like its weekday again, or all until another that are unlike others in the same way."""
    found = await tx.session.get(UnlikeDay, row)
    if found is None or found.person_id != person:
        raise NotFound("hours")
    between = UnlikeDay.day.between(found.day, until or found.day)
    for each in (await tx.session.execute(select(UnlikeDay).where(UnlikeDay.person_id == person, between))).scalars():
        if each.id == row or (until and _hours(each) == _hours(found)):
            await tx.session.delete(each)


async def open_feed(tx: Transaction, person: uuid.UUID) -> str:
    """A new secret for the person's calendar address; the one before opens nothing any more."""
    token = secrets.token_urlsafe(24)
    (await rules_of(tx, person)).feed_hash = hashlib.sha256(token.encode()).hexdigest()
    return token


async def close_feed(tx: Transaction, person: uuid.UUID) -> None:
    (await rules_of(tx, person)).feed_hash = None


async def whose_feed(tx: Transaction, token: str) -> Person:
    digest = hashlib.sha256(token.encode()).hexdigest()
    query = select(Person).join(BookingRules, BookingRules.person_id == Person.id)
    row = (await tx.session.execute(query.where(BookingRules.feed_hash == digest))).scalar_one_or_none()
    can_be_booked = row and (await agencies.teams_of(tx, row.id) or await booths.staffed_by(tx, row.id))
    if row is None or not can_be_booked:
        raise NotFound("feed")
    return row


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


async def rules_for(
    tx: Transaction,
    people: Collection[uuid.UUID],
    host: Host,
    first: date,
    last: date,
    *,
    follow_up: bool,
    within: tuple[Span, ...] | None = None,
) -> dict[uuid.UUID, Rules]:
    """The availability of each of `people` at the host's, in three queries for any number of them."""
    numbers = _NUMBERS.where(tx.among(BookingRules.person_id, people))
    numbers_of = {person: row for person, *row in await tx.plain_rows(numbers)}
    weekly = _WEEKS.where(tx.among(WeeklyHours.person_id, people))
    weeks = await tx.plain_rows(weekly if follow_up else weekly.where(WeeklyHours.is_kept.is_(False)))
    week_of = {person: _week(lines) for person, lines in weeks}
    days = await _unlike_days(tx, people, first, last)
    found = {}
    zone, holidays = host.zone, _holidays(host.country, host.region, first.year, last.year)
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


async def busy_of(
    tx: Transaction, people: Collection[uuid.UUID], begins: datetime, ends: datetime
) -> dict[uuid.UUID, list[Minutes]]:
    """The busy times of people's own calendars between two moments."""
    query = select(BusyTime.person_id, BusyTime.begins_at, BusyTime.ends_at).where(
        tx.among(BusyTime.person_id, people), BusyTime.begins_at < ends, BusyTime.ends_at > begins
    )
    found: dict[uuid.UUID, list[Minutes]] = {}
    for person, begins_at, ends_at in await tx.plain_rows(query):
        found.setdefault(person, []).append(in_minutes(Span(begins_at, ends_at)))
    return found


READ_EVERY = timedelta(minutes=15)


async def read_calendar_at(tx: Transaction, person: uuid.UUID, address: str) -> None:
    """The person's own calendar is read at this address from now on; an empty one ends it."""
    address = clean_text(address, "busy_address", 1000)
    if address and not address.startswith(("https://", "http://", "webcal://")):
        message = N_("Please give the whole address of the calendar, beginning with https://")
        raise Invalid("busy_address.invalid", message, field="busy_address")
    row = await rules_of(tx, person)
    row.busy_address, row.busy_read_at, row.busy_trouble = address.replace("webcal://", "https://"), None, ""
    await tx.session.execute(delete(BusyTime).where(BusyTime.person_id == person))


async def calendars_due(tx: Transaction) -> list[tuple[uuid.UUID, str]]:
    """(person, address) of the calendars to be read now."""
    query = select(BookingRules.person_id, BookingRules.busy_address).where(
        BookingRules.busy_address != "",
        or_(BookingRules.busy_read_at.is_(None), BookingRules.busy_read_at <= tx.now - READ_EVERY),
    )
    return [(person, address) for person, address in await tx.session.execute(query.limit(20))]


async def zone_of(tx: Transaction, person: uuid.UUID) -> ZoneInfo:
    """The zone in which somebody says their hours: that of their agency, or of the newest fair they recruit at."""
    teams = await agencies.teams_of(tx, person)
    if teams:
        return teams[0].agency.zone
    stands = await booths.staffed_by(tx, person)
    return stands[0].fair.zone if stands else ZoneInfo("Europe/Paris")


async def keep_busy(tx: Transaction, person: uuid.UUID, address: str, spans: Collection[Span]) -> None:
    """What the calendar at this address says now takes the place of what it said before.

    Reading takes time: if another address was given meanwhile, or none, what was read means nothing any more.
    """
    row = await tx.session.get(BookingRules, person, with_for_update=True)
    if row is None or row.busy_address != address:
        return
    await tx.session.execute(delete(BusyTime).where(BusyTime.person_id == person))
    tx.session.add_all(
        BusyTime(id=new_id(), person_id=person, begins_at=span.begins, ends_at=span.ends) for span in spans
    )
    row.busy_read_at, row.busy_trouble = tx.now, ""


async def note_trouble(tx: Transaction, person: uuid.UUID, address: str, trouble: str) -> None:
    row = await tx.session.get(BookingRules, person, with_for_update=True)
    if row and row.busy_address == address:
        row.busy_read_at, row.busy_trouble = tx.now, trouble
