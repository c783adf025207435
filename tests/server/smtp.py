"""A mail server that keeps what it is given: as much of SMTP (RFC 5321) as a client needs, on a private port."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_string

TAKES = 0.03
"""Seconds for a letter: long enough to be killed in the middle of many."""


@dataclass
class Letters:
    port: int = 0
    ids: list[str] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, text: str) -> None:
        async with self.came:
            self.ids.append(str(message_from_string(text)["Message-ID"]))
            self.came.notify_all()

    async def until(self, count: int) -> None:
        """Wait until so many different letters have come."""
        async with self.came:
            await self.came.wait_for(lambda: len(set(self.ids)) >= count)

    @property
    def twice(self) -> list[str]:
        return [each for each, times in Counter(self.ids).items() if times > 1]


@asynccontextmanager
async def mail_server() -> AsyncIterator[Letters]:
    letters = Letters()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        with contextlib.suppress(ConnectionError):
            await say("220 here")
            while line := (await reader.readline()).decode().strip():
                if line.upper() == "DATA":
                    await say("354 go on")
                    text = (await reader.readuntil(b"\r\n.\r\n")).decode()
                    await asyncio.sleep(TAKES)
                    await letters.take(text)
                await say("221 bye" if line.upper() == "QUIT" else "250 ok")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    letters.port = server.sockets[0].getsockname()[1]
    async with server:
        yield letters
