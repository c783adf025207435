"""Answers what visitors write in the conversations that a simulated person keeps."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from server.demo import sayings
from server.demo.live import Payload

Write = Callable[[str, str], Awaitable[None]]
Start = Callable[[Coroutine[Any, Any, None]], None]
Pause = Callable[[float, float], Awaitable[None]]


class Answering:
    def __init__(self, write: Write, start: Start, pause: Pause) -> None:
        self.me = ""
        self.language = "fr"
        """The language in which a visitor wrote last."""
        self._write = write
        self._start = start
        self._pause = pause
        self._kept: dict[str, bool] = {}
        """Conversation -> whether it is a meeting's, where staff are answered too."""
        self._unanswered: dict[str, Payload] = {}
        """Conversation -> the message that the answer being thought of will take up."""

    def keep(self, conversation: str, *, in_meeting: bool = False) -> None:
        self._kept[conversation] = in_meeting

    def drop(self, conversation: str) -> None:
        self._kept.pop(conversation, None)

    def read(self, stream: str, message: Payload) -> None:
        """Take a message in, the latest of its conversation; several in a row get one answer."""
        conversation = stream.partition(":")[2]
        if not self._asks_me(conversation, message):
            return
        is_thinking = conversation in self._unanswered
        self._unanswered[conversation] = message
        if not is_thinking:
            self._start(self._answer(conversation))

    def _asks_me(self, conversation: str, message: Payload) -> bool:
        """Simulated people are never answered, or they would go on for ever."""
        if conversation not in self._kept or message["is_simulated"] or message["author_id"] == self.me:
            return False
        return not message["is_removed"] and (self._kept[conversation] or not message["is_staff"])

    async def _answer(self, conversation: str) -> None:
        try:
            await self._pause(2, 4)
        finally:
            message = self._unanswered.pop(conversation)
        self.language = sayings.language_of(message["text"])
        if conversation in self._kept:
            await self._write(conversation, sayings.answer(message["text"], message["author_name"]))
