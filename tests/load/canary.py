"""Whether a fair works at this moment: somebody writes by one connection, and it is read by another one."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from random import Random

from server.rehearsal.history import Operation
from server.rehearsal.presence import Presence
from server.rehearsal.scene import Refused, Scene
from server.rehearsal.staging import Guest, Staging

TRIES_EVERY_S = 0.25
READ_WITHIN_S = 2.0


@dataclass
class Canary:
    """Two people who do nothing else. What they write is part of the history like everybody's."""

    scene: Scene
    writer: Presence
    reader: "Listening"

    @classmethod
    def of(cls, url: str, certificate: str, staging: Staging, guests: list[Guest], ends_at: float) -> "Canary":
        scene = Scene(
            url=url, path=staging.path, fair_id=str(staging.fair_id), conversation_id=str(staging.conversation_id),
            booths=[], ends_at=ends_at, dice=Random(1), certificate=certificate,
        )  # fmt: skip
        writer, reader = (str(each.person_id) for each in guests)
        return cls(scene, Presence(scene, writer, guests[0].token), Listening(scene, reader, guests[1].token))

    @property
    def history(self) -> list[Operation]:
        return self.scene.history

    async def sings(self, within: float) -> float:
        """Seconds until a message is acknowledged and read. Raises TimeoutError."""
        began = time.perf_counter()
        async with asyncio.timeout(within):
            while not await self._try():
                await asyncio.sleep(TRIES_EVERY_S)
        return time.perf_counter() - began

    async def _try(self) -> bool:
        try:
            async with asyncio.timeout(READ_WITHIN_S * 5):
                for each in (self.writer, self.reader):
                    if not each.is_connected:
                        await each.open(f"{self.scene.path}/chat")
                return await self._write()
        except (OSError, TimeoutError, Refused):
            return False

    async def _write(self) -> bool:
        client_id = str(uuid.uuid4())
        self.reader.waits_for, heard = client_id, self.reader.heard_it
        heard.clear()
        payload = {"conversation_id": self.scene.conversation_id, "text": "Is anybody there?", "client_id": client_id}
        with self.scene.operation("chat", self.writer.person_id, client_id):
            await self.scene.call(self.writer.connected, "chat:send", payload)
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                await heard.wait()
        except TimeoutError:
            # Whoever was away is told when they ask; a canary asks by coming anew.
            self.reader.leave()
            return False
        return True

    async def close(self) -> None:
        self.writer.leave()
        self.reader.leave()
        await self.scene.close()


class Listening(Presence):
    """Waits for one message."""

    def __init__(self, scene: Scene, person_id: str, token: str) -> None:
        super().__init__(scene, person_id, token)
        self.waits_for = ""
        self.heard_it = asyncio.Event()

    def read(self, packet: bytes) -> None:
        if self.waits_for.encode() in packet:
            self.heard_it.set()
