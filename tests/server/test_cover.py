"""Covering for a counsellor who is away (K2): a colleague, or an administrator, acts for them and reads nothing."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rooms.appointments import agenda, booking, hours
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentType
from rooms.core import outbox
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from tests.server.test_pages import visitor, world_id
from tests.server.world import Furnished, World

NINE = "2026-12-02T08:00:00+00:00"
"""In Nantes, on a Wednesday on which both counsel."""


@pytest.fixture
async def world(furnished: Furnished, tmp_path: Path) -> AsyncIterator[World]:
    async with furnished.copy(tmp_path) as world:
        yield world


async def booked(world: World, begins: datetime, role: str = "person") -> Appointment:
    """With Nadia."""
    async with world.database.transaction() as tx:
        nadia, candidate = [await tx.session.get_one(Person, world_id(world, each)) for each in ("nadia", role)]
        wanted = await tx.session.get_one(AppointmentType, world_id(world, "appointment_type"))
        return await booking.book_for(tx, nadia, candidate, wanted, Mode.VIDEO, begins)


async def led_by(world: World, row: Appointment) -> tuple[str, AppointmentState]:
    async with world.database.reading() as tx:
        found = await tx.session.get_one(Appointment, row.id)
        return found.led_by.name, found.state


async def test_a_colleague_sees_when_and_who_and_takes_it_over(world: World) -> None:
    row = await booked(world, datetime.fromisoformat(NINE))
    async with visitor(world, "claire") as claire:
        page = await claire.get("/counsel/colleagues/{nadia}")
        assert "Karim Diallo" in page
        assert (await claire.session.get(world.server.make_url(row.path))).status == 404, "nobody reads along"
        status, path, text = await claire.send(f"{row.path}/take-over")
        assert (status, path, "It is yours now." in text) == (200, row.path, True)
    assert await led_by(world, row) == ("Claire Dubois", AppointmentState.BOOKED)
    async with world.database.reading() as tx:
        told = {
            mail.recipient for mail in await outbox.latest(tx) if mail.values.get("what") in ("handed_over", "let_go")
        }
    assert len(told) == 3, "the candidate, who has it now, and who had it"


async def test_what_a_colleague_cannot_hold_they_move_or_cancel(world: World) -> None:
    begins = datetime.fromisoformat(NINE)
    moved, cancelled = await booked(world, begins), await booked(world, begins + timedelta(minutes=40), "asked")
    async with world.database.transaction() as tx:
        await hours.add_day(tx, world_id(world, "counsellor"), begins.date(), None)
    async with visitor(world, "claire") as claire:
        status, _, text = await claire.send(f"{moved.path}/take-over")
        assert (status, "You are not free then" in text) == (409, True)
        later = (begins + timedelta(minutes=80)).isoformat()
        status, path, text = await claire.send(f"{moved.path}/move", begins=later, mode="video")
        assert (status, path, "It has moved." in text) == (200, "/counsel/colleagues/{nadia}".format(**world.ids), True)
        status, _, text = await claire.send(f"{cancelled.path}/cancel", words="Nadia is ill.")
        assert (status, "It is cancelled." in text) == (200, True)
    assert (await led_by(world, cancelled))[1] is AppointmentState.CANCELLED
    async with world.database.reading() as tx:
        (left,) = await agenda.of_person(tx, world_id(world, "person"), since=begins)
        assert left.begins_at.isoformat() == later


async def test_an_administrator_shares_a_day_out_and_says_who_is_left(world: World) -> None:
    begins = datetime.fromisoformat(NINE)
    taken, left = await booked(world, begins), await booked(world, begins + timedelta(minutes=40), "asked")
    async with world.database.transaction() as tx:
        claire = await tx.session.get_one(Person, world_id(world, "counsellor"))
        other = await tx.session.get_one(Person, world_id(world, "amina"))
        wanted = await tx.session.get_one(AppointmentType, world_id(world, "appointment_type"))
        await booking.book_for(tx, claire, other, wanted, Mode.VIDEO, begins + timedelta(minutes=40))
    async with visitor(world, "paul") as paul:
        share_out = "/counsel/colleagues/{nadia}/share-out"
        status, _, text = await paul.send(share_out, day=begins.date().isoformat(), is_closed="1")
        assert status == 200
        assert "Appointments handed over: 1." in text
        assert "Nobody is free for these, move or cancel them: Tomás" in text
    assert (await led_by(world, taken))[0] == "Claire Dubois"
    assert (await led_by(world, left))[0] == "Nadia Haddad"
    async with world.database.reading() as tx:
        assert await hours.is_closed(tx, uuid.UUID(world.ids["nadia"]), begins.date())
