"""A time is reserved with the first of those who are free for it: for one who asks, or for many who ask at once.

Those who ask for times of the same days are decided on together, in the order in which they asked: who is free is read
once, and what one gets, the next is not given. The promise that nobody gets what another has is the primary key's
(rooms/appointments/booking.py).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from rooms.appointments import agenda, appointment_types, diaries, reservation, slot_search
from rooms.appointments.appointment import Appointment, Guest
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.availability import Span, Taken, fits, in_minutes, local_day
from rooms.appointments.diaries import Diary
from rooms.appointments.reservation import Reservation
from rooms.appointments.slot_search import Candidate
from rooms.core.errors import N_, Conflict, Invalid, Problem
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.people.people import Person


@dataclass(frozen=True)
class SlotRequest:
    """When somebody wants to come, and the zone in which they read times."""

    candidate_id: uuid.UUID
    begins: datetime
    time_zone: str


class NobodyFree(Conflict):
    """Nobody who may be asked is free at this time."""

    def __init__(self) -> None:
        super().__init__("slot.taken", N_("Somebody has just taken this time. Here are the next ones."))


class Free:
    """Who is free at the times that are asked for, while one after the other is given away."""

    def __init__(
        self,
        appointment_type: AppointmentType,
        mode: Mode,
        guest: Guest | None,
        diaries: dict[uuid.UUID, Diary],
        now: datetime,
    ) -> None:
        self._appointment_type, self._mode, self._guest, self._now = appointment_type, mode, guest, now
        self._diaries = diaries
        self._at: dict[Span, set[uuid.UUID]] = {}

    def choices_for(self, candidate: Candidate, people: list[uuid.UUID], span: Span, zone: str) -> list[Reservation]:
        """With whom of `people` the candidate can meet then, the one to be asked first first."""
        if any(span.meets(mine) for mine in candidate.own):
            raise Conflict("slot.own", N_("You have another appointment at this time."))
        free = self._free_at(span)
        able = [person for person in people if person in free] if free else []
        return [self._with(person, span, zone) for person in self._in_order(able, candidate)]

    def give(self, wanted: Reservation) -> None:
        """Nobody else is given what is tried for somebody."""
        person, diary = wanted.led_by_id, self._diaries[wanted.led_by_id]
        occupied = in_minutes(Span(wanted.span.begins - wanted.before, wanted.span.ends + wanted.after))
        day = local_day(wanted.span.begins, diary.rules.zone)
        counts = {**diary.taken.a_day, day: diary.taken.a_day.get(day, 0) + 1}
        taken = Taken((*diary.taken.busy, occupied), counts)
        self._diaries[person] = replace(diary, taken=taken, load=diary.load + 1)
        for span, free in self._at.items():
            if person in free and not self._fits(person, span):
                free.discard(person)

    def _free_at(self, span: Span) -> set[uuid.UUID]:
        if span not in self._at:
            self._at[span] = {person for person in self._diaries if self._fits(person, span)}
        return self._at[span]

    def _fits(self, person_id: uuid.UUID, span: Span) -> bool:
        diary = self._diaries[person_id]
        return fits(diary.rules, self._mode, span, diary.taken, self._now)

    def _in_order(self, people: list[uuid.UUID], candidate: Candidate) -> list[uuid.UUID]:
        """The referent, then whoever has the least to do; among equals, different candidates begin with different ones,
        so that many who come at once do not all wait for the same counsellor."""

        def order(person_id: uuid.UUID) -> tuple[bool, int, int]:
            return person_id != candidate.referent_id, self._diaries[person_id].load, person_id.int ^ candidate.id.int

        return sorted(people, key=order)

    def _with(self, person_id: uuid.UUID, span: Span, zone: str) -> Reservation:
        rules = self._diaries[person_id].rules
        return Reservation(
            self._appointment_type, person_id, self._mode, span, rules.before, rules.after, zone, self._guest
        )


async def reserve(
    tx: Transaction,
    candidate: Person,
    appointment_type: AppointmentType,
    mode: Mode,
    begins: datetime,
    time_zone: str,
    *,
    staff_id: uuid.UUID | None = None,
    guest: Guest | None = None,
) -> Appointment:
    """Reserve this time with the first of those who are free for it. What the candidate reserved before is let go.

    `by_staff` is the counsellor who books on behalf, with themselves, and perhaps with a guest.
    """
    asked = [SlotRequest(candidate.id, begins, time_zone)]
    (reserved,) = await reserve_all(tx, appointment_type, mode, asked, staff_id=staff_id, guest=guest)
    if isinstance(reserved, Problem):
        raise reserved
    return reserved


async def reserve_all(
    tx: Transaction,
    appointment_type: AppointmentType,
    mode: Mode,
    asked: Sequence[SlotRequest],
    *,
    staff_id: uuid.UUID | None = None,
    guest: Guest | None = None,
) -> list[Appointment | Problem]:
    """Reserve a time for each of `asked`, whoever asked first first, while somebody is free.

    They are different people, who ask for times that lie a day or so apart at most. Whoever has reserved another time
    keeps it until they have this one."""
    reserving = await agenda.who_reserves(tx, [each.candidate_id for each in asked])
    without = [each for each in asked if each.candidate_id not in reserving]
    reserved = await _reserve_all(tx, appointment_type, mode, without, staff_id, guest) if without else []
    outcome = {each.candidate_id: row for each, row in zip(without, reserved, strict=True)}
    for each in asked:
        if each.candidate_id not in reserving:
            continue
        async with tx.attempt() as attempt:
            await reservation.let_go(tx, each.candidate_id)
            (found,) = await _reserve_all(tx, appointment_type, mode, [each], staff_id, guest)
            if isinstance(found, Problem):
                attempt.undo()
        outcome[each.candidate_id] = found
    return [outcome[each.candidate_id] for each in asked]


async def _reserve_all(
    tx: Transaction,
    appointment_type: AppointmentType,
    mode: Mode,
    asked: Sequence[SlotRequest],
    staff_id: uuid.UUID | None,
    guest: Guest | None,
) -> list[Appointment | Problem]:
    """Of people who have reserved nothing. Lost races go on to the next counsellor."""
    spans = [Span(each.begins, each.begins + appointment_type.length) for each in asked]
    around = Span(min(span.begins for span in spans), max(span.ends for span in spans))
    team = [staff_id] if staff_id else await appointment_types.ids_for(tx, appointment_type)
    known = await slot_search.candidates(tx, [each.candidate_id for each in asked], around)
    may = {
        each.id: _never_oneself(team, each) if staff_id else slot_search.may_be_met(appointment_type, team, each)
        for each in known
    }
    free = await _free(tx, appointment_type, mode, around, list({*chain.from_iterable(may.values())}), guest)
    outcome: dict[uuid.UUID, Appointment | Problem] = {}
    lost: set[tuple[uuid.UUID, datetime]] = set()
    while left := [each for each in zip(known, asked, spans, strict=True) if each[0].id not in outcome]:
        tried: list[tuple[uuid.UUID, Reservation]] = []
        for candidate, each, span in left:
            people = may[candidate.id]
            if lost:
                people = [person for person in people if (person, each.begins) not in lost]
            try:
                choices = free.choices_for(candidate, people, span, each.time_zone)
            except Conflict as problem:
                outcome[candidate.id] = problem
                continue
            if not choices:
                outcome[candidate.id] = NobodyFree()
                continue
            free.give(choices[0])
            tried.append((each.candidate_id, choices[0]))
        for (person, wanted), row in zip(tried, await reservation.reserve_all(tx, tried), strict=True):
            if row:
                outcome[person] = row
            else:
                lost.add((wanted.led_by_id, wanted.span.begins))
    return [outcome[each.candidate_id] for each in asked]


def _never_oneself(team: list[uuid.UUID], candidate: Candidate) -> list[uuid.UUID]:
    return [person for person in team if person != candidate.id]


async def renew(tx: Transaction, row: Appointment) -> bool:
    """Reserve a time that has lapsed by itself again with whom it was, if they are still free then; what the candidate
    has reserved now is let go for it."""
    if row.reserved_until is None or row.led_by_id not in await slot_search.counsellors_for(
        tx, row.appointment_type, row.candidate_id
    ):
        return False
    counsellor = [row.led_by_id]
    async with tx.attempt() as attempt:
        await reservation.let_go(tx, row.candidate_id)
        free = await possible(
            tx, row.candidate_id, row.appointment_type, row.mode, row.begins_at, row.time_zone, counsellor, moving=row
        )
        if not free or not await reservation.renew(tx, row, free[0]):
            attempt.undo()
    return not attempt.is_undone


async def possible(
    tx: Transaction,
    candidate_id: uuid.UUID,
    appointment_type: AppointmentType,
    mode: Mode,
    begins: datetime,
    time_zone: str,
    people: list[uuid.UUID],
    *,
    moving: Appointment | None = None,
) -> list[Reservation]:
    """What could be reserved at exactly this time with one of `people`, the one to be asked first first."""
    span = Span(begins, begins + slot_search.length_of(appointment_type, moving))
    (known,) = await slot_search.candidates(tx, [candidate_id], span, moving)
    free = await _free(tx, appointment_type, mode, span, people, moving.asked if moving else None, moving)
    return free.choices_for(known, people, span, time_zone)


async def who_could_take(tx: Transaction, row: Appointment, people: list[uuid.UUID]) -> list[uuid.UUID]:
    """Who of `people` is there and free when this appointment takes place, whoever has the least to do first. It is
    agreed already: how long ahead somebody wants to know, and when a guest can usually come, does not count."""
    first, last = (local_day(moment, row.venue.zone) for moment in (row.begins_at, row.ends_at))
    (known,) = await slot_search.candidates(tx, [row.candidate_id], row.span, row)
    found = await diaries.of_people(
        tx, row.appointment_type, slot_search.without(people, row.asked), first, last, None, row
    )
    at_once = timedelta(0)
    known_of = {each: replace(diary, rules=replace(diary.rules, notice=at_once)) for each, diary in found.items()}
    free = Free(row.appointment_type, row.mode, None, known_of, tx.now)
    return [each.led_by_id for each in free.choices_for(known, people, row.span, row.time_zone)]


async def _free(
    tx: Transaction,
    appointment_type: AppointmentType,
    mode: Mode,
    around: Span,
    people: list[uuid.UUID],
    guest: Guest | None,
    moving: Appointment | None = None,
) -> Free:
    """Which of `people` are free when, in this time."""
    if mode.value not in slot_search.modes_for(appointment_type, guest, moving):
        raise Invalid("mode.unknown", N_("Please choose how to meet."), field="mode")
    first, last = (local_day(moment, appointment_type.venue.zone) for moment in around)
    within = await diaries.open_within(tx, appointment_type, mode, first, last, guest, moving)
    found = await diaries.of_people(
        tx, appointment_type, slot_search.without(people, guest), first, last, within, moving
    )
    return Free(appointment_type, mode, guest, found, tx.now)
