"""`parvis demo`: seeds the database, serves it, and runs the simulated people in a process of their own."""

import asyncio
import contextlib
import json
import secrets
import shutil
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path

import uvloop
from pydantic import SecretStr

from rooms.core.database import Database
from server import app, migrating
from server.demo import seed
from server.demo.seed import Cast
from server.settings import Settings, load

ROLES = {
    "candidate": "Candidate",
    "recruiter": "Recruiter",
    "counsellor": "Counsellor",
    "organiser": "Organiser",
    "administrator": "Administrator",
}


def main(folder: str, port: int, *, fresh: bool) -> int:
    place = Path(folder).resolve()
    if fresh:
        shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    if not _is_free(port):
        print(f"Port {port} is in use. Free it, or choose another: make demo PORT={port + 1}", file=sys.stderr)
        return 1
    settings = load(
        mode="demo",
        secret=SecretStr(_secret(place)),
        database=f"sqlite+aiosqlite:///{place / 'parvis.sqlite3'}",
        files=place / "files",
        port=port,
        public_url=f"http://127.0.0.1:{port}",
    )
    return uvloop.run(_run(settings))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _secret(place: Path) -> str:
    """Kept, so that a visitor stays signed in over a restart."""
    path = place / "secret"
    if not path.exists():
        path.write_text(secrets.token_urlsafe(40))
        path.chmod(0o600)
    return path.read_text()


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    cast = await _seeded(settings)
    async with app.serving(app.build(settings), settings.host, settings.port):
        people = await _start_people(settings.public_url, cast)
        _print(settings.public_url, cast)
        await stop.wait()
        print("\nThe fair closes.", flush=True)
        await _end(people)
    return 0


async def _seeded(settings: Settings) -> Cast:
    database = Database(settings.database, settings.clock)
    await migrating.migrate(database.engine)
    cast = await seed.seed(database)
    await database.close()
    return cast


async def _start_people(url: str, cast: Cast) -> asyncio.subprocess.Process:
    """They get the address and their links on standard input, like letters of invitation."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.demo.people", stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert process.stdin  # noqa: S101
    process.stdin.write(json.dumps({"url": url, **asdict(cast)}).encode() + b"\n")
    await process.stdin.drain()
    return process


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        process.kill()
        await process.wait()


def _print(url: str, cast: Cast) -> None:
    lines = ["", f"  Parvis is open at {url}", "", "  Come in as"]
    for role, (name, path) in cast.visitors.items():
        lines.append(f"    {ROLES[role]:<14} {name:<14} {url}{path}")
    lines += ["", f"  Mail lands at     {url}/demo/mailbox", "  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)
