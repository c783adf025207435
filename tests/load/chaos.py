"""`make chaos`: everything that a fair stands on fails in turn while simulated people are at it.

    python -m tests.load.chaos [--people 300] [--pause 12]

After each fault it is measured how long it takes until what one person writes is read by another one again. In the end
the history of what everybody saw is judged: nothing acknowledged is lost, nothing is doubled, nobody is called twice at
once, lines are in order. The last line is {"bench": "chaos", "faults": ..., "survived": ..., "lost": ..., "doubled":
..., "recovery_s_max": ...}. It fails when a fault is not survived or the judge finds something.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import aiohttp
from fpdf import FPDF

from rooms.core.clock import SetClock
from rooms.core.errors import Away
from rooms.people import documents, sessions
from server.rehearsal import directing
from server.rehearsal.directing import Plan, Rehearsal, direct
from server.rehearsal.history import Outcome, judge
from server.rehearsal.staging import gather, stage
from server.security import form_token, masked
from signaling.cookies import session_cookie
from tests.load import bench_fair, cores
from tests.load.canary import Canary
from tests.proxy import Proxy
from tests.running_server import RunningServer
from tests.server.world import SECRET
from tests.services import RedisServer
from tests.stack import Stack, stack

PROCESSES = 3
BOOTHS = 10
RECOVERS_WITHIN_S = 60.0
ALMOST_ALL, COME_WITHIN_S = 0.9, 60.0
STOPPED_S, REDIS_AWAY_S, POSTGRES_AWAY_S, CUT_S = 20.0, 5.0, 30.0, 10.0
Fault = Callable[[], Awaitable[None]]


class NotTried(Exception):
    """What this machine does not allow."""


@dataclass
class Chaos:
    running: Stack
    wire: Proxy
    """Between the first process and Redis."""
    folder: Path
    recoveries: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    not_tried: list[str] = field(default_factory=list)

    def faults(self) -> dict[str, Fault]:
        killed = {f"process {number} is killed": self._killing(each) for number, each in self._numbered()}
        return {
            **killed,
            "a process stands still for 20 s": self._stand_still,
            "Redis is gone for 5 s and has forgotten everything": self._redis,
            "PostgreSQL is gone for 30 s": self._postgres,
            "the wire between a process and Redis is cut for 10 s": self._cut,
            "everybody comes back at once": self._everybody,
            "the clock jumps an hour ahead": self._clock,
            "the disk for uploads is full": self._disk,
            "every process starts again, one after the other": self._rolling,
        }

    def _numbered(self) -> list[tuple[int, RunningServer]]:
        return list(enumerate(self.running.processes, start=1))

    def _killing(self, process: RunningServer) -> Fault:
        async def kill() -> None:
            await process.kill()
            await process.start()

        return kill

    async def _stand_still(self) -> None:
        process = self.running.processes[1].process
        assert process
        process.send(signal.SIGSTOP)
        await asyncio.sleep(STOPPED_S)
        process.send(signal.SIGCONT)

    async def _redis(self) -> None:
        self.running.redis.stop()
        await asyncio.sleep(REDIS_AWAY_S)
        self.running.redis.start()

    async def _postgres(self) -> None:
        await asyncio.to_thread(self.running.postgres.stop)
        await asyncio.sleep(POSTGRES_AWAY_S)
        await asyncio.to_thread(self.running.postgres.start)

    async def _cut(self) -> None:
        self.wire.cut()
        await asyncio.sleep(CUT_S)
        self.wire.mend()

    async def _everybody(self) -> None:
        self.running.nginx.kill()
        self.running.nginx.start()

    async def _clock(self) -> None:
        SetClock(self.folder / "clock").pass_by(hours=1)

    async def _disk(self) -> None:
        """A file system of 64 kB takes the place of the uploads' own; the CV that does not fit is refused, whole."""
        files = self.folder / "files"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", files], check=False)
        if mounted.returncode:
            raise NotTried("it takes root to mount a file system")
        try:
            (files / "full").write_bytes(b"\0" * 60_000)
            await self._send_cv(fits=False)
        finally:
            subprocess.run(["umount", "-l", files], check=True)
        await self._send_cv(fits=True)

    async def _rolling(self) -> None:
        for process in self.running.processes:
            await process.stop()
            await process.start()

    async def _send_cv(self, *, fits: bool) -> None:
        token = await self._session()
        form = aiohttp.FormData({"form_token": masked(form_token(SECRET, token))})
        form.add_field("document", _cv(), filename="cv.pdf", content_type="application/pdf")
        headers = {"Cookie": f"{session_cookie(self.running.url)}={token}", "Origin": self.running.url}
        connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(self.running.certificate)))
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as http,
            http.post(f"{self.running.url}/me/cv", data=form, allow_redirects=False) as answer,
        ):
            pass
        async with self.running.cast.database.reading() as tx:
            kept = await documents.cvs_of(tx, {self.running.cast.amina.id})
        if (answer.status, bool(kept)) != ((HTTPStatus.SEE_OTHER if fits else HTTPStatus.CONFLICT), fits):
            raise AssertionError(
                f"a CV on a disk that {'has room' if fits else 'is full'}: {answer.status}, {len(kept)} kept"
            )

    async def _session(self) -> str:
        """Of Amina. The first who asks after PostgreSQL was gone finds a connection that is none any more."""
        database = self.running.cast.database
        for _ in range(2):
            with contextlib.suppress(Away):
                async with database.transaction() as tx:
                    return await sessions.open_session(tx, self.running.cast.amina, "chaos")
        raise Away()

    async def happen(self, canary: Canary, pause: float) -> None:
        await canary.sings(RECOVERS_WITHIN_S)
        for name, fault in self.faults().items():
            await asyncio.sleep(pause)
            try:
                await fault()
                self.recoveries[name] = await canary.sings(RECOVERS_WITHIN_S)
                print(f"{name}: works {self.recoveries[name]:.1f} s afterwards", flush=True)
            except NotTried as reason:
                self.not_tried.append(name)
                print(f"{name}: not tried, {reason}", flush=True)
            except Exception as error:
                self.failed.append(name)
                print(f"{name}: {type(error).__name__} {error}", flush=True)


def _cv() -> bytes:
    """A PDF that is larger than what is left on the small disk."""
    paper = FPDF()
    paper.set_compression(False)
    paper.add_page()
    paper.set_font("Helvetica", size=8)
    for _ in range(200):
        paper.cell(text="Cooked for sixty guests, in three languages. " * 4, new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


@asynccontextmanager
async def chaos(folder: Path) -> AsyncIterator[Chaos]:
    async with AsyncExitStack() as parts:
        wire = Proxy(0)
        parts.push_async_callback(wire.stop)
        clock = SetClock(folder / "clock")
        clock.set_to(datetime.now(UTC))
        (folder / "files").mkdir()
        running = await parts.enter_async_context(stack(folder, PROCESSES, _Settings(wire, folder)))
        yield Chaos(running, wire, folder)


@dataclass
class _Settings:
    """One process reaches Redis by a wire that can be cut; all have one clock, which can be moved."""

    wire: Proxy
    folder: Path
    given: int = 0

    async def __call__(self, redis: RedisServer) -> dict[str, str]:
        self.given += 1
        settings = {"PARVIS_CLOCK_FILE": str(self.folder / "clock")}
        if self.given == 1:
            self.wire.target = redis.port
            await self.wire.start()
            settings["PARVIS_REDIS"] = f"redis://127.0.0.1:{self.wire.port}/0"
        return settings


async def play(folder: Path, people: int, pause: float) -> tuple[Chaos, Rehearsal]:
    async with chaos(folder) as found:
        database = found.running.cast.database
        async with database.transaction() as tx:
            await bench_fair.furnish(tx, found.running.cast, BOOTHS)
        staging = await stage(database, found.running.cast.fair.slug, people, recruiters=2)
        guests = await gather(database, 2, "Canary")
        minutes = (len(found.faults()) * (pause + 8) + STOPPED_S + POSTGRES_AWAY_S + 60) / 60
        certificate = str(found.running.certificate)
        plan = Plan(found.running.url, minutes, rush_s=15, crews=1, thinks_s=20, talks_s=8, certificate=certificate)
        canary = Canary.of(found.running.url, certificate, staging, guests, time.time() + minutes * 60)
        everybody = asyncio.Event()

        def watch(played: Rehearsal) -> None:
            if played.most_here >= ALMOST_ALL * people:
                everybody.set()

        playing = asyncio.create_task(direct(database, staging, plan, watch))
        await asyncio.wait_for(everybody.wait(), COME_WITHIN_S)
        await found.happen(canary, pause)
        await canary.close()
        rehearsal = await playing
        async with database.reading() as tx:
            stored = await directing.stored(tx, staging.fair_id)
        # The canary's own words are part of the history.
        rehearsal.verdict = judge([*rehearsal.history, *canary.history], stored)
    return found, rehearsal


def _absent(rehearsal: Rehearsal, people: int) -> list[str]:
    """Whether simulated people were at it all the time: what fails before an empty house proves nothing."""
    wrong = []
    if rehearsal.most_here < ALMOST_ALL * people:
        wrong.append(f"only {rehearsal.most_here} of {people} were there")
    acknowledged = [each.ended - rehearsal.began for each in rehearsal.history if each.outcome is Outcome.OK]
    every = rehearsal.plan.minutes * 60 / 10
    for tenth in range(1, 10):
        if not any(tenth * every <= at < (tenth + 1) * every for at in acknowledged):
            wrong.append(f"nothing was acknowledged between {tenth * every:.0f} and {(tenth + 1) * every:.0f} s")
    if unfinished := rehearsal.total.counts["people who did not come to an end"]:
        wrong.append(f"{unfinished} people did not come to an end")
    return wrong


async def run(people: int, pause: float) -> int:
    cores.open_files()
    with tempfile.TemporaryDirectory(prefix="parvis-chaos-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        found, rehearsal = await play(Path(folder), people, pause)
    for name, count in sorted(rehearsal.total.counts.items()):
        print(f"{count:9d} {name}")
    outcomes = Counter((each.kind, each.outcome.value) for each in rehearsal.history)
    for (kind, outcome), count in sorted(outcomes.items()):
        print(f"{count:9d} {kind} {outcome}")
    verdict = rehearsal.verdict
    wrong = [*verdict.lost, *verdict.doubled, *verdict.disordered, *found.failed, *_absent(rehearsal, people)]
    for sentence in wrong[:20]:
        print(sentence, file=sys.stderr)
    line = {
        "bench": "chaos", "faults": len(found.recoveries) + len(found.failed), "survived": len(found.recoveries),
        "not_tried": len(found.not_tried), "lost": rehearsal.lost, "doubled": rehearsal.doubled,
        "recovery_s_max": round(max(found.recoveries.values(), default=0.0), 1),
    }  # fmt: skip
    print(json.dumps(line))
    return 1 if wrong or rehearsal.lost or rehearsal.doubled else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--pause", type=float, default=12)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(run(arguments.people, arguments.pause)))
