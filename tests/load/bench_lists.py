"""A fair's list of 10,000 candidates, searched and filtered page after page, and an import of 5,000 lines from the file
to the last invitation, on PostgreSQL.

    python -m tests.load.bench_lists [--people 10000] [--lines 5000] [--rounds 40]

Prints a table, and as its last line one JSON object: {"bench": "lists", "list_p95_ms": ..., "import_s": ...}. It fails
when a page does not show whom it should, or when somebody of the import is not invited.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, insert, select, text

from rooms.access import importing
from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.model import new_id
from rooms.core.outbox import Channel, Mail
from rooms.core.text import sort_key
from rooms.core.uploads import Upload
from rooms.fairs import list_columns, list_imports
from rooms.fairs.attendees import Attendee, search_words
from rooms.fairs.fairs import Fair
from rooms.fairs.list_columns import ListKind
from rooms.people.name_search import words_of
from rooms.people.signin import Link, Purpose
from rooms.views.attendees import AttendeeList, Order, Search, of_fair
from server import gc_tuning, migrating, spreadsheet
from tests.cast import Cast, gather
from tests.clock import HandClock
from tests.load.bench_slots import name
from tests.services import postgres

AT_ONCE = 5000
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


async def run(people: int, lines: int, rounds: int) -> tuple[dict[Search, list[float]], float]:
    gc_tuning.settle()
    with postgres() as address:
        database = Database(f"{address}/postgres", HandClock())
        await migrating.migrate(database.engine)
        cast = await gather(database, HandClock())
        await fill(cast, people)
        took = await looks(database, cast.fair, rounds), await bring(cast, lines)
        await database.close()
    return took


def p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    times, import_s = asyncio.run(run(asked.people, asked.lines, asked.rounds))
    print(f"{'search':<72}{'median ms':>10}{'p95 ms':>8}")
    for search, took in times.items():
        shown = f"{search.words!r} {', '.join(search.states)} {search.order} page {search.page}"
        print(f"{shown:<72}{statistics.median(took):>10.1f}{p95(took):>8.1f}")
    every = [each for took in times.values() for each in took]
    print(json.dumps({"bench": "lists", "list_p95_ms": round(p95(every), 1), "import_s": round(import_s, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
