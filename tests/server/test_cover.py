"""Covering for a counsellor who is away (K2): a colleague, or an administrator, acts for them and reads nothing."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rooms.appointments import agenda, booking, handover, hours, room
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentType
from rooms.core import outbox
from rooms.core.transaction import Transaction
from rooms.meetings import follow_up, meetings
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people.people import Person
from tests.server.forms import Form, form_to, forms_of
from tests.server.test_pages import Visitor, visitor, world_id
from tests.server.world import Furnished, World

NINE = datetime.fromisoformat("2026-12-02T08:00:00+00:00")
"""In Nantes, on a Wednesday on which both counsel."""
SLOT = timedelta(minutes=40)
THEIRS = "/counsel/colleagues/{nadia}"


@pytest.fixture
async def world(furnished: Furnished, tmp_path: Path) -> AsyncIterator[World]:
    async with furnished.copy(tmp_path) as world:
        yield world


async def person(tx: Transaction, world: World, role: str) -> Person:
    return await tx.session.get_one(Person, world_id(world, role))


async def booked(world: World, begins: datetime, role: str = "person", by: str = "nadia") -> Appointment:
    async with world.database.transaction() as tx:
        wanted = await tx.session.get_one(AppointmentType, world_id(world, "appointment_type"))
        leader, candidate = await person(tx, world, by), await person(tx, world, role)
        return await booking.book_for(tx, leader, candidate, wanted, Mode.VIDEO, begins)


async def led_by(world: World, row: Appointment) -> tuple[str, AppointmentState]:
    async with world.database.reading() as tx:
        found = await tx.session.get_one(Appointment, row.id)
        return found.led_by.name, found.state


async def form(who: Visitor, row: Appointment, act: str) -> Form:
    """One of the forms on the colleague's page."""
    path = THEIRS.format(**who.world.ids)
    return form_to(path, await who.get(path), f"{path}/appointments/{row.id}/{act}")


async def send(who: Visitor, form: Form, **typed: str) -> tuple[int, str]:
    async with who.session.post(who.world.server.make_url(form.action), data=form.typed(**typed)) as answer:
        return answer.status, await answer.text()


async def test_a_colleague_sees_when_and_who_and_takes_it_over(world: World) -> None:
    row = await booked(world, NINE)
    async with visitor(world, "claire") as claire:
        assert "Karim Diallo" in await claire.get(THEIRS)
        for path in (row.path, f"{row.path}/times", f"{row.path}/calendar.ics"):
            assert (await claire.session.get(world.server.make_url(path))).status == 404, "nobody reads along"
        status, text = await send(claire, await form(claire, row, "take-over"))
        assert (status, "It is yours now. Everybody concerned is told." in text) == (200, True)
    assert await led_by(world, row) == ("Claire Dubois", AppointmentState.BOOKED)
    async with world.database.reading() as tx:
        written = [mail for mail in await outbox.latest(tx) if mail.values.get("what") in ("handed_over", "let_go")]
    assert len({mail.recipient for mail in written}) == 3, "the candidate, who has it now, and who had it"


async def test_what_a_colleague_cannot_hold_they_move_or_cancel(world: World) -> None:
    moved, cancelled = await booked(world, NINE), await booked(world, NINE + SLOT, "asked")
    async with world.database.transaction() as tx:
        await hours.add_day(tx, world_id(world, "counsellor"), NINE.date(), None)
    async with visitor(world, "claire") as claire:
        status, text = await send(claire, await form(claire, moved, "take-over"))
        assert (status, "You are not free then" in text) == (409, True)
        times = f"{THEIRS}/appointments/{moved.id}/times?week=1".format(**world.ids)
        page = await claire.get(times)
        (move,) = [each for each in forms_of(times, page) if each.action.endswith("/move")]
        begins = (NINE + timedelta(days=7)).isoformat()
        status, text = await send(claire, move, begins=begins)
        assert (status, "It has moved to" in text, "9 Dec 2026" in text) == (200, True, True)
        assert "with Claire Dubois" in text, "and not with who is away"
        status, text = await send(claire, move, begins=begins)
        assert (status, "It has gone to Claire Dubois meanwhile." in text) == (409, True)
        too_long = "x" * 700
        status, text = await send(claire, await form(claire, cancelled, "cancel"), words=too_long)
        assert (status, too_long in text) == (422, True), "nothing typed is lost"
        status, text = await send(claire, await form(claire, cancelled, "cancel"), words="Nadia is ill.")
        assert (status, "It is cancelled." in text) == (200, True)
    assert (await led_by(world, cancelled))[1] is AppointmentState.CANCELLED
    async with world.database.reading() as tx:
        (left,) = await agenda.of_person(tx, world_id(world, "person"), since=NINE)
        assert left.begins_at.isoformat() == begins


@pytest.mark.parametrize("act", ["take-over", "cancel"])
async def test_what_was_moved_meanwhile_is_shown_before_it_is_taken_or_cancelled(world: World, act: str) -> None:
    row, other = await booked(world, NINE), await booked(world, NINE + SLOT, "asked")
    async with visitor(world, "claire") as claire:
        stale = await form(claire, row, act)
        async with world.database.transaction() as tx:
            held = await tx.session.get_one(Appointment, row.id)
            await booking.move(tx, held, await person(tx, world, "nadia"), NINE + timedelta(days=7))
        status, text = await send(claire, stale)
        assert (status, "It has moved meanwhile." in text) == (409, True)
        path = THEIRS.format(**world.ids)
        shown = {each.action.split("/")[-2]: each for each in forms_of(path, text) if each.action.endswith(act)}
        assert await led_by(world, row) == ("Nadia Haddad", AppointmentState.BOOKED)
        assert (await send(claire, shown[str(other.id)]))[0] == 200, "the others are not held up"
        assert (await send(claire, shown[str(row.id)]))[0] == 200, "what was seen is done"


@pytest.mark.parametrize("act", ["take-over", "cancel"])
async def test_what_somebody_else_has_just_taken_is_left_to_them(world: World, act: str) -> None:
    row = await booked(world, NINE)
    async with visitor(world, "claire") as claire, visitor(world, "paul") as paul:
        old, stale = await form(claire, row, "take-over"), await form(paul, row, "cancel")
        assert (await send(claire, old))[0] == 200
        status, text = await send(*((claire, old) if act == "take-over" else (paul, stale)))
        assert (status, "It has gone to Claire Dubois meanwhile." in text) == (409, True)
    assert await led_by(world, row) == ("Claire Dubois", AppointmentState.BOOKED)


async def test_whoever_shares_another_agency_with_them_acts_in_that_one_alone(world: World) -> None:
    row = await booked(world, NINE)
    async with world.database.transaction() as tx:
        brest = await agencies.team(tx, "Agence Brest", "Rade")
        for role in ("nadia", "ines"):
            await agencies.add_member(tx, brest.id, await person(tx, world, role))
    async with visitor(world, "ines") as ines:
        assert "Karim Diallo" not in await ines.get(THEIRS)
        path = f"{THEIRS}/appointments/{row.id}".format(**world.ids)
        for act in ("cancel", "take-over", "move"):
            assert (await ines.send(f"{path}/{act}"))[0] == 404
    assert await led_by(world, row) == ("Nadia Haddad", AppointmentState.BOOKED)


async def test_whoever_cannot_be_written_to_is_named(world: World) -> None:
    row = await booked(world, NINE, "unfollowed")
    async with visitor(world, "claire") as claire:
        _, text = await send(claire, await form(claire, row, "take-over"))
    assert "Yann Le Goff has no e-mail address: please tell them." in text
    assert "Everybody concerned is told." not in text


async def test_an_administrator_shares_a_day_out_and_says_who_is_left(world: World) -> None:
    taken, left = await booked(world, NINE), await booked(world, NINE + SLOT, "asked")
    await booked(world, NINE + SLOT, "amina", by="counsellor")
    share_out, day = f"{THEIRS}/share-out", NINE.date().isoformat()
    async with visitor(world, "paul") as paul:
        status, _, text = await paul.send(share_out, day=day, is_closed="1")
        assert status == 200
        assert "Appointments handed over: 1." in text
        assert "Nobody is free for these, move or cancel them: Tomás" in text
        status, _, text = await paul.send(share_out, day="2026-12-09", is_closed="1")
        assert (status, "Nothing is booked with them on this day any more." in text) == (409, True)
    assert (await led_by(world, taken))[0] == "Claire Dubois"
    assert (await led_by(world, left))[0] == "Nadia Haddad"
    async with world.database.reading() as tx:
        nadia = uuid.UUID(world.ids["nadia"])
        assert await hours.is_closed(tx, nadia, NINE.date())
        assert not await hours.is_closed(tx, nadia, NINE.date() + timedelta(days=7))
        (told,) = [mail for mail in await outbox.latest(tx) if mail.template == "day_closed"]
    assert (told.recipient, told.values["by"]) == ("nadia.haddad@example.org", "Paul Garnier")


async def test_what_moves_to_another_day_meanwhile_is_not_shared_out(world: World) -> None:
    await booked(world, NINE)
    async with world.database.reading() as tx:
        nadia, claire = await person(tx, world, "nadia"), await person(tx, world, "counsellor")
        seen = await agenda.of_person(tx, nadia.id, since=NINE)
    async with world.database.transaction() as tx:
        held = await tx.session.get_one(Appointment, seen[0].id)
        await booking.move(tx, held, await person(tx, world, "nadia"), NINE + timedelta(days=7))
    async with world.database.transaction() as tx:
        done = await handover.share_out(tx, claire, nadia, NINE.date(), seen, closes=False)
    assert (done.taken, done.left) == ([], [])
    assert await led_by(world, seen[0]) == ("Nadia Haddad", AppointmentState.BOOKED)


async def test_what_one_counsellor_wrote_for_themselves_the_next_does_not_read(world: World) -> None:
    """The room was opened, the appointment went to a colleague, and the room is opened again."""
    row = await booked(world, NINE)
    async with world.database.transaction() as tx:
        world.database.clock.pass_by(seconds=(NINE - tx.now).total_seconds() - 600)  # type: ignore[attr-defined]
    async with world.database.transaction() as tx:
        held = await tx.session.get_one(Appointment, row.id)
        opened = await room.enter(tx, held, await person(tx, world, "nadia"))
        await follow_up.note(tx, opened, "For me alone.")
        await booking.move(tx, held, await person(tx, world, "counsellor"), NINE + timedelta(days=7))
    world.database.clock.pass_by(days=7)  # type: ignore[attr-defined]
    async with world.database.transaction() as tx:
        held = await tx.session.get_one(Appointment, row.id)
        assert held.led_by.name == "Claire Dubois"
        again = await room.enter(tx, held, held.led_by)
        assert again.follow_up.notes == ""
        first, second = await meetings.of_appointment(tx, row.id)
        assert (first.follow_up.notes, second.id) == ("For me alone.", again.id)
