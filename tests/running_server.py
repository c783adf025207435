"""A running house for black-box tests: the real command in a process of its own, which can be killed and restarted."""

import asyncio
import contextlib
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from rooms.core.clock import SetClock
from rooms.core.database import Database
from rooms.people import signin
from rooms.people.people import Person
from server import migrating
from tests import cast as cast_
from tests.cast import Cast
from tests.clock import BEGINS
from tests.server_process import ServerProcess
from tests.services import free_port


@dataclass
class RunningServer:
    database_url: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: ServerProcess | None = None
    extra: dict[str, str] = field(default_factory=dict)
    begins: datetime | None = BEGINS
    """None for the machine's own time, in which servers beside us live."""

    def __post_init__(self) -> None:
        self.clock = SetClock(self.folder / "clock")
        self.clock.set_to(self.begins or datetime.now(UTC))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        settings = {
            "PARVIS_MODE": "demo",
            "PARVIS_SECRET": "a secret for tests only, long enough",
            "PARVIS_DATABASE": self.database_url,
            "PARVIS_FILES": str(self.folder / "files"),
            "PARVIS_PORT": str(self.port),
            "PARVIS_PUBLIC_URL": self.url,
        }
        if self.begins:
            settings["PARVIS_CLOCK_FILE"] = str(self.folder / "clock")
        self.process = ServerProcess(settings | self.extra, self.folder / "house.log")
        await self._until_it_answers()

    async def _until_it_answers(self) -> None:
        async with asyncio.timeout(30), aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.url}/healthz") as answer:
                        if answer.status == 200:
                            return
                if self.process and not self.process.is_running:
                    raise RuntimeError((self.folder / "house.log").read_text()[-3000:])
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL: it says goodbye to nobody."""
        assert self.process
        self.process.send(signal.SIGKILL)
        await self.process.ended()

    async def stop(self) -> None:
        if self.process is None or not self.process.is_running:
            return
        self.process.send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.ended(), 10)
        except TimeoutError:
            await self.kill()

    async def prepare(self) -> Cast:
        """The cast and their open fair, before anybody comes."""
        database = Database(self.database_url, self.clock)
        await migrating.migrate(database.engine)
        cast = await cast_.gather(database, self.clock)
        return cast

    async def link(self, cast: Cast, person: Person) -> str:
        """The address of a link that signs this person in."""
        async with cast.database.transaction() as tx:
            assert person.email
            _, token = await signin.make_link(tx, signin.Purpose.SIGN_IN, person.email, person.name, is_reusable=True)
        return f"{self.url}/links/{token}"
