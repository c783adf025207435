"""`make bench-calendars`: the own calendars of 250 counsellors are read, ten of them hostile, by a house on one core.

Prints a table, and as its last line one JSON object: {"bench": "calendars", "calendars": 250, "read_s": ...,
"healthz_p99_ms": ...}. It fails when a calendar was not read, when a busy time is missing, or when the hostile ones
were not told.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import func, select

from rooms.appointments import own_calendar
from rooms.appointments.booking_rules import BookingRules
from rooms.appointments.own_calendar import BusyTime
from rooms.core.database import Database
from rooms.organisations import agencies
from rooms.people import people
from tests.running_server import RunningServer
from tests.services import free_port

HOSTILE_OF_ALL = 25
"""One calendar of so many is hostile: ten of 250."""
ASKED_EVERY = 0.02
PATIENCE = 900.0
AIM_P99_MS = 50


def hostile(calendars: int) -> int:
    return max(1, calendars // HOSTILE_OF_ALL)


def entry(uid: str, begins: datetime, rule: str = "") -> str:
    lines = [f"UID:{uid}", f"DTSTART:{begins:%Y%m%dT%H%M%SZ}", "DURATION:PT30M", *([rule] if rule else [])]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "SUMMARY:Réunion d'équipe", "END:VEVENT", ""])


def calendar(now: datetime, *, is_hostile: bool) -> str:
    """Three years of a working life: 400 entries once, 20 series of every week; or a rule for every second as well."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=8, minute=0, second=0, microsecond=0)
    parts = [entry(f"once{n}", monday + timedelta(days=n - 350, hours=n % 8)) for n in range(400)]
    parts += [
        entry(f"each{n}", monday + timedelta(days=n % 5 - 700, minutes=25 * n), "RRULE:FREQ=WEEKLY") for n in range(20)
    ]
    if is_hostile:
        parts += [entry(f"bad{n}", datetime(2020, 1, 1, tzinfo=UTC), "RRULE:FREQ=SECONDLY") for n in range(5)]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ""]) + "".join(parts) + "END:VCALENDAR\r\n"


async def serve(now: datetime) -> tuple[web.AppRunner, str]:
    good, bad = calendar(now, is_hostile=False), calendar(now, is_hostile=True)

    async def give(request: web.Request) -> web.Response:
        return web.Response(text=bad if "bad" in request.path else good, content_type="text/calendar")

    app = web.Application()
    app.router.add_get("/{name}", give)
    runner, port = web.AppRunner(app), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{port}"


async def furnish(database: Database, calendars: int, address: str) -> None:
    async with database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        for number in range(calendars):
            person = await people.welcome(tx, f"Conseiller {number}", f"c{number}@example.org", "fr")
            await agencies.add_member(tx, team.id, person)
            name = f"bad{number}.ics" if number < hostile(calendars) else f"{number}.ics"
            await own_calendar.read_at(tx, person.id, f"{address}/{name}")


async def health(url: str, samples: list[float]) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            began = time.perf_counter()
            async with session.get(f"{url}/healthz") as answer:
                assert answer.status == 200
            samples.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(ASKED_EVERY)


async def until_all_are_read(database: Database, calendars: int) -> None:
    query = select(func.count()).select_from(BookingRules).where(BookingRules.busy_read_at.is_not(None))
    async with asyncio.timeout(PATIENCE):
        while True:
            async with database.reading() as tx:
                if (await tx.session.execute(query)).scalar_one() == calendars:
                    return
            await asyncio.sleep(0.2)


async def verify(database: Database, calendars: int) -> None:
    async with database.reading() as tx:
        rules = (await tx.session.execute(select(BookingRules))).scalars().all()
        counted = select(BusyTime.person_id, func.count()).group_by(BusyTime.person_id)
        busy = dict((await tx.session.execute(counted)).all())
    assert [row.busy_trouble for row in rules if row.busy_trouble] == [], "a calendar was not read"
    assert sorted(row.busy_unread for row in rules) == [0] * (calendars - hostile(calendars)) + [5] * hostile(calendars)
    assert len(busy) == calendars, "somebody is never busy"
    assert len(set(busy.values())) == 1, "the same calendar gave different times"


async def run(calendars: int) -> None:
    with tempfile.TemporaryDirectory(prefix="parvis-bench-calendars-") as folder:
        running = RunningServer(f"sqlite+aiosqlite:///{folder}/house.sqlite3", Path(folder))
        cast = await running.prepare()
        server, address = await serve(running.clock.now())
        await furnish(cast.database, calendars, address)
        cores = os.sched_getaffinity(0)
        # What is started now, and what that starts, has one core.
        os.sched_setaffinity(0, {min(cores)})
        samples: list[float] = []
        began = time.perf_counter()
        await running.start()
        os.sched_setaffinity(0, cores)
        asking = asyncio.create_task(health(running.url, samples))
        try:
            await until_all_are_read(cast.database, calendars)
            took = time.perf_counter() - began
            asking.cancel()
            await verify(cast.database, calendars)
        finally:
            asking.cancel()
            await running.stop()
            await server.cleanup()
            await cast.database.close()
    p99 = statistics.quantiles(samples, n=100)[-1]
    print(f"{calendars} calendars, {hostile(calendars)} of them hostile, on one core: {took:.0f} s")
    print(f"/healthz meanwhile, {len(samples)} times: median {statistics.median(samples):.1f} ms, p99 {p99:.1f} ms")
    print(f"aims: within 900 s, p99 below {AIM_P99_MS} ms")
    figures = {"calendars": calendars, "read_s": round(took, 1), "healthz_p99_ms": round(p99, 1)}
    print(json.dumps({"bench": "calendars", **figures}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--calendars", type=int, default=250)
    sys.exit(asyncio.run(run(parser.parse_args().calendars)))
