"""What each audience is told of a fact: projected from the rows once for an audience, not for each person.

The stored fact carries ids and the change; names and texts are read when it is told. The projections stand beside
the handlers of their area.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from rooms.core.events import Fact, Told
from rooms.core.transaction import Transaction
from signaling.contract import ToldFact

Projector = Callable[[Transaction, Told], Awaitable[ToldFact]]
PROJECTORS: dict[tuple[str, type[Fact]], Projector] = {}


def tells(area: str, fact: type[Fact]) -> Callable[[Projector], Projector]:
    """Register how a fact is told on streams of this area (the part of the stream's name before the colon)."""

    def register(projector: Projector) -> Projector:
        PROJECTORS[area, fact] = projector
        return projector

    return register


async def project(tx: Transaction, told_fact: Told) -> ToldFact:
    area = told_fact.stream.partition(":")[0]
    return await PROJECTORS[area, type(told_fact.fact)](tx, told_fact)


def as_it_is(area: str, fact: type[Fact], payload: type[ToldFact]) -> None:
    """The fact's own fields are what is told."""

    async def projector(_: Transaction, told_fact: Told) -> ToldFact:
        return payload(**head(told_fact), **told_fact.fact.model_dump())

    PROJECTORS[area, fact] = projector


def head(told_fact: Told) -> dict[str, Any]:
    return {"stream": told_fact.stream, "number": told_fact.number, "at": told_fact.at}
