"""A rehearsal: its judge finds what it must find, and it leaves nothing behind but what it has found out."""

import asyncio
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from rooms import access
from rooms.access import Actor
from rooms.core.database import Database
from rooms.core.model import Base
from rooms.fairs import fairs
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.people import sessions
from rooms.people.people import Person
from server.rehearsal import needs
from server.rehearsal.directing import Plan, Rehearsal, Window
from server.rehearsal.history import Operation, Outcome, Stored, StoredCall, StoredPlace, judge
from server.rehearsal.measures import Latencies
from server.rehearsal.needs import Crowd, needs_of
from server.rehearsal.staging import stage
from server.rehearsal.striking import strike
from tests.cast import Cast, refusal
from tests.running_server import RunningServer
from tests.services import ROOT, free_port

CHAT = Operation("chat", "amina", "m1", 10.0, 11.0, Outcome.OK)
JOIN = Operation("join", "amina", "b1", 10.0, 11.0, Outcome.OK, "p1")
PLACE = StoredPlace("p1", "b1", "amina", 1, is_active=True)


def found(operations: list[Operation], stored: Stored) -> tuple[int, int, int]:
    verdict = judge(operations, stored)
    return len(verdict.lost), len(verdict.doubled), len(verdict.disordered)


def test_what_was_acknowledged_stands_once_and_what_was_refused_does_not() -> None:
    assert found([CHAT], Stored(messages={"m1": 1})) == (0, 0, 0)
    assert found([CHAT], Stored()) == (1, 0, 0)
    assert found([CHAT], Stored(messages={"m1": 2})) == (0, 1, 0)
    refused = replace(CHAT, outcome=Outcome.FAIL)
    # Written, not acknowledged, and refused when it was sent again.
    assert found([replace(CHAT, outcome=Outcome.UNKNOWN), refused], Stored(messages={"m1": 1})) == (0, 0, 0)
    assert found([refused], Stored(messages={"m1": 1})) == (0, 1, 0)
    assert found([refused], Stored()) == (0, 0, 0)
    for stored in (Stored(), Stored(messages={"m1": 1})):
        assert found([replace(CHAT, outcome=Outcome.UNKNOWN)], stored) == (0, 0, 0)


def test_a_place_is_kept_and_there_is_one() -> None:
    assert found([JOIN], Stored(places=[PLACE])) == (0, 0, 0)
    assert found([JOIN], Stored()) == (1, 0, 0)
    twice = [PLACE, replace(PLACE, place_id="p2", ticket=2)]
    assert found([JOIN], Stored(places=twice)) == (0, 1, 0)
    assert found([JOIN], Stored(places=[PLACE, replace(twice[1], is_active=False)])) == (0, 0, 0)


def test_who_was_in_line_before_another_asked_stands_before_them() -> None:
    later = replace(JOIN, who="karim", invoked=12.0, ended=13.0, found="p2")
    right = [PLACE, replace(PLACE, place_id="p2", person_id="karim", ticket=2)]
    wrong = [replace(PLACE, ticket=2), replace(right[1], ticket=1)]
    assert found([JOIN, later], Stored(places=right)) == (0, 0, 0)
    assert found([JOIN, later], Stored(places=wrong)) == (0, 0, 1)
    assert found([JOIN, replace(later, invoked=10.5)], Stored(places=wrong)) == (0, 0, 0), "at the same time"
    # What was asked before and never answered may have been done then.
    lost = replace(later, invoked=9.0, ended=9.5, outcome=Outcome.UNKNOWN, found="")
    assert found([lost, JOIN, later], Stored(places=wrong)) == (0, 0, 0)


def test_nobody_is_called_twice_at_once() -> None:
    first, second = StoredCall("amina", 10.0, 12.0), StoredCall("amina", 12.0, None)
    assert found([], Stored(calls=[first, second])) == (0, 0, 0)
    assert found([], Stored(calls=[replace(first, settled_at=12.5), second])) == (0, 1, 0)
    assert found([], Stored(calls=[replace(first, settled_at=None), second])) == (0, 1, 0)
    assert found([], Stored(calls=[replace(first, settled_at=None), replace(second, person_id="karim")])) == (0, 0, 0)


def test_latencies_add_up_over_processes() -> None:
    whole, one, two = Latencies(), Latencies(), Latencies()
    for number in range(1, 1001):
        whole.add(number / 1000)
        (one if number % 2 else two).add(number / 1000)
    one.merge({str(step): count for step, count in two.steps.items()})
    for share in (0.5, 0.9, 0.99, 1.0):
        assert one.percentile(share) == whole.percentile(share)
        assert share <= whole.percentile(share) <= share * 1.06
    assert Latencies().percentile(0.99) == 0


def test_a_larger_crowd_needs_more_of_everything() -> None:
    crowd = Crowd(people=1_000, booths=20, talks=20, arrivals_a_minute=300)
    small = needs_of(crowd)
    for larger in (replace(crowd, people=10_000, arrivals_a_minute=3_000, talks=200), replace(crowd, people=1_000_000)):
        large = needs_of(larger)
        assert large.cores_to_stay > small.cores_to_stay
        assert large.memory_gb > small.memory_gb
        assert large.wire_mbit > small.wire_mbit
        assert large.processes > small.processes
    assert needs_of(replace(crowd, talks=200)).turn_mbit > small.turn_mbit
    assert any("extrapolation" in each for each in needs_of(replace(crowd, people=1_000_000)).remarks)
    assert needs.LOAD < 1


async def rows(database: Database) -> dict[str, set[tuple[object, ...]]]:
    """Which rows each table has, but for those of processes and their connections."""
    async with database.reading() as tx:
        return {
            table.name: {tuple(row) for row in await tx.plain_rows(select(*table.primary_key.columns))}
            for table in Base.metadata.sorted_tables
            if table.name not in ("process", "connection", "lease")
        }


async def test_a_staged_fair_is_there_for_its_own_people_and_goes_without_a_trace(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    async with cast.database.transaction() as tx:
        # What a browser says of itself makes nobody a simulated person.
        await sessions.open_session(tx, await cast.fresh(tx, cast.ines), "rehearsal")
    before = await rows(cast.database)
    staging = await stage(cast.database, cast.fair.slug, 30, recruiters=2)
    assert len(staging.desks) == 2
    async with cast.database.reading() as tx:
        assert [fair.id for fair in await fairs.shown(tx)] == [cast.fair.id]
        assert [fair.id for fair in await fairs.run_by(tx, await cast.fresh(tx, cast.paul))] == [cast.fair.id]
        copy = await tx.session.get_one(Fair, staging.fair_id)
        booth = await tx.session.get_one(Booth, staging.desks[0].booth_id)
        guest = await tx.session.get_one(Person, staging.candidates[0].person_id)
        assert (await access.fair(tx, Actor(guest), copy.slug)).is_open_now
        for stranger in (None, await cast.fresh(tx, cast.amina), await cast.fresh(tx, cast.paul)):
            assert await refusal(access.fair(tx, Actor(stranger), copy.slug)) == "fair.not_found"
            of_path = access.booth(tx, Actor(stranger), copy.slug, booth.employer.slug)
            assert await refusal(of_path) == "booth.not_found"
    assert await refusal(cast.join(cast.amina, booth)) == "booth.not_found"
    assert (await cast.join(guest, booth)).ticket == 1
    assert len((await rows(cast.database))["person"] - before["person"]) == 30 + 4 + 1
    assert await strike(cast.database) > 70, "35 people, their sessions, and the fair"
    assert await rows(cast.database) == before
    assert await strike(cast.database) == 0


async def test_an_employer_of_another_fair_stays_though_somebody_gave_it_a_booth_in_a_rehearsal(cast: Cast) -> None:
    staging = await stage(cast.database, cast.fair.slug, 1)
    async with cast.database.transaction() as tx:
        (await cast.fresh_booth(tx, cast.atlantique)).fair_id = staging.fair_id
    await strike(cast.database)
    after = await rows(cast.database)
    assert (cast.atlantique.employer_id,) in after["employer"]
    assert {(cast.luc.id,), (cast.amina.id,)} <= after["person"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_rehearse_says_what_is_borne_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    running = RunningServer(database_url, tmp_path, begins=None)
    cast = await running.prepare()
    await running.start()
    before = await rows(cast.database)
    try:
        said, status = await rehearse(database_url, running.url, cast.fair.slug, tmp_path)
        assert status == 0, said
        result = json.loads((tmp_path / "report.json").read_text())
        assert (result["most_here"], result["capacity"], result["bears_all"]) == (12, 12, True)
        wrong = result["lost"], result["doubled"], result["disordered"], result["errors"]
        assert wrong == (0, 0, 0, 0), result["counts"]
        measured = {row["name"] for row in result["latencies"]}
        assert {"page", "connect", "follow", "join", "call next", "both signalled"} <= measured
        assert 'id="people"' in (tmp_path / "report.html").read_text()
        # All who came were borne: nothing is known of a limit.
        async with cast.database.reading() as tx:
            assert (await tx.session.get_one(Fair, cast.fair.id)).capacity is None
        assert await rows(cast.database) == before
        said, status = await rehearse(database_url, f"http://127.0.0.1:{free_port()}", cast.fair.slug, tmp_path)
        assert (status, "Nobody answers at" in said) == (1, True), said
        assert await rows(cast.database) == before
    finally:
        await running.stop()
        await cast.database.close()


async def rehearse(database_url: str, address: str, fair: str, folder: Path) -> tuple[str, int | None]:
    """(what it said, its status)"""
    settings = {"PARVIS_MODE": "demo", "PARVIS_DATABASE": database_url, "PARVIS_PUBLIC_URL": address}
    command = [
        sys.executable, "-m", "server", "rehearse", fair, "--people", "12", "--minutes", "0.3",
        "--rush", "4", "--crews", "1", "--thinks", "2", "--report", str(folder / "report"),
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=os.environ | settings, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return said.decode(), process.returncode


def window(at: float, here: int, **latencies: tuple[float, int]) -> Window:
    found = Window(at, here)
    for name, (seconds, count) in latencies.items():
        for _ in range(count):
            found.measures.took(name.replace("_", " "), seconds)
    return found


def test_what_is_borne_is_said_of_enough_that_was_measured() -> None:
    played = Rehearsal(1000, Plan("http://127.0.0.1", minutes=1, rush_s=20))
    good, slow = {"chat_read": (0.1, 100)}, {"chat_read": (3.0, 100)}
    played.windows = [window(0, 300, join=(9.0, 1), **good), window(5, 600, **good), window(10, 800, **good)]
    played.windows += [window(15, 900, **slow), window(20, 1000, **good), window(25, 1000, **good)]
    assert (played.borne, played.admitted_a_minute) == (1000, 800 * 4), "one bad window is an accident"
    played.windows[4] = window(20, 950, **slow)
    assert played.borne == 900
    played.windows[4] = window(20, 950, **good)
    for bad in played.windows[1:3]:
        bad.measures.counts["page 503"] = 60
    assert played.borne == 600, "what fails is not borne, however fast the rest is"
    # Whoever leaves in the end says nothing.
    played.windows = [window(0, 1000, **good), window(55, 990, **good), window(60, 10, **slow), window(65, 5, **slow)]
    assert played.borne == 1000
