"""Facts are told in the order of their numbers, whichever process writes them and however they come."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rooms.chat import conversations, messages
from rooms.core import streams
from rooms.core.errors import Away
from rooms.core.events import conversation_stream
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from signaling.backplane import Committed, Fact
from signaling.hub import load_areas
from signaling.telling import HELD_FOR, Telling
from signaling.wire.packets import Outgoing
from tests.cast import Cast
from tests.signaling.test_statuses import nothing

load_areas()


class OneRoom:
    """A server with one room that somebody is in; `numbers` is what was told there, in order."""

    room_count = 1

    def __init__(self, room: str) -> None:
        self._room = room
        self.numbers: list[int] = []

    def has(self, room: str) -> bool:
        return room == self._room

    def tell(self, _: str, out: Outgoing) -> None:
        self.numbers.append(json.loads(out.packet[2:])[1]["number"])


def fact(stream: str, number: int) -> Committed:
    packet = "42" + json.dumps(["chat:sent", {"stream": stream, "number": number}])
    data = {"conversation_id": stream.partition(":")[2], "message_id": str(uuid.uuid4())}
    at = "2026-11-24T09:00:00Z"
    return Committed(facts=[Fact.model_validate(
        {"stream": stream, "number": number, "kind": "chat.sent", "data": data, "at": at, "packet": packet}
    )])  # fmt: skip


async def test_a_fact_that_is_known_before_the_one_before_it_waits_for_it(cast: Cast) -> None:
    stream = conversation_stream(cast.fair.id)
    server = OneRoom(stream)
    telling = Telling(cast.database, server, nothing)  # type: ignore[arg-type]
    telling.followed(stream, 4)
    for number in (7, 6, 5, 9, 8, 8):
        await telling.hear(fact(stream, number))
    assert server.numbers == [5, 6, 7, 8, 9, 8]


async def test_what_never_comes_is_looked_for(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        hall = await conversations.of_fair(tx, cast.fair.id)
    stream = conversation_stream(hall.id)
    server = OneRoom(stream)
    telling = Telling(cast.database, server, nothing)  # type: ignore[arg-type]
    telling.followed(stream, 0)
    telling.start(uuid.uuid4())
    for text in ("one", "two", "three"):
        async with cast.database.transaction() as tx:
            await messages.send(tx, await cast.fresh(tx, cast.amina), hall, text, new_id(), is_staff=False)
    async with cast.database.reading() as tx:
        assert (await streams.head(tx, stream)).last == 3
    # The first two were told by a process that could not be heard.
    await telling.hear(fact(stream, 3))
    assert server.numbers == []
    async with asyncio.timeout(HELD_FOR + 10):
        while len(server.numbers) < 3:
            await asyncio.sleep(0.02)
    assert server.numbers == [1, 2, 3]
    await telling.stop()


async def test_where_nothing_can_be_looked_for_what_is_known_is_told(cast: Cast) -> None:
    stream = conversation_stream(cast.fair.id)
    server = OneRoom(stream)
    telling = Telling(cast.database, server, nothing)  # type: ignore[arg-type]
    telling.followed(stream, 4)
    telling.start(uuid.uuid4())
    reading = cast.database.reading

    @asynccontextmanager
    async def away() -> AsyncIterator[Transaction]:
        raise Away()
        yield

    cast.database.reading = away  # type: ignore[method-assign]
    for number in (7, 6):
        await telling.hear(fact(stream, number))
    async with asyncio.timeout(HELD_FOR + 10):
        while len(server.numbers) < 2:
            await asyncio.sleep(0.02)
    cast.database.reading = reading  # type: ignore[method-assign]
    await telling.hear(fact(stream, 8))
    assert server.numbers == [6, 7, 8]
    await telling.stop()


async def test_nobody_waits_for_what_nobody_follows(cast: Cast) -> None:
    server = OneRoom("conversation:another")
    telling = Telling(cast.database, server, nothing)  # type: ignore[arg-type]
    stream = conversation_stream(cast.fair.id)
    telling.followed(stream, 4)
    await telling.hear(fact(stream, 9))
    telling.followed(stream, 12)
    server._room = stream
    await telling.hear(fact(stream, 13))
    assert server.numbers == [13]
