"""The times somebody can be offered: with whom they may meet for a reason, and when those people are free."""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sqlalchemy import BigInteger, ColumnElement, Text, cast, extract, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from rooms import agencies, fairs, referents
from rooms.agencies import Host, Mode, Reason, host_of
from rooms.appointments import hours
from rooms.appointments.appointment import SIDES, Appointment, AppointmentState, Guest
from rooms.appointments.availability import (
    DayOf,
    Rules,
    Span,
    Taken,
    in_minutes,
    local,
    open_spans,
    slots,
)
from rooms.transaction import Transaction

DAYS_AT_ONCE = 7
A_DAY = timedelta(days=1)
LONGEST_PAUSE = timedelta(hours=3)
LONGEST = timedelta(hours=6)
"""No appointment takes longer, pauses included."""


@dataclass(frozen=True)
class Time:
    """A time that can be booked, and with whom."""

    span: Span
    counsellors: tuple[uuid.UUID, ...]


@dataclass(frozen=True)
class Openings:
    """When the counsellors of an agency are free for a reason, whoever asks."""

    reason: Reason
    team: list[uuid.UUID]
    first: date
    days: int
    free: dict[Span, list[uuid.UUID]]

    @property
    def around(self) -> Span:
        return _around(self.reason.host, self.first, self.first + (self.days - 1) * A_DAY)

    @cached_property
    def for_most(self) -> list[Time]:
        """What somebody can book who may meet everybody and has nothing else then: when many look, nearly all."""
        return [Time(span, tuple(free)) for span, free in self.free.items()]


@dataclass(frozen=True)
class Candidate:
    """Somebody who looks for a time: who follows them, in which agencies that counsellor works, and what they have
    agreed to already."""

    id: uuid.UUID
    referent: uuid.UUID | None
    agencies: frozenset[uuid.UUID]
    own: Sequence[Span]


@dataclass(frozen=True)
class Diary:
    """What is known of a counsellor's time over some days."""

    rules: Rules
    taken: Taken
    load: int


async def counsellors_for(
    tx: Transaction, reason: Reason, candidate: uuid.UUID, moving: Appointment | None = None
) -> list[uuid.UUID]:
    """Who may be met for this reason. What is booked already may move with whom it is booked."""
    team = await agencies.ids_for(tx, reason)
    (known,) = await candidates(tx, [candidate])
    return may_be_met(reason, team, known) or ([moving.counsellor_id] if moving else [])


def may_be_met(reason: Reason, team: list[uuid.UUID], candidate: Candidate) -> list[uuid.UUID]:
    """The agency or the reason's team, only the referent for a follow-up, never oneself. Whoever is followed goes to
    their counsellor's agency; to an interview anybody goes."""
    referent = candidate.referent
    if reason.agency_id and referent and referent not in team and reason.agency_id not in candidate.agencies:
        return []
    if reason.is_follow_up:
        return [referent] if referent in team else []
    return [person for person in team if person != candidate.id]


async def candidates(
    tx: Transaction, people: Sequence[uuid.UUID], around: Span | None = None, moving: Appointment | None = None
) -> list[Candidate]:
    """What the times of each of `people` depend on, in their order; what is theirs already only `around` some days."""
    referent_of = await referents.referents_of(tx, people)
    agencies_of = await agencies.agencies_of(tx, set(referent_of.values()))
    own = await _spans_of(tx, people, around, moving) if around else {}
    found = []
    for person in people:
        referent = referent_of.get(person)
        where = agencies_of.get(referent) if referent else None
        found.append(Candidate(person, referent, where or frozenset(), own.get(person, ())))
    return found


async def _spans_of(
    tx: Transaction, people: Sequence[uuid.UUID], around: Span, moving: Appointment | None
) -> dict[uuid.UUID, list[Span]]:
    """What they have agreed to, on any side."""
    stands = (
        # What is proposed to them is theirs to answer; what they hold while choosing gives way to what they choose.
        or_(Appointment.state == AppointmentState.BOOKED, Appointment.wish_id.is_not(None)),
        *_stands(tx, around, moving),
    )
    sides = (
        select(side, Appointment.begins_at, Appointment.ends_at).where(tx.among(side, people), *stands)
        for side in SIDES
    )
    found: dict[uuid.UUID, list[Span]] = {person: [] for person in people}
    for person, begins_at, ends_at in await tx.session.execute(union_all(*sides)):
        if person:
            found[person].append(Span(begins_at, ends_at))
    return found


def modes_for(reason: Reason, guest: Guest | None = None, moving: Appointment | None = None) -> list[str]:
    """How one can meet for it, and how one was to meet anyway; three do not share a telephone."""
    possible = [mode.value for mode in Mode if mode in reason.modes or (moving and mode is moving.mode)]
    return [mode for mode in possible if not (guest and mode == Mode.PHONE)]


def length_of(reason: Reason, moving: Appointment | None = None) -> timedelta:
    """What is booked keeps its length."""
    return moving.span.length if moving else reason.length


def without(people: list[uuid.UUID], guest: Guest | None) -> list[uuid.UUID]:
    """Nobody comes to one appointment on two sides."""
    return [person for person in people if guest is None or person != guest.person.id]


async def free_times(
    tx: Transaction, reason: Reason, mode: Mode, candidate: uuid.UUID, first: date, days: int = DAYS_AT_ONCE,
    *, moving: Appointment | None = None, only: uuid.UUID | None = None, guest: Guest | None = None,
) -> list[Time]:  # fmt: skip
    """The times of these days that the candidate can book, the soonest first; `moving` stands in nobody's way. With a
    guest, those that suit all three."""
    people = [only] if only else await counsellors_for(tx, reason, candidate, moving)
    guest = moving.asked if moving else guest
    people = without(people, guest)
    openings = await openings_of(tx, reason, mode, people, first, days, moving=moving, guest=guest)
    (known,) = await candidates(tx, [candidate], openings.around, moving)
    return _times(openings, people, known)


async def openings_of(
    tx: Transaction, reason: Reason, mode: Mode, people: list[uuid.UUID], first: date, days: int = DAYS_AT_ONCE,
    *, moving: Appointment | None = None, guest: Guest | None = None,
) -> Openings:  # fmt: skip
    """When each of `people` is free in these days, whoever asks."""
    if mode.value not in modes_for(reason, guest, moving) or not people:
        return Openings(reason, people, first, days, {})
    last, length = first + (days - 1) * A_DAY, length_of(reason, moving)
    within = await open_within(tx, reason, mode, first, last, guest, moving)
    diaries = await diaries_for(tx, reason, people, first, last, within, moving)
    free: dict[Span, list[uuid.UUID]] = {}
    for person, diary in diaries.items():
        for slot in slots(diary.rules, mode, length, diary.taken, tx.now, first, last):
            free.setdefault(slot, []).append(person)
    return Openings(reason, people, first, days, dict(sorted(free.items())))


def times_for(openings: Openings, candidate: Candidate) -> list[Time]:
    """What of an agency's openings this candidate can book, the soonest first."""
    may = may_be_met(openings.reason, openings.team, candidate)
    is_as_most = len(may) == len(openings.team) and not candidate.own
    return openings.for_most if is_as_most else _times(openings, may, candidate)


def _times(openings: Openings, may: list[uuid.UUID], candidate: Candidate) -> list[Time]:
    allowed, found = frozenset(may), []
    for span, free in openings.free.items():
        people = [person for person in free if person in allowed]
        if people and not any(span.meets(mine) for mine in candidate.own):
            found.append(Time(span, tuple(people)))
    return found


async def diaries_for(
    tx: Transaction, reason: Reason, people: list[uuid.UUID], first: date, last: date,
    within: tuple[Span, ...] | None, moving: Appointment | None,
) -> dict[uuid.UUID, Diary]:  # fmt: skip
    """What is known of the time of each of `people` in these days, as far as they see somebody for this reason."""
    rules = await hours.rules_for(tx, people, reason.host, first, last, follow_up=reason.is_follow_up, within=within)
    return await _diaries(tx, rules, reason.host, first, last, moving)


async def _diaries(
    tx: Transaction, rules: dict[uuid.UUID, Rules], host: Host, first: date, last: date, moving: Appointment | None
) -> dict[uuid.UUID, Diary]:
    people = list(rules)
    around = _around(host, first, last)
    busy = await hours.busy_of(tx, people, *around)
    stands = _stands(tx, around, moving)
    day_of, counts, loads = DayOf(host.zone), dict[uuid.UUID, Counter[date]](), dict[uuid.UUID, int]()
    booked = _MINUTES.where(tx.among(Appointment.counsellor_id, people), *stands).group_by(Appointment.counsellor_id)
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
    tx: Transaction, reason: Reason, mode: Mode, first: date, last: date, guest: Guest | None,
    moving: Appointment | None,
) -> tuple[Span, ...] | None:  # fmt: skip
    """An interview takes place while the fair is open; at one that was closed nothing new is booked. With a guest,
    only when they are free."""
    if guest:
        return await _open_for(tx, guest, mode, first - A_DAY, last + A_DAY, moving)
    if reason.booth is None:
        return None
    if not reason.booth.fair.lies_ahead:
        return ()
    return tuple(Span(day.opens_at, day.closes_at) for day in await fairs.days_of(tx, reason.booth.fair))


async def _open_for(
    tx: Transaction, guest: Guest, mode: Mode, first: date, last: date, moving: Appointment | None
) -> tuple[Span, ...]:
    host = host_of(guest.booth)
    rules = await hours.rules_for(tx, [guest.person.id], host, first, last, follow_up=False)
    diary = (await _diaries(tx, rules, host, first, last, moving))[guest.person.id]
    return open_spans(diary.rules, mode, diary.taken, tx.now, first, last)


def _minute(column: InstrumentedAttribute[datetime]) -> ColumnElement[str]:
    """A moment as whole minutes since 1970, as text."""
    return cast(cast(extract("epoch", column), BigInteger) // 60, Text)


_MINUTES = select(
    Appointment.counsellor_id,
    func.aggregate_strings(
        _minute(Appointment.begins_at) + "," + _minute(Appointment.occupied_from) + ","
        + _minute(Appointment.occupied_until),
        ",",
    ),
)  # fmt: skip
"""(counsellor, when each of their appointments begins and what it occupies): one row for each counsellor."""


def _around(host: Host, first: date, last: date) -> Span:
    """These days at the host's, and as much around them as pauses can reach."""
    zone = host.zone
    return Span(local(first, time(0), zone) - LONGEST_PAUSE, local(last + A_DAY, time(0), zone) + LONGEST_PAUSE)


def _stands(tx: Transaction, around: Span, moving: Appointment | None) -> tuple[ColumnElement[bool], ...]:
    """Booked, or held by somebody just now."""
    return (
        Appointment.occupied_from < around.ends,
        # Both bounds on the column of the index: what lies further ahead is not even looked at.
        Appointment.occupied_until.between(around.begins, around.ends + LONGEST),
        Appointment.id != moving.id if moving else true(),
        or_(
            Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER)),
            (Appointment.state == AppointmentState.HELD) & (Appointment.held_until > tx.now),
        ),
    )
