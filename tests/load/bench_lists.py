"""A fair's list of 10,000 candidates, searched and filtered page after page, and an import of 5,000 lines from the file
to the last invitation, and the report of a fair with 5,000 talks, on PostgreSQL.

    python -m tests.load.bench_lists [--people 10000] [--lines 5000] [--rounds 40] [--talks 5000]

Prints a table, and as its last line one JSON object: {"bench": "lists", "list_p95_ms": ..., "import_s": ...,
"report_s": ...}. It fails when a page does not show whom it should, when somebody of the import is not invited, or when
the report counts anything but what was written.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text

from rooms.access import importing
from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.model import Base, new_id
from rooms.core.outbox import Channel, Mail
from rooms.core.streams import StoredEvent
from rooms.core.text import sort_key
from rooms.core.transaction import Transaction
from rooms.core.uploads import Upload
from rooms.fairs import booths, list_columns, list_imports
from rooms.fairs.attendees import Attendee, search_words
from rooms.fairs.fairs import Fair
from rooms.fairs.list_columns import ListKind
from rooms.lines.call import Call, CallState
from rooms.lines.places import Place, PlaceState
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState, NextStep, Part, Participant
from rooms.organisations import employers
from rooms.organisations.employers import SECTORS
from rooms.people.name_search import words_of
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose
from rooms.views import fair_report
from rooms.views.attendees import AttendeeList, Order, Search, of_fair
from server import gc_tuning, migrating, report_tables, spreadsheet, tables
from tests.cast import Cast, gather
from tests.clock import HandClock
from tests.load.bench_slots import name
from tests.services import postgres

AT_ONCE = 5000
BOOTHS, EVENTS_OF_A_TALK = 60, 20
PLACES = ("Nantes", "Angers", "Le Mans", "Rennes", "")
LASTS = timedelta(days=30)
SENT, OPENED, REGISTERED, CAME = 2, 3, 5, 7
"""Every second letter has left, every third one was opened, and so on."""
SEARCHES = (
    Search(),
    Search(page=150),
    Search("ba"),
    Search(search_words(name(345), None).strip()),
    Search("p432@example.org"),
    Search(states=("delivered", "opened")),
    Search("mi", ("came",), Order.LATEST),
    Search(order=Order.LATEST, page=3),
)


async def fill(cast: Cast, count: int) -> None:
    """The fair's list, with letters and answers."""
    async with cast.database.transaction() as tx:
        now = tx.now
        people = [(new_id(), new_id(), name(number), f"p{number}@example.org", number) for number in range(count)]
        mails = [
            {
                "id": mail_id, "channel": Channel.MAIL, "recipient": email, "template": "invitation", "language": "fr",
                "values": {}, "due_at": now, "attempts": 1, "sent_at": now if number % SENT else None,
            }
            for mail_id, _, _, email, number in people
        ]  # fmt: skip
        links = [
            {
                "id": link_id, "token_hash": str(link_id), "purpose": Purpose.FAIR, "email": email, "name": who,
                "subject_id": cast.fair.id, "is_owner": False, "is_reusable": False, "made_at": now,
                "expires_at": now + LASTS, "sent_at": now, "mail_id": mail_id,
                "opened_at": None if number % OPENED else now,
            }
            for mail_id, link_id, who, email, number in people
        ]  # fmt: skip
        listed = [
            {
                "id": new_id(), "fair_id": cast.fair.id, "email": email, "name": who, "sort_name": sort_key(who)[0],
                "words": search_words(who, email), "link_id": link_id, "listed_at": now,
                "registered_at": None if number % REGISTERED else now, "came_at": None if number % CAME else now,
            }
            for _, link_id, who, email, number in people
        ]  # fmt: skip
        for kind, rows in ((Mail, mails), (Link, links), (Attendee, listed)):
            for start in range(0, len(rows), AT_ONCE):
                await tx.session.execute(insert(kind), rows[start : start + AT_ONCE])
    async with cast.database.transaction() as tx:
        await tx.session.execute(text("ANALYZE"))


async def looks(database: Database, fair: Fair, rounds: int) -> dict[Search, list[float]]:
    """Milliseconds of each search, in turn."""
    times: dict[Search, list[float]] = {search: [] for search in SEARCHES}
    for _ in range(rounds):
        for search in SEARCHES:
            began = time.perf_counter()
            async with database.reading() as tx:
                found = await of_fair(tx, fair.id, search)
            times[search].append((time.perf_counter() - began) * 1000)
            _demand_right(search, found)
    return times


def _demand_right(search: Search, found: AttendeeList) -> None:
    assert found.rows, search
    assert all(not search.states or row.state in search.states for row in found.rows), search
    for row in found.rows:
        words = search_words(row.name, row.email)
        assert all(f" {word}" in words for word in words_of(search.words)), row


async def bring(cast: Cast, count: int) -> float:
    """Seconds from the file to the last invitation."""
    lines = [f"{name(number)};q{number}@example.org;06 12 34 56 {number % 90 + 10}" for number in range(count)]
    began = time.perf_counter()
    read = await spreadsheet.read(
        Upload("list.csv", "\n".join(["Nom;Courriel;Tél", *lines]).encode()), asyncio.Semaphore(1)
    )
    columns = list_columns.guess(ListKind.CANDIDATES, read.heads, [cells for _, cells in read.lines])
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        row = await list_imports.keep(tx, cast.ines, fair, ListKind.CANDIDATES, read, columns)
    async with cast.database.transaction() as tx:
        await list_imports.begin(tx, cast.fair, await list_imports.one(tx, cast.fair, row.id), None)
    looked_at = 1
    while looked_at:
        async with cast.database.transaction() as tx:
            looked_at = await importing.go_on(tx)
    took = time.perf_counter() - began
    async with cast.database.reading() as tx:
        invited = select(func.count()).select_from(Mail).where(Mail.recipient.startswith("q"), Mail.sent_at.is_(None))
        assert await tx.session.scalar(invited) == count
        assert await outbox.any_due(tx, Channel.MAIL)
    return took


async def hold(cast: Cast, people: int, talks: int) -> None:
    """A fair of so many people in sixty lines, with a talk for one after the other, and twenty events for each talk."""
    async with cast.database.transaction() as tx:
        fair, begins = await tx.session.get_one(Fair, cast.fair.id), tx.now
        stands = []
        for number in range(BOOTHS):
            employer = await employers.found(tx, f"Employer {number}", SECTORS[number % len(SECTORS)])
            stands.append(await booths.reserve(tx, fair, employer))
        booth_ids, recruiter_id = [booth.id for booth in stands], cast.luc.id
        ids = [new_id() for _ in range(people)]
        await _insert(tx, Person, [_person(each, number, begins) for number, each in enumerate(ids)])
        came = [_attendee(cast, each, number, begins) for number, each in enumerate(ids)]
        await _insert(tx, Attendee, came)
        held = [_Held(new_id(), new_id(), new_id(), booth_ids[n % BOOTHS], ids[n % people], n) for n in range(talks)]
        await _insert(tx, Place, [each.place(begins) for each in held])
        await _insert(tx, Call, [each.call(begins, recruiter_id) for each in held])
        await _insert(tx, Meeting, [each.meeting(begins) for each in held])
        await _insert(tx, FollowUp, [each.follow_up(begins) for each in held])
        await _insert(tx, Participant, [row for each in held for row in each.participants(recruiter_id)])
        events = [
            {
                "stream": f"line:{booth_ids[number % BOOTHS]}", "number": number + 1, "kind": "place.taken", "data": {},
                "at": begins,
            }
            for number in range(EVENTS_OF_A_TALK * talks)
        ]  # fmt: skip
        await _insert(tx, StoredEvent, events)
    async with cast.database.transaction() as tx:
        await tx.session.execute(text("ANALYZE"))


async def _insert(tx: Transaction, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        await tx.write(insert(kind), rows[start : start + AT_ONCE])


def _person(person_id: uuid.UUID, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": person_id, "name": name(number), "language": "fr", "created_at": now, "location": PLACES[number % 5],
    }  # fmt: skip


def _attendee(cast: Cast, person_id: uuid.UUID, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(), "fair_id": cast.fair.id, "email": f"c{number}@example.org", "name": name(number),
        "sort_name": name(number), "words": "", "person_id": person_id, "listed_at": now, "came_at": now,
    }  # fmt: skip


@dataclass(frozen=True)
class _Held:
    """A talk from the line to the answer: each waits a minute longer than the one before at its booth."""

    place_id: uuid.UUID
    call_id: uuid.UUID
    meeting_id: uuid.UUID
    booth_id: uuid.UUID
    person_id: uuid.UUID
    number: int

    def place(self, begins: datetime) -> dict[str, Any]:
        return {
            "id": self.place_id, "booth_id": self.booth_id, "person_id": self.person_id, "ticket": self.number + 1,
            "state": PlaceState.SERVED, "words": "", "joined_at": begins, "missed": 0, "ended_at": self._rang(begins),
        }  # fmt: skip

    def _rang(self, begins: datetime) -> datetime:
        return begins + timedelta(minutes=self.number // BOOTHS)

    def call(self, begins: datetime, recruiter_id: uuid.UUID) -> dict[str, Any]:
        rang = self._rang(begins)
        return {
            "id": self.call_id, "place_id": self.place_id, "recruiter_id": recruiter_id, "state": CallState.ACCEPTED,
            "rang_at": rang, "deadline": rang, "settled_at": rang,
        }  # fmt: skip

    def meeting(self, begins: datetime) -> dict[str, Any]:
        live = self._rang(begins)
        return {
            "id": self.meeting_id, "call_id": self.call_id, "booth_id": self.booth_id, "state": MeetingState.ENDED,
            "mode": "video", "planned_minutes": 10, "opened_at": live, "live_at": live,
            "ended_at": live + timedelta(minutes=10),
        }  # fmt: skip

    def participants(self, recruiter_id: uuid.UUID) -> list[dict[str, Any]]:
        return [
            {"meeting_id": self.meeting_id, "person_id": recruiter_id, "part": Part.LEADER, "booth_id": self.booth_id},
            {"meeting_id": self.meeting_id, "person_id": self.person_id, "part": Part.CANDIDATE, "booth_id": None},
        ]

    def follow_up(self, begins: datetime) -> dict[str, Any]:
        return {
            "meeting_id": self.meeting_id, "notes": "", "answer": "", "rating_words": "", "rating": self.number % 5 + 1,
            "next_step": NextStep.GO_ON, "answered_at": begins, "answer_promised_by": begins + timedelta(days=5),
        }  # fmt: skip


async def reported(cast: Cast, people: int, talks: int) -> float:
    """Seconds of the report, from the question to the file."""
    await hold(cast, people, talks)
    began = time.perf_counter()
    async with cast.database.reading() as tx:
        report = await fair_report.of_fair(tx, await tx.session.get_one(Fair, cast.fair.id))
    content = tables.as_xlsx(report_tables.tables_of(report))
    took = time.perf_counter() - began
    total = report.total
    assert (total.talks, total.answered_in_time, total.talk_minutes) == (talks, talks, 10.0), total
    assert sum(part.figures.talks for part in report.employers) == talks
    assert sum(each.people for each in report.origins) >= people
    assert content.startswith(b"PK")
    return took


async def run(people: int, lines: int, rounds: int, talks: int) -> tuple[dict[Search, list[float]], float, float]:
    gc_tuning.settle()
    with postgres() as address:
        database = Database(f"{address}/postgres", HandClock())
        await migrating.migrate(database.engine)
        cast = await gather(database, HandClock())
        await fill(cast, people)
        took = await looks(database, cast.fair, rounds), await bring(cast, lines), await reported(cast, people, talks)
        await database.close()
    return took


def p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--talks", type=int, default=5000)
    asked = parser.parse_args()
    times, import_s, report_s = asyncio.run(run(asked.people, asked.lines, asked.rounds, asked.talks))
    print(f"{'search':<72}{'median ms':>10}{'p95 ms':>8}")
    for search, took in times.items():
        shown = f"{search.words!r} {', '.join(search.states)} {search.order} page {search.page}"
        print(f"{shown:<72}{statistics.median(took):>10.1f}{p95(took):>8.1f}")
    every = [each for took in times.values() for each in took]
    figures = {"list_p95_ms": round(p95(every), 1), "import_s": round(import_s, 1), "report_s": round(report_s, 2)}
    print(json.dumps({"bench": "lists", **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
