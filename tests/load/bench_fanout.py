"""`make bench-fanout`: a chat message to 1,000 and to 10,000 people, of whom one in a hundred does not read.

    python -m tests.load.bench_fanout [--rounds 3] [--rooms 1000,10000]

Three: our wire alone (`ours`), Node's socket.io (`node`), and the whole product (`product`), in which each
message is a command that is checked, written, numbered and then told. The last line is {"bench": "fanout", "rooms":
{"1000": {"ours": ..., "node": ..., "product": ..., "ratio": ..., "cpu_us_ours": ..., "cpu_us_node": ...}, ...},
"slow_reader_harm": ...}: deliveries a second, the server's CPU time for each, and how many times longer the others wait
(p99) when some do not read. It fails when a message is lost or doubled.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from rooms.chat import conversations
from rooms.core.events import conversation_stream
from server.rehearsal.staging import gather
from server.rehearsal.wire_client import PONG, WireClient
from signaling.cookies import SESSION_COOKIE
from tests.load import cores
from tests.load.contestants import running
from tests.load.contestants.running import PATH, Contestant

MESSAGES = 20
SLOW = 100
"""One in so many does not read."""
AT_ONCE = 100
PILE, LARGE = 400, "x" * 8_000
"""What lies unread before a slow reader: more than the system keeps for it."""
TEXT = "Bonjour à toutes et à tous ! Quels sont les horaires du soir, et y a-t-il un bus pour rentrer ?"
SENT = b'42["chat:sent"'
PINGED = b"\x81\x012"
WITHIN = 120


class Listener(WireClient):
    """Counts what it hears, and notes when; what comes is not taken apart, for that would measure the listener."""

    __slots__ = ("crowd",)
    crowd: "Listeners | None"

    def data_received(self, data: bytes) -> None:
        if self.crowd is None:
            super().data_received(data)
            return
        if heard := data.count(SENT):
            self.crowd.hear(heard)
        if data.endswith(PINGED):
            self.transport.write(PONG)


Say = Callable[["Listeners", int], Awaitable[None]]


@dataclass
class Listeners:
    """Everybody in one room of one contestant."""

    contestant: Contestant
    say: Say
    all: list[Listener] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    expected: int = 0
    began: float = 0.0
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    heard: int = 0

    def hear(self, count: int) -> None:
        self.heard += count
        self.times.append(time.perf_counter() - self.began)
        if self.heard >= self.expected:
            self.is_over.set()

    async def come(self, count: int, enter: Callable[[Listener, int], Awaitable[None]], cookies: list[str]) -> None:
        async def one(number: int) -> Listener:
            listener = Listener()
            listener.crowd = None
            cookie = cookies[number] if cookies else ""
            await listener.open(self.contestant.port, path=PATH, cookie=cookie)
            await enter(listener, number)
            # Whoever does not read is not counted from the beginning.
            listener.crowd = self if number % SLOW else None
            return listener

        for begin in range(len(self.all), count, AT_ONCE):
            self.all += await asyncio.gather(*(one(number) for number in range(begin, min(begin + AT_ONCE, count))))

    @property
    def readers(self) -> list[Listener]:
        return [each for number, each in enumerate(self.all) if number % SLOW]

    async def fan_out(self, messages: int) -> int:
        self.heard, self.times, self.expected = 0, [], messages * len(self.readers)
        self.is_over.clear()
        self.began = time.perf_counter()
        for number in range(messages):
            await self.say(self, number)
        async with asyncio.timeout(WITHIN):
            await self.is_over.wait()
        assert self.heard == self.expected, "doubled"
        return self.expected


@dataclass
class Result:
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    p99_ms: float = 0.0
    p99_with_slow_ms: float = 0.0

    @property
    def harm(self) -> float:
        return self.p99_with_slow_ms / self.p99_ms


async def join_room(listener: Listener, _: int) -> None:
    await listener.call("join", {"room": "hall"})


async def say_plainly(listeners: Listeners, number: int, text: str = TEXT) -> None:
    payload = {"stream": "conversation:x", "number": number, "at": "2026-11-24T09:00:00Z", "message": {
        "message_id": str(uuid.UUID(int=number)), "author_name": "Amina Benali", "text": text,
        "written_at": "2026-11-24T09:00:00Z", "is_removed": False}}  # fmt: skip
    listeners.readers[number % 100].emit("say", {"room": "hall", "payload": payload})


async def measure(listeners: Listeners, result: Result) -> None:
    with cores.spending(listeners.contestant.pid) as spent:
        count = await listeners.fan_out(MESSAGES)
    result.rates.append(count / spent.seconds)
    result.cpu_us.append(spent.server_cpu / count * 1e6)


async def latency(listeners: Listeners) -> float:
    """Milliseconds (p99) until one message alone is with everybody."""
    found: list[float] = []
    for _ in range(5):
        await listeners.fan_out(1)
        found += listeners.times
        await asyncio.sleep(0.1)
    return statistics.quantiles(found, n=100)[-1] * 1000


async def run(rounds: int, sizes: list[int]) -> int:
    cores.open_files()
    cores.pin(0, 1)
    results = {size: {name: Result() for name in ("ours", "node", "product")} for size in sizes}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = await stack.enter_async_context(running.ours(folder))
        hall = await _hall(ours)
        tokens = [each.token for each in await gather(ours.cast.database, max(sizes), "Person")]
        cookies = [f"{SESSION_COOKIE}={token}" for token in tokens]

        async def follow(listener: Listener, _: int) -> None:
            ack = await listener.call("stream:follow", {"streams": [{"stream": conversation_stream(hall)}]})
            assert ack["ok"], ack

        authors = itertools.count()

        async def write(listeners: Listeners, _: int) -> None:
            # Nobody writes often.
            who = listeners.readers[next(authors) % len(listeners.readers)]
            message = {"conversation_id": str(hall), "text": TEXT, "client_id": str(uuid.uuid4())}
            who.emit("chat:send", message)

        everybody = {
            "ours": Listeners(await stack.enter_async_context(running.bare()), say_plainly),
            "node": Listeners(await stack.enter_async_context(running.node()), say_plainly),
            "product": Listeners(ours.contestant, write),
        }
        for size in sizes:
            # One after the other: three crowds at once are more connections than a process may have.
            for name, listeners in everybody.items():
                is_product = name == "product"
                await listeners.come(size, follow if is_product else join_room, cookies if is_product else [])
                await one_contestant(listeners, results[size][name], rounds, piles_up=size == min(sizes))
    return report(results)


async def one_contestant(listeners: Listeners, result: Result, rounds: int, *, piles_up: bool) -> None:
    await listeners.fan_out(3)
    result.p99_ms = await latency(listeners)
    for each in listeners.all[::SLOW]:
        each.transport.pause_reading()
    for _ in range(rounds):
        await measure(listeners, result)
    if piles_up and listeners.say is say_plainly:
        await pile_up(listeners)
    result.p99_with_slow_ms = await latency(listeners)
    assert not any(each.is_lost for each in listeners.readers), "a reader was closed"
    for each in listeners.all:
        each.close()
    listeners.all = []
    await asyncio.sleep(2)


async def pile_up(listeners: Listeners) -> None:
    """Whoever does not read has more to read than the system takes."""
    for begin in range(0, PILE, MESSAGES):
        listeners.heard, listeners.expected = 0, MESSAGES * len(listeners.readers)
        listeners.is_over.clear()
        for number in range(begin, begin + MESSAGES):
            await say_plainly(listeners, number, LARGE)
        async with asyncio.timeout(WITHIN):
            await listeners.is_over.wait()


async def _hall(ours: running.Ours) -> uuid.UUID:
    async with ours.cast.database.transaction() as tx:
        return (await conversations.of_fair(tx, ours.cast.fair.id)).id


def report(results: dict[int, dict[str, Result]]) -> int:
    rooms = {}
    for size, found in results.items():
        rate = {name: statistics.median(result.rates) for name, result in found.items()}
        cpu = {name: statistics.median(result.cpu_us) for name, result in found.items()}
        for name, result in found.items():
            late = f"p99 of one message {result.p99_ms:.0f} ms, {result.p99_with_slow_ms:.0f} ms while some do not read"
            print(f"{size:6} {name:8} {rate[name]:9.0f} deliveries/s {cpu[name]:6.2f} us of CPU each, {late}")
        rooms[str(size)] = {
            "ours": round(rate["ours"]), "node": round(rate["node"]), "product": round(rate["product"]),
            "ratio": round(rate["ours"] / rate["node"], 2), "cpu_us_ours": round(cpu["ours"], 2),
            "cpu_us_node": round(cpu["node"], 2),
        }  # fmt: skip
    harm = results[min(results)]["ours"].harm
    print(json.dumps({"bench": "fanout", "rooms": rooms, "slow_reader_harm": round(harm, 2)}))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rooms", default="1000,10000")
    arguments = parser.parse_args()
    sys.exit(uvloop.run(run(arguments.rounds, [int(size) for size in arguments.rooms.split(",")])))
