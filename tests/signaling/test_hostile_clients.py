"""Whoever breaks the protocol is cut off, keeps nothing here, and hears nothing more."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from rooms.chat import messages
from rooms.core.events import conversation_stream, line_stream
from rooms.fairs import booth_staff, booths
from rooms.people import presence, sessions
from rooms.people.presence import Connection
from server.page_request import SERVICES
from signaling import crowd, pending
from signaling.cookies import SESSION_COOKIE
from signaling.crowd import MOST_OF_A_PERSON
from signaling.hub import Hub
from signaling.signal_forwarding import HEAD
from signaling.streams import LARGEST_ANSWER
from signaling.wire.sockets import MOST_UNREAD
from tests.clock import HandClock
from tests.server.world import Furnished, World
from tests.signaling.onlookers import open_connections


@pytest.fixture
async def world(furnished: Furnished, tmp_path: Path) -> AsyncIterator[World]:
    async with furnished.copy(tmp_path) as world:
        yield world


BEFORE_IT_IS_A_FLOOD = 60


def hub_of(world: World) -> Hub:
    hub: Hub = world.server.app[SERVICES].hub
    return hub


@dataclass
class Raw:
    """A WebSocket that speaks the protocol by hand, well or badly."""

    socket: aiohttp.ClientWebSocketResponse

    async def say(self, text: str) -> None:
        await self.socket.send_str(text)

    async def emit(self, name: Any, *arguments: Any, number: str = "") -> None:
        await self.say(f"42{number}{json.dumps([name, *arguments])}")

    async def until(self, start: str) -> str:
        """The next packet that begins like this."""
        async with asyncio.timeout(60):
            while not (found := await self.socket.receive_str()).startswith(start):
                pass
        return found

    async def is_cut(self) -> bool:
        """Whether the server closes the connection now, whatever it said before."""
        async with asyncio.timeout(60):
            while not self.socket.closed:
                await self.socket.receive()
        return True


@asynccontextmanager
async def raw(world: World, role: str = "anyone", *, connected: bool = True) -> AsyncIterator[Raw]:
    headers = {"Cookie": f"{SESSION_COOKIE}={world.tokens[role]}"} if role in world.tokens else {}
    url = world.server.make_url("/live/?EIO=4&transport=websocket")
    no_goodbye = aiohttp.ClientWSTimeout(ws_close=0.1)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, headers=headers, timeout=no_goodbye) as socket,
    ):
        found = Raw(socket)
        await found.until("0")
        if connected:
            await found.say("40")
            await found.until("40")
        yield found


MALFORMED = {
    "a binary event is announced": '459999999999-["x",{"_placeholder":true,"num":0}]',
    "a binary acknowledgement is announced": "461-3[]",
    "attachments hide in a text event": '421-["x"]',
    "an acknowledgement of nothing": "431[]",
    "a connection is refused by the client": '44{"message":"no"}',
    "no JSON": "42[",
    "an event without a name": "42[]",
    "an event that is no list": '42{"x":1}',
    "an event whose name is no text": "42[1]",
    "an event that is nested too deeply": "42" + "[" * 60_000,
    "nothing": "4",
    "a list where text belongs": "4[1]",
    "connected twice": "40",
}


@pytest.mark.parametrize("packet", MALFORMED.values(), ids=MALFORMED)
async def test_what_no_client_sends_closes_its_connection_and_no_other(world: World, packet: str) -> None:
    async with raw(world) as other, raw(world) as bad:
        await bad.say(packet)
        assert await bad.is_cut()
        await other.emit("stream:follow", {"streams": []}, number="1")
        assert json.loads((await other.until("431"))[3:])[0]["ok"]


async def test_a_signal_nested_deeper_than_any_is_refused(world: World) -> None:
    deep = "[" * 300 + "]" * 300
    async with raw(world, "luc") as odd:
        await odd.say(f'42["meeting:signal",{{"generation":1,"channel_id":"x","kind":"restart","body":{deep}}}]')
        assert "not_in_meeting" in await odd.until("42")
        await odd.emit("stream:follow", {"streams": []}, number="1")
        await odd.until("431")


async def test_a_stream_has_one_name(world: World) -> None:
    booth = world.ids["booth"]
    async with raw(world, "luc") as luc:
        for number, name in enumerate((booth.upper(), f"{{{booth}}}", f"urn:uuid:{booth}", booth.replace("-", ""))):
            await luc.emit("stream:follow", {"streams": [{"stream": f"line:{name}"}]}, number=str(number))
            assert not json.loads((await luc.until(f"43{number}"))[3:])[0]["ok"], name


def test_a_number_that_javascript_does_not_read_is_not_passed_on() -> None:
    signal = b'42["meeting:signal",{"channel_id":"%s","generation":%s,"kind":"restart","body":null}]'
    channel = str(uuid.uuid4()).encode()
    assert HEAD.match(signal % (channel, b"12"))
    assert HEAD.match(signal % (channel, b"0"))
    assert not HEAD.match(signal % (channel, b"012"))


async def test_an_end_that_could_not_be_written_is_written_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hub, has_failed = hub_of(world), asyncio.Event()

    async def fail(*_: Any) -> None:
        has_failed.set()
        raise OSError("the database is being restarted")

    with monkeypatch.context() as broken:
        broken.setattr(presence, "disconnect", fail)
        async with raw(world, "luc") as luc:
            (sid,) = hub.clients
            await luc.socket.close()
        await gone(hub)
        await asyncio.wait_for(has_failed.wait(), 60)
    async with world.database.reading() as tx:
        assert (await tx.session.get_one(Connection, sid)).closed_at is None
    await hub.expiry.tidy()
    async with world.database.reading() as tx:
        assert (await tx.session.get_one(Connection, sid)).closed_at is not None


async def test_a_binary_frame_closes_the_connection(world: World) -> None:  # S1
    async with raw(world) as bad:
        await bad.socket.send_bytes(b"x" * 60_000)
        assert await bad.is_cut()


@pytest.mark.parametrize("name", ["disconnect", "connect", "connect_error", "__disconnect_final", "*"])
async def test_nobody_plays_the_server_to_the_server(world: World, name: str) -> None:  # S4
    """A client that could say "disconnect" itself would be forgotten and hear on."""
    async with raw(world, "luc") as ghost:
        await ghost.emit("stream:follow", {"streams": [{"stream": line_stream(uuid.UUID(world.ids["booth"]))}]})
        await ghost.emit(name, "anything", {})
        assert await ghost.is_cut()
    hub = hub_of(world)
    assert not hub.clients
    assert not hub.server.members(line_stream(uuid.UUID(world.ids["booth"])))


async def test_whoever_is_dismissed_hears_nothing_more_even_if_the_hub_forgot_them(world: World) -> None:
    booth = uuid.UUID(world.ids["booth"])
    async with raw(world, "luc") as luc:
        await luc.emit("stream:follow", {"streams": [{"stream": line_stream(booth)}]}, number="1")
        await luc.until("431")
        hub = hub_of(world)
        assert len(hub.server.members(line_stream(booth))) == 1
        hub.clients.clear()
        async with world.database.transaction() as tx:
            row = await tx.session.get_one(booths.Booth, booth)
            await booth_staff.choose_staff(tx, row, {uuid.UUID(world.ids["colleague"])})
        assert hub.server.members(line_stream(booth)) == []


async def test_whoever_reads_nothing_is_cut_off_before_it_costs_much(world: World) -> None:  # S2
    """Ten small questions a second would otherwise leave gigabytes of answers waiting."""
    conversation = uuid.UUID(world.ids["public"])
    async with world.database.transaction() as tx:
        where = await tx.session.get_one(messages.Conversation, conversation)
        author = await tx.session.get_one(messages.Person, uuid.UUID(world.ids["person"]))
        for _ in range(100):
            await messages.send(tx, author, where, "😀" * 1000, uuid.uuid4(), is_staff=False)
    engine, wanted = hub_of(world).server.engine, {"streams": [{"stream": conversation_stream(conversation)}]}
    async with raw(world) as slow:
        (socket,) = engine.sockets.values()
        # What the server has sent stays unread, and fills first the system's room for it and then the server's.
        slow.socket._reader._protocol.pause_reading()  # type: ignore[attr-defined]
        for number in range(BEFORE_IT_IS_A_FLOOD):
            await slow.emit("stream:follow", wanted, number=str(number))
        async with asyncio.timeout(30):
            while not socket.is_over:
                assert socket.websocket
                assert socket.websocket.unread < MOST_UNREAD + LARGEST_ANSWER
                await asyncio.sleep(0)
    assert not engine.sockets


async def test_one_question_names_a_stream_once_and_no_answer_is_boundless(world: World) -> None:
    stream = conversation_stream(uuid.UUID(world.ids["public"]))
    async with world.live("anyone") as client:
        ack = await client.call("stream:follow", {"streams": [{"stream": stream}, {"stream": stream}]})
        assert ack["error"]["code"] == "streams.too_many"


async def test_a_session_that_has_run_out_hears_nothing_more(world: World) -> None:  # S13
    hub = hub_of(world)
    async with raw(world, "luc") as luc, raw(world) as passer_by:
        await hub.expiry.look()
        await luc.emit("stream:follow", {"streams": []}, number="1")
        await luc.until("431")
        cast_clock(world).pass_by(days=31)
        await hub.expiry.look()
        await luc.until("41")
        assert {client.person_id for client in hub.clients.values()} == {None}
        await passer_by.emit("stream:follow", {"streams": []}, number="2")
        await passer_by.until("432")


def cast_clock(world: World) -> HandClock:
    clock = world.database.clock
    assert isinstance(clock, HandClock)
    return clock


async def test_a_session_does_not_go_on_without_end(world: World) -> None:  # S13
    async with world.database.reading() as tx:
        found = await sessions.whose(tx, world.tokens["luc"])
    assert found
    session, person = found
    for _ in range(20):
        cast_clock(world).pass_by(days=20)
        async with world.database.transaction() as tx:
            if await sessions.whose(tx, world.tokens["luc"]) is None:
                break
            await sessions.seen(tx, session.id, person.id)
    assert cast_clock(world).now() - session.made_at <= timedelta(days=200)


async def test_the_id_of_a_connection_lets_nobody_else_go_on_with_it(world: World) -> None:  # S13
    url = world.server.make_url("/live/?EIO=4&transport=polling")
    own = {"Cookie": f"{SESSION_COOKIE}={world.tokens['luc']}"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get(url, headers=own) as answer:
            sid = json.loads((await answer.text())[1:])["sid"]
        for thief in ({}, {"Cookie": f"{SESSION_COOKIE}={world.tokens['amina']}"}):
            for way_round in (f"sid={sid}", f"sid=&sid={sid}", f"sid={sid}&sid=", f"s%69d={sid}"):
                there = URL(f"{url}&{way_round}", encoded=True)
                async with session.post(there, data="40", headers=thief) as answer:
                    assert answer.status == 403, way_round
                async with session.get(there, headers=thief) as answer:
                    assert answer.status == 403, way_round
        async with session.post(url.update_query(sid=sid), data="40", headers=own) as answer:
            assert answer.status == 200


async def test_a_persons_connections_have_one_allowance_and_are_counted(world: World) -> None:  # S14
    chat = {"conversation_id": world.ids["public"], "text": "Hello", "client_id": str(uuid.uuid4())}
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(raw(world, "luc")) for _ in range(3)]
        sent = 0
        for number in range(3 * BEFORE_IT_IS_A_FLOOD // 3):
            tab = tabs[number % 3]
            await tab.emit("chat:send", chat | {"client_id": str(uuid.uuid4())}, number="7")
            sent += json.loads((await tab.until("437"))[3:])[0]["ok"]
        assert 0 < sent <= 20, "what one connection may send, not three times as much"
    hub = hub_of(world)
    async with asyncio.timeout(60):
        while hub.crowd.counts:
            await asyncio.sleep(0.01)
    for _ in range(MOST_OF_A_PERSON):
        assert hub.crowd.let_in("luc", is_known=True)
    assert hub.crowd.let_in("luc", is_known=True) is None
    assert hub.crowd.let_in("amina", is_known=True)


async def gone(hub: Hub) -> None:
    """Waits until nothing is left of anybody."""
    async with asyncio.timeout(60):
        while hub.clients or hub.crowd.counts or hub.server.pending.counts or hub.server.members(None):
            await asyncio.sleep(0.01)


async def test_whoever_never_says_who_they_are_is_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:  # S14
    monkeypatch.setattr(pending, "CONNECT_WITHIN", 0.05)
    async with raw(world, connected=False) as silent:
        assert await silent.is_cut()
    async with raw(world) as ours, raw(world, connected=False) as later:
        assert await later.is_cut()
        await ours.emit("stream:follow", {"streams": []}, number="1")
        assert json.loads((await ours.until("431"))[3:])[0]["ok"], "whoever connected in time stays"
    await gone(hub_of(world))


async def test_those_who_say_nothing_are_few(world: World, monkeypatch: pytest.MonkeyPatch) -> None:  # S14
    monkeypatch.setattr(pending, "MOST_OF_A_NETWORK", 3)
    async with AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(raw(world, connected=False)) for _ in range(3)]
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await stack.enter_async_context(raw(world))
        await silent[0].say("40")
        await silent[0].until("40")
        await stack.enter_async_context(raw(world))
    await gone(hub_of(world))


async def test_whoever_is_refused_is_closed_soon(world: World, monkeypatch: pytest.MonkeyPatch) -> None:  # S14
    monkeypatch.setattr(crowd, "MOST_OF_A_PERSON", 1)
    monkeypatch.setattr(pending, "HEARS_WITHIN", 0.2)
    async with raw(world, "luc"), raw(world, "luc", connected=False) as one_more:
        await one_more.say("40")
        await one_more.until("44")
        assert await one_more.is_cut()
    await gone(hub_of(world))


async def test_whoever_could_not_be_let_in_is_cut_and_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise OSError("the database is being restarted")

    with monkeypatch.context() as broken:
        broken.setattr(presence, "connect", fail)
        async with raw(world, "luc", connected=False) as unlucky:
            await unlucky.say("40")
            assert await unlucky.is_cut()
    await gone(hub_of(world))
    async with raw(world, "luc") as again:
        await again.emit("stream:follow", {"streams": []}, number="1")
        assert json.loads((await again.until("431"))[3:])[0]["ok"]


@asynccontextmanager
async def polling(world: World, role: str) -> AsyncIterator[Callable[[str], Awaitable[int]]]:
    """Sends one packet of a connection without a WebSocket."""
    headers = {"Cookie": f"{SESSION_COOKIE}={world.tokens[role]}"}
    url = world.server.make_url("/live/?EIO=4&transport=polling")
    async with aiohttp.ClientSession(headers=headers) as session:
        opened = json.loads((await (await session.get(url)).text())[1:])

        async def say(packet: str) -> int:
            async with session.post(url.update_query(sid=opened["sid"]), data=packet) as answer:
                return answer.status

        yield say


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_whoever_goes_while_they_connect_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    """The end of a connection that is not known yet is told to nobody: it is asked for afterwards."""
    hub = hub_of(world)
    entered, may_go_on = asyncio.Event(), asyncio.Event()
    connect = presence.connect

    async def slowly(*arguments: Any) -> None:
        entered.set()
        await may_go_on.wait()
        await connect(*arguments)

    monkeypatch.setattr(presence, "connect", slowly)
    async with AsyncExitStack() as stack:
        if transport == "polling":
            say = await stack.enter_async_context(polling(world, "luc"))
        else:
            say = (await stack.enter_async_context(raw(world, "luc", connected=False))).say
        connecting = asyncio.create_task(say("40"))
        await entered.wait()
        for socket in list(hub.server.engine.sockets.values()):
            socket.cut()
        may_go_on.set()
        await connecting
    await gone(hub)
    async with asyncio.timeout(60):
        while await open_connections(world, "luc"):
            await asyncio.sleep(0.02)
    assert await open_connections(world, "luc") == []
