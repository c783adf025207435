"""Interviews at a booth: when its people are there for them, and what becomes of them, and of talks, when somebody
leaves."""

import uuid
from collections.abc import Collection
from datetime import date, time

from rooms import booths, fairs, meetings
from rooms.agencies import Mode, host_of
from rooms.appointments import agenda, booking, desk, hours
from rooms.appointments.availability import Span, by_day, windows
from rooms.booths import Booth
from rooms.errors import N_, Invalid
from rooms.lines import calls
from rooms.people import Person
from rooms.transaction import Transaction

DaySpan = tuple[date, time, time]
"""A day of the fair, from and to; to 00:00 is the end of the day."""


async def days_ahead(tx: Transaction, booth: Booth) -> list[DaySpan]:
    """When the fair is open from now on."""
    return by_day(await _open_ahead(tx, booth), booth.fair.zone)


async def _open_ahead(tx: Transaction, booth: Booth) -> tuple[Span, ...]:
    days = await fairs.days_of(tx, booth.fair)
    return tuple(Span(max(day.opens_at, tx.now), day.closes_at) for day in days if day.closes_at > tx.now)


async def times_of(tx: Transaction, booth: Booth, person: uuid.UUID) -> list[DaySpan]:
    """When this person can be booked for interviews, in whatever mode, by their weekly hours and days unlike others."""
    within = await _open_ahead(tx, booth)
    spans = by_day(within, booth.fair.zone)
    if not spans:
        return []
    first, last = spans[0][0], spans[-1][0]
    rules = (await hours.rules_for(tx, [person], host_of(booth), first, last, follow_up=False, within=within))[person]
    open_at = [span for mode in Mode for span in windows(rules, mode, first, last)]
    return by_day(open_at, booth.fair.zone)


async def be_there(
    tx: Transaction, booth: Booth, person: uuid.UUID, day: date, span: tuple[int, int], modes: Collection[str]
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
    await hours.add_day(tx, person, day, span, modes)
    if sum(1 for row in await hours.days_of(tx, person) if row.day == day) > 1:
        return
    for weekly in await hours.weekly_of(tx, person):
        if weekly.weekday == day.weekday():
            await hours.add_day(tx, person, day, (weekly.begins, weekly.ends), weekly.modes)


def _minute_of(at: time) -> int:
    return at.hour * 60 + at.minute


def _end_of(at: time) -> int:
    return _minute_of(at) or 24 * 60


async def choose_staff(tx: Transaction, booth: Booth, people: set[uuid.UUID], by: Person) -> None:
    """Who staffs the booth from now on; the interviews of whoever leaves go to a colleague."""
    before = {person.id for person in await booths.staff_of(tx, booth.id)}
    await booths.choose_staff(tx, booth, people)
    for person in before - people:
        await _pass_on(tx, booth.id, person, by)


async def dismiss(tx: Transaction, employer: uuid.UUID, person: uuid.UUID, by: Person) -> None:
    """The person leaves the employer; their interviews go to a colleague of the booth."""
    left = [booth.id for booth in await booths.staffed_by(tx, person) if booth.employer_id == employer]
    await booths.dismiss(tx, employer, person)
    for booth in left:
        await _pass_on(tx, booth, person, by)


async def _pass_on(tx: Transaction, booth: uuid.UUID, person: uuid.UUID, by: Person) -> None:
    """Each interview ahead goes to whoever of the booth is free then; if nobody is, it is cancelled, with a letter.
    Where the person was a guest, the two others meet without them."""
    await tx.session.flush()
    await _stop_speaking(tx, booth, person)
    for found in await agenda.with_guest(tx, booth, person):
        invited = await booking.locked(tx, found.id)
        if invited and invited.is_ahead(tx.now) and invited.guest_id == person:
            await desk.excuse_guest(tx, invited, by)
    staff = await booths.staff_of(tx, booth)
    for found in await agenda.at_booth(tx, booth):
        row = await booking.locked(tx, found.id) if found.counsellor_id == person else None
        if row is None or not row.is_ahead(tx.now):
            continue
        for colleague in staff:
            if await desk.pass_on(tx, row, by, colleague):
                break
        else:
            await desk.cancel(tx, row, by)


async def _stop_speaking(tx: Transaction, booth: uuid.UUID, person: uuid.UUID) -> None:
    """Whoever has left speaks for the employer no longer: what rings is withdrawn, and the talks they lead end. Whoever
    waited in line for one stands first in it again."""
    await calls.withdraw_of(tx, booth, person)
    for found in await meetings.led_at(tx, booth, person):
        row = await meetings.locked(tx, found)
        if row is None:
            continue
        if row.guest and row.guest_id == person:
            await meetings.go_out(tx, row.guest, row)
        else:
            await meetings.end(tx, row, is_cut=row.place is not None)
