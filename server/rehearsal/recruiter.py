"""A simulated recruiter: stands at a desk, calls the next, talks, and calls the next."""

import asyncio

from server.rehearsal.presence import Player
from server.rehearsal.scene import Refused, Scene

LOOKS_EVERY_S = 2.0
RINGS_S = 65.0


class Recruiter(Player):
    def __init__(self, scene: Scene, person_id: str, token: str, booth_id: str) -> None:
        super().__init__(scene, person_id, token)
        self._booth_id = booth_id
        self._free = asyncio.Event()
        self.heard |= {"line:settled": self._settled, "meeting:closed": self._meeting_closed}

    async def visit(self) -> None:
        await self.open(f"/desk/{self._booth_id}")
        await self.scene.call(self.connected, "booth:attend", {"booth_id": self._booth_id})
        while self.is_connected and not self.scene.is_over:
            self._free.clear()
            try:
                with self.scene.timed("call next"):
                    await self.scene.call(self.connected, "line:call", {"booth_id": self._booth_id})
            except Refused as refused:
                if str(refused) != "line.nobody":
                    self.scene.measures.counts[f"refused call {refused}"] += 1
                if str(refused) == "recruiter.in_meeting" and self.talk is None:
                    # The desk leads back into it.
                    await self.open(f"/desk/{self._booth_id}")
                await asyncio.sleep(LOOKS_EVERY_S)
                continue
            await self._until_free()
        if not self.scene.is_over:
            raise ConnectionError("lost")

    async def _until_free(self) -> None:
        """The call rings and is settled, and perhaps becomes a talk."""
        patience, remains = RINGS_S + self.scene.talks_s * 5, self.scene.remains_s
        try:
            async with asyncio.timeout(min(patience, remains)):
                await self._free.wait()
        except TimeoutError:
            if patience < remains:
                self.scene.measures.counts["calls without an end"] += 1
            # A timer may wake a moment early: nobody begins anything in what is left.
            await asyncio.sleep(self.scene.remains_s if remains <= patience else 0)

    async def _settled(self, told: dict[str, object]) -> None:
        if told["state"] != "accepted":
            self._free.set()

    async def talking(self) -> None:
        if self.talk:
            await self.talk.hold(self.scene.talks_s)

    async def _meeting_closed(self, told: dict[str, object]) -> None:
        await super()._meeting_closed(told)
        self._free.set()
