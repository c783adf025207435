"""What one process tells the others, through Redis (or Valkey): publish and subscribe, at most once.

Nothing is kept there, so losing it loses nothing: while it is away each process looks into the database for what the
others have written (telling.py). A process that no longer hears its own heartbeat has a subscription that died in
silence; it says so, leaves the rotation (`/readyz`), and subscribes anew. Messages are JSON of checked shapes.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger()
BEAT_EVERY, DEAF_AFTER = 1.0, 5.0
AGAIN_AFTER, AGAIN_AT_MOST = 0.2, 3.0
ANSWERS_WITHIN = 3.0
MOST_WAITING = 20_000
"""Messages; beyond it the others are told to look for themselves."""
AT_ONCE = 200
GOES_WITHIN = 2.0


class Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fact(Message):
    """An event with its place in its stream, and the packet that tells it."""

    stream: str
    number: int
    kind: str
    data: dict[str, Any]
    at: datetime
    packet: str


class Committed(Message):
    """What one transaction made known."""

    what: Literal["committed"] = "committed"
    facts: list[Fact]


class Told(Message):
    """A state for a room, or anything for one connection of the process that is addressed."""

    what: Literal["told"] = "told"
    to: str
    packet: str
    key: str | None = None


class SessionEnded(Message):
    what: Literal["session_ended"] = "session_ended"
    session_id: uuid.UUID


class RoomChanged(Message):
    """Who is in a meeting's room, or what they show, has changed."""

    what: Literal["room_changed"] = "room_changed"
    channel_id: uuid.UUID


class Gap(Message):
    """Something could not be told: look into the database."""

    what: Literal["gap"] = "gap"


class Beat(Message):
    what: Literal["beat"] = "beat"


AnyMessage = Annotated[Committed | Told | SessionEnded | RoomChanged | Gap | Beat, Field(discriminator="what")]


class Envelope(Message):
    sender: uuid.UUID
    message: AnyMessage


ENVELOPE: TypeAdapter[Envelope] = TypeAdapter(Envelope)
Hear = Callable[[AnyMessage], Awaitable[None]]


class BackplaneState(StrEnum):
    UP = "up"
    DOWN = "down"
    """Redis cannot be reached: each process serves its own people, and looks into the database."""
    DEAF = "deaf"
    """Redis is there, and this process does not hear it."""


class Backplane:
    def __init__(self, url: str, prefix: str, hear: Hear) -> None:
        self._url, self._prefix, self._hear_message = url, prefix, hear
        self._process_id = uuid.UUID(int=0)
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._has_gap = False
        self._heard_at = 0.0
        self.state = BackplaneState.DOWN

    def start(self, process_id: uuid.UUID) -> None:
        self._process_id = process_id
        # Whoever had this name before may have been killed before it told what it had written.
        self._has_gap = True
        self._tasks = [asyncio.create_task(self._always(self._listen)), asyncio.create_task(self._always(self._speak))]

    async def stop(self) -> None:
        """What is to be told is told first, if Redis is there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOES_WITHIN):
                if self.state is BackplaneState.UP:
                    await self._waiting.join()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def tell_all(self, message: AnyMessage) -> None:
        """Every other process hears it."""
        self._put(f"{self._prefix}:all", message)

    def tell(self, process_id: uuid.UUID, message: AnyMessage) -> None:
        self._put(f"{self._prefix}:{process_id}", message)

    def leave_gap(self) -> None:
        """Something was written that the others are not told: they look for themselves."""
        self._has_gap = True

    def _put(self, channel: str, message: AnyMessage) -> None:
        if self.state is BackplaneState.DOWN or self._waiting.full():
            self._has_gap = True
            return
        envelope = Envelope(sender=self._process_id, message=message)
        self._waiting.put_nowait((channel, envelope.model_dump_json().encode()))

    async def _always(self, work: Callable[[Redis], Awaitable[None]]) -> None:
        """Again and again, each time with connections of its own that are closed whatever happens."""
        pause = AGAIN_AFTER
        while True:
            client = Redis.from_url(
                self._url, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN,
                retry=Retry(NoBackoff(), 0), max_connections=2,
            )  # fmt: skip
            began = asyncio.get_running_loop().time()
            try:
                await work(client)
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("backplane_lost", error=type(error).__name__)
            except Exception:
                log.exception("backplane_failed")
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await client.aclose()
            lasted = asyncio.get_running_loop().time() - began
            pause = AGAIN_AFTER if lasted > AGAIN_AT_MOST else min(pause * 2, AGAIN_AT_MOST)
            await asyncio.sleep(pause)

    async def _speak(self, client: Redis) -> None:
        while True:
            batch = []
            with contextlib.suppress(TimeoutError):
                batch.append(await asyncio.wait_for(self._waiting.get(), BEAT_EVERY))
            while len(batch) < AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            # Whatever cannot be told from here on is a gap again.
            has_gap, self._has_gap = self._has_gap, False
            try:
                async with client.pipeline(transaction=False) as pipe:
                    for channel, content in [*batch, self._beat()]:
                        pipe.publish(channel, content)
                    if has_gap:
                        gap = Envelope(sender=self._process_id, message=Gap())
                        pipe.publish(f"{self._prefix}:all", gap.model_dump_json())
                    await pipe.execute()
            except BaseException:
                self._has_gap = self._has_gap or has_gap or bool(batch)
                raise
            finally:
                for _ in batch:
                    self._waiting.task_done()

    def _beat(self) -> tuple[str, bytes]:
        beat = Envelope(sender=self._process_id, message=Beat())
        return f"{self._prefix}:{self._process_id}", beat.model_dump_json().encode()

    async def _listen(self, client: Redis) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(f"{self._prefix}:all", f"{self._prefix}:{self._process_id}")
                self._heard_at = loop.time()
                while True:
                    await self._hear_next(subscription)
                    if loop.time() - self._heard_at > DEAF_AFTER:
                        self.state = BackplaneState.DEAF
                        log.warning("backplane_deaf")
                        return
        except BaseException:
            if self.state is not BackplaneState.DEAF:
                self.state = BackplaneState.DOWN
            raise

    async def _hear_next(self, subscription: PubSub) -> None:
        found = await subscription.get_message(timeout=BEAT_EVERY)
        if found is None:
            return
        try:
            envelope = ENVELOPE.validate_json(found["data"])
        except ValidationError:
            # Whoever else writes there is not heard.
            log.warning("backplane_not_understood")
            return
        began = asyncio.get_running_loop().time()
        if isinstance(envelope.message, Beat):
            self._heard_at = began
            if self.state is not BackplaneState.UP:
                # Only now it is certain that we hear; whatever was told before is looked for.
                self.state = BackplaneState.UP
                await self._hear_message(Gap())
        elif envelope.sender != self._process_id:
            try:
                await self._hear_message(envelope.message)
            except Exception:
                log.exception("backplane_message_failed")
        # While it acts on what it has heard it does not listen, and is not deaf.
        self._heard_at += asyncio.get_running_loop().time() - began
