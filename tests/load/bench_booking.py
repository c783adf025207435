"""500 people try for 50 times at the same instant over HTTP: exactly 50 are booked, everybody else is told.

    python -m tests.load.bench_booking [--rounds 20] [--people 500]

Ten counsellors have five times each on the round's day; everybody has the page of times open and asks for one of the
five beginnings, any counsellor. Whoever gets a time held books it; whoever does not is shown the next ones, as the
page's own script asks for them. It prints a table, and as its
last line {"bench": "booking", "tried": ..., "booked": ..., "double": 0, "errors": 0, "p95_ms": ...}. It fails unless
exactly the free times were booked, none twice.
"""

import argparse
import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import aiohttp
import asyncpg
from sqlalchemy import func, select

from rooms.appointments import appointment_types, booking_rules, hours
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.appointments.availability import local
from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.outbox import Channel
from rooms.organisations import agencies
from rooms.people import people, sessions
from server.request_names import GO, PART
from server.security import form_token, masked
from signaling.cookies import SESSION_COOKIE
from tests.running_server import RunningServer
from tests.services import postgres

SECRET = "a secret for tests only, long enough"
COUNSELLORS, BEGINNINGS = 10, 5
WITHIN = 120


async def furnish(database: Database, crowd: int) -> tuple[str, list[str]]:
    """(appointment type, session tokens)"""
    async with database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        appointment_type = await appointment_types.add(
            tx, team.agency, AppointmentTypeText("My project", 30, ("video",))
        )
        for number in range(COUNSELLORS):
            counsellor = await people.welcome(tx, f"Counsellor {number}", f"c{number}@example.org", "en")
            await agencies.add_member(tx, team.id, counsellor)
            for weekday in range(7):
                await hours.add_weekly(tx, counsellor.id, weekday, 540, 540 + 30 * BEGINNINGS, ("video",))
            await booking_rules.change(tx, counsellor.id, booking_rules.RulesText(0, 0, 0, 180, 40))
        tokens = []
        for number in range(crowd):
            person = await people.welcome(tx, f"Person {number}", f"p{number}@example.org", "en")
            tokens.append(await sessions.open_session(tx, person, "bench"))
    return str(appointment_type.id), tokens


async def attempt(
    session: aiohttp.ClientSession, url: str, appointment_type: str, token: str, begins: datetime
) -> tuple[str, float]:
    """("booked" | "told" | "error", milliseconds until the answer to the first form)"""
    headers = {"Cookie": f"{SESSION_COOKIE}={token}", PART: "times"}
    form = {"form_token": masked(form_token(SECRET, token)), "begins": begins.isoformat(), "mode": "video"}
    began = time.perf_counter()
    hold = f"{url}/appointments/new/{appointment_type}/hold"
    async with session.post(hold, data=form, headers=headers, allow_redirects=False) as answer:
        text = await answer.text()
        took = (time.perf_counter() - began) * 1000
        if answer.status == 409 and 'role="alert"' in text and ('name="begins"' in text or "No time is free" in text):
            return "told", took
        if answer.status != 204:
            return "error", took
        held = answer.headers[GO].removesuffix("/confirm")
    async with session.post(f"{url}{held}/book", data=form, headers=headers, allow_redirects=False) as answer:
        return ("booked" if answer.status == 204 else "error"), took


async def look(session: aiohttp.ClientSession, page: str, token: str) -> None:
    """Whoever waits for a time has the page open before the instant, and a connection with it."""
    async with session.get(page, headers={"Cookie": f"{SESSION_COOKIE}={token}"}) as answer:
        answer.raise_for_status()
        await answer.read()


@contextmanager
def collecting_no_garbage() -> Iterator[None]:
    """Of this process, as timeit does: five hundred people's browsers do not stop together for 0.2 s."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def one_round(
    running: RunningServer, appointment_type: str, tokens: list[str], day: date, zone: object
) -> tuple[dict[str, int], list[float]]:
    nine = local(day, datetime(2000, 1, 1, 9).time(), zone)  # type: ignore[arg-type]
    beginnings = [nine + timedelta(minutes=30 * n) for n in range(BEGINNINGS)]
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=WITHIN)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        await asyncio.gather(
            *(look(session, f"{running.url}/appointments/new/{appointment_type}", token) for token in tokens)
        )
        with collecting_no_garbage():
            found = await asyncio.gather(
                *(
                    attempt(session, running.url, appointment_type, token, beginnings[n % BEGINNINGS])
                    for n, token in enumerate(tokens)
                )
            )
    counts = {what: sum(1 for each, _ in found if each == what) for what in ("booked", "told", "error")}
    return counts, [took for _, took in found]


async def doubles(database: Database) -> tuple[int, int]:
    """(appointments booked, times of a counsellor that were booked twice)"""
    async with database.reading() as tx:
        booked = select(Appointment.led_by_id, Appointment.begins_at, func.count().label("times"))
        booked = booked.where(Appointment.state == AppointmentState.BOOKED)
        rows = (await tx.session.execute(booked.group_by(Appointment.led_by_id, Appointment.begins_at))).all()
    return sum(row.times for row in rows), sum(1 for row in rows if row.times > 1)


async def letters_sent(database: Database) -> None:
    """Each round begins when the letters of the one before have gone out."""
    async with asyncio.timeout(WITHIN):
        while True:
            async with database.reading() as tx:
                if not await outbox.any_due(tx, Channel.MAIL):
                    return
            await asyncio.sleep(0.2)


async def run(rounds: int, crowd: int) -> int:
    with postgres() as address, tempfile.TemporaryDirectory() as folder:
        connection = await asyncpg.connect(address.replace("+asyncpg", "") + "/postgres")
        await connection.execute("CREATE DATABASE bench")
        await connection.close()
        running = RunningServer(f"{address}/bench", Path(folder))
        cast = await running.prepare()
        appointment_type, tokens = await furnish(cast.database, crowd)
        await running.start()
        zone = hours.ZoneInfo("Europe/Paris")
        total, samples = {"booked": 0, "told": 0, "error": 0}, []
        for turn in range(rounds):
            day = running.clock.now().date() + timedelta(days=2 + turn)
            counts, took = await one_round(running, appointment_type, tokens, day, zone)
            samples += took
            total = {what: total[what] + counts[what] for what in total}
            p95 = statistics.quantiles(took, n=20)[-1]
            await letters_sent(cast.database)
            print(f"round {turn + 1:2}: {counts['booked']} booked, {counts['told']} told, p95 {p95:.0f} ms", flush=True)
        booked, double = await doubles(cast.database)
        await running.stop()
        await cast.database.close()
    result = {
        "bench": "booking", "tried": crowd * rounds, "booked": booked, "double": double, "errors": total["error"],
        "p95_ms": round(statistics.quantiles(samples, n=20)[-1]),
    }  # fmt: skip
    print(json.dumps(result))
    is_right = booked == rounds * COUNSELLORS * BEGINNINGS and double == 0 and total["error"] == 0
    return 0 if is_right else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--people", type=int, default=500)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(run(arguments.rounds, arguments.people)))
