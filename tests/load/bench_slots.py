"""Free times of 250 counsellors with 60,000 appointments: one candidate's page, beside asking day by day and person
by person. Also a caseload of 200 people, and a search for a name in an agency of 50,000.

    python -m tests.load.bench_slots [--rounds 20] [--caseload]

Prints a table, and as its last line one JSON object: {"bench": "slots", "p95_ms": ..., "ratio_to_naive": ...} or
{"bench": "caseload", "p95_ms": ...}, of the slower of the two. It fails when the two ways do not find the same times.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import insert, select, text

from rooms.appointments import appointment_types, availability_rules, slot_search
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentType, AppointmentTypeText
from rooms.appointments.availability import Span, Taken, in_minutes, slots
from rooms.appointments.booking_rules import BookingRules
from rooms.appointments.hours import WeeklyHours
from rooms.appointments.search import SlotSearch
from rooms.caseload import caseload
from rooms.core.clock import SystemClock
from rooms.core.database import Database
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.organisations.agencies import TeamMember
from rooms.organisations.referents import CaseloadEntry
from rooms.people import name_search
from rooms.people.name_search import NameWord
from rooms.people.people import Person
from server import gc_tuning, migrating
from tests.services import postgres

COUNSELLORS, PEOPLE, APPOINTMENTS, WEEKS = 250, 50_000, 60_000, 8
FOLLOWED = 200
AT_ONCE = 5_000


SYLLABLES = ("ba", "do", "fé", "gu", "la", "mi", "né", "ro", "si", "tu")


def name(number: int) -> str:
    """One of a hundred first names and a thousand family names, evenly."""
    first = SYLLABLES[number % 10] + SYLLABLES[number // 10 % 10]
    family = "".join(SYLLABLES[number // place % 10] for place in (100, 1000, 7))
    return f"{first} {family}".title()


def person(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "name": name(number), "email": None, "seeks": "", "location": "",
        "spoken_languages": "", "needs": [], "language": "fr", "is_administrator": False, "is_organiser": False,
        "is_simulated": False, "created_at": now,
    }  # fmt: skip


async def rows(tx: Transaction, kind: Any, values: list[dict[str, Any]]) -> None:
    for start in range(0, len(values), AT_ONCE):
        await tx.session.execute(insert(kind), values[start : start + AT_ONCE])


async def fill(database: Database, people: int, booked: int) -> tuple[uuid.UUID, list[uuid.UUID], list[uuid.UUID]]:
    """(appointment type, counsellors, people): every counsellor works Monday to Friday and is booked evenly over eight
    weeks."""
    async with database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        appointment_type = await appointment_types.add(
            tx, team.agency, AppointmentTypeText("My project", 30, ("video",))
        )
        staff = [person(n, tx.now) for n in range(COUNSELLORS)]
        crowd = [person(COUNSELLORS + n, tx.now) for n in range(people)]
        await rows(tx, Person, staff + crowd)
        words = [(each["id"], word) for each in staff + crowd for word in sorted(name_search.words_of(each["name"]))]
        await rows(tx, NameWord, [{"person_id": whose, "word": word} for whose, word in words])
        ids = [each["id"] for each in staff]
        await rows(tx, TeamMember, [{"team_id": team.id, "person_id": each} for each in ids])
        await rows(tx, BookingRules, [{
            "person_id": each, "before_minutes": 0, "after_minutes": 10, "notice_hours": 2, "horizon_days": 60,
            "most_a_day": 12, "busy_address": "", "busy_trouble": ""} for each in ids])  # fmt: skip
        await rows(tx, WeeklyHours, [{
            "id": new_id(), "person_id": each, "weekday": weekday, "begins": begins, "ends": ends,
            "modes": ["video"], "is_kept": False}
            for each in ids for weekday in range(5) for begins, ends in ((540, 720), (810, 1020))])  # fmt: skip
        followed = [{"person_id": each["id"], "counsellor_id": ids[n // FOLLOWED % COUNSELLORS], "since": tx.now}
                    for n, each in enumerate(crowd)]  # fmt: skip
        await rows(tx, CaseloadEntry, followed)
        await rows(
            tx, Appointment, appointments(tx.now, appointment_type.id, ids, [each["id"] for each in crowd], booked)
        )
        await tx.session.execute(_ANALYSE)
    return appointment_type.id, ids, [each["id"] for each in crowd]


_ANALYSE = text("ANALYZE")


def appointments(
    now: datetime, appointment_type_id: uuid.UUID, staff: list[uuid.UUID], crowd: list[uuid.UUID], count: int
) -> list[dict[str, Any]]:
    monday = (now + timedelta(days=7 - now.weekday())).replace(hour=8, minute=0, second=0, microsecond=0)
    each = count // len(staff)
    found = []
    for number in range(count):
        counsellor, nth = staff[number // each % len(staff)], number % each
        day, slot = nth % (WEEKS * 5), nth // (WEEKS * 5)
        begins = monday + timedelta(days=day // 5 * 7 + day % 5, minutes=40 * slot)
        found.append({
            "id": new_id(), "appointment_type_id": appointment_type_id, "led_by_id": counsellor,
            "candidate_id": crowd[number % len(crowd)],
            "mode": Mode.VIDEO, "state": AppointmentState.BOOKED, "begins_at": begins,
            "ends_at": begins + timedelta(minutes=30), "occupied_from": begins,
            "occupied_until": begins + timedelta(minutes=40), "sequence": 0, "time_zone": "Europe/Paris", "said": "",
            "phone": "", "made_at": now, "cancel_words": "", "contested_words": "",
        })  # fmt: skip
    return found


async def naive(
    tx: Transaction, appointment_type: AppointmentType, people: list[uuid.UUID], first: Any, days: int
) -> set[Span]:
    """The obvious way: for each counsellor and each day, ask for the rules and for what is booked."""
    found: set[Span] = set()
    for each in people:
        for n in range(days):
            day = first + timedelta(days=n)
            rules = (await availability_rules.of_people(tx, [each], appointment_type.venue, day, day, follow_up=False))[
                each
            ]
            begins = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
            query = select(Appointment.occupied_from, Appointment.occupied_until).where(
                Appointment.led_by_id == each, Appointment.occupied_until > begins,
                Appointment.occupied_from < begins + timedelta(days=3))  # fmt: skip
            busy = tuple(in_minutes(Span(*row)) for row in await tx.session.execute(query))
            length = timedelta(minutes=appointment_type.minutes)
            found |= set(slots(rules, Mode.VIDEO, length, Taken(busy), tx.now, day, day))
    return found


async def timed(work: Callable[[], Awaitable[object]]) -> tuple[float, object]:
    began = time.perf_counter()
    result = await work()
    return (time.perf_counter() - began) * 1000, result


def p95(samples: list[float]) -> float:
    return statistics.quantiles(samples, n=20)[-1] if len(samples) > 1 else samples[0]


async def bench_slots(
    database: Database, appointment_type_id: uuid.UUID, people: list[uuid.UUID], rounds: int
) -> dict[str, Any]:
    samples, other = [], []
    for turn in range(rounds):
        async with database.reading() as tx:
            appointment_type = await tx.session.get_one(AppointmentType, appointment_type_id)
            first = tx.now.date() + timedelta(days=7 * (turn % WEEKS))
            took, found = await timed(
                lambda tx=tx, appointment_type=appointment_type, first=first, turn=turn: slot_search.free_times(
                    tx, SlotSearch(appointment_type, Mode.VIDEO), people[turn * 37 % len(people)], first
                )
            )
            samples.append(took)
            assert isinstance(found, list)
            assert found, "nobody is free: nothing was timed"
            if turn < max(1, min(2, rounds // 2)):
                staff = [each.id for each in await agencies.counsellors_of(tx, appointment_type.agency_id)]
                took, plain = await timed(
                    lambda tx=tx, appointment_type=appointment_type, first=first, staff=staff: naive(
                        tx, appointment_type, staff, first, 7
                    )  # type: ignore[misc]
                )
                other.append(took)
                assert plain == {each.span for each in found}, "the two ways differ"
    median = statistics.median(samples)
    print(f"one page, {COUNSELLORS} counsellors, 7 days: median {median:.1f} ms, p95 {p95(samples):.1f}")
    print(f"day by day, person by person: median {statistics.median(other):.0f} ms")
    ratio = median / statistics.median(other)
    return {"bench": "slots", "p95_ms": round(p95(samples), 1), "ratio_to_naive": round(ratio, 4)}


async def bench_caseload(database: Database, staff: list[uuid.UUID], rounds: int) -> dict[str, Any]:
    samples, searches = [], []
    for turn in range(rounds):
        words = "" if turn % 2 else SYLLABLES[turn // 2 % 10]
        async with database.reading() as tx:
            took, found = await timed(
                lambda tx=tx, turn=turn, words=words: caseload.entries(tx, staff[turn % 100], words)  # type: ignore[misc]
            )
            spent, others = await timed(
                lambda tx=tx, turn=turn: caseload.elsewhere(tx, staff[turn % 100], name(turn)[:6])  # type: ignore[misc]
            )
        assert isinstance(others, list)
        assert len(others) == caseload.MOST_FOUND, f"{len(others)} found in the agency"
        searches.append(spent)
        assert isinstance(found, list)
        assert words or len(found) == FOLLOWED, f"{len(found)} people followed"
        samples.append(took)
    print(f"a caseload of {FOLLOWED} of {PEOPLE}: median {statistics.median(samples):.1f} ms, p95 {p95(samples):.1f}")
    print(f"a name among {PEOPLE}: median {statistics.median(searches):.1f} ms, p95 {p95(searches):.1f}")
    return {"bench": "caseload", "p95_ms": round(max(p95(samples), p95(searches)), 1)}


async def run(rounds: int) -> int:
    with postgres() as address:
        connection = await asyncpg.connect(address.replace("+asyncpg", "") + "/postgres")
        await connection.execute("CREATE DATABASE bench")
        await connection.close()
        database = Database(f"{address}/bench", SystemClock())
        await migrating.migrate(database.engine)
        appointment_type, staff, crowd = await fill(database, PEOPLE, APPOINTMENTS)
        gc_tuning.settle()
        results = [
            await bench_caseload(database, staff, rounds),
            await bench_slots(database, appointment_type, crowd, rounds),
        ]
        await database.close()
    for result in results:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    sys.exit(asyncio.run(run(parser.parse_args().rounds)))
