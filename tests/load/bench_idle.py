"""`make bench-idle`: 10,000 signed-in people come into a fair's lobby, stay, and come back after a restart.

    python -m tests.load.bench_idle [--people 10000]

Each opens a live connection and follows themselves, the fair and its chat, as the lobby's page does; the page and its
assets are not counted. Beside it Node's socket.io with nothing but the connection. The last line is {"bench": "idle",
"people": ..., "kb_each": ..., "node_kb_each": ..., "connects_s": ..., "node_connects_s": ..., "back_in_s": ...,
"idle_cpu_pct": ...}. It fails when somebody is not let in, is not known to be present, or is lost.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop
from sqlalchemy import func, select

from rooms.chat import conversations
from rooms.core import streams
from rooms.core.events import conversation_stream, fair_stream, person_stream
from rooms.core.streams import Head
from rooms.people.presence import Connection
from server.rehearsal.staging import Guest, gather
from server.rehearsal.wire_client import WireClient
from signaling.cookies import SESSION_COOKIE
from tests.load import cores
from tests.load.contestants import running
from tests.load.contestants.running import PATH, Contestant

AT_ONCE = 400
"""How many knock at the same time: as many as a poor network's round trips leave open."""
REST_S = 30.0
"""Long enough for everybody to be asked once whether they are still there; a small crowd rests less."""
WARM_UP = 200
Enter = Callable[[WireClient, int], Awaitable[None]]


@dataclass
class Came:
    connects_s: float
    kb_each: float


async def come(contestant: Contestant, count: int, cookies: list[str], enter: Enter) -> tuple[list[WireClient], float]:
    """(the clients, seconds until the last of them was in)"""
    clients: list[WireClient] = []
    numbers = iter(range(count))

    async def one_after_the_other() -> None:
        for number in numbers:
            client = await WireClient().open(contestant.port, path=PATH, cookie=cookies[number] if cookies else "")
            await enter(client, number)
            clients.append(client)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    return clients, time.perf_counter() - began


async def nothing(_: WireClient, __: int) -> None:
    pass


async def fill(
    contestant: Contestant, count: int, cookies: list[str], entering: Callable[[list[str]], Enter]
) -> tuple[list[WireClient], list[WireClient], Came]:
    """First a few, who set up what is there once; what the others cost is what they add."""
    last = cookies[count:]
    few, _ = await come(contestant, WARM_UP, last, entering(last))
    await asyncio.sleep(1)
    before = cores.memory_kb(contestant.pid)
    clients, took = await come(contestant, count, cookies, entering(cookies))
    await asyncio.sleep(1)
    return few, clients, Came(count / took, (cores.memory_kb(contestant.pid) - before) / count)


async def idle_cpu(contestant: Contestant, seconds: float) -> float:
    """Per cent of a core."""
    with cores.spending(contestant.pid) as spent:
        await asyncio.sleep(seconds)
    return spent.server_cpu / spent.seconds * 100


class Lobby:
    """What everybody in the lobby follows, from where the page says."""

    def __init__(self, people: list[Guest], heads: dict[str, Head]) -> None:
        self.cookies = [f"{SESSION_COOKIE}={token}" for _, token in people]
        self._person = dict(zip(self.cookies, (person for person, _ in people), strict=True))
        self._there = [{"stream": name, "epoch": head.epoch, "after": head.last} for name, head in heads.items()]

    def entering(self, cookies: list[str]) -> Enter:
        async def enter(client: WireClient, number: int) -> None:
            mine = {"stream": person_stream(self._person[cookies[number]]), "epoch": "", "after": 0}
            ack = await client.call("stream:follow", {"streams": [mine, *self._there]})
            assert ack["ok"], ack
            assert len(ack["streams"]) == 3, ack

        return enter


async def lobby(ours: running.Ours, count: int) -> Lobby:
    people = await gather(ours.cast.database, count, "Person")
    async with ours.cast.database.transaction() as tx:
        chat = conversation_stream((await conversations.of_fair(tx, ours.cast.fair.id)).id)
    async with ours.cast.database.reading() as tx:
        return Lobby(people, await streams.heads(tx, [fair_stream(ours.cast.fair.id), chat]))


async def product(folder: Path, count: int) -> tuple[Came, float, float]:
    """(how they came, per cent of a core at rest, seconds until all are back after a restart)"""
    async with running.ours(folder) as ours:
        hall = await lobby(ours, count + WARM_UP)
        few, clients, came = await fill(ours.contestant, count, hall.cookies, hall.entering)
        assert await _present(ours) == count + WARM_UP, "somebody is not known to be here"
        print(f"ours: {came.connects_s:.0f} connects/s, {came.kb_each:.1f} kB each", flush=True)
        rest = await idle_cpu(ours.contestant, min(REST_S, count / 200))
        print(f"ours: {rest:.1f} % of a core at rest", flush=True)
        assert not any(each.is_lost for each in few + clients), "somebody was lost"

        await ours.running.kill()
        await ours.running.start()
        assert ours.running.process
        again = Contestant("ours", ours.running.port, ours.running.process.pid)
        cores.pin(again.pid, 0)
        back, back_in = await come(again, count, hall.cookies, hall.entering(hall.cookies))
        print(f"ours: {count} back {back_in:.1f} s after a restart", flush=True)
        for each in few + clients + back:
            each.close()
    return came, rest, back_in


async def run(count: int) -> int:
    cores.open_files()
    cores.pin(0, 1)
    with tempfile.TemporaryDirectory() as folder:
        mine, rest, back_in = await product(Path(folder), count)
    async with running.node() as node:
        _, _, theirs = await fill(node, count, [], lambda _: nothing)
    line = {
        "bench": "idle", "people": count, "kb_each": round(mine.kb_each, 1), "node_kb_each": round(theirs.kb_each, 1),
        "connects_s": round(mine.connects_s), "node_connects_s": round(theirs.connects_s),
        "back_in_s": round(back_in, 1), "idle_cpu_pct": round(rest, 1),
    }  # fmt: skip
    print(json.dumps(line))
    return 0


async def _present(ours: running.Ours) -> int:
    async with ours.cast.database.reading() as tx:
        query = select(func.count()).select_from(Connection).where(Connection.closed_at.is_(None))
        return (await tx.session.execute(query)).scalar_one()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    sys.exit(uvloop.run(run(parser.parse_args().people)))
