"""Migrations are the models, and a database of before keeps what stands in it, on both servers."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, func, select, text

from rooms.appointments.appointment import Appointment, Attendance
from rooms.appointments.appointment_types import AppointmentType
from rooms.caseload.caseload import CaseloadEntry
from rooms.chat import conversations, messages
from rooms.chat.conversations import Conversation
from rooms.core import streams
from rooms.core.database import Database
from rooms.core.model import Base
from rooms.core.streams import StoredEvent, Stream
from rooms.meetings import meetings
from rooms.meetings.cobrowsing import Cobrowsing
from rooms.meetings.meeting import Meeting, MeetingState, NextStep, Part
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people import name_search
from rooms.people.engagement import Engagement
from rooms.people.people import Person
from server import migrating
from signaling.hub import load_areas
from signaling.projections import project
from tests.clock import HandClock

FILLED = Path(__file__).parent / "database_of_8fa3809.sql"
FILLED_AT = "e07a5b3c9d14"


async def test_the_migrations_are_the_models(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def _empty(database_url: str, clock: HandClock | None = None) -> Database:
    """A database without any table."""
    address = f"{database_url}_before" if "sqlite" in database_url else database_url
    database = Database(address, clock or HandClock())
    if "postgresql" in database_url:
        async with database.engine.begin() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
    return database


@pytest.fixture
async def filled(database_url: str) -> AsyncIterator[Database]:
    """A database that was filled before the words, the participants and the owners of conversations changed."""
    clock = HandClock()
    database = await _empty(database_url, clock)
    await migrating.migrate(database.engine, FILLED_AT)
    rows = [line for line in FILLED.read_text().splitlines() if line.startswith("INSERT")]
    async with database.engine.connect() as connection:
        # The rows stand in the order of their tables' names, not of their keys.
        is_sqlite = connection.dialect.name == "sqlite"
        lax = "PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET session_replication_role = replica"
        await connection.exec_driver_sql(lax)
        for row in rows:
            await connection.exec_driver_sql(row.replace("%", "%%") if not is_sqlite else row)
        await connection.commit()
    await migrating.migrate(database.engine)
    clock.pass_by(days=1)
    yield database
    await database.close()


async def test_a_filled_database_keeps_every_row_and_every_row_is_read(filled: Database) -> None:
    async with filled.reading() as tx:
        for mapper in Base.registry.mappers:
            (await tx.session.execute(select(mapper.class_))).unique().scalars().all()
        counts = {
            table: (await tx.session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (StoredEvent, AppointmentType, CaseloadEntry, Cobrowsing, Meeting, Conversation, Engagement)
        }
        assert counts == {
            StoredEvent: 71, AppointmentType: 2, CaseloadEntry: 1, Cobrowsing: 1, Meeting: 2, Conversation: 7,
            Engagement: 3,
        }  # fmt: skip
        if tx.is_sqlite:
            assert (await tx.session.execute(text("PRAGMA foreign_key_check"))).all() == []


async def test_who_took_part_and_what_was_written_after_it_is_kept(filled: Database) -> None:
    async with filled.transaction() as tx:
        rows = (await tx.session.execute(select(Meeting).order_by(Meeting.id))).unique().scalars().all()
        at_booth, of_three = rows
        assert {each.part: each.person.name for each in at_booth.participants} == {
            Part.CANDIDATE: "Tomás Silva", Part.LEADER: "Sophie Perrin",
        }  # fmt: skip
        assert (at_booth.mode, len(at_booth.gone_in)) == (Mode.AUDIO, 2)
        written = at_booth.follow_up
        assert (written.notes, written.next_step) == ("Speaks of bread with love.", NextStep.GO_ON)
        assert (written.answer, written.rating) == ("Come and bake with us on Monday.", 5)
        assert [each.booth_id is not None for each in at_booth.participants] == [False, True]
        assert {each.part: each.booth_id is not None for each in of_three.participants} == {
            Part.CANDIDATE: False, Part.LEADER: False, Part.GUEST: True,
        }  # fmt: skip
        engaged = (await tx.session.execute(select(Engagement))).scalars().all()
        assert {each.meeting_id for each in engaged} >= {of_three.id}
    async with filled.transaction() as tx:
        live = (await tx.session.execute(select(Meeting).where(Meeting.state == MeetingState.LIVE))).unique()
        await meetings.end(tx, live.scalar_one())
    async with filled.reading() as tx:
        (appointment,) = (await tx.session.execute(select(Appointment))).unique().scalars()
        assert appointment.attendance is Attendance.CAME, "what the talk means is recorded still"


async def test_every_conversation_is_found_where_it_belongs(filled: Database) -> None:
    async with filled.reading() as tx:
        (appointment,) = (await tx.session.execute(select(Appointment))).unique().scalars()
        thread = await conversations.of_appointment(tx, appointment.id)
        assert thread is not None
        assert [row.text for row in await messages.messages_of(tx, thread.id)] == ["I can't find the file."]
        counsel = await conversations.with_counsellor(tx, appointment.candidate_id)
        assert [row.text for row in await messages.messages_of(tx, counsel.id)] == ["Thank you for today."]
        kinds = (await tx.session.execute(select(Conversation.kind))).scalars()
        assert sorted(kinds) == ["appointment", "booth", "booth", "counsel", "fair", "meeting", "question"]


async def test_what_happened_is_told_still_to_whoever_missed_it(filled: Database) -> None:
    load_areas()
    async with filled.reading() as tx:
        count = 0
        for stream in (await tx.session.execute(select(Stream))).scalars().all():
            now = streams.Head(stream.last, str(stream.epoch))
            missed = await streams.since(tx, stream.name, now, now.epoch, 0)
            assert missed is not None
            count += len([await project(tx, each) for each in missed])
        assert count == 71


async def test_a_database_of_the_first_version_keeps_what_stands_in_it(database_url: str) -> None:
    """From the first tables to today's: rows, keys and partial indexes are there."""
    first = await _empty(database_url)
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
        conversation = await conversations.of_fair(tx, ids["fair"])
        await messages.send(tx, person, conversation, "Hello", uuid.uuid4(), is_staff=False)
        assert not await tx.insert_once(Conversation, {"id": uuid.uuid4(), "kind": "fair", "fair_id": ids["fair"]})
    await first.close()


async def test_what_was_written_in_an_appointments_rooms_is_one_thread_afterwards(database_url: str) -> None:
    before = await _empty(database_url)
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
