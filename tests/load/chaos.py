"""`make chaos`: everything that a fair stands on fails in turn while simulated people are at it.

    python -m tests.load.chaos [--people 300] [--pause 12]

After each fault it is measured how long it takes until what one person writes is read by another one again. In the end
the history of what everybody saw is judged: nothing acknowledged is lost, nothing is doubled, nobody is called twice at
once, lines are in order. The last line is {"bench": "chaos", "faults": ..., "survived": ..., "lost": ..., "doubled":
..., "recovery_s_max": ...}. It fails when a fault is not survived or the judge finds something.
"""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from rooms.core.clock import SetClock
from tests.load.canary import Canary
from tests.proxy import Proxy
from tests.running_server import RunningServer
from tests.stack import Stack

PROCESSES = 3
BOOTHS = 10
RECOVERS_WITHIN_S = 60.0
STOPPED_S, REDIS_AWAY_S, POSTGRES_AWAY_S, CUT_S = 20.0, 5.0, 30.0, 10.0
Fault = Callable[[], Awaitable[None]]


@dataclass
class Chaos:
    running: Stack
    wire: Proxy
    """Between the first process and Redis."""
    folder: Path
    recoveries: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

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
        """A file system of a megabyte takes the place of the uploads' own; somebody sends what does not fit."""
        files = self.folder / "files"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", files], check=True)
        try:
            (files / "full").write_bytes(b"\0" * 60_000)
            with contextlib.suppress(OSError):
                (files / "more").write_bytes(b"\0" * 60_000)
            await asyncio.sleep(3)
        finally:
            subprocess.run(["umount", "-l", files], check=True)

    async def _rolling(self) -> None:
        for process in self.running.processes:
            await process.stop()
            await process.start()

    async def happen(self, canary: Canary, pause: float) -> None:
        await canary.sings(RECOVERS_WITHIN_S)
        for name, fault in self.faults().items():
            await asyncio.sleep(pause)
            try:
                await fault()
                self.recoveries[name] = await canary.sings(RECOVERS_WITHIN_S)
                print(f"{name}: works {self.recoveries[name]:.1f} s afterwards", flush=True)
            except Exception as error:
                self.failed.append(name)
                print(f"{name}: {type(error).__name__} {error}", flush=True)
