"""What many are shown: pages as all passers-by see them, and parts of pages, written once for each change and language.

Nothing of it is of one visitor: a page in which a form's token was written is not shared. That something has changed is
known at once where this process writes it or hears of it; what others write without telling shows after two seconds.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar, cast

import brotli
from aiohttp import web

from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.errors import Away
from rooms.people import languages
from server.compression import QUALITY, accepted
from server.request_names import FAIR, FLASH, FRESH, PART, ZONE
from signaling.cookies import LANGUAGE_COOKIE

KEPT = 512
SHOWN_FOR = 2.0
WRITTEN_A_SECOND = 8
"""However fast things change, a page is written no more often; what is shown is at most so much older."""
HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding, Accept-Language, Cookie"}
V = TypeVar("V")


@dataclass
class Page:
    body: bytes
    cookies: dict[str, tuple[str, int]]
    etag: str
    coded: dict[str, bytes] = field(default_factory=dict)

    def body_for(self, takes: set[str]) -> tuple[bytes, str]:
        """(body, its coding or nothing)"""
        coding = "br" if "br" in takes else "gzip" if "gzip" in takes else ""
        if coding and coding not in self.coded:
            self.coded[coding] = (
                brotli.compress(self.body, quality=QUALITY) if coding == "br" else gzip.compress(self.body, 6)
            )
        return self.coded.get(coding, self.body), coding


@dataclass
class _Kept:
    value: Any
    version: int
    written_at: float
    lately: list[float]
    """When it was written in the last second."""


class SharedPages:
    def __init__(self, database: Database, batching: Batching) -> None:
        self._database, self._batching = database, batching
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def page(self, key: Hashable, write: Callable[[], Awaitable[Page | None]]) -> Page | None:
        """The page as it is now; None if it has to be written for each."""
        return await self.value(("page", key), write)

    async def value(self, key: Hashable, make: Callable[[], Awaitable[V]], *, is_exact: bool = False) -> V:
        """What `make` gives, made once for all who ask for the same while nothing changes. `is_exact` is for whoever
        was told that something has changed."""
        found = self._kept.get(key)
        if found and self._is_good(found, is_exact=is_exact):
            self._kept.move_to_end(key)
            return cast(V, found.value)

        async def make_once(asked: list[None]) -> list[V]:
            again = self._kept.get(key)
            is_good = again and self._is_good(again, is_exact=is_exact)
            try:
                value = again.value if again and is_good else await self._make(key, make)
            except Away:
                if again is None:
                    raise
                # What was read before is better than nothing.
                value = again.value
            return [value] * len(asked)

        return await self._batching.ask(("shared", key, is_exact), None, make_once)

    def _is_good(self, kept: _Kept, *, is_exact: bool) -> bool:
        now = monotonic()
        if now - kept.written_at > SHOWN_FOR:
            return False
        lately = sum(1 for at in kept.lately if at > now - 1)
        return kept.version == self._database.version or (lately >= WRITTEN_A_SECOND and not is_exact)

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        version, now = self._database.version, monotonic()
        value = await make()
        before = self._kept.get(key)
        lately = [at for at in before.lately if at > now - 1] if before else []
        self._kept[key] = _Kept(value, version, now, [*lately, now])
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return value


def page_of(body: bytes, cookies: dict[str, tuple[str, int]]) -> Page:
    return Page(body, cookies, f'"{hashlib.sha256(body).hexdigest()[:24]}"')


def key_of(http: web.Request, session_cookie: str) -> Hashable | None:
    """By what the page of a passer-by differs; None for whoever is known, or is told something, or wants a part."""
    cookies, headers = http.cookies, http.headers
    if http.method != "GET" or session_cookie in cookies or FLASH in cookies or PART in headers or FRESH in headers:
        return None
    spoken = languages.choose(headers.get("Accept-Language", ""), cookies.get(LANGUAGE_COOKIE), None)
    return http.path_qs, spoken, cookies.get(ZONE, ""), cookies.get(FAIR, "")


def response_of(http: web.Request, page: Page) -> web.Response:
    headers = HEADERS | {"ETag": page.etag}
    if page.etag in http.headers.get("If-None-Match", ""):
        return web.Response(status=304, headers=headers)
    body, coding = page.body_for(accepted(http.headers.get("Accept-Encoding", "")))
    if coding:
        headers["Content-Encoding"] = coding
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)
