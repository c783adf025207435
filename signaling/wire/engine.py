"""Engine.IO, revision 4: a connection is opened by a request, is polled or becomes a WebSocket, and is asked whether it
is still there.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

import orjson
from aiohttp import web

from signaling.visitor import Visitor
from signaling.wire import frames, packets
from signaling.wire.frames import WebSocket
from signaling.wire.packets import Outgoing
from signaling.wire.sockets import Fast, Handle, Over, Socket

PING_EVERY, PING_WAIT = 20.0, 15.0
LOOKS_EVERY = 0.25
SEPARATOR = b"\x1e"
MOST_OF_A_POST = 16
"""Packets; as in every implementation."""
POST_WITHIN = 20.0
PROBES_WITHIN = 20.0
CHANGES_OVER = 0.1
"""Seconds after which a poll is answered with nothing while its client waits to change over to a WebSocket."""
HEADERS = {"Cache-Control": "no-store"}


class Probing:
    """A WebSocket that wants to take a polled connection over: it asks, is answered, and then says so."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self.websocket: WebSocket | None = None
        self._is_answered = self._lags = False

    def received(self, packet: bytes) -> None:
        websocket = self.websocket
        if websocket is None:
            return
        if packet == packets.PING + b"probe" and not self._is_answered:
            self._is_answered = self._socket.is_upgrading = True
            websocket.write(Outgoing(packets.PONG + b"probe").frame)
            self._socket.send(packets.NOTHING)
        elif packet == packets.UPGRADE and self._is_answered and self._socket.is_polled:
            self._socket.websocket, websocket.listener = websocket, self._socket
            self._socket.is_upgrading = False
            if self._lags:
                self._socket.is_slow()
            else:
                self._socket.flush()
            self._socket.answer_poll()
        else:
            websocket.tear()

    def broke_rules(self) -> None:
        if self.websocket:
            self.websocket.tear()

    def is_slow(self) -> None:
        self._lags = True

    def has_read(self) -> None:
        self._lags = False

    def went(self) -> None:
        self._socket.is_upgrading = False

    def give_up(self) -> None:
        if self.websocket and self.websocket.listener is self:
            self.websocket.tear()


class Engine:
    def __init__(
        self,
        *,
        is_ours: Callable[[web.Request], bool],
        visitor_of: Callable[[web.Request], Visitor],
        let_in: Callable[[Socket, Visitor], bool],
        handle: Handle,
        fast: Fast,
        over: Over,
        largest: int,
    ) -> None:
        self._is_ours, self._visitor_of, self._let_in = is_ours, visitor_of, let_in
        self._handle, self._fast, self._tell_over = handle, fast, over
        self._largest = largest
        self.sockets: dict[str, Socket] = {}
        self._pings: deque[tuple[float, Socket]] = deque()
        self._heart: asyncio.Task[None] | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        is_websocket = query.get("transport") == "websocket"
        if query.get("EIO") != "4" or query.get("transport") not in ("websocket", "polling"):
            return _bad_request(0, "Transport unknown")
        if not self._is_ours(request):
            return _bad_request(3, "Bad request")
        socket = None
        if sid := next(filter(None, query.getall("sid", [])), None):
            socket = self.sockets.get(sid)
            if socket is None:
                return _bad_request(1, "Session ID unknown")
            if socket.holder != self._visitor_of(request).token:
                raise web.HTTPForbidden()
        if is_websocket:
            return self._open_websocket(request, socket)
        if request.method == "POST":
            return await self._post(request, socket) if socket else _bad_request(2, "Bad handshake method")
        return await self._poll(request, socket) if socket else self._open_polling(request)

    # Opening

    def _new(self, request: web.Request) -> Socket | None:
        visitor = self._visitor_of(request)
        socket = Socket(visitor, self._handle, self._fast, self._over)
        if not self._let_in(socket, visitor):
            return None
        self.sockets[socket.sid] = socket
        self._pings.append((asyncio.get_running_loop().time() + PING_EVERY, socket))
        if self._heart is None:
            self._heart = asyncio.create_task(self._beat())
        return socket

    async def _over(self, socket: Socket) -> None:
        try:
            await self._tell_over(socket)
        finally:
            if socket.has_waiting and socket.websocket is None:
                # Whoever polls hears with the next poll why it is over.
                asyncio.get_running_loop().call_later(frames.GOES_WITHIN, self.sockets.pop, socket.sid, None)
            else:
                self.sockets.pop(socket.sid, None)

    def _hello(self, socket: Socket) -> Outgoing:
        upgrades = [] if socket.websocket else ["websocket"]
        hello = {
            "sid": socket.sid, "upgrades": upgrades, "pingTimeout": int(PING_WAIT * 1000),
            "pingInterval": int(PING_EVERY * 1000), "maxPayload": self._largest,
        }  # fmt: skip
        return Outgoing(packets.OPEN + orjson.dumps(hello))

    def _open_websocket(self, request: web.Request, polled: Socket | None) -> web.StreamResponse:
        if not frames.is_asked_for(request) or (polled and polled.websocket):
            return _bad_request(3, "Bad request")
        if polled:
            return self._probe(request, polled)
        socket = self._new(request)
        if socket is None:
            return _bad_request(3, "Too many")
        websocket = frames.take_over(request, socket, self._largest)
        if websocket is None:
            socket.end()
            return frames.Taken()
        socket.websocket = websocket
        socket.send(self._hello(socket))
        return frames.Taken()

    def _probe(self, request: web.Request, polled: Socket) -> web.StreamResponse:
        probing = Probing(polled)
        probing.websocket = frames.take_over(request, probing, self._largest)
        asyncio.get_running_loop().call_later(PROBES_WITHIN, probing.give_up)
        return frames.Taken()

    def _open_polling(self, request: web.Request) -> web.StreamResponse:
        socket = self._new(request)
        if socket is None:
            return _bad_request(3, "Too many")
        return _packets(self._hello(socket))

    # Polling

    async def _poll(self, request: web.Request, socket: Socket) -> web.StreamResponse:
        if socket.poll or socket.websocket:
            # Two polls at once come of no client.
            socket.close()
            return _bad_request(3, "Bad request")
        found = socket.waiting()
        if not found and not socket.is_over:
            socket.poll = asyncio.get_running_loop().create_future()
            longest = CHANGES_OVER if socket.is_upgrading else PING_EVERY + PING_WAIT
            try:
                async with asyncio.timeout(longest):
                    await socket.poll
            except TimeoutError:
                if longest > CHANGES_OVER:
                    socket.cut()
            finally:
                socket.poll = None
            found = socket.waiting()
        if not found:
            found = [Outgoing(packets.CLOSE)] if socket.is_over else [packets.NOTHING]
        return _packets(*found)

    async def _post(self, request: web.Request, socket: Socket) -> web.StreamResponse:
        if socket.websocket:
            return _bad_request(3, "Bad request")
        try:
            async with asyncio.timeout(POST_WITHIN):
                content = await request.clone(client_max_size=self._largest).read()
        except (TimeoutError, web.HTTPRequestEntityTooLarge):
            socket.cut()
            return _bad_request(3, "Bad request")
        brought = content.split(SEPARATOR)
        if len(brought) > MOST_OF_A_POST:
            socket.cut()
            return _bad_request(3, "Bad request")
        for each in brought:
            socket.received(each)
        await socket.idle()
        return web.Response(text="ok", headers=HEADERS)

    # Still there?

    async def _beat(self) -> None:
        """Connections are asked in the order in which they came, each as often; so only the first one is looked at."""
        asked: deque[tuple[float, Socket]] = deque()
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            now = asyncio.get_running_loop().time()
            while asked and asked[0][0] <= now:
                due, socket = asked.popleft()
                if socket.pong_due == due:
                    socket.cut()
            while self._pings and self._pings[0][0] <= now:
                _, socket = self._pings.popleft()
                if socket.is_over:
                    continue
                socket.pong_due = now + PING_WAIT
                asked.append((socket.pong_due, socket))
                self._pings.append((now + PING_EVERY, socket))
                socket.send(packets.PINGED)

    async def stop(self) -> None:
        if self._heart:
            self._heart.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._heart
            self._heart = None
        ending = list(self.sockets.values())
        for socket in ending:
            socket.close()
        for _ in range(500):
            if all(socket.is_done for socket in ending):
                return
            await asyncio.sleep(0.01)


def _packets(*found: Outgoing) -> web.Response:
    body = SEPARATOR.join(out.packet for out in found)
    return web.Response(body=body, content_type="text/plain", charset="utf-8", headers=HEADERS)


def _bad_request(code: int, message: str) -> web.Response:
    return web.json_response({"code": code, "message": message}, status=400, headers=HEADERS)
