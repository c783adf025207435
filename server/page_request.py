"""One request as a page handler sees it: who asks, in which language, what they typed, and how to answer."""

import asyncio
import json
import secrets
import uuid
from collections.abc import Awaitable, Callable, Hashable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from multidict import MultiMapping
from yarl import URL

from rooms.access import Actor, Navigation
from rooms.core.batching import Batching
from rooms.core.database import Database
from rooms.core.errors import N_, Invalid, NotFound, Problem
from rooms.core.transaction import Transaction
from rooms.core.uploads import Upload
from rooms.views.standing import NOTHING, Standing
from server import language, security, spreadsheet
from server.files import Storage
from server.metrics import Metrics
from server.request_names import FAIR, FLASH, FRESH, GO, PART, SENTENCE, ZONE
from server.security import Rates, form_token, masked, unmasked
from server.settings import Settings
from server.shared_page import SharedPages
from server.visiting import Visiting
from signaling.cookies import session_cookie
from signaling.hub import Hub
from signaling.personal_stream import MyCallView

FAIR_KEPT = 30 * 24 * 3600
PAGE_SEEN_EVERY = timedelta(seconds=15)
V = TypeVar("V")
NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass
class Services:
    """What the handlers stand on: put together once in server/app.py."""

    settings: Settings
    database: Database
    rates: Rates
    render_template: Callable[..., str]
    storage: Storage
    hub: Hub
    """The pages only tell it of a desk that was opened, and to close a withdrawn session's connections."""
    batching: Batching = field(default_factory=Batching)
    list_readers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(spreadsheet.AT_ONCE))
    visiting: Visiting = field(init=False)
    shared_pages: SharedPages = field(init=False)
    metrics: Metrics = field(init=False)
    parts: dict[Hashable, tuple[str, str]] = field(default_factory=dict)
    """Parts of pages that many are shown at once, each with the token that stands for everybody's own."""

    def __post_init__(self) -> None:
        self.visiting = Visiting(self.database, self.batching)
        self.shared_pages = SharedPages(self.database, self.batching)
        self.metrics = Metrics(self.database, self.hub, self.settings.process_name)


SERVICES: web.AppKey[Services] = web.AppKey("house", Services)


@dataclass
class PageRequest:
    http: web.Request
    services: Services
    actor: Actor
    language: str
    holder: str
    """What the form token is bound to: the session, or the visitor's cookie."""
    navigation: Navigation = field(default_factory=Navigation)
    """Which inner doors the masthead shows."""
    form: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    problem: Problem | None = None
    form_page: str = ""
    """The path of the page whose form is shown again."""
    status: int = 200
    is_shared: bool = False
    """Whether the page is written for all passers-by at once."""
    ringing: MyCallView | None = None
    """The call that rings for this person, as JSON: set by the page that follows their stream."""
    standing: Standing = NOTHING
    """What concerns them at this moment."""
    cookies: dict[str, tuple[str, int]] = field(default_factory=dict)
    said: dict[str, str] | None = None
    """What this page says was done, if it is shown at once."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self.services.database.transaction()

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        return self.services.database.reading()

    def path(self, name: str) -> str:
        return self.http.match_info[name]

    def id(self, name: str) -> uuid.UUID:
        try:
            return uuid.UUID(self.http.match_info[name])
        except ValueError:
            raise NotFound(name) from None

    def typed(self, name: str, default: str = "") -> str:
        """What was typed into a field; `default` while nothing has been sent."""
        return self.form.get(name, [default])[0]

    def ticked(self, name: str) -> list[str]:
        return self.form.get(name, [])

    def uuid(self, name: str) -> uuid.UUID:
        """An id in a form's hidden field."""
        try:
            return uuid.UUID(self.typed(name))
        except ValueError:
            raise NotFound(name) from None

    def uuids(self, name: str) -> list[UUID]:
        """The ids of what was ticked."""
        try:
            return [uuid.UUID(each) for each in self.ticked(name)]
        except ValueError:
            raise NotFound(name) from None

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.typed(name, str(default)))
        except ValueError:
            raise Invalid(f"{name}.number", N_("Please enter a whole number."), field=name) from None

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of the visitor's device, as its script has told us."""
        name = unquote(self.http.cookies.get(ZONE, ""))
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return None

    def day(self, name: str) -> date:
        """A day as typed into a field for one."""
        try:
            found = date.fromisoformat(self.typed(name))
        except ValueError:
            found = date.max
        if not 2000 <= found.year < 2100:
            message = N_("Please give a day, for example 2027-03-15.")
            raise Invalid(f"{name}.unreadable", message, field=name)
        return found

    def moment(self, name: str) -> datetime:
        """A moment in a form's hidden field."""
        try:
            found = datetime.fromisoformat(self.typed(name))
        except ValueError:
            raise NotFound(name) from None
        if found.tzinfo is None or not 2000 <= found.year < 2100:
            raise NotFound(name)
        return found

    @property
    def now(self) -> datetime:
        return self.services.database.clock.now()

    @property
    def wants_part(self) -> bool:
        return PART in self.http.headers

    @property
    def is_fresh_part(self) -> bool:
        return FRESH in self.http.headers

    async def shared(self, key: Hashable, read: Callable[["PageRequest"], Awaitable[V]]) -> V:
        """What `read` finds, for all who are shown the same. Whoever works here, or has done something just before,
        sees it as it is at this moment, whichever process they did it in."""
        own = self.navigation
        if own.desk or own.organise or FLASH in self.http.cookies:
            return await read(self)
        keyed = (key, self.language)
        return await self.services.shared_pages.value(keyed, partial(read, self), is_exact=self.is_fresh_part)

    @property
    def query(self) -> MultiMapping[str]:
        return self._query

    def query_all(self, name: str) -> list[str]:
        """All that the address says of this."""
        return self._query.getall(name, [])

    @property
    def _query(self) -> MultiMapping[str]:
        """A form that is shown again is shown on the page that it came from."""
        return URL(self.form_page).query if self.form_page else self.http.query

    @property
    def has_form(self) -> bool:
        """Whether a form's token was written into this page, which is then for this visitor alone."""
        return "form_token" in self.__dict__

    @cached_property
    def form_token(self) -> str:
        """What each form of this page brings back."""
        return masked(self._own_token)

    @property
    def is_own_form(self) -> bool:
        """Whether what was sent comes from a page that we gave to this browser."""
        return secrets.compare_digest(unmasked(self.typed("form_token")), self._own_token)

    @property
    def _own_token(self) -> str:
        return form_token(self.services.settings.secret.get_secret_value(), self.holder)

    @property
    def session_cookie(self) -> str:
        return session_cookie(self.services.settings.public_url)

    @property
    def network(self) -> str:
        return security.network_of(self.http.remote or "?")

    def error(self, name: str) -> str:
        """The sentence about this field, if the last attempt failed there."""
        if self.problem is None:
            return ""
        return self.problem.about(name) or (language.problem_text(self.problem) if self.problem.field == name else "")

    def render(self, template: str, view: object = None, **values: Any) -> web.Response:
        """A page; the fields of `view`, a dataclass, are what its template reads by name."""
        seen = {each.name: getattr(view, each.name) for each in fields(view)} if is_dataclass(view) else {}
        values = seen | values
        text = self.services.render_template(template, self, **values)
        fair = values.get("fair")
        if fair and self.http.cookies.get(FAIR) != fair.slug:
            self.cookies[FAIR] = (fair.slug, FAIR_KEPT)
        status = self.problem.status if self.problem else self.status
        return web.Response(text=text, content_type="text/html", status=status, headers=NOT_KEPT)

    def go(self, path: str, flash: str | None = None, kind: str = "ok") -> web.Response:
        """Send the browser to a page of ours, with a sentence to show: in the section that `path` names, or on top."""
        # A part that is only a sentence says it itself.
        if flash and self.http.headers.get(PART) != SENTENCE:
            said = {"kind": kind, "text": flash, "at": path.partition("#")[2]}
            self.cookies[FLASH] = (quote(json.dumps(said)), 30)
        if self.wants_part:
            return web.Response(status=204, headers={GO: own_path(path)})
        return web.Response(status=303, headers={"Location": own_path(path)})

    async def stay(
        self,
        page: Callable[["PageRequest"], Awaitable[web.StreamResponse]],
        path: str,
        flash: str,
        kind: str = "ok",
    ) -> web.StreamResponse:
        """Show the page at `path` again with all that was typed there, of which a part is saved now."""
        self.said = {"kind": kind, "text": flash, "at": path.partition("#")[2]}
        self.form_page = path
        self.actor.forget()
        return await page(self)

    def flash(self) -> dict[str, str] | None:
        if self.said:
            return self.said
        raw = self.http.cookies.get(FLASH)
        if not raw or self.is_fresh_part:
            return None
        self.cookies.setdefault(FLASH, ("", 0))
        try:
            found = json.loads(unquote(raw))
            return {name: str(found[name]) for name in ("kind", "text", "at")}
        except (ValueError, KeyError, TypeError):
            return None

    def came_from(self, default: str = "/") -> str:
        referer = self.http.headers.get("Referer")
        return own_path(urlsplit(referer)._replace(scheme="", netloc="").geturl()) if referer else default


def own_path(path: str) -> str:
    """`path` if it stays in this house, otherwise the front door."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if inside else "/"
