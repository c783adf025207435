"""Interviews at a booth: when its people are there for them, and what becomes of them, and of talks, when somebody
leaves."""

import uuid
from collections.abc import Collection
from datetime import date, time

from rooms.appointments import availability_rules, hours
from rooms.appointments.appointment_types import venue_of
from rooms.appointments.availability import Span, by_day, windows
from rooms.core.errors import N_, Invalid
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.booths import Booth
from rooms.meetings.modes import Mode

DaySpan = tuple[date, time, time]
"""A day of the fair, from and to; to 00:00 is the end of the day."""


async def days_ahead(tx: Transaction, booth: Booth) -> list[DaySpan]:
    """When the fair is open from now on."""
    return by_day(await _open_ahead(tx, booth), booth.fair.zone)


async def _open_ahead(tx: Transaction, booth: Booth) -> tuple[Span, ...]:
    days = await schedule.days_of(tx, booth.fair)
    return tuple(Span(max(day.opens_at, tx.now), day.closes_at) for day in days if day.closes_at > tx.now)


async def times_of(tx: Transaction, booth: Booth, person_id: uuid.UUID) -> list[DaySpan]:
    """When this person can be booked for interviews, in whatever mode, by their weekly hours and days unlike others."""
    within = await _open_ahead(tx, booth)
    spans = by_day(within, booth.fair.zone)
    if not spans:
        return []
    first, last = spans[0][0], spans[-1][0]
    rules = (
        await availability_rules.of_people(
            tx, [person_id], venue_of(booth), first, last, follow_up=False, within=within
        )
    )[person_id]
    open_at = [span for mode in Mode for span in windows(rules, mode, first, last)]
    return by_day(open_at, booth.fair.zone)


async def be_there(
    tx: Transaction, booth: Booth, person_id: uuid.UUID, day: date, span: tuple[int, int], modes: Collection[str]
) -> None:
    """On a day of the fair the person is there too from one minute of the day until another: their weekly hours of
    that day stay beside it."""
    open_at = [(from_, to) for each, from_, to in await days_ahead(tx, booth) if each == day]
    if not open_at:
        raise Invalid("day.no_fair", N_("Please choose a day of the fair."), field="day")
    if not any(span[0] < _end_of(to) and _minute_of(from_) < span[1] for from_, to in open_at):
        message = N_("The fair is open from %(opens)s to %(closes)s on that day.")
        opens, closes = f"{open_at[0][0]:%H:%M}", f"{open_at[-1][1]:%H:%M}"
        raise Invalid("day.closed_then", message, field="day_begins", opens=opens, closes=closes)
    await hours.add_day(tx, person_id, day, span, modes)
    if sum(1 for row in await hours.days_of(tx, person_id) if row.day == day) > 1:
        return
    for weekly in await hours.weekly_of(tx, person_id):
        if weekly.weekday == day.weekday():
            await hours.add_day(tx, person_id, day, (weekly.begins, weekly.ends), weekly.modes)


def _minute_of(at: time) -> int:
    return at.hour * 60 + at.minute


def _end_of(at: time) -> int:
    return _minute_of(at) or 24 * 60
