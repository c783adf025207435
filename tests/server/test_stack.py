"""Three processes behind nginx with TLS, as deploy/nginx.conf says it: people come to any of them, by WebSocket or by
polling, and one of them may be killed at any time."""

import asyncio
import ssl
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from rooms.chat import conversations
from rooms.core.events import conversation_stream
from rooms.people import sessions
from rooms.people.people import Person
from signaling.cookies import session_cookie
from tests.stack import Stack, stack


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[Stack]:
    async with stack(tmp_path, 3) as running:
        yield running


def trusting(three: Stack) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(three.certificate))


@asynccontextmanager
async def connected(three: Stack, person: Person, transports: list[str]) -> AsyncIterator[socketio.AsyncClient]:
    async with three.cast.database.transaction() as tx:
        token = await sessions.open_session(tx, person, "test")
    connector, jar = aiohttp.TCPConnector(ssl=trusting(three)), aiohttp.DummyCookieJar()
    headers = {"Cookie": f"{session_cookie(three.url)}={token}", "Origin": three.url}
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar, headers=headers) as http:
        client = socketio.AsyncClient(http_session=http, reconnection=False)
        await client.connect(three.url, socketio_path="live", transports=transports, wait_timeout=60)
        try:
            yield client
        finally:
            await client.disconnect()


async def hall(three: Stack) -> uuid.UUID:
    async with three.cast.database.transaction() as tx:
        return (await conversations.of_fair(tx, three.cast.fair.id)).id


async def test_people_of_all_processes_and_transports_hear_each_other(three: Stack) -> None:
    where = await hall(three)
    heard: dict[Person, set[int]] = {}
    everybody = asyncio.Event()
    cast = three.cast
    people = [
        *((person, ["websocket"]) for person in (cast.amina, cast.karim, cast.luc)),
        *((person, ["polling"]) for person in (cast.sophie, cast.claire)),
        (cast.ines, ["polling", "websocket"]),
    ]

    def hearing(person: Person) -> Callable[[Any], Awaitable[None]]:
        mine = heard.setdefault(person, set())

        async def hear(payload: Any) -> None:
            # A fact may come twice, and is known by its number.
            mine.add(payload["number"])
            if all(len(numbers) == len(people) for numbers in heard.values()):
                everybody.set()

        return hear

    async with AsyncExitStack() as opened:
        clients = [
            await opened.enter_async_context(connected(three, person, transports)) for person, transports in people
        ]
        for client, (person, _) in zip(clients, people, strict=True):
            client.on("chat:sent", hearing(person))
            ack = await client.call("stream:follow", {"streams": [{"stream": conversation_stream(where)}]})
            assert ack["ok"], ack
        for client in clients:
            message = {"conversation_id": str(where), "text": "Hello", "client_id": str(uuid.uuid4())}
            assert (await client.call("chat:send", message))["ok"]
        async with asyncio.timeout(60):
            await everybody.wait()


async def test_pages_are_served_though_a_process_is_killed(three: Stack) -> None:
    connector = aiohttp.TCPConnector(ssl=trusting(three))
    async with aiohttp.ClientSession(connector=connector) as http:
        statuses: Counter[int] = Counter()

        async def look() -> None:
            for path in ("/", three.cast.fair.path, "/healthz"):
                async with http.get(three.url + path) as answer:
                    statuses[answer.status] += 1
                    if path == "/healthz":
                        assert (await answer.json())["scheme"] == "https"

        await look()
        await three.processes[0].kill()
        for _ in range(10):
            await look()
        await three.processes[0].start()
        for _ in range(5):
            await look()
        assert statuses == {200: 48}
