"""What a stored event is: the change and ids, never a whole picture of things and never somebody's words."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

KINDS: dict[str, type["Fact"]] = {}


class Fact(BaseModel):
    """A closed model of one change. A subclass names its `kind`, such as `place.taken`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        KINDS[cls.kind] = cls


@dataclass(frozen=True)
class Told:
    """A fact with its place in a stream: `number` counts from 1 without a hole."""

    stream: str
    number: int
    at: datetime
    fact: Fact


def fair_stream(fair: uuid.UUID) -> str:
    return f"fair:{fair}"


def line_stream(booth: uuid.UUID) -> str:
    return f"line:{booth}"


def person_stream(person: uuid.UUID) -> str:
    return f"person:{person}"


def conversation_stream(conversation: uuid.UUID) -> str:
    return f"conversation:{conversation}"


def meeting_stream(meeting: uuid.UUID) -> str:
    return f"meeting:{meeting}"


def moderation_stream(fair: uuid.UUID) -> str:
    return f"moderation:{fair}"
