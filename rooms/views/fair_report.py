"""What a fair came to: how many people and talks, how long they waited, what was answered; by employer, sector, day and
hour. Counted anew from what is kept whenever somebody asks, so that it never differs from it.

What says something about few people is not told: whoever knows one of them would learn it of them.
"""

import statistics
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from rooms.appointments.appointment import AppointmentState, Attendance
from rooms.core.transaction import Transaction
from rooms.fairs.attendees import Attendee
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines.call import CallState
from rooms.lines.places import PlaceState
from rooms.meetings.meeting import MeetingState, NextStep
from rooms.people.people import Person
from rooms.views import report_rows
from rooms.views.report_rows import BoothOf, Rows

FEWEST = 5
"""Fewer people than these are not told of where it is about people."""
MOST_ORIGINS = 20
KEPT = (Attendance.CAME, Attendance.LATE)
IN_LINE_STILL = (PlaceState.WAITING, PlaceState.ON_HOLD, PlaceState.ENDED)


@dataclass
class Figures:
    """What is counted of the whole fair, or of a part of it. Times are in minutes; None where there is nothing to
    measure, or where it would say something about few."""

    people: int = 0
    """Different people who took a place in a line."""
    places: int = 0
    left: int = 0
    """Places whose person left before they were called."""
    not_called: int = 0
    """Places that ended without a call, with the line or by a decision, or that wait for one now."""
    calls: int = 0
    missed: int = 0
    talks: int = 0
    """Calls that became a talk in which both went in, and which nothing cut short."""
    failed: int = 0
    """Accepted calls of which no talk came: for whatever reason, also a technical one."""
    talk_minutes: float | None = None
    """Half of the talks were shorter."""
    wait_minutes: float | None = None
    """Half of those who talked waited less from joining until the first call they accepted."""
    longest_wait: float | None = None
    interviews: int = 0
    interviews_kept: int = 0
    interviews_missed: int = 0
    interviews_cancelled: int = 0
    promised: int = 0
    """Talks after which an answer was promised."""
    answered_in_time: int = 0
    answered_late: int = 0
    unanswered: int = 0
    overdue: int = 0
    """Of those unanswered: whose day has passed."""
    go_on: int | None = None
    keep: int | None = None
    no: int | None = None
    questions: int = 0
    applications: int = 0
    applications_answered: int = 0
    ratings: int = 0
    rating: float | None = None
    """From 1 to 5."""


@dataclass(frozen=True)
class Part:
    """One row of a table: an employer, a sector, a day, an hour."""

    name: str
    figures: Figures


@dataclass(frozen=True)
class Coming:
    """How many are on the list of candidates, and how far they came."""

    listed: int
    invited: int
    registered: int
    """Including those who have come since."""
    came: int
    cancelled: int
    declined: int


@dataclass(frozen=True)
class Origin:
    location: str
    """As people wrote it; empty for all others together."""
    people: int


@dataclass(frozen=True)
class Report:
    made_at: datetime
    coming: Coming | None
    """None in what an employer is told."""
    total: Figures
    employers: Sequence[Part]
    sectors: Sequence[Part]
    days: Sequence[Part]
    hours: Sequence[Part]
    origins: Sequence[Origin] = field(default_factory=list)
    """Where those who came live, as far as they wrote it."""


async def of_fair(tx: Transaction, fair: Fair) -> Report:
    booths = await report_rows.booths_of(tx, fair.id)
    rows = await report_rows.read(tx, booths)
    return Report(
        made_at=tx.now,
        coming=await _coming(tx, fair),
        total=_figures(rows, tx.now),
        employers=_by_booth(rows, tx.now),
        sectors=_by_sector(rows, tx.now),
        days=_by_moment(rows, tx.now, fair.zone, "%Y-%m-%d"),
        hours=_by_moment(rows, tx.now, fair.zone, "%H"),
        origins=await _origins(tx, fair.id),
    )


async def of_booth(tx: Transaction, booth: Booth) -> Report:
    """What an employer is told: its own booth alone."""
    rows = await report_rows.read(tx, [BoothOf(booth.id, booth.employer.name, booth.employer.sector)])
    return Report(
        made_at=tx.now,
        coming=None,
        total=_figures(rows, tx.now),
        employers=[],
        sectors=[],
        days=_by_moment(rows, tx.now, booth.fair.zone, "%Y-%m-%d"),
        hours=_by_moment(rows, tx.now, booth.fair.zone, "%H"),
    )


async def _coming(tx: Transaction, fair: Fair) -> Coming:
    takes_part = func.coalesce(Attendee.registered_at, Attendee.came_at)
    counts = (func.count(), *map(func.count, (
        Attendee.link_id, takes_part, Attendee.came_at, Attendee.cancelled_at, Attendee.declined_at,
    )))  # fmt: skip
    (row,) = await tx.plain_rows(select(*counts).where(Attendee.fair_id == fair.id))
    return Coming(*row)


async def _origins(tx: Transaction, fair_id: uuid.UUID) -> list[Origin]:
    came = select(Person.location).join(Attendee, Attendee.person_id == Person.id)
    rows = await tx.plain_rows(came.where(Attendee.fair_id == fair_id, Attendee.came_at.is_not(None)))
    counts = Counter(" ".join(row.location.split()).title() for row in rows)
    told = [Origin(name, count) for name, count in counts.most_common(MOST_ORIGINS) if name and count >= FEWEST]
    others = len(rows) - sum(each.people for each in told)
    # What is left over of a sum would tell of a few all the same.
    if 0 < others < FEWEST and told:
        others += told.pop().people
    return [*told, Origin("", others)] if others >= FEWEST else told


KINDS = ("places", "calls", "talks", "answers", "interviews", "questions", "applications")
NOTHING = Rows((), (), (), (), (), (), (), ())
Key = Callable[[Any], str]


def _split(rows: Rows, **keys: Key) -> dict[str, Rows]:
    """The rows of each part, by its name: for each kind, how a row says where it belongs. Other kinds are left out."""
    parts: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {kind: [] for kind in KINDS})
    for kind, key in keys.items():
        for row in getattr(rows, kind):
            parts[key(row)][kind].append(row)
    return {name: Rows((), **kinds) for name, kinds in parts.items()}


def _by_booth(rows: Rows, now: datetime) -> list[Part]:
    """Booths at which nothing took place too: that is what an organiser wants to know."""
    parts = _split(rows, **dict.fromkeys(KINDS, lambda row: str(row.booth_id)))
    return [Part(booth.employer, _figures(parts.get(str(booth.id), NOTHING), now)) for booth in rows.booths]


def _by_sector(rows: Rows, now: datetime) -> list[Part]:
    sector = {booth.id: booth.sector for booth in rows.booths}
    parts = _split(rows, **dict.fromkeys(KINDS, lambda row: sector[row.booth_id]))
    return [Part(name, _figures(parts.get(name, NOTHING), now)) for name in sorted(set(sector.values()))]


def _by_moment(rows: Rows, now: datetime, zone: ZoneInfo, form: str) -> list[Part]:
    """Places by when they were taken, calls by when they rang, talks and interviews by when they began."""

    def named(moment: datetime) -> str:
        return moment.astimezone(zone).strftime(form)

    parts = _split(
        rows,
        places=lambda row: named(row.joined_at),
        calls=lambda row: named(row.rang_at),
        talks=lambda row: named(row.live_at or row.rang_at),
        answers=lambda row: named(row.opened_at),
        interviews=lambda row: named(row.begins_at),
    )
    return [Part(name, _figures(parts[name], now)) for name in sorted(parts)]


def _figures(rows: Rows, now: datetime) -> Figures:
    held = [talk for talk in rows.talks if talk.live_at and talk.state != MeetingState.MISSED]
    found = Figures(
        people=len({place.person_id for place in rows.places}),
        places=len(rows.places),
        left=sum(place.state == PlaceState.LEFT for place in rows.places),
        not_called=sum(place.state in IN_LINE_STILL and not place.was_called for place in rows.places),
        calls=len(rows.calls),
        missed=sum(call.state == CallState.MISSED for call in rows.calls),
        talks=len(held),
        failed=sum(talk.state == MeetingState.MISSED for talk in rows.talks),
        questions=sum(row.times for row in rows.questions),
        applications=sum(row.times for row in rows.applications),
        applications_answered=sum(row.answered for row in rows.applications),
    )
    _measure(found, held)
    _count_interviews(found, rows)
    _count_answers(found, rows, now)
    ratings = [row.rating for row in rows.answers if row.rating]
    found.ratings = len(ratings)
    found.rating = round(statistics.fmean(ratings), 1) if len(ratings) >= FEWEST else None
    return found


def _measure(found: Figures, held: Sequence[Any]) -> None:
    lengths = [_minutes(talk.live_at, talk.ended_at) for talk in held if talk.ended_at]
    # Whoever was sent on to a colleague, or whose talk was taken up again, has waited once.
    first = {talk.place_id: talk for talk in sorted(held, key=lambda each: each.rang_at, reverse=True)}
    waits = [_minutes(talk.joined_at, talk.rang_at) for talk in first.values()]
    found.talk_minutes = round(statistics.median(lengths), 1) if lengths else None
    found.wait_minutes = round(statistics.median(waits), 1) if waits else None
    found.longest_wait = round(max(waits), 1) if waits else None


def _minutes(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 60)


def _count_interviews(found: Figures, rows: Rows) -> None:
    found.interviews = len(rows.interviews)
    found.interviews_cancelled = sum(row.state == AppointmentState.CANCELLED for row in rows.interviews)
    found.interviews_kept = sum(row.attendance in KEPT for row in rows.interviews)
    found.interviews_missed = sum(row.attendance == Attendance.ABSENT for row in rows.interviews)


def _count_answers(found: Figures, rows: Rows, now: datetime) -> None:
    promised = [row for row in rows.answers if row.answer_promised_by]
    answered = [row for row in promised if row.answered_at]
    found.promised = len(promised)
    found.answered_in_time = sum(row.answered_at <= row.answer_promised_by for row in answered)
    found.answered_late = len(answered) - found.answered_in_time
    found.unanswered = len(promised) - len(answered)
    found.overdue = sum(row.answered_at is None and row.answer_promised_by < now for row in promised)
    if len(answered) >= FEWEST:
        steps = Counter(row.next_step for row in answered)
        found.go_on, found.keep, found.no = (steps[step] for step in (NextStep.GO_ON, NextStep.KEEP, NextStep.NO))
