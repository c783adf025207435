"""`parvis rehearse`: simulated people at a copy of a fair, at this installation's own address and nowhere else."""

import argparse
import asyncio
import contextlib
import os
import re
import secrets
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import aiohttp
from sqlalchemy.exc import DBAPIError

from rooms.core import lease
from rooms.core.database import Database
from rooms.core.errors import Away, NotFound
from rooms.fairs import entrance_hall, fairs
from rooms.fairs.fairs import Fair
from server.rehearsal import report, view
from server.rehearsal.directing import Plan, direct
from server.rehearsal.report import Result
from server.rehearsal.staging import Staging, stage
from server.rehearsal.striking import strike
from server.settings import Settings
from signaling.cookies import session_cookie

BOUNDS = {
    "people": (1, 100_000), "minutes": (0.1, 120), "rush": (1, 7200), "crews": (1, 64), "recruiters": (1, 50),
    "thinks": (0.5, 3600),
}  # fmt: skip
ANSWERS_WITHIN, CLEARS_AWAY = 20.0, 4
SCRAPES_EVERY = 5.0
MEMORY = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)
NAME = re.compile(r'^parvis_process_info\{name="([^"]+)"\}', re.MULTILINE)


class Impossible(Exception):
    """Why no rehearsal can be held."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fair", help="the fair as its address names it; a copy of it is played in")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rush", type=float, default=60, help="seconds within which all of them come")
    parser.add_argument("--crews", type=int, default=max(1, (os.cpu_count() or 2) - 1), help="processes that play them")
    parser.add_argument("--recruiters", type=int, default=1, help="at each booth")
    parser.add_argument("--thinks", type=float, default=45, help="seconds for which somebody does nothing, on average")
    parser.add_argument("--certificate", default="", help="a file with the authority of the address's certificate")
    parser.add_argument("--report", type=Path, default=Path("rehearsal"), help="where .json and .html are written")
    parser.add_argument("--keep", action="store_true", help="do not write the result down as the fair's capacity")


async def run(settings: Settings, arguments: argparse.Namespace) -> int:
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(arguments, name) <= most:
            print(f"--{name} is between {least} and {most}.", file=sys.stderr)
            return 2
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _stop, asyncio.current_task())
    database = Database(settings.database, settings.clock)
    try:
        async with _alone(database, arguments.minutes):
            result = await _rehearse(database, settings, arguments)
        if result.capacity and not result.bears_all and not arguments.keep:
            await _write_down(database, arguments.fair, result)
    except NotFound:
        print(f"There is no fair named {arguments.fair}.", file=sys.stderr)
        return 1
    except Impossible as reason:
        print(reason, file=sys.stderr)
        return 1
    finally:
        await database.close()
    _say(result, arguments)
    return 0 if result.capacity else 1


def _stop(task: asyncio.Task[int] | None) -> None:
    if task:
        task.cancel()


@asynccontextmanager
async def _alone(database: Database, minutes: float) -> AsyncIterator[None]:
    """Two rehearsals would take each other's people away."""
    holder = secrets.token_hex(8)
    async with database.transaction() as tx:
        if not await lease.take(tx, "rehearsal", holder, timedelta(minutes=minutes + 10)):
            raise Impossible("Another rehearsal is under way here.")
    try:
        yield
    finally:
        async with database.transaction() as tx:
            await lease.give_back(tx, "rehearsal", holder)


async def _rehearse(database: Database, settings: Settings, arguments: argparse.Namespace) -> Result:
    # What a rehearsal that was broken off has left.
    await strike(database)
    try:
        async with database.reading() as tx:
            name = (await tx.session.get_one(Fair, await fairs.id_of(tx, arguments.fair))).name
        staging = await stage(database, arguments.fair, arguments.people, recruiters=arguments.recruiters)
        await _demand_that_it_is_here(settings, arguments, staging)
        plan = Plan(
            settings.public_url, arguments.minutes, rush_s=min(arguments.rush, arguments.minutes * 60),
            crews=arguments.crews, thinks_s=arguments.thinks, certificate=arguments.certificate,
        )  # fmt: skip
        seen: dict[str, list[tuple[float, float]]] = {}
        with view.shown(arguments.people) as watch:
            async with _memory(settings, arguments.certificate, seen):
                found = await direct(database, staging, plan, watch)
        found.memory = seen
        report.write(found, name, arguments.report)
        return report.result_of(found)
    finally:
        await _clear_away(database)


async def _demand_that_it_is_here(settings: Settings, arguments: argparse.Namespace, staging: Staging) -> None:
    """The address may be somebody else's, as on a machine that was set up from a copy: one guest looks first."""
    guest = staging.candidates[0]
    trust = ssl.create_default_context(cafile=arguments.certificate or None) if settings.is_secure else True
    headers = {"Cookie": f"{session_cookie(settings.public_url)}={guest.token}"}
    url = settings.public_url.rstrip("/") + staging.path
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust), headers=headers) as session,
            session.get(url, timeout=aiohttp.ClientTimeout(ANSWERS_WITHIN)) as answer,
        ):
            is_known = answer.status == HTTPStatus.OK and str(guest.person_id) in await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Impossible(f"Nobody answers at {settings.public_url}: {error}") from None
    if not is_known:
        raise Impossible(f"{settings.public_url} does not serve the database of these settings. Nothing was tried.")


async def _clear_away(database: Database) -> None:
    """The last of those who came may still be written down by the server."""
    for tries in range(1, CLEARS_AWAY + 1):
        try:
            await strike(database)
        except (Away, DBAPIError) as error:
            if tries == CLEARS_AWAY:
                print(f"What is left of the rehearsal goes with the next one: {error}", file=sys.stderr)
            await asyncio.sleep(tries)
        else:
            return


async def _write_down(database: Database, slug: str, result: Result) -> None:
    async with database.transaction() as tx:
        fair = await tx.session.get_one(Fair, await fairs.id_of(tx, slug))
        await entrance_hall.set_capacity(tx, fair, result.capacity, result.admitted_a_minute)


@asynccontextmanager
async def _memory(
    settings: Settings, certificate: str, seen: dict[str, list[tuple[float, float]]]
) -> AsyncIterator[None]:
    """Ask meanwhile how much memory each process has; none where no token for the metrics is set."""
    if not settings.metrics_token.get_secret_value():
        yield
        return
    task = asyncio.create_task(_scrape(settings, certificate, seen))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _scrape(settings: Settings, certificate: str, seen: dict[str, list[tuple[float, float]]]) -> None:
    trust = ssl.create_default_context(cafile=certificate or None) if settings.is_secure else True
    headers = {"Authorization": f"Bearer {settings.metrics_token.get_secret_value()}"}
    began = time.time()
    while True:
        # A new connection each time, so that the proxy chooses a process anew.
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with (
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session,
                session.get(settings.public_url.rstrip("/") + "/metrics", headers=headers) as answer,
            ):
                text = await answer.text()
            name, memory = NAME.search(text), MEMORY.search(text)
            if name and memory:
                at = round(time.time() - began)
                seen.setdefault(name.group(1), []).append((at, round(float(memory.group(1)) / 2**20, 1)))
        await asyncio.sleep(SCRAPES_EVERY)


def _say(result: Result, arguments: argparse.Namespace) -> None:
    for sentence in result.remarks:
        print(sentence)
    print(f"Lost {result.lost}, doubled {result.doubled}, out of order {result.disordered}, errors {result.errors}.")
    print(f"Report: {arguments.report.with_suffix('.html')}")
    if not result.capacity:
        print("Nothing can be concluded.")
        return
    print(f"This installation bears {result.capacity:,} people at once{', or more' if result.bears_all else ''}.")
    if result.bears_all:
        print("Nothing is written down: only how many it does not bear would be a limit. Try with more people.")
    elif not arguments.keep:
        print(f"Written down as the capacity of {arguments.fair}: {result.admitted_a_minute:,} come in a minute.")
