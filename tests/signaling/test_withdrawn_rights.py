"""A right that has ended acts on pages, commands and live connections at once."""

import uuid

from rooms.appointments import recruiter_departure
from rooms.core.events import conversation_stream, line_stream, meeting_stream
from rooms.fairs.booths import Booth
from rooms.lines import calls, places
from rooms.lines.places import PlaceState
from rooms.meetings.meeting import Meeting
from rooms.organisations import employers
from rooms.people import people
from rooms.people.people import Person
from server.page_request import SERVICES
from signaling.hub import Hub
from tests.cast import Cast
from tests.server.world import World


def hub_of(world: World) -> Hub:
    hub: Hub = world.server.app[SERVICES].hub
    return hub


async def person(world: World, email: str) -> uuid.UUID:
    async with world.database.reading() as tx:
        found = await people.by_email(tx, email)
        assert found
        return found.id


async def dismiss_sophie(world: World) -> None:
    """Paul owns Maison Perrin beside her, and she has to go."""
    async with world.database.transaction() as tx:
        row = await tx.session.get_one(Meeting, uuid.UUID(world.ids["meeting"]))
        paul = await tx.session.get_one(Person, await person(world, "paul.garnier@example.org"))
        booth = await tx.session.get_one(Booth, row.booth_id)
        await employers.add_member(tx, booth.employer_id, paul, is_owner=True)
        await recruiter_departure.dismiss(tx, booth.employer_id, row.led_by_id, paul)


async def test_a_dismissed_recruiter_is_out_of_the_talk_and_speaks_for_the_employer_no_longer(
    world: World,
) -> None:  # O1, S9
    meeting_id = uuid.UUID(world.ids["meeting"])
    async with world.database.reading() as tx:
        row = await tx.session.get_one(Meeting, meeting_id)
    streams = [
        meeting_stream(meeting_id),
        conversation_stream(uuid.UUID(world.ids["meeting_conversation"])),
        line_stream(row.booth_id or uuid.uuid4()),
    ]
    async with world.live("sophie") as sophie, world.live("tomas") as tomas:
        for client in (sophie, tomas):
            assert (await client.call("meeting:enter", {"meeting_id": str(meeting_id), "tab": "a"}))["ok"]
        ack = await sophie.call("stream:follow", {"streams": [{"stream": stream} for stream in streams]})
        assert [each["stream"] for each in ack["streams"]] == streams
        await dismiss_sophie(world)
        hub = hub_of(world)
        assert [len(hub.server.members(stream)) for stream in streams] == [0, 0, 0]
        assert not hub.relay.meetings_of(sophie.sid or "")
        for event, payload in (
            ("meeting:prolong", {"meeting_id": str(meeting_id)}),
            ("meeting:enter", {"meeting_id": str(meeting_id), "tab": "a"}),
            ("stream:follow", {"streams": [{"stream": streams[0]}]}),
            (
                "chat:send",
                {"conversation_id": world.ids["meeting_conversation"], "text": "Hi", "client_id": str(uuid.uuid4())},
            ),
        ):
            assert (await sophie.call(event, payload))["error"]["code"].endswith("not_found"), event
    for method, path, form in (
        ("GET", "/meetings/{meeting}", {}),
        ("POST", "/meetings/{meeting}/notes", {"notes": "x"}),
        ("POST", "/meetings/{meeting}/answer", {"next_step": "no", "answer": "In their name."}),
    ):
        status, _ = await world.request("sophie", method, path, form)
        assert status == 404, path


async def test_whoever_was_talked_with_is_not_thrown_out_of_the_line(world: World) -> None:
    """The talk was cut by the employer's own doing: it does not use their turn up."""
    await dismiss_sophie(world)
    async with world.database.reading() as tx:
        row = await tx.session.get_one(Meeting, uuid.UUID(world.ids["meeting"]))
        assert row.is_over
        assert row.follow_up.answer_promised_by is None
        first, *_ = await places.in_line(tx, row.booth_id or uuid.uuid4())
        assert (first.person_id, first.state) == (row.candidate_id, PlaceState.WAITING)
    status, _ = await world.request("tomas", "GET", "/meetings/{meeting}")
    assert status == 200


async def test_a_call_of_whoever_leaves_rings_no_longer(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    await cast.call_next(cast.luc, cast.atlantique)
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await employers.add_member(tx, booth.employer_id, await cast.fresh(tx, cast.paul), is_owner=True)
        await recruiter_departure.dismiss(tx, booth.employer_id, cast.luc.id, await cast.fresh(tx, cast.paul))
    async with cast.database.reading() as tx:
        assert await calls.ringing_for(tx, cast.amina.id) is None
        (place,) = await places.of_person(tx, cast.amina.id)
        assert place.state is PlaceState.WAITING
