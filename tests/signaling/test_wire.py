"""What comes over the wire byte by byte: whoever breaks the protocol loses this connection and nobody else theirs, and
whoever reads slowly finds the latest of each state and every fact."""

import asyncio
import os
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from signaling.visitor import Visitor
from signaling.wire import packets
from signaling.wire.engine import MOST_OF_A_POST
from signaling.wire.server import WireServer
from signaling.wire.sockets import MOST_IN_ALL, MOST_UNREAD

LARGEST = 64_000
OVER = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
TEXT, BINARY, PING_FRAME, CONTINUATION = 1, 2, 9, 0


@dataclass
class Served:
    server: WireServer
    http: TestServer
    heard: list[tuple[str, list[Any]]] = field(default_factory=list)
    connecting: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    """Whose end was told."""
    handling: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_empty(self) -> None:
        async with asyncio.timeout(60):
            while self.server.engine.sockets:
                await asyncio.sleep(0)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async def connect(name: str, visitor: Visitor) -> str | None:
        found.connecting.append(name)
        if visitor.chose == "waits":
            await found.may_go_on.wait()
        if visitor.chose == "fails":
            raise OSError("the database is being restarted")
        return "no" if visitor.chose == "refused" else None

    async def disconnect(name: str) -> None:
        found.ended.append(name)

    async def event(sid: str, name: str, arguments: list[Any]) -> str | None:
        found.heard.append((name, arguments))
        if name == "join":
            found.server.enter_room(sid, arguments[0])
        if name == "fail":
            raise ZeroDivisionError
        if name == "wait":
            found.handling.set()
            await found.may_go_on.wait()
        return '{"ok":true}'

    server = WireServer(
        is_ours=lambda request: request.headers.get("Origin", "http://ours") == "http://ours",
        visitor_of=lambda request: Visitor("", request.remote or "?", "", request.cookies.get("how")),
        connect=connect,
        disconnect=disconnect,
        event=event,
        fast=lambda _sid, _packet: False,
        largest=LARGEST,
    )
    app = web.Application()
    server.attach(app, "live")
    async with TestServer(app) as http:
        found = Served(server, http)
        yield found
        await server.stop()


class Plain:
    """A WebSocket in bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, served: Served, early: bytes = b"", how: str = "") -> "Plain":
        reader, writer = await asyncio.open_connection("127.0.0.1", served.http.port)
        writer.write(
            b"GET /live/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ours\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: how=" + how.encode() + b"\r\n\r\n" + early
        )
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
        found = cls(reader, writer)
        assert (await found.read())[:1] == b"0"
        return found

    async def connected(self) -> "Plain":
        self.say(b"40")
        assert (await self.read())[:2] == b"40"
        return self

    def say(self, content: bytes, opcode: int = TEXT, *, fin: bool = True, rsv: int = 0) -> None:
        size = len(content)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + struct.pack(">H", size)
        self.writer.write(bytes((0x80 * fin | rsv | opcode,)) + length + b"\0\0\0\0" + content)

    async def read(self) -> bytes:
        async with asyncio.timeout(60):
            _, size = await self.reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self.reader.readexactly(8))
            return await self.reader.readexactly(size)

    async def is_closed(self) -> bool:
        async with asyncio.timeout(60):
            try:
                while await self.reader.read(65536):
                    pass
            except ConnectionResetError:
                pass
        return True


def too_long(plain: Plain) -> None:
    plain.writer.write(b"\x81\xff" + struct.pack(">Q", 2**63) + b"\0\0\0\0")


def unmasked_length(plain: Plain) -> None:
    plain.writer.write(b"\x81\xff" + struct.pack(">Q", LARGEST + 1) + b"\0\0\0\0")


def endless_fragments(plain: Plain) -> None:
    plain.say(b"4", fin=False)
    for _ in range(LARGEST + 10):
        plain.say(b"2", CONTINUATION, fin=False)


BROKEN = {
    "a declared length of 2^63": too_long,
    "one byte more than is taken": unmasked_length,
    "fragments without an end": endless_fragments,
    "compression that was not agreed": lambda plain: plain.say(b"40", rsv=0x40),
    "a binary frame": lambda plain: plain.say(b"40", BINARY),
    "text that is no UTF-8": lambda plain: plain.say(b'42["\xff"]'),
    "an unknown packet": lambda plain: plain.say(b"9"),
    "an empty frame": lambda plain: plain.say(b""),
    "more at once than any page sends": lambda plain: [plain.say(b'42["x"]') for _ in range(MOST_IN_ALL * 3)],
    "an upgrade of what is upgraded": lambda plain: plain.say(b"5"),
}


@pytest.mark.parametrize("breach", BROKEN.values(), ids=BROKEN)
async def test_whoever_breaks_the_protocol_is_closed_alone(served: Served, breach: Any) -> None:
    other = await (await Plain.open(served)).connected()
    bad = await (await Plain.open(served)).connected()
    breach(bad)
    assert await bad.is_closed()
    other.say(b'421["hello"]')
    assert await other.read() == b'431[{"ok":true}]'
    other.writer.close()
    await served.until_empty()


async def test_what_is_said_in_pieces_and_before_the_answer_is_heard(served: Served) -> None:
    whole = b"\x81\x82\0\0\0\0" + b"40"
    early = await Plain.open(served, early=whole)
    assert (await early.read())[:2] == b"40"
    for byte in b"\x81\x8a\0\0\0\0" + b'421["byte"':
        early.writer.write(bytes((byte,)))
        await early.writer.drain()
    early.say(b"]", CONTINUATION)
    assert await early.is_closed(), "the frame was whole, and no JSON"
    late = await (await Plain.open(served)).connected()
    late.say(b'421["pie', fin=False)
    late.say(b"", PING_FRAME)
    late.say(b'ces"]', CONTINUATION)
    answers = [await late.read() for _ in range(2)]
    assert b'431[{"ok":true}]' in answers
    assert ("pieces", []) in served.heard


async def test_a_slow_reader_finds_every_fact_and_the_latest_of_each_state(served: Served) -> None:
    slow = await (await Plain.open(served)).connected()
    slow.say(b'421["join","hall"]')
    await slow.read()
    (socket,) = served.server.engine.sockets.values()
    assert socket.websocket
    states, filler = 400, "x" * 20_000
    # First as much as the system keeps for a reader who does not read, so that the rest has to wait here.
    large = 0
    while socket.websocket.unread < 100_000:
        served.server.tell("hall", packets.event("fact", f'"{filler}"'))
        large += 1
        await asyncio.sleep(0)
    for number in range(states):
        served.server.tell("hall", packets.event("state", str(number), f"state:{number % 2}"))
        if number % 10 == 0:
            served.server.tell("hall", packets.event("fact", str(number)))
    last = {f'42["state",{number}]' for number in (states - 2, states - 1)} | {f'42["fact",{states - 10}]'}
    heard: list[str] = []
    while not last <= set(heard):
        heard.append((await slow.read()).decode())
    told = [each for each in heard if "fact" in each][large:]
    assert told == [f'42["fact",{number}]' for number in range(0, states, 10)]
    assert sum("state" in each for each in heard) < states, "old states were not sent after the newer ones"


async def test_whoever_leaves_too_much_unread_is_closed(served: Served) -> None:
    slow = await (await Plain.open(served)).connected()
    slow.say(b'421["join","hall"]')
    await slow.read()
    (socket,) = served.server.engine.sockets.values()
    websocket = socket.websocket
    assert websocket
    fact = packets.event("fact", '"' + os.urandom(30_000).hex() + '"')
    for _ in range(2000):
        served.server.tell("hall", fact)
        if socket.is_over:
            break
        assert websocket.unread < MOST_UNREAD + len(fact.frame)
        await asyncio.sleep(0)
    assert socket.is_over
    await served.until_empty()


async def test_whoever_sends_faster_than_is_handled_is_read_no_further(served: Served) -> None:
    hasty = await (await Plain.open(served)).connected()
    hasty.say(b'42["wait"]')
    await served.handling.wait()
    for number in range(200):
        hasty.say(b'42["n",%d]' % number)
        await hasty.writer.drain()
        await asyncio.sleep(0)
    assert [name for name, _ in served.heard] == ["wait"]
    served.may_go_on.set()
    hasty.say(b'421["last"]')
    assert await hasty.read() == b'431[{"ok":true}]'
    assert [arguments[0] for name, arguments in served.heard if name == "n"] == list(range(200))


async def test_requests_that_no_client_makes_are_refused(served: Served) -> None:
    url = served.http.make_url("/live/")
    async with aiohttp.ClientSession() as session:
        for query in ("", "EIO=3&transport=polling", "EIO=4&transport=smoke", "EIO=4&transport=polling&sid=nobody",
                      "EIO=4&transport=websocket"):  # fmt: skip
            async with session.get(f"{url}?{query}") as answer:
                assert answer.status == 400, query
        async with session.post(f"{url}?EIO=4&transport=polling", data="40") as answer:
            assert answer.status == 400
        foreign = {"Origin": "http://elsewhere"}
        async with session.get(f"{url}?EIO=4&transport=polling", headers=foreign) as answer:
            assert answer.status == 400
    assert not served.server.engine.sockets


async def polled(served: Served, session: aiohttp.ClientSession) -> URL:
    """The address of a transport that is polled, and has not said anything yet."""
    url = served.http.make_url("/live/?EIO=4&transport=polling")
    async with session.get(url) as answer:
        sid = (await answer.text()).split('"sid":"')[1].split('"')[0]
    return url.update_query(sid=sid)


@pytest.mark.parametrize(
    "body", [b"\x1e".join([b"4"] * (MOST_OF_A_POST + 1)), b"4" * (LARGEST + 1), b"\x1e\x1e", b"\xff\xfe", b"b4AAEC"]
)
async def test_a_post_that_no_client_sends_closes_its_connection(served: Served, body: bytes) -> None:
    async with aiohttp.ClientSession() as session:
        url = await polled(served, session)
        async with session.post(url, data=body):
            pass
        await served.until_empty()
        async with session.get(url) as answer:
            assert answer.status == 400, "nobody goes on with it"
    assert not served.connecting
    assert not served.server.pending.counts


async def test_two_polls_at_once_end_the_connection(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        url = await polled(served, session)
        polls = [asyncio.create_task(session.get(url)) for _ in range(2)]
        statuses = sorted([(await poll).status for poll in polls])
        assert statuses == [200, 400]
    await served.until_empty()


async def test_an_upgrade_that_does_not_come_about_leaves_the_poll_as_it_was(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        url = await polled(served, session)
        upgrading = url.update_query(transport="websocket")
        async with session.ws_connect(upgrading) as socket:
            await socket.send_str("5")
            assert (await socket.receive()).type in OVER
        async with session.post(url, data="40") as answer:
            assert answer.status == 200
        async with session.get(url) as answer:
            assert (await answer.text()).startswith("40")


async def test_a_fault_of_ours_ends_the_connection_and_that_is_told(served: Served) -> None:
    unlucky = await (await Plain.open(served)).connected()
    unlucky.say(b'421["fail"]')
    unlucky.say(b'422["join","hall"]')
    assert await unlucky.is_closed()
    await served.until_empty()
    assert served.ended == served.connecting
    assert not served.server.members(None)


@pytest.mark.parametrize("how", ["refused", "fails"])
async def test_whoever_was_not_let_in_is_not_let_in_by_asking_again(served: Served, how: str) -> None:
    again = await Plain.open(served, how=how)
    again.say(b"40")
    again.say(b"40")
    assert await again.is_closed()
    await served.until_empty()
    assert not served.server.pending.counts
    assert served.ended == (served.connecting if how == "fails" else [])


async def test_pings_of_whoever_does_not_read_are_not_answered(served: Served) -> None:
    pinging = await (await Plain.open(served)).connected()
    (socket,) = served.server.engine.sockets.values()
    pinging.writer.transport.pause_reading()  # type: ignore[attr-defined]
    ping = bytes((0x80 | PING_FRAME, 0x80 | 125)) + b"\0\0\0\0" + b"x" * 125
    for _ in range(300):
        pinging.writer.write(ping * 400)
        await pinging.writer.drain()
        assert socket.unread < 100_000
    assert socket.is_over is False


async def test_whoever_is_sent_away_while_being_let_in_does_not_get_in(served: Served) -> None:
    early = await Plain.open(served, how="waits")
    early.say(b"40")
    async with asyncio.timeout(60):
        while not served.connecting:
            await asyncio.sleep(0)
    served.server.disconnect(served.connecting[0])
    served.may_go_on.set()
    assert await early.is_closed()
    await served.until_empty()
    assert served.ended == served.connecting
    assert not served.server.members(None)


async def open_polling(served: Served, session: aiohttp.ClientSession) -> URL:
    url = await polled(served, session)
    async with session.post(url, data="40") as answer:
        assert answer.status == 200
    async with session.get(url) as answer:
        assert (await answer.text()).startswith("40")
    return url


async def test_whoever_polls_hears_that_they_are_sent_away(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        url = await open_polling(served, session)
        served.server.disconnect(served.connecting[0])
        async with asyncio.timeout(60):
            while not served.ended:
                await asyncio.sleep(0)
        async with session.get(url) as answer:
            assert await answer.text() == "41"


async def test_a_poll_is_answered_while_its_client_changes_over_and_nothing_is_lost(served: Served) -> None:
    async with aiohttp.ClientSession() as session:
        url = await open_polling(served, session)
        async with session.ws_connect(url.update_query(transport="websocket")) as socket:
            await socket.send_str("2probe")
            assert await socket.receive_str() == "3probe"
            async with asyncio.timeout(60):
                async with session.get(url) as answer:
                    assert await answer.text() == "6", "told at once, by the probe"
                async with session.get(url) as answer:
                    assert await answer.text() == "6", "and whoever asks again soon"
            served.server.tell(served.connecting[0], packets.event("fact", "1"))
            await socket.send_str("5")
            assert await socket.receive_str() == '42["fact",1]'


async def test_when_it_stops_every_end_has_been_told(served: Served) -> None:
    everybody = [await (await Plain.open(served)).connected() for _ in range(5)]
    await served.server.stop()
    assert sorted(served.ended) == sorted(served.connecting)
    assert [await each.is_closed() for each in everybody] == [True] * 5
