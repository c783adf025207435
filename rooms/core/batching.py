"""When many ask the same at once: the questions that come while one is answered are answered together by the next.

It keeps no promise, the database does; it saves the work of asking five hundred times, within one process. Whatever it
answers was found out after the question was asked. Who comes alone waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

from rooms.core.errors import Problem

Question = TypeVar("Question")
Answer = TypeVar("Answer")
AnswerAll = Callable[[list[Question]], Awaitable[Sequence[Answer | Problem]]]
"""Gives an answer for each question, in their order; a Problem is raised to whom it concerns."""
ANSWERED_WITHIN = 20.0
"""Seconds. A reply that never comes holds up nobody else."""
Asked = tuple[Any, asyncio.Future[Any]]


class Batching:
    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[Asked]] = {}
        self._rounds: set[asyncio.Task[None]] = set()

    async def ask(self, about: Hashable, question: Question, answer: AnswerAll[Question, Answer]) -> Answer:
        """The answer to `question`. `answer` must do the same for everybody who asks `about` this."""
        mine: asyncio.Future[Answer | Problem] = asyncio.get_running_loop().create_future()
        if about in self._waiting:
            self._waiting[about].append((question, mine))
        else:
            self._waiting[about] = [(question, mine)]
            rounds = asyncio.create_task(self._answer(about, answer))
            self._rounds.add(rounds)
            rounds.add_done_callback(self._rounds.discard)
        found = await mine
        if isinstance(found, Problem):
            raise found
        return found

    async def _answer(self, about: Hashable, answer: AnswerAll[Any, Any]) -> None:
        try:
            while asked := self._waiting[about]:
                self._waiting[about] = []
                await _settle(asked, answer)
        finally:
            for _, mine in self._waiting.pop(about):
                mine.cancel()


async def _settle(asked: list[Asked], answer: AnswerAll[Any, Any]) -> None:
    """Answer all of these; what fails for all is tried for each alone, so that nobody's fault is another's."""
    try:
        async with asyncio.timeout(ANSWERED_WITHIN):
            found = await answer([question for question, _ in asked])
        if len(found) != len(asked):
            raise ValueError("not an answer for each question")
    except Exception as error:
        if len(asked) > 1:
            await asyncio.gather(*(_settle([each], answer) for each in asked))
        elif not asked[0][1].done():
            asked[0][1].set_exception(error)
        return
    except BaseException:
        for _, mine in asked:
            mine.cancel()
        raise
    for (_, future), each in zip(asked, found, strict=True):
        if not future.done():
            future.set_result(each)
