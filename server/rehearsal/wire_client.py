"""Thousands of clients of Socket.IO in one process: one WebSocket each, spoken by hand and as cheaply as Python can.

A frame of a client is masked (RFC 6455, 5.3): here with zeros, so that it is built once.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Callable
from typing import Any, cast

Hear = Callable[["WireClient", bytes], None]
HANDSHAKE = (
    "GET {path}?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{cookie}\r\n"
)
MASKED = 0x80


def masked_frame(text: str) -> bytes:
    content = text.encode()
    size = len(content)
    if size < 126:
        head = bytes((0x81, MASKED | size))
    elif size < 65536:
        head = bytes((0x81, MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x81, MASKED | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + content


PONG = masked_frame("3")


class WireClient(asyncio.Protocol):
    """`hear` is told every event; acknowledgements go to whoever called."""

    __slots__ = (
        "_buffer",
        "_connected",
        "_handshake",
        "_is_gone",
        "_is_open",
        "calls",
        "hear",
        "is_lost",
        "name",
        "transport",
    )

    def __init__(self, hear: Hear | None = None) -> None:
        self.hear = hear
        self._buffer = b""
        self._is_open = self._is_gone = self.is_lost = False
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.calls: dict[int, asyncio.Future[Any]] | None = None
        self.name: Any = None
        self._handshake = b""

    async def open(
        self,
        port: int,
        *,
        path: str,
        cookie: str = "",
        host: str = "127.0.0.1",
        address: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> "WireClient":
        """Connected to Socket.IO when this returns. `address` is where it comes from: passers-by are counted by it."""
        line = f"Cookie: {cookie}\r\n" if cookie else ""
        self._handshake = HANDSHAKE.format(path=path, host=host, port=port, cookie=line).encode()
        where: dict[str, Any] = {"local_addr": (address, 0)} if address else {}
        await asyncio.get_running_loop().create_connection(lambda: self, host, port, ssl=tls, **where)
        await self._connected
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is none of asyncio's by name.
        self.transport = transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.write(self._handshake)
        self._handshake = b""

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        if not self._connected.done():
            self._connected.set_exception(error or ConnectionResetError("closed before it was connected"))
        for each in (self.calls or {}).values():
            if not each.done():
                each.set_exception(ConnectionAbortedError("went") if self._is_gone else ConnectionResetError("lost"))

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        at, end = 0, len(data)
        if not self._is_open:
            at = data.find(b"\r\n\r\n") + 4
            if at < 4:
                self._buffer = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self.transport.abort()
                return
            self._is_open = True
        while at + 2 <= end:
            size, head = data[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            if at + head + size > end:
                break
            if data[at] == 0x81:
                self._take(data[at + head : at + head + size])
            at += head + size
        self._buffer = data[at:]

    def _take(self, packet: bytes) -> None:
        kind = packet[:2]
        if kind == b"42":
            if self.hear:
                self.hear(self, packet)
        elif kind == b"43" and self.calls:
            number, _, rest = packet[2:].partition(b"[")
            answer = self.calls.pop(int(number))
            # Whoever asked may not wait any longer.
            if not answer.done():
                answer.set_result(json.loads(rest[:-1]))
        elif packet == b"2":
            self.transport.write(PONG)
        elif packet[:1] == b"0":
            self.transport.write(masked_frame("40"))
        elif kind == b"40":
            self._connected.set_result(None)

    def emit(self, name: str, payload: object) -> None:
        self.transport.write(masked_frame("42" + json.dumps([name, payload])))

    async def call(self, name: str, payload: object) -> Any:
        """The acknowledgement."""
        self.calls = self.calls or {}
        number = max(self.calls, default=0) + 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.calls[number] = answer
        self.transport.write(masked_frame(f"42{number}" + json.dumps([name, payload])))
        return await answer

    def close(self) -> None:
        """Whoever waits for an answer gets ConnectionAbortedError."""
        self._is_gone = True
        self.transport.abort()
