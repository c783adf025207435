"""What is left out while a process does not keep up, in its order, and what never is."""

import asyncio
import uuid

import pytest

from rooms.core.events import fair_stream, line_stream, person_stream
from server.page_request import SERVICES
from signaling.load import FROM_LAG, RESTS_FOR, Load, Shedding
from signaling.status_broadcaster import LOBBY_IN_A_CROWD, StatusBroadcaster
from signaling.telling import Telling
from tests.cast import Cast
from tests.server.world import World
from tests.signaling.test_statuses import Nobody, nothing

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Hand:
    """A clock that is moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_each_step_is_taken_with_all_before_it_and_ends_by_itself(database_url: str) -> None:
    clock = Hand()
    load = Load(clock)
    seen = []
    for lag in (0.0, *FROM_LAG.values(), 0.0):
        load.notice(lag)
        seen.append(load.shedding)
    assert seen == [*Shedding, Shedding.PUBLIC_CHAT], "one calm look ends nothing"
    clock.now += RESTS_FOR - 0.1
    load.notice(FROM_LAG[Shedding.LOBBY])
    clock.now += 0.2
    assert load.shedding is Shedding.LOBBY
    clock.now += RESTS_FOR
    assert load.shedding is Shedding.NOTHING


async def test_the_lobby_is_spared_and_those_in_line_are_told_all_the_same(cast: Cast) -> None:
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    server, clock = Nobody(), Hand()
    load = Load(clock)
    telling = Telling(cast.database, server, nothing)  # type: ignore[arg-type]
    broadcaster = StatusBroadcaster(cast.database, telling, load, clock)
    rooms = fair_stream(cast.fair.id), line_stream(cast.atlantique.id), person_stream(cast.amina.id)

    async def told() -> list[int]:
        server.told.clear()
        await broadcaster.tell({cast.atlantique.id})
        return [sum(to == room for to, _ in server.told) for room in rooms]

    assert await told() == [1, 1, 1]
    load.notice(FROM_LAG[Shedding.LOBBY])
    assert await told() == [0, 1, 1]
    clock.now += LOBBY_IN_A_CROWD
    load.notice(FROM_LAG[Shedding.LOBBY])
    assert await told() == [1, 1, 1], "every ten seconds at the least"
    assert await told() == [0, 1, 1]
    clock.now += RESTS_FOR
    broadcaster.start()
    server.told.clear()
    async with asyncio.timeout(60):
        while not any(to == rooms[0] for to, _ in server.told):
            await asyncio.sleep(0.05)
    await broadcaster.stop()


async def test_in_public_one_writes_less_and_everything_else_goes_on(world: World) -> None:
    load = world.server.app[SERVICES].hub.load
    load.notice(FROM_LAG[Shedding.PUBLIC_CHAT])
    async with world.live("amina") as amina, world.live("luc") as luc:

        async def write(who: object, conversation: str) -> str:
            told = {"conversation_id": world.ids[conversation], "text": "Hello", "client_id": str(uuid.uuid4())}
            ack = await who.call("chat:send", told)  # type: ignore[attr-defined]
            return "ok" if ack["ok"] else ack["error"]["code"]

        assert [await write(amina, "public") for _ in range(5)] == ["ok"] * 3 + ["chat.crowded"] * 2
        # Private questions, appointments and whoever speaks for the booth are not held up; nor is a line.
        assert [await write(luc, "conversation") for _ in range(5)] == ["ok"] * 5
        assert await write(amina, "appointment_conversation") == "ok"
        assert (await amina.call("line:join", {"booth_id": world.ids["booth"]}))["ok"]
        load.notice(0.0)
        assert load.shedding is Shedding.PUBLIC_CHAT
