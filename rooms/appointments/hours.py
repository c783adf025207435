"""When a counsellor or recruiter can be booked, as they say it: weekly hours, days unlike the others, and rules."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.appointments.availability import STEP_MINUTES
from rooms.core.clock import LAST_ZONE
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff
from rooms.meetings.modes import Mode
from rooms.organisations import agencies

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
    person_id: uuid.UUID,
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
    rows = await weekly_of(tx, person_id)
    if len(rows) >= MOST_HOURS:
        raise Conflict("hours.too_many", N_("That is a lot of hours. Remove some first."))
    if any(row.weekday == weekday and row.begins < ends and begins < row.ends for row in rows):
        raise Conflict("hours.overlap", N_("These hours overlap others of that day."))
    row = WeeklyHours(
        id=new_id(), person_id=person_id, weekday=weekday, begins=begins, ends=ends, modes=known, is_kept=kept
    )
    tx.session.add(row)
    await tx.session.flush()
    return row


async def weekly_of(tx: Transaction, person_id: uuid.UUID) -> list[WeeklyHours]:
    query = select(WeeklyHours).where(WeeklyHours.person_id == person_id)
    return list((await tx.session.execute(query.order_by(WeeklyHours.weekday, WeeklyHours.begins))).scalars())


async def remove_weekly(tx: Transaction, person_id: uuid.UUID, rule_id: uuid.UUID) -> None:
    found = await tx.session.get(WeeklyHours, rule_id)
    if found is None or found.person_id != person_id:
        raise NotFound("hours")
    await tx.session.delete(found)


async def add_day(
    tx: Transaction,
    person_id: uuid.UUID,
    day: date,
    span: tuple[int, int] | None,
    modes: Collection[str] = (),
    *,
    until: date | None = None,
) -> None:
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
        await _must_not_be_closed(tx, person_id, day)
    for number in range((last - day).days + 1):
        each = day + timedelta(days=number)
        tx.session.add(UnlikeDay(id=new_id(), person_id=person_id, day=each, begins=begins, ends=ends, modes=known))
    await tx.session.flush()


async def _must_not_be_closed(tx: Transaction, person_id: uuid.UUID, day: date) -> None:
    """What would be void beside it is not said."""
    if await is_closed(tx, person_id, day):
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


async def is_closed(tx: Transaction, person_id: uuid.UUID, day: date) -> bool:
    query = select(UnlikeDay.id).where(
        UnlikeDay.person_id == person_id, UnlikeDay.day == day, UnlikeDay.begins.is_(None)
    )
    return (await tx.session.execute(query.limit(1))).first() is not None


async def days_of(tx: Transaction, person_id: uuid.UUID) -> list[UnlikeDay]:
    """The days unlike others that lie ahead."""
    query = select(UnlikeDay).where(UnlikeDay.person_id == person_id, UnlikeDay.day >= tx.now.date())
    return list((await tx.session.execute(query.order_by(UnlikeDay.day, UnlikeDay.begins))).scalars())


async def remove_days(tx: Transaction, person_id: uuid.UUID, rule_id: uuid.UUID, until: date | None = None) -> None:
    """Let a day be like its weekday again, or all until another that are unlike others in the same way."""
    found = await tx.session.get(UnlikeDay, rule_id)
    if found is None or found.person_id != person_id:
        raise NotFound("hours")
    between = UnlikeDay.day.between(found.day, until or found.day)
    for each in (
        await tx.session.execute(select(UnlikeDay).where(UnlikeDay.person_id == person_id, between))
    ).scalars():
        if each.id == rule_id or (until and _hours(each) == _hours(found)):
            await tx.session.delete(each)


async def zone_of(tx: Transaction, person_id: uuid.UUID) -> ZoneInfo:
    """The zone in which somebody says their hours: that of their agency, or of the newest fair they recruit at."""
    teams = await agencies.teams_of(tx, person_id)
    if teams:
        return teams[0].agency.zone
    stands = await booth_staff.staffed_by(tx, person_id)
    return stands[0].fair.zone if stands else ZoneInfo("Europe/Paris")
