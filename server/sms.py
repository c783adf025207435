"""Text messages: to a gateway by an HTTP form, or into a file that a test or an operator reads."""

import asyncio
import json
from pathlib import Path
from typing import Protocol

import aiohttp

from server.settings import Settings


class SmsFailed(OSError):
    """The gateway did not take the message; it is tried again."""


class Sms(Protocol):
    async def send(self, number: str, text: str) -> None: ...


class HttpSms:
    """Posts a form with the fields `to`, `from` and `text`, and the token as a bearer: what most gateways take."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.sms_url
        self._sender = settings.sms_sender
        self._token = settings.sms_token.get_secret_value()

    async def send(self, number: str, text: str) -> None:
        form = {"to": number, "from": self._sender, "text": text}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        timeout = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(self._url, data=form, headers=headers, allow_redirects=False) as answer,
        ):
            if answer.status >= 300:
                raise SmsFailed(f"the gateway answered {answer.status}")


class FileSms:
    """One JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, number: str, text: str) -> None:
        await asyncio.to_thread(self._write, json.dumps({"to": number, "text": text}, ensure_ascii=False))

    def _write(self, line: str) -> None:
        with self._path.open("a") as file:
            file.write(line + "\n")


class NoSms:
    """None is set up: a message counts as done, for the mail beside it says the same."""

    async def send(self, number: str, text: str) -> None:
        return None


def sms_of(settings: Settings) -> Sms:
    if settings.sms_url:
        return HttpSms(settings)
    return FileSms(settings.sms_file) if settings.sms_file else NoSms()
