"""A WebSocket as a protocol of its own on the transport of an HTTP request: no task, no queue, no request kept.

Frames are read by aiohttp's reader; those of a server are not masked, and so are built once for any number of readers
(RFC 6455, 5.2). Compression is not offered: for packets of a few hundred bytes it costs a window for each connection.
"""

import asyncio
import base64
import hashlib
from typing import Any, Protocol

from aiohttp import WSMsgType, web
from aiohttp._websocket.reader import WebSocketDataQueue
from aiohttp.http_websocket import WebSocketReader

ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PONG = 0x81, 0x88, 0x8A
NORMAL = (1000).to_bytes(2, "big")
GOES_WITHIN = 5.0
"""Seconds in which a connection that is asked to go has gone, whatever it still has to read."""


def text_frame(content: bytes) -> bytes:
    return frame(TEXT, content)


def frame(head: int, content: bytes) -> bytes:
    size = len(content)
    if size < 126:
        return bytes((head, size)) + content
    if size < 65536:
        return bytes((head, 126)) + size.to_bytes(2, "big") + content
    return bytes((head, 127)) + size.to_bytes(8, "big") + content


class Reader(Protocol):
    """Who hears what comes."""

    def received(self, packet: bytes) -> None: ...
    def broke_rules(self) -> None: ...
    def went(self) -> None: ...
    def is_slow(self) -> None: ...
    def has_read(self) -> None: ...


class _Frames(WebSocketDataQueue):
    """Where aiohttp's reader puts the messages: nothing waits here."""

    __slots__ = ("socket",)
    socket: "WebSocket"

    def feed_data(self, message: Any, size: int) -> None:
        self.socket.take(message)

    def feed_eof(self) -> None:
        pass

    def set_exception(self, *_: Any) -> None:
        pass


class WebSocket(asyncio.Protocol):
    """One open WebSocket."""

    __slots__ = ("_frames", "_parser", "listener", "transport", "write")

    def __init__(self, transport: asyncio.Transport, listener: Reader, largest: int) -> None:
        self.transport, self.write, self.listener = transport, transport.write, listener
        self._frames = _Frames(self, largest, loop=asyncio.get_running_loop())  # type: ignore[arg-type]
        self._frames.socket = self
        self._parser = WebSocketReader(self._frames, largest, compress=False, decode_text=False)

    def data_received(self, data: bytes) -> None:
        is_broken, _ = self._parser.feed_data(data)
        if is_broken:
            self.listener.broke_rules()

    def take(self, message: Any) -> None:
        kind = message.type
        if kind is WSMsgType.TEXT:
            self.listener.received(message.data)
        elif kind is WSMsgType.PING:
            # The latest is enough (RFC 6455, 5.5.3), and whoever does not read is answered no more.
            if not self.unread:
                self.write(frame(PONG, bytes(message.data)))
        elif kind is WSMsgType.CLOSE:
            self.close()
        elif kind is WSMsgType.BINARY:
            self.listener.broke_rules()

    def pause_writing(self) -> None:
        self.listener.is_slow()

    def resume_writing(self) -> None:
        self.listener.has_read()

    def connection_lost(self, _error: Exception | None) -> None:
        # What refers to each other would stay until the garbage collector comes.
        del self._frames, self._parser
        self.listener.went()

    @property
    def unread(self) -> int:
        return self.transport.get_write_buffer_size()

    def close(self) -> None:
        """Say goodbye and go."""
        if not self.transport.is_closing():
            self.write(frame(CLOSE, NORMAL))
            self.transport.close()
        asyncio.get_running_loop().call_later(GOES_WITHIN, self.transport.abort)

    def tear(self) -> None:
        """A reader that does not read cannot be asked to go."""
        self.transport.abort()


class Taken(web.StreamResponse):
    """The answer to a request whose transport is a WebSocket's now: there is nothing more to send."""

    async def prepare(self, _request: web.BaseRequest) -> None:
        self.force_close()

    async def write_eof(self, _data: bytes = b"") -> None:
        pass

    @property
    def prepared(self) -> bool:
        return True


class _Early:
    """Collects what came behind the request for a WebSocket."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        pass


def is_asked_for(request: web.Request) -> bool:
    """Whether the request is for a WebSocket (RFC 6455, 4.2.1)."""
    headers = request.headers
    return (
        headers.get("Upgrade", "").lower() == "websocket"
        and "upgrade" in headers.get("Connection", "").lower()
        and headers.get("Sec-WebSocket-Version") == "13"
        and len(headers.get("Sec-WebSocket-Key", "")) == 24
    )


def take_over(request: web.Request, listener: Reader, largest: int) -> WebSocket | None:
    """Answer the request, and have its transport for the WebSocket alone; None if it is gone already."""
    handler = request.protocol
    transport = request.transport
    if transport is None or transport.is_closing():
        return None
    early = _Early()
    handler.set_parser(early)  # type: ignore[arg-type]
    socket = WebSocket(transport, listener, largest)
    transport.set_protocol(socket)
    # The handler of HTTP lets go of everything as if the connection were lost, but for the transport.
    handler.transport = None
    handler.connection_lost(None)
    key = request.headers["Sec-WebSocket-Key"]
    digest = base64.b64encode(hashlib.sha1((key + ACCEPT).encode(), usedforsecurity=False).digest())
    # From here on it is the WebSocket that hears whether this is read.
    transport.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + digest + b"\r\n\r\n"
    )
    if not early.data:
        transport.resume_reading()
        return socket

    def take_early() -> None:
        """What came behind the request comes before whatever is read next."""
        if not transport.is_closing():
            socket.data_received(early.data)
            transport.resume_reading()

    transport.pause_reading()
    asyncio.get_running_loop().call_soon(take_early)
    return socket
