"""One connection: what comes is handled in its order, what goes waits within bounds, over a WebSocket or by polling.

Nothing here waits: an idle connection has no task. A task comes with the first packet and goes with the last.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from signaling.visitor import Visitor
from signaling.wire import packets
from signaling.wire.frames import WebSocket
from signaling.wire.packets import Breach, Outgoing

log = structlog.get_logger()
MOST_UNREAD = 2_000_000
"""Bytes that wait for one connection; whoever leaves more unread is cut off, and catches up when they are back."""
MOST_UNHANDLED = 32
"""Packets of one connection that wait for the one before them; meanwhile no more is read."""
MOST_IN_ALL = 512
"""What a single read may bring beyond that: no client of ours sends as much at once."""

Handle = Callable[["Socket", bytes], Awaitable[None]]
Fast = Callable[["Socket", bytes], bool]
"""Takes a packet at once, if it is of the one kind that needs no waiting; says whether it did."""
Over = Callable[["Socket"], Awaitable[None]]


class Socket:
    """`sid` names it to Engine.IO, `name` to everybody else: the one is known to the client's transport alone."""

    __slots__ = (
        "_coming", "_fast", "_handle", "_held", "_lag", "_over", "_task", "_waiting", "holder", "is_connected",
        "is_over", "is_upgrading", "name", "poll", "pong_due", "rooms", "sid", "size", "visitor", "websocket",
    )  # fmt: skip

    def __init__(self, visitor: Visitor, handle: Handle, fast: Fast, over: Over) -> None:
        self.sid, self.name = secrets.token_urlsafe(15), secrets.token_urlsafe(15)
        self.holder = visitor.token
        """Who opened it: its id alone, read over a shoulder or in a log, lets nobody go on with it."""
        self.visitor: Visitor | None = visitor
        self.websocket: WebSocket | None = None
        self.poll: asyncio.Future[None] | None = None
        self.rooms: list[str] = []
        self.is_connected = self.is_over = False
        self.is_upgrading = False
        """A WebSocket has asked for it: its polls are answered soon, so that the client may change over."""
        self.pong_due = 0.0
        """When it is lost unless it has answered; 0 while nothing was asked."""
        self.size = 0
        self._handle, self._fast, self._over = handle, fast, over
        self._coming: deque[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._lag = False
        self._waiting: list[Outgoing] | None = None
        self._held: dict[str, Outgoing] | None = None

    @property
    def is_polled(self) -> bool:
        return self.websocket is None and not self.is_over

    @property
    def is_done(self) -> bool:
        """Whether it is over, and that has been told."""
        return self.is_over and self._task is None

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting or self._held)

    def answer_poll(self) -> None:
        """Whatever waits for something to come is told that nothing does."""
        if self.poll and not self.poll.done():
            self.poll.set_result(None)

    # What comes

    def received(self, packet: bytes) -> None:
        """An Engine.IO packet has come."""
        kind = packet[:1]
        if kind == packets.MESSAGE:
            if self._task or not self._fast(self, packet):
                self._take(packet)
        elif kind == packets.PONG:
            self.pong_due = 0.0
        elif kind == packets.CLOSE:
            self.close()
        elif kind == packets.PING and self.websocket:
            self.send(Outgoing(packets.PONG + packet[1:]))
        elif kind != packets.NOOP:
            self.cut()

    def _take(self, packet: bytes) -> None:
        if self.is_over:
            return
        if self._coming is None:
            self._coming = deque()
        self._coming.append(packet)
        if len(self._coming) > MOST_IN_ALL:
            self.cut()
        elif self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())
        elif len(self._coming) == MOST_UNHANDLED and self.websocket:
            self.websocket.transport.pause_reading()

    async def _work(self) -> None:
        """Handle what has come until nothing is left; the end comes last."""
        coming = self._coming
        assert coming is not None  # noqa: S101
        try:
            while coming and not self.is_over:
                packet = coming.popleft()
                if len(coming) == MOST_UNHANDLED - 1 and self.websocket and not self.websocket.transport.is_closing():
                    self.websocket.transport.resume_reading()
                if not self._fast(self, packet):
                    await self._handle(self, packet)
        except Breach:
            self.cut()
        except Exception:
            # A fault of ours: whoever it is comes again.
            log.exception("packet_failed")
            self.cut()
        except BaseException:
            self.cut()
            raise
        finally:
            self._coming = None
            if self.is_over:
                await self._over(self)
            self._task = None

    async def idle(self) -> None:
        """Once all that has come is handled: a poster waits for that."""
        if self._task:
            await asyncio.shield(self._task)

    # What goes

    def send(self, out: Outgoing) -> None:
        websocket = self.websocket
        if self.is_over:
            return
        if websocket is None or self._lag:
            self._keep(out)
        else:
            websocket.write(out.frame)

    def _keep(self, out: Outgoing) -> None:
        """It waits for a slow reader, or for the next poll. A newer state takes the place of an older one."""
        if out.key:
            self._held = self._held or {}
            before = self._held.pop(out.key, None)
            self.size += len(out.packet) - (len(before.packet) if before else 0)
            self._held[out.key] = out
        elif self.websocket:
            self.websocket.write(out.frame)
        else:
            self._waiting = self._waiting or []
            self._waiting.append(out)
            self.size += len(out.packet)
        if self.unread > MOST_UNREAD:
            self.cut()
        else:
            self.answer_poll()

    @property
    def unread(self) -> int:
        return self.size + (self.websocket.unread if self.websocket else 0)

    def waiting(self) -> list[Outgoing]:
        """All that waits, facts before states; it waits no longer."""
        found = (self._waiting or []) + list((self._held or {}).values())
        self._waiting = self._held = None
        self.size = 0
        return found

    def is_slow(self) -> None:
        self._lag = True

    def has_read(self) -> None:
        self._lag = False
        self.flush()

    def flush(self) -> None:
        """Over the WebSocket that is there now, or has room again."""
        for out in self.waiting():
            self.send(out)

    # The end

    def broke_rules(self) -> None:
        self.cut()

    def went(self) -> None:
        self.end()
        # What refers to each other would stay until the garbage collector comes.
        self.websocket = None

    def close(self) -> None:
        """Let it go, with what it still has to read."""
        if self.websocket:
            self.websocket.close()
        self.end()

    def cut(self) -> None:
        """Close it at once, whatever it still has to read."""
        if self.websocket:
            self.websocket.tear()
        self._waiting = self._held = None
        self.end()

    def end(self) -> None:
        if self.is_over:
            return
        self.is_over = True
        self.answer_poll()
        if self._task is None:
            self._coming = deque()
            self._task = asyncio.get_running_loop().create_task(self._work())
