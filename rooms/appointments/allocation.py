"""A time is reserved with the first of those who are free for it: for one who asks, or for many who ask at once.

Those who ask for times of the same days are decided on together, in the order in which they asked: who is free is read
once, and what one gets, the next is not given. The promise that nobody gets what another has is the primary key's
(`OccupiedPiece` in appointment.py).
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from rooms.appointments import agenda, appointment_types, diaries, reservation, slot_search
from rooms.appointments.appointment import Appointment
from rooms.appointments.availability import Span, Taken, fits, in_minutes, local_day
from rooms.appointments.diaries import Diary
from rooms.appointments.reservation import Reservation
from rooms.appointments.search import SlotSearch
from rooms.appointments.slot_search import Candidate
from rooms.core.errors import N_, Conflict, Invalid, Problem
from rooms.core.transaction import Transaction
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

    def __init__(self, search: SlotSearch, diaries: dict[uuid.UUID, Diary], now: datetime) -> None:
        self._search, self._diaries, self._now = search, diaries, now
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
        return fits(diary.rules, self._search.mode, span, diary.taken, self._now)

    def _in_order(self, people: list[uuid.UUID], candidate: Candidate) -> list[uuid.UUID]:
        """The referent, then whoever has the least to do; among equals, different candidates begin with different ones,
        so that many who come at once do not all wait for the same counsellor."""

        def order(person_id: uuid.UUID) -> tuple[bool, int, int]:
            return person_id != candidate.referent_id, self._diaries[person_id].load, person_id.int ^ candidate.id.int

        return sorted(people, key=order)

    def _with(self, person_id: uuid.UUID, span: Span, zone: str) -> Reservation:
        rules, search = self._diaries[person_id].rules, self._search
        return Reservation(
            search.appointment_type, person_id, search.mode, span, rules.before, rules.after, zone, search.third
        )


async def reserve(
    tx: Transaction, search: SlotSearch, candidate: Person, begins: datetime, time_zone: str
) -> Appointment:
    """Reserve this time with the first of those who are free for it. What the candidate reserved before is let go."""
    (reserved,) = await reserve_all(tx, search, [SlotRequest(candidate.id, begins, time_zone)])
    if isinstance(reserved, Problem):
        raise reserved
    return reserved


async def reserve_all(tx: Transaction, search: SlotSearch, asked: Sequence[SlotRequest]) -> list[Appointment | Problem]:
    """Reserve a time for each of `asked`, whoever asked first first, while somebody is free.

    They are different people, who ask for times that lie a day or so apart at most. Whoever has reserved another time
    keeps it until they have this one."""
    reserving = await agenda.who_reserves(tx, [each.candidate_id for each in asked])
    without = [each for each in asked if each.candidate_id not in reserving]
    reserved = await _reserve_all(tx, search, without) if without else []
    outcome = {each.candidate_id: row for each, row in zip(without, reserved, strict=True)}
    for each in asked:
        if each.candidate_id not in reserving:
            continue
        async with tx.attempt() as attempt:
            await reservation.let_go(tx, each.candidate_id)
            (found,) = await _reserve_all(tx, search, [each])
            if isinstance(found, Problem):
                attempt.undo()
        outcome[each.candidate_id] = found
    return [outcome[each.candidate_id] for each in asked]


async def _reserve_all(
    tx: Transaction, search: SlotSearch, asked: Sequence[SlotRequest]
) -> list[Appointment | Problem]:
    """Of people who have reserved nothing. Lost races go on to the next counsellor."""
    spans = {each.candidate_id: Span(each.begins, each.begins + search.appointment_type.length) for each in asked}
    around = Span(min(span.begins for span in spans.values()), max(span.ends for span in spans.values()))
    known = {each.id: each for each in await slot_search.candidates(tx, list(spans), around)}
    may = await _who_may_be_met(tx, search, known.values())
    free = await _free(tx, search, around, list({*chain.from_iterable(may.values())}))
    outcome: dict[uuid.UUID, Appointment | Problem] = {}
    lost: set[tuple[uuid.UUID, datetime]] = set()
    while left := [each for each in asked if each.candidate_id not in outcome]:
        tried: list[tuple[uuid.UUID, Reservation]] = []
        for each in left:
            who = each.candidate_id
            people = [person for person in may[who] if (person, each.begins) not in lost] if lost else may[who]
            first = _first_choice(free, known[who], people, spans[who], each.time_zone)
            if isinstance(first, Problem):
                outcome[who] = first
                continue
            free.give(first)
            tried.append((who, first))
        for (person, wanted), row in zip(tried, await reservation.reserve_all(tx, tried), strict=True):
            if row:
                outcome[person] = row
            else:
                lost.add((wanted.led_by_id, wanted.span.begins))
    return [outcome[each.candidate_id] for each in asked]


def _first_choice(
    free: Free, candidate: Candidate, people: list[uuid.UUID], span: Span, zone: str
) -> Reservation | Problem:
    try:
        choices = free.choices_for(candidate, people, span, zone)
    except Conflict as problem:
        return problem
    return choices[0] if choices else NobodyFree()


async def _who_may_be_met(
    tx: Transaction, search: SlotSearch, candidates: Iterable[Candidate]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """With whom each may meet; whoever books on behalf of somebody does so with themselves, and for another."""
    if search.counsellor_id:
        return {each.id: [search.counsellor_id] if search.counsellor_id != each.id else [] for each in candidates}
    team = await appointment_types.ids_for(tx, search.appointment_type)
    return {each.id: slot_search.may_be_met(search.appointment_type, team, each) for each in candidates}


async def renew(tx: Transaction, row: Appointment) -> bool:
    """Reserve a time that has lapsed by itself again with whom it was, if they are still free then; what the candidate
    has reserved now is let go for it."""
    if row.reserved_until is None:
        return False
    anew = SlotSearch(row.appointment_type, row.mode)
    if row.led_by_id not in await slot_search.counsellors_for(tx, anew, row.candidate_id):
        return False
    search = replace(anew, moving=row)
    async with tx.attempt() as attempt:
        await reservation.let_go(tx, row.candidate_id)
        free = await possible(tx, search, row.candidate_id, row.begins_at, row.time_zone, [row.led_by_id])
        if not free or not await reservation.renew(tx, row, free[0]):
            attempt.undo()
    return not attempt.is_undone


async def possible(
    tx: Transaction,
    search: SlotSearch,
    candidate_id: uuid.UUID,
    begins: datetime,
    time_zone: str,
    people: list[uuid.UUID],
) -> list[Reservation]:
    """What could be reserved at exactly this time with one of `people`, the one to be asked first first."""
    span = Span(begins, begins + search.length)
    (known,) = await slot_search.candidates(tx, [candidate_id], span, search.moving)
    free = await _free(tx, search, span, people)
    return free.choices_for(known, people, span, time_zone)


async def who_could_take(tx: Transaction, row: Appointment, people: list[uuid.UUID]) -> list[uuid.UUID]:
    """Who of `people` is there and free when this appointment takes place, whoever has the least to do first. It is
    agreed already: how long ahead somebody wants to know, and when a guest can usually come, does not count."""
    first, last = (local_day(moment, row.venue.zone) for moment in (row.begins_at, row.ends_at))
    (known,) = await slot_search.candidates(tx, [row.candidate_id], row.span, row)
    search = SlotSearch(row.appointment_type, row.mode, moving=row)
    found = await diaries.of_people(tx, search, search.without_third(people), first, last, None)
    at_once = timedelta(0)
    known_of = {each: replace(diary, rules=replace(diary.rules, notice=at_once)) for each, diary in found.items()}
    free = Free(search, known_of, tx.now)
    return [each.led_by_id for each in free.choices_for(known, people, row.span, row.time_zone)]


async def _free(tx: Transaction, search: SlotSearch, around: Span, people: list[uuid.UUID]) -> Free:
    """Which of `people` are free when, in this time."""
    if not search.is_possible:
        raise Invalid("mode.unknown", N_("Please choose how to meet."), field="mode")
    first, last = (local_day(moment, search.appointment_type.venue.zone) for moment in around)
    within = await diaries.open_within(tx, search, first, last)
    found = await diaries.of_people(tx, search, search.without_third(people), first, last, within)
    return Free(search, found, tx.now)
