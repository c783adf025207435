"""Our side: a house of its own, and a new meeting for each round, whose transport connects while both get ready."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from rooms.lines.call import Answer
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.people.people import Person
from tests.cast import Cast
from tests.load.callers import Pair, click_to_picture, until
from tests.running_server import RunningServer

GO_IN = "[data-act=go-in]"
CAMERA_IS_OPEN = "document.querySelector('[data-slot=mirror]').videoWidth > 0"
HAS_GONE_IN = "document.querySelector('[data-slot=other-state]').textContent.includes('has gone in')"


@dataclass
class Ours:
    """The recruiter is in already and the candidate is in the waiting room; then the candidate goes in."""

    candidate: BrowserContext
    recruiter: BrowserContext
    running: RunningServer
    cast: Cast
    name: str = "ours"

    async def round(self) -> float:
        meeting = await self._meeting()
        leading = await self._open(self.recruiter, meeting)
        await leading.locator(GO_IN).click()
        waiting = await self._open(self.candidate, meeting)
        await until(waiting, HAS_GONE_IN)
        for page in (leading, waiting):
            await until(page, "watch.isConnected()")
        await waiting.bring_to_front()
        try:
            return await click_to_picture(waiting, GO_IN, "video.remote")
        finally:
            await waiting.close()
            await leading.close()
            await self._end(meeting)

    async def _meeting(self) -> Meeting:
        """Amina joins Luc's line, is called, and answers: the waiting room is open."""
        await self.cast.keep_alive()
        await self.cast.join(self.cast.amina, self.cast.atlantique)
        call = await self.cast.call_next(self.cast.luc, self.cast.atlantique)
        meeting = await self.cast.answer(call, Answer.JOIN)
        assert meeting
        return meeting

    async def _open(self, context: BrowserContext, meeting: Meeting) -> Page:
        page = await context.new_page()
        await page.goto(f"{self.running.url}/meetings/{meeting.id}")
        await until(page, CAMERA_IS_OPEN)
        return page

    async def _end(self, meeting: Meeting) -> None:
        async with self.cast.database.transaction() as tx:
            await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))


@dataclass
class Doors:
    """The running house and its people."""

    running: RunningServer
    cast: Cast

    async def contestant(self, pair: Pair) -> Ours:
        candidate, recruiter = await pair.contexts()
        await self._sign_in(candidate, self.cast.amina)
        await self._sign_in(recruiter, self.cast.luc)
        return Ours(candidate, recruiter, self.running, self.cast)

    async def _sign_in(self, context: BrowserContext, person: Person) -> None:
        page = await context.new_page()
        await page.goto(await self.running.link(self.cast, person))
        await page.get_by_role("button", name="Come in").click()
        await page.wait_for_url(lambda url: "/links/" not in url)
        await page.close()


@asynccontextmanager
async def doors(folder: Path) -> AsyncIterator[Doors]:
    """The real command on SQLite, in a folder that the caller takes away."""
    running = RunningServer(f"sqlite+aiosqlite:///{folder / 'house.sqlite3'}", folder)
    cast = await running.prepare()
    try:
        await cast.connect(cast.amina)
        await running.start()
        yield Doors(running, cast)
    finally:
        await running.stop()
        await cast.database.close()
