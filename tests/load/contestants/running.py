"""The contestants as processes on the first core."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.cast import Cast
from tests.load import cores
from tests.running_server import RunningServer
from tests.services import free_port, postgres

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PATH = "/live/"


@dataclass(frozen=True)
class Contestant:
    name: str
    port: int
    pid: int


@asynccontextmanager
async def node() -> AsyncIterator[Contestant]:
    async with _program("node", [str(ROOT / "tools/node_from_pypi.py"), str(HERE / "node.mjs")]) as found:
        yield found


@asynccontextmanager
async def stock() -> AsyncIterator[Contestant]:
    async with _program("stock", ["-m", "tests.load.contestants.stock"]) as found:
        yield found


@asynccontextmanager
async def bare() -> AsyncIterator[Contestant]:
    """Our wire without the product."""
    async with _program("bare", ["-m", "tests.load.contestants.bare"]) as found:
        yield found


@asynccontextmanager
async def _program(name: str, arguments: list[str]) -> AsyncIterator[Contestant]:
    port = free_port()
    process = subprocess.Popen([sys.executable, *arguments, str(port)], cwd=ROOT)
    cores.pin(process.pid, 0)
    try:
        await _until_it_listens(port)
        yield Contestant(name, port, process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


async def _until_it_listens(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


@dataclass(frozen=True)
class Ours:
    contestant: Contestant
    cast: Cast
    running: RunningServer


@asynccontextmanager
async def ours(folder: Path, **settings: str) -> AsyncIterator[Ours]:
    """The product on a PostgreSQL of its own, which shares the generator's core."""
    with postgres() as address:
        connection = await asyncpg.connect(address.replace("+asyncpg", "") + "/postgres")
        await connection.execute("CREATE DATABASE bench")
        await connection.close()
        # In the machine's own time, so that nothing waits for a clock file to be read.
        running = RunningServer(f"{address}/bench", folder, begins=None, extra=settings)
        cast = await running.prepare()
        await running.start()
        assert running.process
        pid = running.process.pid
        cores.pin(pid, 0)
        _pin_postgres(int(address.rpartition(":")[2]))
        try:
            yield Ours(Contestant("ours", running.port, pid), cast, running)
        finally:
            await running.stop()
            await cast.database.close()


def _pin_postgres(port: int) -> None:
    """Its children inherit the core."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if f"\0{port}\0" in line and "postgres" in line:
                cores.pin(int(entry.name), 1)
    os.sched_yield()
