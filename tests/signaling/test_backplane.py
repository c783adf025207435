"""A process that is connected to Redis and hears nothing says so, and mends by itself."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

import pytest

from signaling import backplane
from signaling.backplane import AnyMessage, Backplane, BackplaneState, Gap, SessionEnded
from tests.services import RedisServer


class Swallowing:
    """Between a process and its Redis: once it is silent, nothing comes back on subscriptions, and nobody is told."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.is_silent = False
        self.port = 0

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        said = bytearray()
        await asyncio.gather(
            self._copy(reader, back, said, listens=False), self._copy(there, writer, said, listens=True)
        )

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytearray, *, listens: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if not listens:
                    said += data
                if listens and self.is_silent and b"SUBSCRIBE" in said:
                    continue
                writer.write(data)
        writer.close()


class Heard:
    def __init__(self) -> None:
        self.messages: list[AnyMessage] = []
        self.news = asyncio.Event()

    async def hear(self, message: AnyMessage) -> None:
        self.messages.append(message)
        self.news.set()

    async def until(self, message: AnyMessage) -> None:
        async with asyncio.timeout(60):
            while message not in self.messages:
                self.news.clear()
                await self.news.wait()


async def until(each: Backplane, state: BackplaneState) -> None:
    async with asyncio.timeout(60):
        while each.state is not state:
            await asyncio.sleep(0.01)


@pytest.fixture
async def swallowing(redis_server: RedisServer) -> AsyncIterator[Swallowing]:
    between = Swallowing(redis_server.port)
    server = await between.start()
    yield between
    server.close()


async def test_a_subscription_that_died_in_silence_is_noticed_and_made_anew(
    swallowing: Swallowing, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backplane, "BEAT_EVERY", 0.05)
    monkeypatch.setattr(backplane, "DEAF_AFTER", 0.4)
    heard, nothing = Heard(), Heard()
    one = Backplane(f"redis://127.0.0.1:{swallowing.port}/0", "parvis:test", heard.hear)
    two = Backplane(redis_server.url, "parvis:test", nothing.hear)
    try:
        one.start(uuid.uuid4())
        two.start(uuid.uuid4())
        for each in (one, two):
            await until(each, BackplaneState.UP)
        first, lost, last = (SessionEnded(session_id=uuid.uuid4()) for _ in range(3))
        two.tell_all(first)
        await heard.until(first)
        swallowing.is_silent = True
        two.tell_all(lost)
        await until(one, BackplaneState.DEAF)
        assert two.state is BackplaneState.UP, "whoever hears is not concerned"
        heard.messages.clear()
        swallowing.is_silent = False
        await until(one, BackplaneState.UP)
        assert Gap() in heard.messages, "what was told meanwhile is looked for"
        two.tell_all(last)
        await heard.until(last)
    finally:
        await one.stop()
        await two.stop()


async def test_more_than_can_be_told_is_a_gap(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    one, two = (Backplane(redis_server.url, "parvis:test", each.hear) for each in (Heard(), heard))
    try:
        two.start(uuid.uuid4())
        await until(two, BackplaneState.UP)
        one.tell_all(SessionEnded(session_id=uuid.uuid4()))
        heard.messages.clear()
        one.start(uuid.uuid4())
        await heard.until(Gap())
        assert heard.messages == [Gap()], "it was not connected yet, and says that it could not tell"
    finally:
        await one.stop()
        await two.stop()


async def test_whoever_is_busy_with_what_was_heard_is_not_deaf(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf_after = 2.0
    monkeypatch.setattr(backplane, "BEAT_EVERY", 0.05)
    monkeypatch.setattr(backplane, "DEAF_AFTER", deaf_after)
    heard = Heard()

    async def take_long(message: AnyMessage) -> None:
        if isinstance(message, SessionEnded) and not any(isinstance(each, SessionEnded) for each in heard.messages):
            await asyncio.sleep(2 * deaf_after)
        await heard.hear(message)

    busy, other = (Backplane(redis_server.url, "parvis:test", hear) for hear in (take_long, Heard().hear))
    try:
        busy.start(uuid.uuid4())
        await until(busy, BackplaneState.UP)
        other.start(uuid.uuid4())
        await until(other, BackplaneState.UP)
        told = [SessionEnded(session_id=uuid.uuid4()) for _ in range(3)]
        for each in told:
            other.tell_all(each)
        await heard.until(told[-1])
        assert busy.state is BackplaneState.UP
        assert heard.messages == [Gap(), Gap(), *told], "its own beginning and the other one's: it did not begin again"
    finally:
        await busy.stop()
        await other.stop()
