"""Requests to addresses that people gave us: to public ones only, within a deadline, and read up to a bound."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from yarl import URL

from server.public_addresses import is_public

MOST_REDIRECTS = 5
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that nobody reads, such as a push service's."""
REDIRECTS = (301, 302, 303, 307, 308)


class PrivateAddress(OSError):
    """The address lies in a private network."""


class NotEncrypted(OSError):
    """The address is not https."""


class TooLarge(OSError):
    """More was sent than anybody asked for."""


class _ShortAnswer(aiohttp.ClientResponse):
    """An answer of which only the beginning is kept when it is read whole."""

    async def read(self) -> bytes:
        if self._body is None:
            self._body = await read_up_to(self, LONGEST_ANSWER)
        return self._body


async def read_up_to(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """Raises TooLarge beyond `most` bytes."""
    content = bytearray()
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) > most:
            answer.close()
            raise TooLarge(str(most))
    return bytes(content)


def _public_socket(address: Any) -> socket.socket:
    """The socket to an address that was looked up. Judged here, because this and nothing else is connected to: not the
    name, which may mean something else the next moment, and not one of many spellings of a number."""
    family, kind, protocol, _, destination = address
    if not is_public(destination[0]):
        raise PrivateAddress(destination[0])
    return socket.socket(family, kind, protocol)


@asynccontextmanager
async def session(*, may_be_private: bool, seconds: float) -> AsyncIterator[aiohttp.ClientSession]:
    """`seconds` are what a request may take in all, however slowly it drips."""
    connector = aiohttp.TCPConnector(socket_factory=None if may_be_private else _public_socket)
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, response_class=_ShortAnswer) as opened:
        yield opened


async def fetch(address: str, most: int, *, may_be_private: bool, seconds: float) -> bytes:
    """What stands at this address, over a few redirects, each judged like the first.

    Raises PrivateAddress, NotEncrypted, TooLarge beyond `most` bytes, aiohttp.ClientError, TimeoutError, OSError.
    """
    url = URL(address)
    async with asyncio.timeout(seconds), session(may_be_private=may_be_private, seconds=seconds) as opened:
        for _ in range(MOST_REDIRECTS + 1):
            if not may_be_private and url.scheme != "https":
                raise NotEncrypted(url.scheme)
            async with opened.get(url, allow_redirects=False) as answer:
                if answer.status in REDIRECTS and "Location" in answer.headers:
                    url = url.join(URL(answer.headers["Location"]))
                    continue
                if answer.status != 200:
                    raise aiohttp.ClientError(f"status {answer.status}")
                return await read_up_to(answer, most)
    raise aiohttp.ClientError("too many redirects")


def is_private(error: BaseException) -> bool:
    """Whether a failed request was refused for its address: aiohttp wraps what the socket has said."""
    while not isinstance(error, PrivateAddress):
        inner = getattr(error, "os_error", None) or error.__cause__
        if inner is None:
            return False
        error = inner
    return True
