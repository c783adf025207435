"""Packets as text: an Engine.IO kind, and inside a message a Socket.IO one. Nothing else is read."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from signaling.wire.frames import text_frame

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = (b"%d" % kind for kind in range(7))
CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = "01234"
RESERVED = frozenset({"connect", "connect_error", "disconnect", "__disconnect_final", "*"})
"""Names under which clients and servers tell themselves something: from outside they are forged."""
PACKET = re.compile(r"([012])(?:(/[^,]{0,100}),?)?(\d{0,10})(.*)", re.DOTALL)


class Breach(ValueError):
    """No client of ours sends this."""


@dataclass(frozen=True)
class Packet:
    """`number` asks for an acknowledgement, and is empty if none is wanted. Other namespaces than "/" hold nobody."""

    kind: str
    namespace: str
    number: str
    data: Any


def read(packet: bytes) -> Packet:
    """What a message holds; Breach when it is binary, malformed, or nothing that a client sends."""
    try:
        found = PACKET.fullmatch(packet[1:].decode())
        if found is None:
            raise Breach("packet")
        kind, namespace, number, rest = found.groups()
        data = orjson.loads(rest) if rest else None
    except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
        raise Breach("malformed") from error
    if kind == EVENT and not _is_event(data):
        raise Breach("event")
    return Packet(kind, namespace or "/", number, data)


def _is_event(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED


class Outgoing:
    """An Engine.IO packet on its way to one connection or to thousands, encoded once.

    A state names what it is the latest of: a newer one takes its place where it still waits. A fact has no such key.
    """

    __slots__ = ("frame", "key", "packet")

    def __init__(self, packet: bytes, key: str | None = None) -> None:
        self.packet = packet
        self.frame = text_frame(packet)
        self.key = key


def event(name: str, body: str, key: str | None = None) -> Outgoing:
    """`body` is the JSON of its one argument."""
    return _message(f'{EVENT}["{name}",{body}]', key)


def acknowledgement(number: str, body: str) -> Outgoing:
    return _message(f"{ACK}{number}[{body}]")


def connected(sid: str) -> Outgoing:
    return _message(f'{CONNECT}{{"sid":"{sid}"}}')


def refused(namespace: str, message: str) -> Outgoing:
    prefix = "" if namespace == "/" else f"{namespace},"
    return _message(f"{CONNECT_ERROR}{prefix}{orjson.dumps({'message': message}).decode()}")


def _message(text: str, key: str | None = None) -> Outgoing:
    return Outgoing(MESSAGE + text.encode(), key)


PINGED = Outgoing(PING)
ENDED = _message(DISCONNECT)
NOTHING = Outgoing(NOOP)
