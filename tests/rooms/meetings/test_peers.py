"""Who is connected to a meeting: one connection of each, a generation that only rises, and nobody of a dead process."""

import asyncio
import uuid

import pytest

from rooms.core.errors import Conflict
from rooms.lines.call import Answer
from rooms.meetings import meetings, peers
from rooms.meetings.meeting import Meeting
from rooms.meetings.peers import Before, Entering
from rooms.people import presence
from rooms.people.people import Person
from tests.cast import Cast


@pytest.fixture
async def meeting(cast: Cast) -> Meeting:
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    found = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert found
    return found


async def enter(
    cast: Cast, meeting: Meeting, person: Person, connection: str, *, tab: str = "t", held: int = 0, **more: bool
) -> tuple[int, Before | None]:
    process_id = cast.process_id
    entering = Entering(meeting.id, meeting.id, person.id, connection, process_id, tab, is_polite=True, held=held)
    async with cast.database.transaction() as tx:
        return await peers.enter(tx, entering, take_over=more.get("take_over", False))


async def connections(cast: Cast, meeting: Meeting) -> set[str]:
    async with cast.database.reading() as tx:
        return {peer.connection for peer in await peers.of_channel(tx, meeting.id, cast.process_id)}


async def test_a_reload_raises_the_generation(cast: Cast, meeting: Meeting) -> None:
    await enter(cast, meeting, cast.amina, "a")
    before, _ = await enter(cast, meeting, cast.luc, "l")
    after, replaced = await enter(cast, meeting, cast.amina, "a2")
    assert after == before + 1
    assert replaced
    assert (replaced.connection, replaced.is_other_tab) == ("a", False)
    assert await connections(cast, meeting) == {"a2", "l"}


async def test_a_connection_that_comes_back_with_its_transport_keeps_the_generation(
    cast: Cast, meeting: Meeting
) -> None:
    now, _ = await enter(cast, meeting, cast.amina, "a")
    async with cast.database.transaction() as tx:
        assert await peers.leave(tx, "a") == {meeting.id}
        assert await peers.leave(tx, "a") == set()
    assert (await enter(cast, meeting, cast.amina, "a2", held=now))[0] == now


async def test_a_generation_that_only_the_peers_know_goes_on(cast: Cast, meeting: Meeting) -> None:
    assert (await enter(cast, meeting, cast.amina, "a", held=7))[0] == 7
    assert (await enter(cast, meeting, cast.luc, "l", held=7))[0] == 7
    assert (await enter(cast, meeting, cast.luc, "l2"))[0] == 8


async def test_another_tab_is_taken_over_on_purpose_alone(cast: Cast, meeting: Meeting) -> None:
    await enter(cast, meeting, cast.amina, "a", tab="one")
    async with cast.database.transaction() as tx:
        assert await peers.show(tx, meeting.id, "a", microphone=True, camera=False, screen=False)
        assert not await peers.show(tx, meeting.id, "x", microphone=True, camera=True, screen=False)
    with pytest.raises(Conflict, match="elsewhere"):
        await enter(cast, meeting, cast.amina, "a2", tab="two")
    _, before = await enter(cast, meeting, cast.amina, "a2", tab="two", take_over=True)
    assert before
    assert (before.is_other_tab, before.microphone, before.camera) == (True, True, False)


async def test_a_dead_process_has_no_peers(cast: Cast, meeting: Meeting) -> None:
    await enter(cast, meeting, cast.amina, "a", tab="one")
    async with cast.database.transaction() as tx:
        await presence.end_process(tx, cast.process_id)
        alive = await presence.start_process(tx, "another")
    cast.process_id = alive
    assert await connections(cast, meeting) == set()
    generation, before = await enter(cast, meeting, cast.amina, "a2", tab="two")
    assert (generation, before) == (2, None), "nobody is there who would have to be taken over"


async def test_a_process_knows_that_it_lives_though_its_clock_was_set(cast: Cast, meeting: Meeting) -> None:
    await enter(cast, meeting, cast.amina, "a")
    cast.clock.pass_by(hours=2)
    assert await connections(cast, meeting) == {"a"}


async def test_two_who_enter_at_once_agree_on_a_generation(cast: Cast, meeting: Meeting) -> None:
    people = [cast.amina, cast.luc] * 4
    found = await asyncio.gather(
        *(enter(cast, meeting, person, str(uuid.uuid4()), take_over=True) for person in people)
    )
    assert sorted(generation for generation, _ in found) == list(range(1, 9))
    assert len(await connections(cast, meeting)) == 2


async def test_nothing_is_left_of_a_meeting_that_is_over(cast: Cast, meeting: Meeting) -> None:
    await enter(cast, meeting, cast.amina, "a")
    async with cast.database.transaction() as tx:
        locked = await meetings.locked(tx, meeting.id)
        assert locked
        await meetings.end(tx, locked)
    async with cast.database.reading() as tx:
        assert await peers.channel(tx, meeting.id) is None
        assert await tx.session.get(peers.Peer, (meeting.id, cast.amina.id)) is None
