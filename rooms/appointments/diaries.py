"""What is known of people's time over some days."""

import json
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import BigInteger, ColumnElement, Text, cast, extract, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from rooms.appointments import availability_rules, own_calendar
from rooms.appointments.appointment import Appointment, AppointmentState, Guest
from rooms.appointments.appointment_types import Venue, venue_of
from rooms.appointments.availability import DayOf, Rules, Span, Taken, in_minutes, local, open_spans
from rooms.appointments.search import SlotSearch
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.meetings.modes import Mode

A_DAY = timedelta(days=1)
LONGEST_PAUSE = timedelta(hours=3)
LONGEST = timedelta(hours=6)
"""No appointment takes longer, pauses included."""


@dataclass(frozen=True)
class Diary:
    """What is known of a counsellor's time over some days."""

    rules: Rules
    taken: Taken
    load: int


async def of_people(
    tx: Transaction,
    search: SlotSearch,
    people: list[uuid.UUID],
    first: date,
    last: date,
    within: tuple[Span, ...] | None,
) -> dict[uuid.UUID, Diary]:
    """What is known of the time of each of `people` in these days, as far as they see somebody for this appointment
    type."""
    venue, follow_up = search.appointment_type.venue, search.appointment_type.is_follow_up
    rules = await availability_rules.of_people(tx, people, venue, first, last, follow_up=follow_up, within=within)
    return await _diaries(tx, rules, venue, first, last, search.moving)


async def _diaries(
    tx: Transaction, rules: dict[uuid.UUID, Rules], venue: Venue, first: date, last: date, moving: Appointment | None
) -> dict[uuid.UUID, Diary]:
    people = list(rules)
    around = span_around(venue, first, last)
    busy = await own_calendar.busy_of(tx, people, *around)
    stands = taking_time(tx, around, moving)
    day_of, counts, loads = DayOf(venue.zone), dict[uuid.UUID, Counter[date]](), dict[uuid.UUID, int]()
    booked = _MINUTES.where(tx.among(Appointment.led_by_id, people), *stands).group_by(Appointment.led_by_id)
    for person, text in await tx.plain_rows(booked):
        minutes = json.loads(f"[{text}]")
        busy.setdefault(person, []).extend(zip(minutes[1::3], minutes[2::3], strict=True))
        begins = minutes[::3]
        counts[person], loads[person] = Counter(map(day_of.__getitem__, begins)), len(begins)
    # Whoever sees people may be somebody's candidate too, or a guest.
    own = (
        select(column, Appointment.begins_at, Appointment.ends_at).where(tx.among(column, people), *stands)
        for column in (Appointment.candidate_id, Appointment.guest_id)
    )
    for person, begins_at, ends_at in await tx.plain_rows(union_all(*own)):
        busy.setdefault(person, []).append(in_minutes(Span(begins_at, ends_at)))
    return {
        person: Diary(each, Taken(busy.get(person, ()), counts.get(person, {})), loads.get(person, 0))
        for person, each in rules.items()
    }


async def open_within(
    tx: Transaction,
    search: SlotSearch,
    first: date,
    last: date,
) -> tuple[Span, ...] | None:
    """An interview takes place while the fair is open; at one that was closed nothing new is booked. With a guest,
    only when they are free."""
    if search.third:
        return await _open_for(tx, search.third, search.mode, first - A_DAY, last + A_DAY, search.moving)
    booth = search.appointment_type.booth
    if booth is None:
        return None
    if not booth.fair.lies_ahead:
        return ()
    return tuple(Span(day.opens_at, day.closes_at) for day in await schedule.days_of(tx, booth.fair))


async def _open_for(
    tx: Transaction, guest: Guest, mode: Mode, first: date, last: date, moving: Appointment | None
) -> tuple[Span, ...]:
    venue = venue_of(guest.booth)
    rules = await availability_rules.of_people(tx, [guest.person.id], venue, first, last, follow_up=False)
    diary = (await _diaries(tx, rules, venue, first, last, moving))[guest.person.id]
    return open_spans(diary.rules, mode, diary.taken, tx.now, first, last)


def _minute(column: InstrumentedAttribute[datetime]) -> ColumnElement[str]:
    """A moment as whole minutes since 1970, as text."""
    return cast(cast(extract("epoch", column), BigInteger) // 60, Text)


_MINUTES = select(
    Appointment.led_by_id,
    func.aggregate_strings(
        _minute(Appointment.begins_at) + "," + _minute(Appointment.occupied_from) + ","
        + _minute(Appointment.occupied_until),
        ",",
    ),
)  # fmt: skip
"""(counsellor, when each of their appointments begins and what it occupies): one row for each counsellor."""


def span_around(venue: Venue, first: date, last: date) -> Span:
    """These days at the venue's, and as much around them as pauses can reach."""
    zone = venue.zone
    return Span(local(first, time(0), zone) - LONGEST_PAUSE, local(last + A_DAY, time(0), zone) + LONGEST_PAUSE)


def taking_time(tx: Transaction, around: Span, moving: Appointment | None) -> tuple[ColumnElement[bool], ...]:
    """Booked, or reserved by somebody just now."""
    return (
        Appointment.occupied_from < around.ends,
        # Both bounds on the column of the index: what lies further ahead is not even looked at.
        Appointment.occupied_until.between(around.begins, around.ends + LONGEST),
        Appointment.id != moving.id if moving else true(),
        or_(
            Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER)),
            (Appointment.state == AppointmentState.RESERVED) & (Appointment.reserved_until > tx.now),
        ),
    )
