"""The live contract: every event has a closed model, and the protocol page is made from what is registered here.

A client event is declared beside its handler with `client_event`; what the server sends with `server_event`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

LARGEST_EVENT = 64_000
"""Bytes of one event, and the limit of the transport (`max_http_buffer_size`)."""


class Payload(BaseModel):
    """A closed shape: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ack(Payload):
    """Success. A refusal is `{ok: false, error: {code, message, field?}}`, the message in the person's language."""

    ok: bool = True


class StreamEvent(Payload):
    """A numbered event: `number` counts within `stream` without a hole."""

    stream: str
    number: int
    at: datetime


Handler = Callable[[Any, Any], Awaitable[Ack]]
"""Takes the Context of signaling/hub.py and the payload."""


@dataclass(frozen=True)
class ClientEvent:
    name: str
    payload: type[Payload]
    ack: type[Ack]
    per_minute: int
    handler: Handler
    does: str


@dataclass(frozen=True)
class ServerEvent:
    name: str
    payload: type[Payload]
    says: str
    latest_of: str | None
    """The field that names what a state is of: a newer one takes the place of one that still waits for its reader."""

    @property
    def is_numbered(self) -> bool:
        return issubclass(self.payload, StreamEvent)


@dataclass
class Contract:
    client_events: dict[str, ClientEvent] = field(default_factory=dict)
    server_events: dict[str, ServerEvent] = field(default_factory=dict)
    names: dict[type[Payload], str] = field(default_factory=dict)


CONTRACT = Contract()
P = TypeVar("P", bound=type[Payload])


def client_event(
    name: str, payload: type[Payload], ack: type[Ack] = Ack, *, per_minute: int = 60
) -> Callable[[Handler], Handler]:
    """Declare the handler of a client's event, with its shapes and how often one connection may send it."""

    def register(handler: Handler) -> Handler:
        does = (handler.__doc__ or "").strip()
        CONTRACT.client_events[name] = ClientEvent(name, payload, ack, per_minute, handler, does)
        return handler

    return register


def server_event(name: str, *, latest_of: str | None = None) -> Callable[[P], P]:
    """Declare the shape of an event that the server sends; of a state, the field that says what it is of."""

    def register(payload: P) -> P:
        CONTRACT.server_events[name] = ServerEvent(name, payload, (payload.__doc__ or "").strip(), latest_of)
        CONTRACT.names[payload] = name
        return payload

    return register


def name_of(payload: Payload) -> str:
    return CONTRACT.names[type(payload)]


def key_of(payload: Payload) -> str | None:
    """What this is the latest state of; None for whatever must arrive."""
    declared = CONTRACT.server_events[name_of(payload)]
    return f"{declared.name}:{getattr(payload, declared.latest_of)}" if declared.latest_of else None


class WaitView(Payload):
    """A range in minutes."""

    least: int
    most: int
