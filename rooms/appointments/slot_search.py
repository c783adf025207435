"""The times somebody can be offered: with whom they may meet for an appointment type, and when those are free."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import or_, select, union_all

from rooms.appointments import appointment_types
from rooms.appointments.appointment import SIDES, Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.availability import Span, slots
from rooms.appointments.diaries import A_DAY, of_people, open_within, span_around, taking_time
from rooms.appointments.search import SlotSearch
from rooms.core.transaction import Transaction
from rooms.organisations import agencies, referents

DAYS_AT_ONCE = 7


@dataclass(frozen=True)
class Time:
    """A time that can be booked, and with whom."""

    span: Span
    counsellors: tuple[uuid.UUID, ...]


@dataclass(frozen=True)
class Openings:
    """When the counsellors of an agency are free for an appointment type, whoever asks."""

    appointment_type: AppointmentType
    team: list[uuid.UUID]
    first: date
    days: int
    free: dict[Span, list[uuid.UUID]]

    @property
    def around(self) -> Span:
        return span_around(self.appointment_type.venue, self.first, self.first + (self.days - 1) * A_DAY)

    @cached_property
    def for_most(self) -> list[Time]:
        """What somebody can book who may meet everybody and has nothing else then: when many look, nearly all."""
        return [Time(span, tuple(free)) for span, free in self.free.items()]


@dataclass(frozen=True)
class Candidate:
    """Somebody who looks for a time: who follows them, in which agencies that counsellor works, and what they have
    agreed to already."""

    id: uuid.UUID
    referent_id: uuid.UUID | None
    agencies: frozenset[uuid.UUID]
    own: Sequence[Span]


async def counsellors_for(tx: Transaction, search: SlotSearch, candidate_id: uuid.UUID) -> list[uuid.UUID]:
    """Who may be met for it. What is booked already may move with whom it is booked."""
    team = await appointment_types.ids_for(tx, search.appointment_type)
    (known,) = await candidates(tx, [candidate_id])
    met = may_be_met(search.appointment_type, team, known)
    return met or ([search.moving.led_by_id] if search.moving else [])


def may_be_met(appointment_type: AppointmentType, team: list[uuid.UUID], candidate: Candidate) -> list[uuid.UUID]:
    """The agency or the appointment type's team, only the referent for a follow-up, never oneself. Whoever is followed
    goes to their counsellor's agency; to an interview anybody goes."""
    referent = candidate.referent_id
    if (
        appointment_type.agency_id
        and referent
        and referent not in team
        and appointment_type.agency_id not in candidate.agencies
    ):
        return []
    if appointment_type.is_follow_up:
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
        # What is proposed to them is theirs to answer; what they have reserved while choosing gives way to what they
        # choose.
        or_(Appointment.state == AppointmentState.BOOKED, Appointment.wish_id.is_not(None)),
        *taking_time(tx, around, moving),
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


async def free_times(
    tx: Transaction, search: SlotSearch, candidate_id: uuid.UUID, first: date, days: int = DAYS_AT_ONCE
) -> list[Time]:
    """The times of these days that the candidate can book, the soonest first. With a guest, those that suit all
    three."""
    chosen = search.counsellor_id
    people = search.without_third([chosen] if chosen else await counsellors_for(tx, search, candidate_id))
    openings = await openings_of(tx, search, people, first, days)
    (known,) = await candidates(tx, [candidate_id], openings.around, search.moving)
    return _times(openings, people, known)


async def openings_of(
    tx: Transaction, search: SlotSearch, people: list[uuid.UUID], first: date, days: int = DAYS_AT_ONCE
) -> Openings:
    """When each of `people` is free in these days, whoever asks."""
    if not search.is_possible or not people:
        return Openings(search.appointment_type, people, first, days, {})
    last = first + (days - 1) * A_DAY
    within = await open_within(tx, search, first, last)
    diaries = await of_people(tx, search, people, first, last, within)
    free: dict[Span, list[uuid.UUID]] = {}
    for person, diary in diaries.items():
        for slot in slots(diary.rules, search.mode, search.length, diary.taken, tx.now, first, last):
            free.setdefault(slot, []).append(person)
    return Openings(search.appointment_type, people, first, days, dict(sorted(free.items())))


def times_for(openings: Openings, candidate: Candidate) -> list[Time]:
    """What of an agency's openings this candidate can book, the soonest first."""
    may = may_be_met(openings.appointment_type, openings.team, candidate)
    is_as_most = len(may) == len(openings.team) and not candidate.own
    return openings.for_most if is_as_most else _times(openings, may, candidate)


def _times(openings: Openings, may: list[uuid.UUID], candidate: Candidate) -> list[Time]:
    allowed, found = frozenset(may), []
    for span, free in openings.free.items():
        people = [person for person in free if person in allowed]
        if people and not any(span.meets(mine) for mine in candidate.own):
            found.append(Time(span, tuple(people)))
    return found
