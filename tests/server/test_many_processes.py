"""Two processes on PostgreSQL with Redis between them: who is connected to one hears what happens in the other."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio
from redis.asyncio import Redis

from rooms.chat import conversations
from rooms.core.events import conversation_stream, meeting_stream, person_stream
from rooms.lines.call import Answer
from rooms.people import sessions
from rooms.people.people import Person
from server.security import form_token, masked
from signaling.cookies import SESSION_COOKIE
from tests.cast import Cast
from tests.running_server import RunningServer
from tests.server.world import SECRET
from tests.services import RedisServer

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
STOPS = 6
STRANGE = (b"\x80\x04cos\nsystem\n", b"{}", b"[" * 100_000, b'{"sender":"x","message":{"what":"gap"}}')


@dataclass
class Listener:
    """Somebody connected to one process; `heard` is every event, in order."""

    client: socketio.AsyncClient
    heard: list[tuple[str, Any]]
    news: asyncio.Event

    async def call(self, name: str, payload: object) -> Any:
        return await self.client.call(name, payload, timeout=60)

    async def until(self, name: str, **fields: object) -> Any:
        """The first event of this name and these fields that comes, or has come."""
        async with asyncio.timeout(60):
            while True:
                for event, payload in self.heard:
                    if event == name and all(payload.get(field) == value for field, value in fields.items()):
                        return payload
                self.news.clear()
                await self.news.wait()


@dataclass
class Two:
    one: RunningServer
    two: RunningServer
    cast: Cast
    redis: RedisServer

    @asynccontextmanager
    async def connected(self, server: RunningServer, person: Person) -> AsyncIterator[Listener]:
        async with self.cast.database.transaction() as tx:
            token = await sessions.open_session(tx, person, "test")
        client = socketio.AsyncClient(reconnection=False)
        listener = Listener(client, [], asyncio.Event())

        async def hear(event: str, payload: Any) -> None:
            listener.heard.append((event, payload))
            listener.news.set()

        client.on("*", hear)
        headers = {"Cookie": f"{SESSION_COOKIE}={token}"}
        await client.connect(
            server.url, headers=headers, socketio_path="live", transports=["websocket"], wait_timeout=60
        )
        try:
            yield listener
        finally:
            await client.disconnect()

    async def hall(self) -> uuid.UUID:
        async with self.cast.database.transaction() as tx:
            return (await conversations.of_fair(tx, self.cast.fair.id)).id


@pytest.fixture
async def two(database_url: str, tmp_path: Path, redis_server: RedisServer) -> AsyncIterator[Two]:
    servers = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        options = {"PARVIS_REDIS": redis_server.url, "PARVIS_PROCESS_NAME": name, "PARVIS_MODE": "demo"}
        servers.append(RunningServer(database_url, tmp_path / name, extra=options, begins=None))
    one, other = servers
    cast = await one.prepare()
    try:
        await asyncio.gather(one.start(), other.start())
        for server in servers:
            await ready(server, "up")
        yield Two(one, other, cast, redis_server)
    finally:
        for server in servers:
            await server.stop()
        await cast.database.close()


async def ready(server: RunningServer, state: str) -> int:
    """Waits until the process says this of Redis; gives the status it says it with."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{server.url}/readyz") as answer:
                if (await answer.json())["redis"] == state:
                    return answer.status
            await asyncio.sleep(0.05)


def message(hall: uuid.UUID, text: str) -> dict[str, str]:
    return {"conversation_id": str(hall), "text": text, "client_id": str(uuid.uuid4())}


async def follow(listener: Listener, *streams: str) -> None:
    ack = await listener.call("stream:follow", {"streams": [{"stream": stream} for stream in streams]})
    assert len(ack["streams"]) == len(streams), ack


async def test_what_is_written_in_one_process_is_read_in_the_other(two: Two) -> None:
    hall = await two.hall()
    async with two.connected(two.one, two.cast.amina) as amina, two.connected(two.two, two.cast.luc) as luc:
        for listener in (amina, luc):
            await follow(listener, conversation_stream(hall))
        for number in range(10):
            speaker = amina if number % 2 else luc
            assert (await speaker.call("chat:send", message(hall, str(number))))["ok"]
        for listener in (amina, luc):
            await listener.until("chat:sent", number=10)
            numbers = [payload["number"] for event, payload in listener.heard if event == "chat:sent"]
            assert numbers == list(range(1, 11))


async def test_a_place_taken_in_one_process_is_seen_at_the_desk_in_the_other(two: Two) -> None:
    booth = two.cast.atlantique
    async with two.connected(two.one, two.cast.amina) as amina, two.connected(two.two, two.cast.luc) as luc:
        await follow(amina, person_stream(two.cast.amina.id), f"fair:{two.cast.fair.id}")
        await follow(luc, f"line:{booth.id}")
        assert (await luc.call("booth:attend", {"booth_id": str(booth.id)}))["ok"]
        await amina.until("booth:status", booth_id=str(booth.id), staff=1)
        assert (await amina.call("line:join", {"booth_id": str(booth.id)}))["ok"]
        joined = await luc.until("line:joined")
        assert joined["place"]["person_id"] == str(two.cast.amina.id)
        assert (await luc.call("line:call", {"booth_id": str(booth.id)}))["ok"]
        rang = await amina.until("call:rang")
        assert (await amina.call("line:answer", {"call_id": rang["ringing"]["call_id"], "answer": "join"}))["ok"]
        await luc.until("line:talking")


async def test_two_peers_meet_though_each_is_connected_to_another_process(two: Two) -> None:
    cast = two.cast
    await cast.connect(cast.amina)
    await cast.join(cast.amina, cast.atlantique)
    meeting = await cast.answer(await cast.call_next(cast.luc, cast.atlantique), Answer.JOIN)
    assert meeting
    channel = str(meeting.id)

    def enter(tab: str, **more: object) -> dict[str, object]:
        return {"meeting_id": channel, "tab": tab, **more}

    async with AsyncExitStack() as stack:
        amina = await stack.enter_async_context(two.connected(two.one, cast.amina))
        luc = await stack.enter_async_context(two.connected(two.two, cast.luc))
        assert (await amina.call("meeting:enter", enter("a")))["ok"]
        ack = await luc.call("meeting:enter", enter("l"))
        await follow(luc, meeting_stream(meeting.id))
        for listener in (amina, luc):
            peers = await listener.until("meeting:peers", generation=ack["generation"])
            assert {peer["person_id"] for peer in peers["peers"]} == {str(cast.amina.id), str(cast.luc.id)}
        for speaker, listener in ((amina, luc), (luc, amina)):
            sent = {"channel_id": channel, "generation": ack["generation"], "kind": "ice_candidate", "body": {"é": [1]}}
            await speaker.client.emit("meeting:signal", sent)
            assert await listener.until("meeting:signal") == sent
        shown = {"channel_id": channel, "microphone": True, "camera": False}
        assert (await amina.call("meeting:show", shown))["ok"]
        async with asyncio.timeout(60):
            while not any(peer["microphone"] for peer in _latest_peers(luc)):
                await asyncio.sleep(0.01)

        again = await stack.enter_async_context(two.connected(two.two, cast.amina))
        assert (await again.call("meeting:enter", enter("b")))["error"]["code"] == "meeting.elsewhere"
        ack = await again.call("meeting:enter", enter("b", take_over=True))
        assert ack["before"] == {"microphone": True, "camera": False}
        await amina.until("meeting:taken_over")
        assert (await luc.call("meeting:end", {"meeting_id": channel}))["ok"]
        await luc.until("meeting:ended")


def _latest_peers(listener: Listener) -> list[dict[str, Any]]:
    return [payload for event, payload in listener.heard if event == "meeting:peers"][-1]["peers"]


async def test_a_session_that_is_ended_in_one_process_is_over_in_the_other(two: Two) -> None:
    async with two.connected(two.two, two.cast.amina) as amina:
        over = asyncio.Event()
        amina.client.on("disconnect", lambda _: over.set())
        async with two.cast.database.transaction() as tx:
            person = await two.cast.fresh(tx, two.cast.amina)
            (open_here,) = await sessions.sessions_of(tx, person)
            token = await sessions.open_session(tx, person, "another device")
        form = {"form_token": masked(form_token(SECRET, token))}
        headers = {"Cookie": f"{SESSION_COOKIE}={token}"}
        path = f"{two.one.url}/me/sessions/{open_here.id}/end"
        async with aiohttp.ClientSession() as session, session.post(path, data=form, headers=headers) as answer:
            assert answer.status == 200
        async with asyncio.timeout(60):
            await over.wait()


async def test_without_redis_everything_written_still_arrives_and_afterwards_as_before(two: Two) -> None:
    hall = await two.hall()
    async with two.connected(two.one, two.cast.amina) as amina, two.connected(two.two, two.cast.luc) as luc:
        await follow(luc, conversation_stream(hall))
        files = [open_files(server) for server in (two.one, two.two)]
        two.redis.stop()
        assert [await ready(server, "down") for server in (two.one, two.two)] == [200, 200]
        assert (await amina.call("chat:send", message(hall, "Is anybody there?")))["ok"]
        await luc.until("chat:sent", number=1)
        for number in range(2, STOPS + 2):
            two.redis.start()
            for server in (two.one, two.two):
                await ready(server, "up")
            assert (await amina.call("chat:send", message(hall, str(number))))["ok"]
            await luc.until("chat:sent", number=number)
            two.redis.stop()
            for server in (two.one, two.two):
                await ready(server, "down")
        numbers = [payload["number"] for event, payload in luc.heard if event == "chat:sent"]
        assert sorted(set(numbers)) == list(range(1, STOPS + 2)), "nothing is lost"
        assert [open_files(server) for server in (two.one, two.two)] == pytest.approx(files, abs=3)


def open_files(server: RunningServer) -> int:
    assert server.process
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


async def test_what_strangers_write_into_redis_is_not_read(two: Two) -> None:
    hall = await two.hall()
    async with two.connected(two.one, two.cast.amina) as amina, two.connected(two.two, two.cast.luc) as luc:
        await follow(luc, conversation_stream(hall))
        async with Redis.from_url(two.redis.url) as redis:
            channels = [name.decode() for name in await redis.pubsub_channels("parvis:*")]
            assert any(name.endswith(":all") for name in channels)
            for name in channels:
                for content in (
                    b"\x80\x04cos\nsystem\n",
                    b"{}",
                    b"[" * 100_000,
                    b'{"sender":"x","message":{"what":"gap"}}',
                ):
                    await redis.publish(name, content)
        assert (await amina.call("chat:send", message(hall, "Hello")))["ok"]
        await luc.until("chat:sent", number=1)
