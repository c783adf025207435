"""The installation: a whole wheel, migrations that are the models, a doctor that tries, a demo that opens again."""

import asyncio
import os
import subprocess
import sys
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, select

from rooms.chat import conversations, messages
from rooms.chat.conversations import Conversation
from rooms.core.database import Database
from rooms.core.model import Base
from rooms.fairs.fairs import Fair, FairState
from rooms.meetings.meeting import Meeting
from rooms.organisations import agencies
from rooms.people import name_search
from rooms.people.people import Person
from server import doctor, migrating
from server.demo import seed
from server.settings import Settings, load
from tests.clock import HandClock
from tests.services import free_port

ROOT = Path(__file__).parent.parent.parent
SECRET = "kP3vX8mQ1rT6wZ0yB5nD2gH7jL4sF9cA"


async def test_the_migrations_are_the_models(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


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
        assert await asyncio.wait_for(process.wait(), 15) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_demo_keeps_its_data_and_is_open_again_on_another_day(database: Database, clock: HandClock) -> None:
    first = await seed.seed(database)
    clock.pass_by(days=3, hours=5)
    second = await seed.seed(database)
    assert first.fair == second.fair
    async with database.reading() as tx:
        (fair,) = (await tx.session.execute(Fair.__table__.select())).all()
        row = await tx.session.get_one(Fair, fair.id)
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


async def test_a_database_of_the_first_version_keeps_what_stands_in_it(database_url: str) -> None:
    """From the first tables to today's: rows, keys and partial indexes are there."""
    first = Database(f"{database_url}_first" if "sqlite" in database_url else database_url, HandClock())
    if "postgresql" in database_url:
        async with first.engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
    await migrating.migrate(first.engine, "00e538048157")
    ids = {name: uuid.uuid4() for name in ("team", "fair", "person")}
    async with first.engine.begin() as connection:
        await connection.run_sync(_furnish_first, ids)
    await migrating.migrate(first.engine)
    async with first.transaction() as tx:
        (team, person), *_ = await agencies.members(tx)
        known = select(Person.id).where(name_search.begin_with(Person.id, "clai"))
        assert (await tx.session.execute(known)).scalars().all() == [person.id], "found by the name"
        assert (team.agency.name, team.name, person.name) == ("Agence Nantes Centre", "Loire", "Claire")
        talk = await conversations.of_fair(tx, ids["fair"])
        await messages.send(tx, person, talk, "Hello", uuid.uuid4(), is_staff=False)
        assert not await tx.insert_once(Conversation, {"id": uuid.uuid4(), "kind": "fair", "fair_id": ids["fair"]})
    await first.close()


async def test_what_was_written_in_an_appointments_rooms_is_one_thread_afterwards(database_url: str) -> None:
    before = Database(f"{database_url}_before" if "sqlite" in database_url else database_url, HandClock())
    if "postgresql" in database_url:
        async with before.engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
    await migrating.migrate(before.engine, "0ead2b32c6d3")
    kept = (
        "person",
        "candidate",
        "agency",
        "reason",
        "appointment",
        "room1",
        "room2",
        "talk1",
        "talk2",
        "message1",
        "message2",
    )
    ids = {name: uuid.uuid4() for name in kept}
    async with before.engine.begin() as connection:
        await connection.run_sync(_furnish_rooms, ids)
    await migrating.migrate(before.engine)
    async with before.reading() as tx:
        thread = await conversations.of_appointment(tx, ids["appointment"])
        assert thread is not None
        assert {row.id for row in await messages.messages_of(tx, thread.id)} == {ids["message1"], ids["message2"]}
        modes = (await tx.session.execute(select(Meeting.mode))).scalars().all()
        assert sorted(modes) == ["audio", "video"]
    await before.close()


def _furnish_rooms(connection: Connection, ids: dict[str, uuid.UUID]) -> None:
    """An appointment whose room was entered twice, with a word in the thread of each."""
    tables = MetaData()
    tables.reflect(connection)
    key = {name: value.hex if connection.dialect.name == "sqlite" else value for name, value in ids.items()}
    now = datetime(2026, 11, 24, tzinfo=UTC)
    people = {"counsellor_id": key["person"], "candidate_id": key["candidate"]}
    rows: list[tuple[str, dict[str, object]]] = [
        *(("person", {"id": key[who], "name": "Claire", "seeks": "", "location": "", "spoken_languages": "",
                      "needs": [], "language": "fr", "is_administrator": False, "is_organiser": False,
                      "is_simulated": False, "created_at": now}) for who in ("person", "candidate")),
        ("agency", {"id": key["agency"], "name": "Nantes", "time_zone": "Europe/Paris", "country": "FR", "region": "",
                    "address": "", "phone": ""}),
        ("reason", {"id": key["reason"], "agency_id": key["agency"], "name": "R", "minutes": 30, "modes": ["video"],
                    "question": "", "bring": "", "is_follow_up": False, "is_withdrawn": False}),
        ("appointment", {"id": key["appointment"], "reason_id": key["reason"], **people, "mode": "video",
                         "state": "over", "begins_at": now, "ends_at": now, "occupied_from": now,
                         "occupied_until": now, "sequence": 0, "time_zone": "Europe/Paris", "said": "", "phone": "",
                         "made_at": now, "cancel_words": "", "contested_words": ""}),
    ]  # fmt: skip
    for number in ("1", "2"):
        room, talk, message = (key[name + number] for name in ("room", "talk", "message"))
        rows += [
            ("meeting", {"id": room, "appointment_id": key["appointment"], "candidate_id": key["candidate"],
                         "recruiter_id": key["person"], "state": "ended", "with_video": number == "1",
                         "planned_minutes": 30, "opened_at": now, "notes": "", "answer": "", "rating_words": ""}),
            ("conversation", {"id": talk, "kind": "meeting", "subject": room}),
            ("message", {"id": message, "conversation_id": talk, "author_id": key["person"],
                         "client_id": message, "text": "Hello", "is_staff": False, "written_at": now}),
        ]  # fmt: skip
    for name, values in rows:
        connection.execute(tables.tables[name].insert().values(**values))


def _furnish_first(connection: Connection, ids: dict[str, uuid.UUID]) -> None:
    tables = MetaData()
    tables.reflect(connection)
    is_sqlite = connection.dialect.name == "sqlite"
    key = {name: value.hex if is_sqlite else value for name, value in ids.items()}
    now = datetime(2026, 11, 24, tzinfo=UTC)
    rows = {
        "person": {"id": key["person"], "name": "Claire", "seeks": "", "location": "", "spoken_languages": "",
                   "needs": [], "language": "fr", "is_administrator": False, "is_organiser": False,
                   "is_simulated": False, "created_at": now},
        "team": {"id": key["team"], "agency": "Agence Nantes Centre", "name": "Loire"},
        "team_member": {"team_id": key["team"], "person_id": key["person"]},
        "fair": {"id": key["fair"], "slug": "f", "name": "F", "description": "", "languages": [], "sectors": [],
                 "time_zone": "Europe/Paris", "state": "draft", "closed_by_hand": False, "most_lines": 3,
                 "grace_minutes": 10, "answer_days": 5},
    }  # fmt: skip
    for name, row in rows.items():
        connection.execute(tables.tables[name].insert().values(row))
