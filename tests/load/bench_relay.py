"""`make bench-relay`: 200 meetings of two exchange descriptions and ice_candidates, as fast as the server takes them.

    python -m tests.load.bench_relay [--rounds 3]

Ours is the whole product with its checks on (membership, generation, rate, shape), on PostgreSQL; beside it, in
turns, python-socketio and Node's socket.io as they come, with a relay of ten lines. Then, at a pace that fills nobody,
how long a signal is on its way. The last line is {"bench": "relay", "ours": ..., "stock": ..., "node": ...,
"ratio_to_node": ..., "cpu_us_ours": ..., "cpu_us_node": ..., "p99_ms": ...}: signals a second, and the server's CPU
time for each. It fails when a signal was lost or doubled.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth, BoothStaff
from rooms.lines import calls, joining
from rooms.lines.call import Answer
from rooms.organisations import employers
from rooms.people import people, presence, sessions
from rooms.people.people import Person
from server.rehearsal.talk import ICE, ICE_CANDIDATES, SDP
from server.rehearsal.wire_client import WireClient, masked_frame
from signaling.cookies import SESSION_COOKIE
from tests.cast import Cast
from tests.load import cores
from tests.load.contestants import running
from tests.load.contestants.running import PATH, Contestant

MEETINGS, FEW_MEETINGS = 200, 40
"""The few are for seeing that it works, in one round."""
EXCHANGES = 14
"""An exchange is a description and what follows it; fourteen stay below what one person may send at once."""
WARM_UP = 2
PACED_SECONDS, PACED_A_SECOND = 4, 500
FEW_PACED_SECONDS = 1


@dataclass
class Result:
    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    p99_ms: float = 0.0
    is_generator_full: bool = False


async def meetings(cast: Cast, count: int) -> list[tuple[str, str, str]]:
    """(meeting, the candidate's session, the recruiter's session) of talks that began at the booth."""
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        found = []
        for number in range(count):
            candidate = await people.welcome(tx, f"Person {number}", f"p{number}@example.org", "en")
            recruiter = await people.welcome(tx, f"Recruiter {number}", f"r{number}@example.org", "en")
            await employers.add_member(tx, booth.employer_id, recruiter, is_owner=False)
            tx.session.add(BoothStaff(booth_id=booth.id, person_id=recruiter.id))
            await presence.connect(tx, cast.process_id, {f"bench-{number}": candidate.id})
            await tx.session.flush()
            meeting = await _talk(tx, booth, candidate, recruiter)
            tokens = [await sessions.open_session(tx, person, "bench") for person in (candidate, recruiter)]
            found.append((meeting, *tokens))
    return found  # type: ignore[return-value]


async def _talk(tx: Transaction, booth: Booth, candidate: Person, recruiter: Person) -> str:
    place = await joining.join(tx, candidate, booth)
    await tx.session.flush()
    call = await calls.call_chosen(tx, recruiter, place)
    await tx.session.flush()
    locked = await calls.locked(tx, call.id)
    assert locked
    meeting = await calls.answer(tx, locked, Answer.JOIN)
    assert meeting
    await tx.session.flush()
    return str(meeting.id)


class Pairs:
    """The 400 peers of one contestant."""

    def __init__(self, contestant: Contestant) -> None:
        self.contestant = contestant
        self.peers: list[WireClient] = []
        self.frames: list[bytes] = []
        """By peer: one exchange."""
        self.heard = 0
        self.all_heard = asyncio.Event()
        self.expected = 0
        self.times: list[float] = []

    async def enter(self, found: list[tuple[str, str, str]]) -> None:
        for meeting, *tokens in found:
            generation = 0
            pair = []
            for token in tokens:
                peer = await WireClient(self._hear).open(
                    self.contestant.port, path=PATH, cookie=f"{SESSION_COOKIE}={token}"
                )
                if self.contestant.name == "ours":
                    ack = await peer.call("meeting:enter", {"meeting_id": meeting, "tab": "bench"})
                else:
                    ack = await peer.call("enter", {"channel_id": meeting})
                assert ack["ok"], ack
                generation = ack["generation"]
                pair.append(peer)
            self.peers += pair
            signals = [_signal(meeting, generation, "description", {"type": "offer", "sdp": SDP})]
            signals += [_signal(meeting, generation, "ice_candidate", ICE)] * ICE_CANDIDATES
            self.frames += [b"".join(map(masked_frame, signals))] * 2
            for peer in pair:
                peer.name = meeting, generation

    def _hear(self, _: WireClient, packet: bytes) -> None:
        if not packet.startswith(b'42["meeting:signal"'):
            return
        self.heard += 1
        if (at := packet.find(b'"sent_at":')) > 0:
            self.times.append(time.perf_counter() - float(packet[at + 10 : packet.index(b"}", at)]))
        if self.heard == self.expected:
            self.all_heard.set()

    async def exchange(self, count: int) -> int:
        """Everybody sends `count` exchanges at once; gives how many signals came."""
        self.heard, self.expected = 0, len(self.peers) * count * (1 + ICE_CANDIDATES)
        self.all_heard.clear()
        for _ in range(count):
            for peer, frames in zip(self.peers, self.frames, strict=True):
                peer.transport.write(frames)
        async with asyncio.timeout(120):
            await self.all_heard.wait()
        return self.expected

    async def paced(self, seconds: int) -> list[float]:
        """Milliseconds on the way, of signals sent one after the other."""
        self.heard, self.expected, self.times = 0, seconds * PACED_A_SECOND, []
        self.all_heard.clear()
        began = time.perf_counter()
        for number in range(self.expected):
            peer = self.peers[number % len(self.peers)]
            meeting, generation = peer.name
            peer.transport.write(
                masked_frame(_signal(meeting, generation, "ice_candidate", ICE | {"sent_at": time.perf_counter()}))
            )
            await asyncio.sleep(max(0.0, began + (number + 1) / PACED_A_SECOND - time.perf_counter()))
        async with asyncio.timeout(30):
            await self.all_heard.wait()
        return [each * 1000 for each in self.times]


def _signal(channel: str, generation: int, kind: str, body: object) -> str:
    signal = {"channel_id": channel, "generation": generation, "kind": kind, "body": body}
    return "42" + json.dumps(["meeting:signal", signal], separators=(",", ":"))


async def measure(pairs: Pairs, result: Result) -> None:
    with cores.spending(pairs.contestant.pid) as spent:
        count = await pairs.exchange(EXCHANGES)
    result.rates.append(count / spent.seconds)
    result.cpu_us.append(spent.server_cpu / count * 1e6)
    result.is_generator_full |= spent.is_generator_full


async def run(rounds: int) -> int:
    cores.open_files()
    cores.pin(0, 1)
    results = {name: Result() for name in ("ours", "stock", "node")}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = await stack.enter_async_context(running.ours(folder))
        contestants = [
            ours.contestant,
            await stack.enter_async_context(running.stock()),
            await stack.enter_async_context(running.node()),
        ]
        found = await meetings(ours.cast, MEETINGS if rounds > 1 else FEW_MEETINGS)
        everybody = [Pairs(contestant) for contestant in contestants]
        for pairs in everybody:
            await pairs.enter(found)
            await pairs.exchange(WARM_UP)
        for _ in range(rounds):
            for pairs in everybody:
                await measure(pairs, results[pairs.contestant.name])
            # What one person may send in a while has to come back.
            await asyncio.sleep(15 if rounds > 1 else 0)
        for pairs in everybody:
            times = await pairs.paced(PACED_SECONDS if rounds > 1 else FEW_PACED_SECONDS)
            results[pairs.contestant.name].p99_ms = statistics.quantiles(times, n=100)[-1]
            assert not any(peer.is_lost for peer in pairs.peers), "a connection was closed"
    return report(results)


def report(results: dict[str, Result]) -> int:
    rate = {name: statistics.median(result.rates) for name, result in results.items()}
    cpu = {name: statistics.median(result.cpu_us) for name, result in results.items()}
    for name, result in results.items():
        full = "; the generator was full: compare CPU time" if result.is_generator_full else ""
        print(f"{name:6} {rate[name]:9.0f} signals/s {cpu[name]:7.1f} us of CPU each, p99 {result.p99_ms:.1f} ms{full}")
    line = {
        "bench": "relay", "ours": round(rate["ours"]), "stock": round(rate["stock"]), "node": round(rate["node"]),
        "ratio_to_node": round(rate["ours"] / rate["node"], 2), "cpu_us_ours": round(cpu["ours"], 1),
        "cpu_us_node": round(cpu["node"], 1), "p99_ms": round(results["ours"].p99_ms, 1),
    }  # fmt: skip
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    sys.exit(uvloop.run(run(parser.parse_args().rounds)))
