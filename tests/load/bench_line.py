"""`make bench-line`: 1,000 people join 20 lines at the same instant, and each is told where they stand.

    python -m tests.load.bench_line [--people 1000]

Through the product, on PostgreSQL, everybody connected beforehand. Prints as its last line {"bench": "line", "people":
..., "last_s": ..., "p99_ms": ..., "told_s": ...}: until the last had their place acknowledged, the 99th of a hundred,
and until everybody had been told their position. It fails when a place is lost or doubled, or two have one ticket.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import uvloop
from sqlalchemy import func, select

from rooms.core.events import person_stream
from rooms.fairs import booths
from rooms.lines.places import Place
from server.rehearsal.staging import Guest, gather
from server.rehearsal.wire_client import WireClient
from signaling.cookies import SESSION_COOKIE
from tests.load import cores
from tests.load.bench_first_view import fill
from tests.load.contestants import running
from tests.load.contestants.running import PATH

LINES = 20
AT_ONCE = 200
WITHIN = 60


class Waiting:
    """Counts who has been told a position."""

    def __init__(self, count: int) -> None:
        self._count, self._told = count, set[int]()
        self.everybody = asyncio.Event()

    def hear(self, client: WireClient, packet: bytes) -> None:
        if packet.startswith(b'42["place:status"') and b'"position":null' not in packet:
            self._told.add(client.name)
            if len(self._told) == self._count:
                self.everybody.set()


async def come(ours: running.Ours, people: list[Guest], waiting: Waiting) -> list[WireClient]:
    async def one(number: int) -> WireClient:
        person, token = people[number]
        client = WireClient(waiting.hear)
        client.name = number
        await client.open(ours.running.port, path=PATH, cookie=f"{SESSION_COOKIE}={token}")
        mine = {"stream": person_stream(person), "epoch": "", "after": 0}
        assert (await client.call("stream:follow", {"streams": [mine]}))["ok"]
        return client

    found: list[WireClient] = []
    for begin in range(0, len(people), AT_ONCE):
        found += await asyncio.gather(*(one(number) for number in range(begin, min(begin + AT_ONCE, len(people)))))
    return found


async def run(count: int) -> int:
    cores.open_files()
    cores.pin(0, 1)
    with tempfile.TemporaryDirectory() as folder:
        async with running.ours(Path(folder)) as ours:
            async with ours.cast.database.transaction() as tx:
                await fill(tx, ours.cast)
            async with ours.cast.database.reading() as tx:
                lines = [booth.id for booth in await booths.of_fair(tx, ours.cast.fair.id)][:LINES]
            waiting = Waiting(count)
            clients = await come(ours, await gather(ours.cast.database, count, "Person"), waiting)

            async def join(client: WireClient) -> float:
                ack = await client.call("line:join", {"booth_id": str(lines[client.name % LINES])})
                assert ack["ok"], ack
                return time.perf_counter() - began

            began = time.perf_counter()
            async with asyncio.timeout(WITHIN):
                took = await asyncio.gather(*map(join, clients))
                await waiting.everybody.wait()
            told = time.perf_counter() - began
            async with ours.cast.database.reading() as tx:
                tickets = select(func.count(), func.count(func.distinct(Place.person_id))).select_from(Place)
                assert tuple((await tx.session.execute(tickets)).one()) == (count, count), "lost or doubled"
    last, p99 = max(took), statistics.quantiles(took, n=100)[-1]
    print(f"{count} joined {LINES} lines: the last after {last:.2f} s, everybody told after {told:.2f} s")
    line = {
        "bench": "line", "people": count, "last_s": round(last, 2), "p99_ms": round(p99 * 1000),
        "told_s": round(told, 2),
    }  # fmt: skip
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=1000)
    sys.exit(uvloop.run(run(parser.parse_args().people)))
