"""The Socket.IO server, with a bound on what a stranger sends and on what a slow reader leaves unread.

Only text packets that a client of ours sends are let in: everything else closes that one connection before anything of
it is kept. Packets as in the Socket.IO protocol, revision 5; https://socket.io/docs/v4/socket-io-protocol/.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import engineio
import socketio
from aiohttp import web
from engineio.async_drivers.aiohttp import WebSocket
from engineio.packet import Packet as EnginePacket
from socketio.packet import CONNECT, DISCONNECT, EVENT, Packet

from signaling import pending
from signaling.pending import Pending

MOST_UNREAD = 2_000_000
"""Characters that wait for one connection; whoever leaves more unread is cut off, and catches up when they are back."""
ALLOWED = (CONNECT, DISCONNECT, EVENT)
RESERVED = frozenset({"connect", "connect_error", "disconnect", "__disconnect_final", "*"})
"""Names under which the server tells itself something: from outside they are forged."""


class Breach(ValueError):
    """No client of ours sends this."""


class TextPacket(Packet):  # type: ignore[misc]
    uses_binary_events = False

    def decode(self, encoded_packet: str) -> int:
        """Read a packet; Breach when it is binary, malformed, or no packet that a client sends."""
        if encoded_packet[:1] not in {str(kind) for kind in ALLOWED}:
            raise Breach("packet type")
        try:
            attachments = super().decode(encoded_packet)
        except (ValueError, RecursionError) as error:
            raise Breach("malformed") from error
        if attachments:
            raise Breach("attachments")
        if self.packet_type == EVENT and not _is_event(self.data):
            raise Breach("event")
        return 0


def _is_event(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED


class Outbox(asyncio.Queue[EnginePacket | None]):
    """What waits for one connection; knows how much it is."""

    size = 0

    def _put(self, item: EnginePacket | None) -> None:
        self.size += _size(item)
        super()._put(item)

    def _get(self) -> EnginePacket | None:
        item = super()._get()
        self.size -= _size(item)
        return item


def _size(packet: EnginePacket | None) -> int:
    return len(packet.data) if packet and isinstance(packet.data, str) else 0


class Wire(WebSocket):  # type: ignore[misc]
    """The WebSocket of one connection, which can be torn: a reader that does not read cannot be asked to go."""

    async def __call__(self, environ: dict[str, Any]) -> Any:
        self.handler.__self__.tear = environ["aiohttp.request"].transport.abort
        return await super().__call__(environ)


class Engine(engineio.AsyncServer):  # type: ignore[misc]
    def __init__(self, *arguments: Any, holder_of: Callable[[web.Request], str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.holder_of = holder_of
        self._async: dict[str, Any] = {**self._async, "websocket": Wire}
        self.holders: dict[str, str] = {}
        """Who opened each connection: its id alone, read over a shoulder or in a log, lets nobody go on with it."""

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        # Read as Engine.IO reads it: what is blank does not count, and the first that is not does.
        sid = parse_qs(request.query_string).get("sid", [""])[0]
        if sid in self.sockets and self.holders.get(sid) != self.holder_of(request):
            raise web.HTTPForbidden()
        answer: web.StreamResponse = await super().handle_request(request)
        return answer

    def create_queue(self, *_arguments: Any, **_options: Any) -> Outbox:
        return Outbox()

    async def send_packet(self, sid: str, pkt: EnginePacket) -> None:
        socket = self.sockets.get(sid)
        if socket and socket.queue.size > MOST_UNREAD:
            await self.cut(sid)
            return
        await super().send_packet(sid, pkt)

    async def cut(self, sid: str) -> None:
        """Close a connection at once, whatever it still has to read."""
        socket = self.sockets.pop(sid, None)
        if socket is None:
            return
        await socket.close(wait=False, abort=True, reason=self.reason.SERVER_DISCONNECT)
        if tear := getattr(socket, "tear", None):
            tear()


class WireServer(socketio.AsyncServer):  # type: ignore[misc]
    def __init__(
        self, holder_of: Callable[[web.Request], str], network_of: Callable[[str], str], **options: Any
    ) -> None:
        self._holder_of = holder_of
        self._network_of = network_of
        self.pending = Pending()
        super().__init__(serializer=TextPacket, async_mode="aiohttp", async_handlers=False, **options)

    def _engineio_server_class(self) -> Callable[..., Engine]:
        return partial(Engine, holder_of=self._holder_of)

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> Any:
        request: web.Request = environ["aiohttp.request"]
        close = partial(self.start_background_task, self.eio.cut, eio_sid)
        if not self.pending.let_in(eio_sid, self._network_of(request.remote or "?"), close):
            return False
        self.eio.holders[eio_sid] = self._holder_of(request)
        return await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: Any) -> None:
        self.pending.settle(eio_sid)
        self.eio.holders.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            if not isinstance(data, str) or not data:
                raise Breach("no text")
            await super()._handle_eio_message(eio_sid, data)
        except Breach:
            await self.eio.cut(eio_sid)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        if self.manager.sid_from_eio_sid(eio_sid, namespace or "/"):
            raise Breach("connected already")
        self.pending.settle(eio_sid)
        try:
            await super()._handle_connect(eio_sid, namespace, data)
        except Exception:
            # Neither in nor refused: what was begun is ended, and whoever it is comes again.
            if sid := self.manager.sid_from_eio_sid(eio_sid, namespace or "/"):
                await self.manager.connect(sid, namespace or "/")
            await self.eio.cut(eio_sid)
            raise
        if not self.manager.sid_from_eio_sid(eio_sid, namespace or "/"):
            asyncio.get_running_loop().call_later(
                pending.HEARS_WITHIN, self.start_background_task, self.eio.cut, eio_sid
            )
            return
        socket = self.eio.sockets.get(eio_sid)
        if socket is None or socket.closing or socket.closed:
            # Its end came while it connected, and was told to nobody.
            await self._handle_disconnect(eio_sid, namespace, self.reason.TRANSPORT_CLOSE)

    async def cut(self, sid: str) -> None:
        """Close the connection of a client that broke the rules."""
        eio_sid = self.manager.eio_sid_from_sid(sid, "/")
        if eio_sid:
            await self.eio.cut(eio_sid)

    def members(self, room: str | None) -> list[str]:
        """The connections in a room, or all of them."""
        return [sid for sid, _ in self.manager.get_participants("/", room)]

    def followed(self, sid: str) -> list[str]:
        """The rooms that a connection has entered."""
        return [room for room in self.manager.get_rooms(sid, "/") if room != sid]
