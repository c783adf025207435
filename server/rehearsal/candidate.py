"""A simulated candidate: comes in a rush, looks round, writes, waits in lines, answers calls, reloads, vanishes."""

import asyncio
import contextlib
import html
import json
import re
import time
from typing import Any

from server.rehearsal.presence import SENT_AT, Player
from server.rehearsal.scene import Refused, Scene, new_id

MOST_LINES = 2
ACTS = (("look", 50), ("chat", 6), ("join", 20), ("reload", 9), ("vanish", 5), ("rest", 10))
"""What somebody does next, and how often of a hundred times."""
ANSWERS = 0.85
"""How many calls are answered; the others ring in vain."""
ANSWERS_AFTER_S = 2.0
AWAY_S = 10.0
LOOKS_EVERY_S = 1.0
RINGING = re.compile(r'data-ringing="([^"]+)"')


class Candidate(Player):
    def __init__(self, scene: Scene, person_id: str, token: str, comes_at: float) -> None:
        super().__init__(scene, person_id, token)
        self._comes_at = comes_at
        self._reads_chat = scene.dice.random() < scene.reads_chat
        self._lines: set[str] = set()
        self._let_in = asyncio.Event()
        self._rings = ""
        self.heard |= {
            "fair:admitted": self._admitted,
            "call:rang": self._rang,
            "call:settled": self._settled,
            "meeting:opened": self._meeting_opened,
        }

    async def visit(self) -> None:
        await asyncio.sleep(max(0.0, self._comes_at - time.time()))
        self._let_in.clear()
        page = await self.open(self.scene.path)
        if 'data-part="hall"' in page:
            await self._wait_in_hall()
            return
        if self._reads_chat:
            await self.open(f"{self.scene.path}/chat")
        while self.is_connected and not self.scene.is_over:
            await self.scene.rest(self.scene.thinks_s)
            if self.talk or self.scene.is_over:
                continue
            names, weights = zip(*ACTS, strict=True)
            try:
                await getattr(self, f"_{self.scene.dice.choices(names, weights)[0]}")()
            except Refused:
                # Counted where it was asked; somebody goes on.
                continue
        if not self.scene.is_over:
            raise ConnectionError("lost")

    def stands(self, page: str) -> None:
        super().stands(page)
        rings = RINGING.search(page)
        if rings is None:
            self._rings = ""
        else:
            self.aside(self._rang({"ringing": json.loads(html.unescape(rings.group(1)))}))

    async def _wait_in_hall(self) -> None:
        self.scene.in_hall.add(self.person_id)
        try:
            while self.is_connected and not self.scene.is_over:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._let_in.wait(), LOOKS_EVERY_S)
                    return
        finally:
            self.scene.in_hall.discard(self.person_id)

    async def _admitted(self, _: dict[str, Any]) -> None:
        self._let_in.set()

    async def _look(self) -> None:
        _, path = self.scene.dice.choice(self.scene.booths)
        await self.scene.page(path, self.token)

    async def _rest(self) -> None:
        pass

    async def _chat(self) -> None:
        client_id = new_id()
        text = f"Is there work in the mornings? {SENT_AT.decode()}{time.time():.3f}"
        payload = {"conversation_id": self.scene.conversation_id, "text": text, "client_id": client_id}
        await self.send("chat", "chat:send", payload, client_id)

    async def _join(self) -> None:
        if len(self._lines) >= MOST_LINES:
            return
        booth_id, _ = self.scene.dice.choice(self.scene.booths)
        await self.send("join", "line:join", {"booth_id": booth_id}, booth_id, "place_id")
        self._lines.add(booth_id)

    async def _reload(self) -> None:
        self.leave()
        await self.open(self.scene.path)

    async def _vanish(self) -> None:
        """A train tunnel: no goodbye, and the same page afterwards."""
        if self.wire:
            self.wire.close()
        await self.scene.rest(AWAY_S)
        await self._reconnect()

    async def _rang(self, told: dict[str, Any]) -> None:
        call = told["ringing"]
        if self._rings and self._rings != call["call_id"]:
            self.scene.measures.counts["called twice at once"] += 1
        self._rings = call["call_id"]
        await asyncio.sleep(self.scene.exponential(ANSWERS_AFTER_S))
        if self.scene.dice.random() < ANSWERS and self._rings == call["call_id"] and self.wire:
            with self.scene.timed("answer"):
                await self.scene.call(self.wire, "line:answer", {"call_id": call["call_id"], "answer": "join"})

    async def _settled(self, told: dict[str, Any]) -> None:
        if told["call_id"] == self._rings:
            self._rings = ""

    async def _meeting_closed(self, told: dict[str, Any]) -> None:
        await super()._meeting_closed(told)
        self._lines.clear()
