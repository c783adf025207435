"""What an event is: the change and ids, never a whole picture of things and never somebody's words.

An area above the one in which something happens says what it means there with `reacts_to`, in the same transaction.
"""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

EVENT_KINDS: dict[str, type["DomainEvent"]] = {}


class DomainEvent(BaseModel):
    """A closed model of something that has happened. One that is kept and published names its `kind`, such as
    `place.taken`; others are only reacted to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: ClassVar[str] = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        if cls.kind:
            EVENT_KINDS[cls.kind] = cls


Reaction = Callable[[Any, Any], Awaitable[None]]
"""Takes the transaction and what happened in it."""
R = TypeVar("R", bound=Reaction)
REACTIONS: dict[type[DomainEvent], list[Reaction]] = {}


def reacts_to(happened: type[DomainEvent]) -> Callable[[R], R]:
    """What this means elsewhere; reactions to one kind run in the order in which they were declared."""

    def register(reaction: R) -> R:
        REACTIONS.setdefault(happened, []).append(reaction)
        return reaction

    return register


@dataclass(frozen=True)
class PublishedEvent:
    """An event with its place in a stream: `number` counts from 1 without a hole."""

    stream: str
    number: int
    at: datetime
    event: DomainEvent


def fair_stream(fair_id: uuid.UUID) -> str:
    return f"fair:{fair_id}"


def hall_stream(fair_id: uuid.UUID) -> str:
    """Of those who wait in a fair's entrance hall: what concerns all of the fair, without how each line is doing."""
    return f"hall:{fair_id}"


def line_stream(booth_id: uuid.UUID) -> str:
    return f"line:{booth_id}"


def person_stream(person_id: uuid.UUID) -> str:
    return f"person:{person_id}"


def conversation_stream(conversation_id: uuid.UUID) -> str:
    return f"conversation:{conversation_id}"


def meeting_stream(meeting_id: uuid.UUID) -> str:
    return f"meeting:{meeting_id}"


def moderation_stream(fair_id: uuid.UUID) -> str:
    return f"moderation:{fair_id}"
