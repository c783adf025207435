"""A simulated jobseeker: comes to the waiting room of an appointment, talks, and says afterwards how it was."""

import asyncio
import random

from server.demo import sayings
from server.demo.live import Payload
from server.demo.meeting import Talk
from server.demo.page import Page
from server.demo.person import Person

LOOK_EVERY = 5
GOES_IN_AFTER = (3, 6)
SPEAKS_EVERY = (20, 35)
STAYS_FOR = 1800


class Jobseeker(Person):
    answers_in_talks = False

    async def begin(self) -> None:
        self.know_me(await self.door.get("/appointments"))
        await self.live.follow(f"person:{self.me}")
        self.start(self._keep_appointments())

    async def _keep_appointments(self) -> None:
        """Whenever a waiting room is open, be there."""
        while True:
            if not self.is_busy:
                for path in await self._appointments():
                    await self._come_in_time(path)
            await asyncio.sleep(LOOK_EVERY * self.company.pace)

    async def _appointments(self) -> list[str]:
        page = await self.door.get("/appointments")
        return [path for path in page.links("/appointments/") if not path.endswith("/new")]

    async def _come_in_time(self, path: str) -> None:
        page = await self.door.get(path)
        if f"{path}/room" in page.all("action"):
            leads_to = await self.door.submit(f"{path}/room", page)
            if leads_to.startswith("/meetings/"):
                self._come_to(leads_to.rpartition("/")[2])

    def on_appointment_room_opened(self, event: Payload) -> None:
        self._come_to(event["meeting_id"])

    def knows_as_visitor(self, person: str) -> bool | None:
        return True

    async def converse(self, talk: Talk) -> None:
        await self.company.pause(*GOES_IN_AFTER)
        await talk.go_in()
        await talk.is_live.wait()
        await self.company.pause(2, 4)
        await self.write(talk.conversation, sayings.HELLO_FROM_JOBSEEKER)
        for words in sayings.JOBSEEKER_SAYS:
            await self.company.pause(*SPEAKS_EVERY)
            await self.write(talk.conversation, words)
        await asyncio.sleep(STAYS_FOR)

    async def after_talk(self, meeting: str) -> None:
        for path in await self._appointments():
            page = await self.door.get(path)
            if f"{path}/satisfaction" in page.all("action") and not _has_said(page):
                await self.company.pause(5, 15)
                helped, heard = (random.choice(("verdict_yes", "verdict_rather")) for _ in range(2))
                words = sayings.chosen(sayings.SATISFIED)
                await self.door.post(f"{path}/satisfaction", page, helped=helped, heard=heard, satisfied_words=words)


def _has_said(page: Page) -> bool:
    return any(tag == "input" and found.get("name") == "helped" and "checked" in found for tag, found in page.tags)
