"""Starts the simulated people of the demo beside a house under test."""

import asyncio
import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rooms.people.people import Person
from tests.browser.conftest import Visitors
from tests.services import ROOT

PACE = 0.2


@dataclass
class Simulated:
    """Starts `python -m server.demo.people` for some of the cast."""

    visitors: Visitors
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(
        self,
        recruiters: tuple[Person, ...] = (),
        candidates: tuple[Person, ...] = (),
        seekers: tuple[Person, ...] = (),
    ) -> None:
        cast, running = self.visitors.cast, self.visitors.running
        async with cast.database.transaction() as tx:
            for person in (*recruiters, *candidates, *seekers):
                (await tx.session.get_one(Person, person.id)).is_simulated = True
        paths = {
            person.id: (await running.link(cast, person)).removeprefix(running.url)
            for person in (*recruiters, *candidates, *seekers)
        }
        line = {
            "url": running.url,
            "visitors": {},
            "recruiters": [[person.name, paths[person.id]] for person in recruiters],
            "candidates": [[person.name, paths[person.id], "J'aime le matin."] for person in candidates],
            "seekers": [[person.name, paths[person.id]] for person in seekers],
            "fair": cast.fair.slug,
            "pace": PACE,
        }
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.demo.people",
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stderr=self.log.open("ab"), start_new_session=True,
        )  # fmt: skip
        assert self.process.stdin
        self.process.stdin.write(json.dumps(line).encode() + b"\n")
        await self.process.stdin.drain()

    async def stop(self) -> float:
        """End them; how many seconds that took."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), 10)
        except TimeoutError:
            os.killpg(self.process.pid, signal.SIGKILL)
            await self.process.wait()
        return time.monotonic() - began
