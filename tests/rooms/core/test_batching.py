"""Questions asked at once are answered together, and never with what was found out before they were asked."""

import asyncio
from collections.abc import Sequence

import pytest

from rooms.core import batching as gathering_
from rooms.core.batching import Batching
from rooms.core.errors import Conflict, Problem


class Clerk:
    """Answers when told to, and writes down what they were asked together."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.may_answer = asyncio.Event()

    async def answer(self, asked: list[int]) -> Sequence[int | Problem]:
        self.rounds.append(asked)
        await self.may_answer.wait()
        return [number * 10 for number in asked]


async def test_what_is_asked_while_one_is_answered_is_answered_together_afterwards() -> None:
    gathering, clerk = Batching(), Clerk()
    first = [asyncio.create_task(gathering.ask("tens", n, clerk.answer)) for n in range(3)]
    while not clerk.rounds:
        await asyncio.sleep(0)
    later = [asyncio.create_task(gathering.ask("tens", n, clerk.answer)) for n in range(3, 6)]
    other = asyncio.create_task(gathering.ask("others", 9, clerk.answer))
    await asyncio.sleep(0)
    first[0].cancel()
    clerk.may_answer.set()
    assert await asyncio.gather(*first[1:], *later, other) == [10, 20, 30, 40, 50, 90]
    assert clerk.rounds == [[0, 1, 2], [9], [3, 4, 5]], "another question waits for nobody"
    assert await gathering.ask("tens", 7, clerk.answer) == 70


async def test_a_problem_is_raised_to_whom_it_concerns() -> None:
    async def answer(asked: list[int]) -> list[int | Problem]:
        return [Conflict("odd", "odd") if number % 2 else number for number in asked]

    gathering = Batching()
    found = await asyncio.gather(*(gathering.ask("even", n, answer) for n in range(4)), return_exceptions=True)
    assert [each if isinstance(each, int) else type(each) for each in found] == [0, Conflict, 2, Conflict]


async def test_what_fails_for_all_is_tried_for_each_alone() -> None:
    tried: list[list[int]] = []

    async def answer(asked: list[int]) -> list[int]:
        tried.append(asked)
        if 2 in asked:
            raise ValueError("two")
        return asked

    gathering = Batching()
    found = await asyncio.gather(*(gathering.ask("all", n, answer) for n in range(4)), return_exceptions=True)
    assert [each if isinstance(each, int) else str(each) for each in found] == [0, 1, "two", 3]
    assert tried == [[0, 1, 2, 3], [0], [1], [2], [3]]
    with pytest.raises(ValueError, match="two"):
        await gathering.ask("all", 2, answer)


async def test_a_reply_that_never_comes_holds_up_nobody_who_asks_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering_, "ANSWERED_WITHIN", 0.01)
    gathering, clerk = Batching(), Clerk()
    with pytest.raises(TimeoutError):
        await gathering.ask("tens", 1, clerk.answer)
    clerk.may_answer.set()
    assert await gathering.ask("tens", 2, clerk.answer) == 20
