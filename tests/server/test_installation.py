"""The installation: a whole wheel, migrations that are the models, a doctor that tries, a demo that opens again."""

import asyncio
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from rooms.core.database import Database
from rooms.fairs.fairs import Fair, FairState
from rooms.views import fair_report
from server import doctor
from server.demo import seed
from server.settings import Settings, load
from tests.clock import HandClock
from tests.services import free_port

ROOT = Path(__file__).parent.parent.parent
SECRET = "kP3vX8mQ1rT6wZ0yB5nD2gH7jL4sF9cA"


@pytest.mark.timeout(180)
async def test_the_wheel_runs_the_demo_without_a_source_tree_and_without_node(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("parvis-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        assert "server/static/vendor/socket.io.js" in archive.namelist()
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PATH": "/usr/bin/nowhere"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "server", "demo", "--port", str(port), "--folder", str(tmp_path / "data"),
        cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        printed = ""
        async with asyncio.timeout(60):
            while "Ctrl-C" not in printed:
                printed += (await process.stdout.readline()).decode()
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as answer:
            assert "Hôtellerie et restauration" in await answer.text()
        assert printed.count("/links/") == 5
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 60) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_demo_keeps_its_data_and_is_open_again_on_another_day(database: Database, clock: HandClock) -> None:
    first = await seed.seed(database)
    clock.pass_by(days=3, hours=5)
    second = await seed.seed(database)
    assert first.fair == second.fair
    async with database.reading() as tx:
        row, past = (await tx.session.execute(select(Fair).order_by(Fair.id))).scalars()
        report = await fair_report.of_fair(tx, past)
    assert past.state is FairState.CLOSED
    assert (len(report.employers), report.total.talks > 200) == (24, True)
    assert row.is_open_now
    assert row.state is FairState.OPEN
    assert row.open_until is not None
    assert row.open_until > clock.now() + timedelta(hours=2)


def settings(**given: object) -> Settings:
    return load(**{"secret": SECRET, "public_url": "https://fair.example.org", **given})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_doctor_tries_each_thing_and_says_how_to_mend_it(database_url: str, tmp_path: Path) -> None:
    well = [
        await doctor.database(settings(database=database_url)),
        await doctor.secret(settings()),
        await doctor.time_zones(settings()),
        await doctor.files(settings(files=tmp_path / "files")),
        await doctor.assets(settings()),
        await doctor.http(settings()),
    ]
    assert [finding.name for finding in well if not finding.is_well] == []
    closed = free_port()
    ill = [
        await doctor.database(settings(database=f"postgresql+asyncpg://nobody@127.0.0.1:{closed}/nothing")),
        await doctor.database(settings(database=f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")),
        await doctor.secret(settings(secret="a" * 40)),
        await doctor.mail(settings(smtp_host="127.0.0.1", smtp_port=closed)),
        await doctor.mail(settings()),
        await doctor.turn(settings(turn_urls=f"turn:127.0.0.1:{closed}?transport=tcp", turn_secret="s")),
        await doctor.proxies(settings()),
        await doctor.files(settings(files="/proc/nowhere")),
    ]
    assert [finding.name for finding in ill if finding.is_well] == []
    assert all(finding.mend for finding in ill)
