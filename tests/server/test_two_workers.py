"""Reminders with two processes of which one and then the other is killed in the middle: none is forgotten, and only the
one that was in a worker's hands is sent once more."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.lease import Lease
from rooms.core.outbox import Letter, Mail
from tests.running_server import RunningServer
from tests.server.smtp import Letters, mail_server

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
REMINDERS = 90


def running(database_url: str, folder: Path, letters: Letters) -> RunningServer:
    folder.mkdir()
    options = {
        "PARVIS_SMTP_HOST": "127.0.0.1",
        "PARVIS_SMTP_PORT": str(letters.port),
        "PARVIS_SMTP_SECURITY": "none",
        "PARVIS_PROCESS_NAME": folder.name,
    }
    return RunningServer(database_url, folder, extra=options)


async def write_reminders(database: Database) -> None:
    now = database.clock.now()
    values: dict[str, object] = {
        "what": "remind_hours", "is_candidate": True, "name": "Amina", "other": "Claire",
        "appointment_type": "My project",
        "mode": "video", "phone": "", "bring": "", "begins_at": (now + timedelta(hours=2)).isoformat(),
        "zone": "Europe/Paris", "words": "", "agency": "Nantes", "path": "/a/x",
    }  # fmt: skip
    async with database.transaction() as tx:
        for number in range(REMINDERS):
            once, until = f"remind:{number}:0:hours", now + timedelta(hours=1)
            recipient = f"p{number}@example.org"
            letter = Letter(recipient, "appointment", "en", values, once, due_at=now, useless_at=until)
            await outbox.post(tx, letter)


async def a_minute_passes(database: Database) -> None:
    """For the rows alone: what a dead worker held runs out."""
    async with database.transaction() as tx:
        await tx.session.execute(update(Lease).values(until=tx.now))
        claimed = update(Mail).where(Mail.claimed_until.is_not(None), Mail.sent_at.is_(None))
        await tx.session.execute(claimed.values(claimed_until=tx.now))


async def test_a_reminder_is_sent_once_though_workers_are_killed(database_url: str, tmp_path: Path) -> None:
    async with mail_server() as letters, asyncio.timeout(90):
        first, second, third = (running(database_url, tmp_path / name, letters) for name in ("one", "two", "three"))
        database = Database(database_url, first.clock)
        try:
            await first.start()
            await second.start()
            await write_reminders(database)
            for number, dies in enumerate((first, second), start=1):
                await letters.until(number * REMINDERS // 3)
                if dies is second:
                    await third.start()
                await dies.kill()
                await a_minute_passes(database)
            await letters.until(REMINDERS)
            await third.stop()
        finally:
            for each in (first, second, third):
                await each.stop()
            await database.close()
    assert len(set(letters.ids)) == REMINDERS
    assert len(letters.twice) <= 2, "only what each of the two held when it was killed"
