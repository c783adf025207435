"""A simulated recruiter: stands at the booth, answers, calls people from the line, talks, writes the answer."""

import asyncio
import random

from server.demo import sayings
from server.demo.door import Door
from server.demo.line import LineSeen
from server.demo.live import Payload, Refused
from server.demo.meeting import Talk
from server.demo.page import Page
from server.demo.person import Company, Person
from server.demo.picture import Portrait

LOOK_EVERY = 1.0
QUESTIONS_EVERY = 20
RINGS_AT_MOST = 75
"""Seconds after which a call is taken as settled even if nobody said so."""
COMES_WITHIN = 150
"""Seconds that a visitor has for going in."""
TALKS_FOR = 240
TALKS_WITH_SIMULATED = (40, 60)
SPEAKS_EVERY = (22, 34)


class NoBooth(Exception):
    """This recruiter stands at no booth of an employer."""


class Recruiter(Person):
    def __init__(self, company: Company, name: str, door: Door) -> None:
        super().__init__(company, name, door)
        self.booth = ""
        self.line = LineSeen(company.pace)
        self._employer = self._colour = ""
        self._calling = ""
        """The call that rings."""
        self._is_settled = asyncio.Event()
        """The booth is found."""
        self._questions: set[str] = set()

    async def begin(self) -> None:
        desks = await self.door.get("/desk")
        self.know_me(desks)
        # With a single booth, the way leads to it at once.
        found = [desks.path] if desks.path != "/desk" else desks.links("/desk/")
        if not found:
            raise NoBooth(self.name)
        self.booth, self._colour = found[0].split("/")[2], desks.first("data-colour")
        self.company.booths.add(self.booth)
        self._is_settled.set()
        page = await self.door.get(f"/desk/{self.booth}")
        self._employer = page.heading
        conversation = page.first("data-conversation")
        self.answering.keep(conversation)
        await self.live.follow(f"line:{self.booth}", f"person:{self.me}", f"conversation:{conversation}")
        self.start(self._look_after_the_line())
        self.start(self._look_for_questions())

    def on_connected(self, _: Payload) -> None:
        self.start(self._attend())

    async def _attend(self) -> None:
        await self._is_settled.wait()
        await self.live.send("booth:attend", booth_id=self.booth)

    def on_line_snapshot(self, payload: Payload) -> None:
        self.line.begin(payload["places"])
        self._calling = next((each["call_id"] for each in payload["ringing"] if each["recruiter_id"] == self.me), "")

    def on_line_joined(self, event: Payload) -> None:
        self.line.join(event["place"])

    def on_desk_status(self, payload: Payload) -> None:
        self.line.update(payload)

    def on_line_settled(self, event: Payload) -> None:
        if event["call_id"] == self._calling:
            self._calling = ""

    async def _look_after_the_line(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            place = None if self.is_busy or self._calling else self.line.choice()
            if place:
                await self._call(place)

    async def _call(self, place: str) -> None:
        try:
            ack = await self.live.send("line:call", booth_id=self.booth, place_id=place)
        except Refused:
            self.line.let_be(place)
            await self.company.pause(5, 10)
            return
        self._calling = ack["call_id"]
        self.line.let_be(place)
        self.start(self._forget(ack["call_id"]))

    async def _forget(self, call: str) -> None:
        await asyncio.sleep(RINGS_AT_MOST)
        if self._calling == call:
            self._calling = ""

    async def _look_for_questions(self) -> None:
        while True:
            page = await self.door.get(f"/desk/{self.booth}")
            for path in page.links(f"/desk/{self.booth}/questions/"):
                conversation = path.rpartition("/")[2]
                if conversation not in self._questions:
                    self._questions.add(conversation)
                    self.answering.keep(conversation)
                    await self.live.follow(f"conversation:{conversation}")
            await self.company.pause(QUESTIONS_EVERY, QUESTIONS_EVERY)

    def portrait(self, page: Page) -> Portrait:
        return Portrait(self.name, self._employer, self._colour)

    def knows_as_visitor(self, person: str) -> bool:
        return self.line.is_visitor(person)

    async def converse(self, talk: Talk) -> None:
        self._calling = ""
        await self.company.pause(1, 3)
        await talk.go_in()
        try:
            await asyncio.wait_for(talk.is_live.wait(), COMES_WITHIN)
        except TimeoutError:
            self.line.let_be_person(talk.other)
            await talk.end()
            return
        await talk.unless_left(self._speak(talk) if talk.with_visitor else self.company.pause(*TALKS_WITH_SIMULATED))
        if talk.is_left.is_set():
            await self.company.pause(5, 8)
            await talk.unless_left(self.company.pause(*TALKS_WITH_SIMULATED))
        await talk.end()

    async def _speak(self, talk: Talk) -> None:
        """Greet, say some sentences over the minutes, and take leave."""
        pace = self.company.pace
        until = asyncio.get_running_loop().time() + TALKS_FOR * pace
        await self.company.pause(1, 2)
        await self.write(talk.conversation, sayings.WELCOME.format(name=sayings.first_name(talk.other_name)))
        for words in sayings.RECRUITER_SAYS:
            await self.company.pause(*SPEAKS_EVERY)
            await self.write(talk.conversation, words[self.answering.language])
        await asyncio.sleep(max(0, until - asyncio.get_running_loop().time()))
        await self.write(talk.conversation, sayings.GOODBYE[self.answering.language])
        await self.company.pause(5, 8)

    async def after_talk(self, meeting: str) -> None:
        """Private notes first, then the answer that the candidate reads."""
        path = f"/meetings/{meeting}"
        page = await self.door.get(path)
        if f"{path}/answer" not in page.all("action"):
            return
        await self.company.pause(3, 6)
        await self.door.post(f"{path}/notes", page, notes=sayings.chosen(sayings.NOTES))
        step, words = random.choice(sayings.ANSWERS)
        await self.company.pause(3, 8)
        await self.door.post(f"{path}/answer", page, next_step=step, answer=words[self.answering.language])
