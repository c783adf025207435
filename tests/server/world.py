"""A house in this process with one of everything, and the cast signed in: what the rights table is tried on."""

import json
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import socketio
from aiohttp.test_utils import TestServer

from rooms.core import streams
from rooms.core.database import Database
from rooms.core.uploads import Upload
from rooms.fairs.fairs import Fair
from server import app as app_
from server import tickets
from server.mail_writer import unsubscribe_path
from server.page_request import SERVICES
from server.request_names import FLASH
from server.security import form_token, masked
from server.settings import load
from signaling.cookies import SESSION_COOKIE
from tests.clock import HandClock
from tests.server.furnishing import Furnishing

SECRET = "a secret for tests only, long enough"
Form = Mapping[str, str | Upload]


@dataclass(frozen=True)
class Answer:
    """What came back on a request; `warns` when the page it leads to says that something did not work."""

    status: int
    leads_to: str
    media_type: str
    warns: bool


@dataclass
class World:
    """`ids` fills the places in a route's path and in an event's payload."""

    server: TestServer
    database: Database
    tokens: dict[str, str]
    ids: dict[str, str]

    async def request(self, role: str, method: str, path: str, form: Form | None = None) -> tuple[int, str]:
        """(status, where it leads to) of a request by this role, with a right form token."""
        answer = await self.ask(role, method, path, form)
        return answer.status, answer.leads_to

    async def ask(self, role: str, method: str, path: str, form: Form | None = None) -> Answer:
        token = self.tokens.get(role, "")
        cookies = {SESSION_COOKIE: token} if token else {"parvis_visitor": "visitor"}
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        typed = _form_data({"form_token": masked(form_token(SECRET, token or "visitor")), **(form or {})})
        data = typed if method == "POST" else None
        url = self.server.make_url(path.format(**self.ids))
        async with (
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(method, url, data=data, headers=headers, allow_redirects=False) as answer,
        ):
            flash = answer.cookies[FLASH].value if FLASH in answer.cookies else ""
            warns = bool(flash) and json.loads(unquote(flash))["kind"] == "warn"
            return Answer(answer.status, answer.headers.get("Location", ""), answer.content_type, warns)

    @asynccontextmanager
    async def live(self, role: str, **headers: str) -> AsyncIterator[socketio.AsyncClient]:
        client = socketio.AsyncClient(reconnection=False)
        token = self.tokens.get(role, "")
        cookies = [f"{SESSION_COOKIE}={token}"] if token else []
        if cookie := headers.pop("Cookie", ""):
            cookies.append(cookie)
        headers |= {"Cookie": "; ".join(cookies)} if cookies else {}
        await client.connect(
            str(self.server.make_url("/")),
            headers=headers,
            socketio_path="live",
            transports=["websocket"],
            wait_timeout=60,
        )
        try:
            yield client
        finally:
            await client.disconnect()

    async def events(self) -> int:
        """How many events there are: whoever changed something has added one."""
        async with self.database.reading() as tx:
            return await streams.count(tx)

    def fill(self, value: Any) -> Any:
        """The payload with the world's ids in it."""
        if isinstance(value, str):
            return value.format(**self.ids) if "{" in value else value
        if isinstance(value, list):
            return [self.fill(part) for part in value]
        if isinstance(value, dict):
            return {name: self.fill(part) for name, part in value.items()}
        return value


def _form_data(form: Form) -> aiohttp.FormData:
    data = aiohttp.FormData()
    for name, value in form.items():
        if isinstance(value, Upload):
            data.add_field(name, value.content, filename=value.name)
        else:
            data.add_field(name, value)
    return data


@asynccontextmanager
async def open_world(database_url: str, folder: Path, clock: HandClock) -> AsyncIterator[World]:
    async with _serving(database_url, folder, clock) as server:
        services = server.app[SERVICES]
        furnishing = await Furnishing.begin(services.database, services.storage, clock)
        await furnishing.furnish()
        *_, furnishing.ids["refusal"] = unsubscribe_path(services.settings, uuid.UUID(furnishing.ids["mail"])).split(
            "/"
        )
        *_, furnishing.ids["ticket"] = tickets.path_of(services.settings, uuid.UUID(furnishing.ids["attendee"])).split(
            "/"
        )
        async with services.database.transaction() as tx:
            fair = await tx.session.get_one(Fair, uuid.UUID(furnishing.ids["fair_id"]))
            fair.kiosk_key = uuid.uuid4()
            *_, furnishing.ids["kiosk"] = tickets.kiosk_path_of(services.settings, fair).split("/")
        furnishing.ids["nonce"] = str(uuid.uuid4())
        yield World(server, services.database, furnishing.tokens, furnishing.ids)


@asynccontextmanager
async def _serving(database_url: str, folder: Path, clock: HandClock) -> AsyncIterator[TestServer]:
    settings = load(mode="demo", secret=SECRET, database=database_url, files=folder / "files")
    server = TestServer(app_.build(settings, clock))
    await server.start_server()
    try:
        yield server
    finally:
        await server.close()


@dataclass(frozen=True)
class Furnished:
    """A furnished world put away in a folder, to be copied: furnishing takes longer than trying one row."""

    folder: Path
    tokens: dict[str, str]
    ids: dict[str, str]

    @asynccontextmanager
    async def copy(self, folder: Path, clock: HandClock | None = None) -> AsyncIterator[World]:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        async with _serving(_sqlite(folder), folder, clock or HandClock()) as server:
            yield World(server, server.app[SERVICES].database, self.tokens, self.ids)


def _sqlite(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'world.sqlite3'}"


async def furnish(folder: Path) -> Furnished:
    async with open_world(_sqlite(folder), folder, HandClock()) as world:
        found = world.tokens, world.ids
    return Furnished(folder, *found)
