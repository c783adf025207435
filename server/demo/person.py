"""A simulated person: comes in through the front door, hears what they are told, writes, and lives through meetings."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from server.demo.answering import Answering
from server.demo.door import Door
from server.demo.live import Live, Payload, Refused
from server.demo.meeting import Talk
from server.demo.page import Page
from server.demo.picture import Portrait

log = structlog.get_logger()


@dataclass
class Company:
    """What the simulated people share: where they are, how fast they live, which booths are theirs."""

    url: str
    fair: str
    pace: float = 1.0
    """Factor on every pause; below 1 they hurry."""
    booths: set[str] = field(default_factory=set)
    """Ids of the booths at which simulated recruiters booth."""

    async def pause(self, least: float, most: float) -> None:
        """A pause of `least` to `most` seconds."""
        await asyncio.sleep(random.uniform(least, most) * self.pace)


class Person:
    answers_in_talks = True
    """Whether they answer what is written in a talk, as somebody from an employer would."""

    def __init__(self, company: Company, name: str, door: Door) -> None:
        self.company = company
        self.name = name
        self.door = door
        self.me = ""
        self.live = Live(company.url, lambda: door.session, self.hear)
        self.answering = Answering(self.write, self.start, company.pause)
        self.talk: Talk | None = None
        self.tab = str(uuid.uuid4())
        self._tasks: asyncio.TaskGroup
        self._meetings: set[str] = set()
        """The meetings being lived through or written up."""

    async def run(self) -> None:
        await self.door.come_in()
        async with asyncio.TaskGroup() as self._tasks:
            self._tasks.create_task(self.live.run())
            await self.begin()

    async def begin(self) -> None:
        """What this person does from the moment they are in; what lasts is started as a task."""
        raise NotImplementedError

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside everything else. A refusal ends it: the house may have changed its mind meanwhile."""

        async def do() -> None:
            with contextlib.suppress(Refused):
                await work

        self._tasks.create_task(do())

    def know_me(self, page: Page) -> None:
        self.me = self.answering.me = page.first("data-me")

    async def write(self, conversation: str, text: str) -> None:
        await self.live.send("chat:send", conversation_id=conversation, text=text, client_id=str(uuid.uuid4()))

    def hear(self, event: str, payload: Payload) -> None:
        """Everything told arrives here; `on_<area>_<verb>` takes it. Nothing here waits."""
        if self.talk:
            self.talk.hear(event, payload)
        if event == "snapshot":
            area = str(payload["stream"]).partition(":")[0]
            event = f"{area}_snapshot"
        handler = getattr(self, f"on_{event.replace(':', '_')}", None)
        if handler:
            handler(payload)

    def on_conversation_snapshot(self, payload: Payload) -> None:
        if payload["messages"]:
            self.answering.read(payload["stream"], payload["messages"][-1])

    def on_chat_sent(self, event: Payload) -> None:
        self.answering.read(event["stream"], event["message"])

    def on_person_snapshot(self, payload: Payload) -> None:
        if payload["meeting_id"]:
            self._come_to(payload["meeting_id"])

    def on_meeting_opened(self, event: Payload) -> None:
        self._come_to(event["meeting_id"])

    def _come_to(self, meeting: str) -> None:
        if meeting not in self._meetings:
            self._meetings.add(meeting)
            self.start(self._live_through(meeting))

    @property
    def is_busy(self) -> bool:
        """In a meeting, or still writing about one."""
        return bool(self._meetings)

    async def _live_through(self, meeting: str) -> None:
        page = await self.door.get(f"/meetings/{meeting}")
        try:
            if page.live:
                await self._talk(page)
            await self.after_talk(meeting)
        finally:
            self._meetings.discard(meeting)

    async def _talk(self, page: Page) -> None:
        talk = Talk(
            self.live, page, self.tab, self.portrait(page), self.knows_as_visitor(page.live["other"]["person_id"])
        )
        self.talk = talk
        try:
            async with talk:
                if self.answers_in_talks:
                    self.answering.keep(talk.conversation, in_meeting=True)
                await self.live.follow(f"conversation:{talk.conversation}")
                await talk.unless_over(self.converse(talk))
        except Refused:
            pass
        except Exception:
            log.exception("talk_failed", person=self.name)
        finally:
            self.talk = None if self.talk is talk else self.talk
            self.answering.drop(talk.conversation)
        await self.live.leave(f"conversation:{talk.conversation}")

    def portrait(self, page: Page) -> Portrait:
        return Portrait(self.name)

    def knows_as_visitor(self, person: str) -> bool | None:
        """Whether the other one is no simulated person; None if the meeting itself must tell."""
        return None

    async def converse(self, talk: Talk) -> None:
        """Go in, talk, and end it or stay until the other one does."""
        raise NotImplementedError

    async def after_talk(self, meeting: str) -> None:
        raise NotImplementedError
