"""A simulated candidate: waits in two lines, answers calls, talks, says how it went, and comes back."""

import asyncio
import random
import time

from server.demo import sayings
from server.demo.door import Door
from server.demo.live import Payload
from server.demo.meeting import Talk
from server.demo.person import Company, Person

LOOK_EVERY = 5
FIRST_JOINS_AFTER = (4, 15)
JOINS_AGAIN_AFTER = (60, 120)
FEWEST_MESSAGES = 6
COMES_WITHIN = 300
STAYS_FOR = 1200
SPEAKS_EVERY = (25, 40)
ACTIVE = ("waiting", "on_hold", "talking")


class Candidate(Person):
    """`number` counts the candidates from 0: it spreads them over the booths, and the first once asks for time."""

    def __init__(self, company: Company, name: str, door: Door, words: str, number: int) -> None:
        super().__init__(company, name, door)
        self._words = words
        self._number = number
        self._puts_off = number == 0
        self._booth_of: dict[str, str] = {}
        """Place -> booth, of the places held now."""
        self._join_at: dict[str, float] = {}
        """Booth -> the moment (monotonic seconds) from which to take a place there again."""

    async def begin(self) -> None:
        lobby = await self.door.get(f"/fairs/{self.company.fair}")
        self.know_me(lobby)
        await self.live.follow(f"person:{self.me}")
        self.start(self._greet_everybody())
        self.start(self._keep_places())

    async def _greet_everybody(self) -> None:
        await self.company.pause(2, 20)
        page = await self.door.get(f"/fairs/{self.company.fair}/chat")
        if len(page.all("data-message")) >= FEWEST_MESSAGES:
            return
        for words in sayings.FAIR_CHAT[self._number % len(sayings.FAIR_CHAT)]:
            await self.write(page.first("data-conversation"), words)
            await self.company.pause(15, 45)

    async def _keep_places(self) -> None:
        """A place in the visitor's line and in one other, taken again some time after each talk."""
        await self.company.pause(*FIRST_JOINS_AFTER)
        lobby = (await self.door.get(f"/fairs/{self.company.fair}")).booths()
        wanted = self._wanted(lobby)
        while True:
            for booth in wanted:
                if booth not in self._booth_of.values() and self._join_at.get(booth, 0) <= time.monotonic():
                    await self._join(booth, lobby[booth])
            await asyncio.sleep(max(1, LOOK_EVERY * self.company.pace))

    def _wanted(self, lobby: dict[str, str]) -> list[str]:
        """The booth of the visitor who recruits, and one where a simulated recruiter stands; by id."""
        others = [booth for booth in lobby if booth not in self.company.booths]
        others.sort(key=lambda booth: "atlantique" not in lobby[booth])
        simulated = [booth for booth in lobby if booth in self.company.booths]
        return others[:1] + ([simulated[self._number % len(simulated)]] if simulated else [])

    async def _join(self, booth: str, path: str) -> None:
        self._rejoin_later(booth)
        page = await self.door.get(f"{path}/join")
        if page.form_token:
            await self.door.post(f"{path}/join", page, words=self._words)

    def _rejoin_later(self, booth: str) -> None:
        self._join_at[booth] = time.monotonic() + random.uniform(*JOINS_AGAIN_AFTER) * self.company.pace

    def on_person_snapshot(self, payload: Payload) -> None:
        super().on_person_snapshot(payload)
        self._booth_of = {place["place_id"]: place["booth_id"] for place in payload["places"]}
        for place in payload["places"]:
            self._come_back_if_held(place)
        if payload["ringing"]:
            self.start(self._answer(payload["ringing"]))

    def on_place_taken(self, event: Payload) -> None:
        self._booth_of[event["place"]["place_id"]] = event["place"]["booth_id"]

    def on_place_changed(self, event: Payload) -> None:
        if event["state"] not in ACTIVE and (booth := self._booth_of.pop(event["place_id"], "")):
            self._rejoin_later(booth)
        self._come_back_if_held(event)

    def _come_back_if_held(self, place: Payload) -> None:
        if place["state"] == "on_hold":
            self.start(self._come_back(place["place_id"]))

    async def _come_back(self, place: str) -> None:
        await self.company.pause(15, 40)
        await self.live.send("line:return", place_id=place)

    def on_call_rang(self, event: Payload) -> None:
        self.start(self._answer(event["ringing"]))

    async def _answer(self, ringing: Payload) -> None:
        await self.company.pause(2, 5)
        puts_off = self._puts_off and ringing["is_simulated"]
        if puts_off:
            self._puts_off = False
        await self.live.send("line:answer", call_id=ringing["call_id"], answer="later" if puts_off else "join")

    async def converse(self, talk: Talk) -> None:
        await self.company.pause(2, 4)
        await talk.go_in()
        try:
            await asyncio.wait_for(talk.is_live.wait(), COMES_WITHIN)
        except TimeoutError:
            await talk.leave()
            return
        if talk.with_visitor:
            await self._speak(talk)
        await asyncio.sleep(STAYS_FOR)
        await talk.leave()

    async def _speak(self, talk: Talk) -> None:
        await self.company.pause(2, 4)
        name = sayings.first_name(talk.other_name)
        await self.write(talk.conversation, sayings.HELLO_FROM_CANDIDATE.format(name=name))
        for words in sayings.CANDIDATE_SAYS:
            await self.company.pause(*SPEAKS_EVERY)
            await self.write(talk.conversation, words)

    async def after_talk(self, meeting: str) -> None:
        if random.random() < 0.5:
            return
        await self.company.pause(5, 15)
        page = await self.door.get("/me/talks")
        path = f"/meetings/{meeting}/rating"
        if path in page.all("action"):
            await self.door.post(
                path, page, rating=str(random.randint(3, 5)), rating_words=sayings.chosen(sayings.RATINGS)
            )
