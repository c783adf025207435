"""Whoever came by the link of one appointment is its candidate there, and a stranger to the person's other talks."""

import uuid
from datetime import timedelta
from pathlib import Path

from rooms.appointments import booking
from rooms.appointments.appointment import Appointment
from rooms.meetings.modes import Mode
from tests.clock import HandClock
from tests.rooms.appointments.office import WEDNESDAY_NINE
from tests.server.world import World, open_world

EVENTS = ("meeting:enter", "meeting:go_in", "meeting:change_mode", "meeting:report", "meeting:go_out")
MORE = {
    "meeting:enter": {"tab": "t"},
    "meeting:change_mode": {"mode": "audio"},
    "meeting:report": {"what": "connected"},
}


async def meeting_of(world: World, appointment: str) -> str:
    _, leads_to = await world.request("claire", "POST", f"/appointments/{appointment}/room")
    return leads_to.removeprefix("/meetings/")


async def codes(world: World, meeting: str) -> list[str]:
    """What is answered to each event: nothing, or the code of a refusal."""
    async with world.live("by_link") as client:
        acks = [await client.call(event, {"meeting_id": meeting, **MORE.get(event, {})}) for event in EVENTS]
    return ["" if ack["ok"] else ack["error"]["code"] for ack in acks]


async def another(world: World) -> str:
    """Amina has a second appointment with Claire, an hour later."""
    async with world.database.transaction() as tx:
        first = await tx.session.get_one(Appointment, uuid.UUID(world.ids["appointment"]))
        begins = WEDNESDAY_NINE + timedelta(hours=1)
        row = await booking.book_for(tx, first.led_by, first.candidate, first.appointment_type, Mode.VIDEO, begins)
    return str(row.id)


async def test_the_link_opens_its_own_talk_and_no_other(database_url: str, tmp_path: Path, clock: HandClock) -> None:
    async with open_world(database_url, tmp_path, clock) as world:
        other = await another(world)
        clock.pass_by(seconds=(WEDNESDAY_NINE - clock.now()).total_seconds() + 50 * 60)
        mine, theirs = await meeting_of(world, world.ids["appointment"]), await meeting_of(world, other)
        assert await codes(world, theirs) == ["sign_in"] * len(EVENTS)
        assert await codes(world, mine) == [""] * len(EVENTS)
        async with world.live("by_link") as client:
            ack = await client.call("meeting:end", {"meeting_id": mine})
            assert ack["error"]["code"] == "refused", "only whoever leads ends it"
        for path in (f"/meetings/{theirs}", f"/appointments/{other}", "/me", "/appointments"):
            assert (await world.request("by_link", "GET", path))[1].startswith("/sign-in"), path
        assert (await world.request("by_link", "GET", f"/appointments/{world.ids['appointment']}"))[0] == 200
        # A form that does not fit is shown again, and that page knows nobody.
        status, leads_to = await world.request("by_link", "POST", f"/meetings/{mine}/rating")
        assert (status, leads_to.startswith("/sign-in")) == (303, True)


async def test_withdrawing_the_links_ends_what_they_began(database_url: str, tmp_path: Path, clock: HandClock) -> None:
    async with open_world(database_url, tmp_path, clock) as world:
        path = "/appointments/{appointment}"
        assert (await world.request("by_link", "GET", path))[0] == 200
        await world.request("amina", "POST", f"{path}/links/withdraw")
        assert (await world.request("by_link", "GET", path))[1].startswith("/sign-in")


async def test_going_in_by_a_link_signs_out_who_was_signed_in_on_the_device(
    database_url: str, tmp_path: Path, clock: HandClock
) -> None:
    async with open_world(database_url, tmp_path, clock) as world:
        clock.pass_by(seconds=(WEDNESDAY_NINE - clock.now()).total_seconds() - 300)
        for role in ("amina", "karim"):
            status, leads_to = await world.request(role, "POST", "/a/{link}/room")
            assert (status, leads_to.startswith("/meetings/")) == (303, True)
        assert (await world.request("amina", "GET", "/me"))[0] == 200, "it is her own appointment"
        assert (await world.request("karim", "GET", "/me"))[1].startswith("/sign-in")
