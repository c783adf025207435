"""What the simulated people of one process share: the address, the clock, and the book in which everything is noted."""

import asyncio
import contextlib
import html
import json
import re
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from server.rehearsal.history import Operation, Outcome
from server.rehearsal.measures import Measures
from server.rehearsal.wire_client import Hear, WireClient
from signaling.cookies import session_cookie

ANSWERED_WITHIN = 20.0
OPENS_WITHIN = 30.0
FOR_EVER = 60.0
HEADS = re.compile(r'data-heads="([^"]*)"')
WIRE_PATH = "/live/"


class Refused(Exception):
    """The server said no, with a code."""


@dataclass
class Scene:
    """`path` is that of the fair, `booths` (id, path) of its booths. `ends_at` as time.time() gives it."""

    url: str
    path: str
    fair_id: str
    conversation_id: str
    booths: list[tuple[str, str]]
    ends_at: float
    dice: Random
    certificate: str = ""
    thinks_s: float = 45.0
    """How long somebody does nothing, on average."""
    talks_s: float = 15.0
    reads_chat: float = 0.5
    """The share of those who have the fair's chat open."""
    measures: Measures = field(default_factory=Measures)
    history: list[Operation] = field(default_factory=list)
    in_hall: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._where = urlsplit(self.url)
        self._cookie = session_cookie(self.url)
        is_secure = self._where.scheme == "https"
        self._tls = ssl.create_default_context(cafile=self.certificate or None) if is_secure else None
        self._session: aiohttp.ClientSession | None = None

    @property
    def is_over(self) -> bool:
        return time.time() >= self.ends_at

    @property
    def remains_s(self) -> float:
        return max(0.0, self.ends_at - time.time())

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Notes how long it took; what was never answered took for ever. What a rule refuses, and what the person
        broke off themselves, says nothing of it."""
        began = time.perf_counter()
        try:
            yield
        except (Refused, ConnectionAbortedError):
            raise
        except (OSError, TimeoutError):
            self.measures.took(name, FOR_EVER)
            raise
        self.measures.took(name, time.perf_counter() - began)

    @contextlib.contextmanager
    def operation(self, kind: str, who: str, value: str) -> Iterator[Callable[[str], None]]:
        """An operation of the history: ok if it ends, fail if it is refused, unknown if nobody says."""
        invoked, outcome, found = time.time(), Outcome.UNKNOWN, ""

        def gave(what: str) -> None:
            nonlocal found
            found = what

        try:
            with self.timed(kind):
                yield gave
            outcome = Outcome.OK
        except Refused as refused:
            outcome = Outcome.FAIL
            self.measures.counts[f"refused {kind} {refused}"] += 1
            raise
        finally:
            self.history.append(Operation(kind, who, value, invoked, time.time(), outcome, found))

    async def page(self, path: str, token: str) -> str:
        """A page as a browser asks for it."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, ssl=self._tls if self._tls else True)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(OPENS_WITHIN)
            )
        headers = {"Cookie": f"{self._cookie}={token}", "Accept-Encoding": "gzip", "Accept-Language": "en"}
        with self.timed("page"):
            async with self._session.get(self.url + path, headers=headers) as answer:
                text = await answer.text()
        if answer.status != 200:
            self.measures.counts[f"page {answer.status}"] += 1
            raise ConnectionError(f"{path}: {answer.status}")
        return text

    async def wire(self, token: str, hear: Hear) -> WireClient:
        with self.timed("connect"):
            async with asyncio.timeout(OPENS_WITHIN):
                return await WireClient(hear).open(
                    self._where.port or (443 if self._tls else 80),
                    path=WIRE_PATH,
                    cookie=f"{self._cookie}={token}",
                    host=self._where.hostname or "127.0.0.1",
                    tls=self._tls,
                )

    async def call(self, wire: WireClient, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The acknowledgement. Raises Refused, or ConnectionError if none comes."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN):
                ack: dict[str, Any] = await wire.call(event, payload)
        except TimeoutError:
            self.measures.counts[f"unanswered {event}"] += 1
            raise ConnectionError(f"{event} was not answered") from None
        if not ack["ok"]:
            raise Refused(ack["error"]["code"])
        return ack

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def exponential(self, mean: float) -> float:
        return min(self.dice.expovariate(1 / mean), 5 * mean)

    async def rest(self, mean: float) -> None:
        """Some time, so many seconds on average, and not beyond the end."""
        await asyncio.sleep(min(self.exponential(mean), self.remains_s))


def heads_of(page: str) -> list[dict[str, Any]]:
    """From where a page follows its streams."""
    found = HEADS.search(page)
    return json.loads(html.unescape(found.group(1))) if found else []


def new_id() -> str:
    return str(uuid.uuid4())
