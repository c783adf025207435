"""Socket.IO, revision 5: who is connected, in which rooms, and what they are told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web

from signaling import pending
from signaling.pending import Pending
from signaling.visitor import Visitor
from signaling.wire import packets
from signaling.wire.engine import Engine
from signaling.wire.packets import Breach, Outgoing, Packet
from signaling.wire.sockets import Socket

log = structlog.get_logger()
Connect = Callable[[str, Visitor], Awaitable[str | None]]
"""Takes the connection's name and its visitor; gives why it is refused, or None."""
Disconnect = Callable[[str], Awaitable[None]]
Event = Callable[[str, str, list[Any]], Awaitable[str | None]]
"""Takes the connection's name, the event's, and its arguments; gives the acknowledgement as JSON."""


class WireServer:
    def __init__(
        self,
        *,
        is_ours: Callable[[web.Request], bool],
        visitor_of: Callable[[web.Request], Visitor],
        connect: Connect,
        disconnect: Disconnect,
        event: Event,
        fast: Callable[[str, bytes], bool],
        largest: int,
    ) -> None:
        self._connect, self._disconnect, self._event, self._fast_event = connect, disconnect, event, fast
        self.pending = Pending()
        self._rooms: dict[str, dict[Socket, None]] = {}
        self._sockets: dict[str, Socket] = {}
        """Those that are connected, by name."""
        self._connecting: dict[str, Socket] = {}
        """Those that are being let in: they can be sent away already, and belong to nothing yet."""
        self.engine = Engine(
            is_ours=is_ours,
            let_in=self._let_in,
            visitor_of=visitor_of,
            handle=self._handle,
            fast=self._fast,
            over=self._over,
            largest=largest,
        )

    def attach(self, app: web.Application, path: str) -> None:
        for address in (f"/{path}", f"/{path}/"):
            app.router.add_get(address, self.engine.answer)
            app.router.add_post(address, self.engine.answer)

    async def stop(self) -> None:
        await self.engine.stop()

    # Coming and going

    def _let_in(self, socket: Socket, visitor: Visitor) -> bool:
        return self.pending.let_in(socket.sid, visitor.network, socket.cut)

    async def _handle(self, socket: Socket, content: bytes) -> None:
        packet = packets.read(content)
        if packet.kind == packets.CONNECT:
            await self._let_connect(socket, packet)
        elif not socket.is_connected or packet.namespace != "/":
            raise Breach("not connected")
        elif packet.kind == packets.DISCONNECT:
            socket.close()
        else:
            await self._answer(socket, packet)

    async def _let_connect(self, socket: Socket, packet: Packet) -> None:
        if socket.is_connected or socket.visitor is None:
            raise Breach("connected already")
        self.pending.settle(socket.sid)
        if packet.namespace != "/":
            self._refuse(socket, packet.namespace, "Invalid namespace")
            return
        # From here on its end is told, even if it comes while this is under way.
        socket.is_connected = True
        self._connecting[socket.name] = socket
        try:
            # Whatever fails there, neither in nor refused: it is cut, what was begun is ended, and they come again.
            refusal = await self._connect(socket.name, socket.visitor)
        finally:
            del self._connecting[socket.name]
            socket.visitor = None
        if refusal is not None:
            socket.is_connected = False
            self._refuse(socket, packet.namespace, refusal)
            return
        self._sockets[socket.name] = socket
        socket.send(packets.connected(socket.name))

    def _refuse(self, socket: Socket, namespace: str, why: str) -> None:
        socket.send(packets.refused(namespace, why))
        asyncio.get_running_loop().call_later(pending.HEARS_WITHIN, socket.cut)

    async def _answer(self, socket: Socket, packet: Packet) -> None:
        name, *arguments = packet.data
        ack = await self._event(socket.name, name, arguments)
        if packet.number and ack is not None:
            socket.send(packets.acknowledgement(packet.number, ack))

    def _fast(self, socket: Socket, packet: bytes) -> bool:
        return socket.is_connected and self._fast_event(socket.name, packet)

    async def _over(self, socket: Socket) -> None:
        self.pending.settle(socket.sid)
        self._sockets.pop(socket.name, None)
        self._leave_all(socket)
        if not socket.is_connected:
            return
        socket.is_connected = False
        try:
            await self._disconnect(socket.name)
        except Exception:
            log.exception("disconnect_failed")

    # Rooms

    def enter_room(self, name: str, room: str) -> None:
        socket = self._sockets.get(name)
        if socket and not socket.is_over and room not in socket.rooms:
            socket.rooms.append(room)
            self._rooms.setdefault(room, {})[socket] = None

    def leave_room(self, name: str, room: str) -> None:
        socket = self._sockets.get(name)
        if socket and room in socket.rooms:
            self._leave(socket, room)

    def _leave(self, socket: Socket, room: str) -> None:
        socket.rooms.remove(room)
        members = self._rooms[room]
        del members[socket]
        if not members:
            del self._rooms[room]

    def _leave_all(self, socket: Socket) -> None:
        for room in list(socket.rooms):
            self._leave(socket, room)

    def members(self, room: str | None) -> list[str]:
        """The connections in a room, or all of them."""
        return [socket.name for socket in (self._sockets.values() if room is None else self._rooms.get(room, ()))]

    @property
    def room_count(self) -> int:
        return len(self._rooms)

    @property
    def unread(self) -> int:
        """Bytes that wait for connections."""
        return sum(socket.unread for socket in self.engine.sockets.values())

    def has(self, room: str) -> bool:
        """Whether somebody is in it."""
        return room in self._rooms

    def followed(self, name: str) -> list[str]:
        """The rooms that a connection has entered."""
        socket = self._sockets.get(name)
        return list(socket.rooms) if socket else []

    # Telling

    def tell(self, to: str, out: Outgoing) -> None:
        """To one connection, or to a room."""
        if socket := self._sockets.get(to):
            socket.send(out)
            return
        # Whoever is cut off by this leaves when its turn comes, not in the midst of it.
        for socket in self._rooms.get(to, ()):
            socket.send(out)

    def cut(self, name: str) -> None:
        """Close the connection of a client that broke the rules."""
        if socket := self._sockets.get(name) or self._connecting.get(name):
            self._leave_all(socket)
            socket.cut()

    def disconnect(self, name: str) -> None:
        """Send a client away: it does not come back by itself."""
        if socket := self._sockets.get(name) or self._connecting.get(name):
            self._leave_all(socket)
            socket.send(packets.ENDED)
            socket.close()
