"""`meeting:signal` on its way from one peer to the other: the hot path, without a database and without waiting.

The packet of a browser of ours is recognised by its beginning; its body is looked at once, for being one JSON value and
no more, and goes on as it came.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson

from signaling.rates import Allowance
from signaling.relay import LARGEST_BODY, Relay
from signaling.wire import packets
from signaling.wire.packets import Outgoing
from signaling.wire.server import WireServer

SIGNAL = "meeting:signal"
SIGNALS_PER_MINUTE = 1500
HEAD = re.compile(
    rb'42\["meeting:signal",\{"channel_id":"([0-9a-f-]{36})","generation":(0|[1-9]\d{0,8}),"kind":"([a-z_]{1,20})","body":'
)
TAIL = b"}]"
HEADER = ("channel_id", "generation", "kind", "body")


TellOne = Callable[[uuid.UUID, str, Outgoing], None]
"""Takes the process, the connection there, and what it is told."""


class Sender(Protocol):
    allowance: Allowance


class SignalForwarding:
    def __init__(self, relay: Relay, server: WireServer, clients: Mapping[str, Sender], tell: TellOne) -> None:
        self._relay, self._server, self._clients, self._tell = relay, server, clients, tell

    def as_it_came(self, sid: str, packet: bytes) -> bool:
        """Forward a packet, if it is a signal as our pages write it; says whether it was."""
        head = HEAD.match(packet)
        if head is None or packet[-2:] != TAIL:
            return False
        body = packet[head.end() : -2]
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return False
        channel, generation, kind = head.groups()
        self._forward(sid, channel.decode(), int(generation), kind.decode(), len(body), Outgoing(packet))
        return True

    def taken_apart(self, sid: str, arguments: list[Any]) -> None:
        """Forward a signal that another client wrote in another way."""
        signal = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        if set(signal) != set(HEADER):
            self._forward(sid, str(signal.get("channel_id")), -1, "", 0, None)
            return
        channel, generation, kind = str(signal["channel_id"]), signal["generation"], str(signal["kind"])
        try:
            out = packets.event(SIGNAL, orjson.dumps(signal).decode())
        except orjson.JSONEncodeError:
            # Nested deeper than anything that two pages say to each other.
            self._forward(sid, channel, generation, kind, LARGEST_BODY + 1, None)
            return
        self._forward(sid, channel, generation, kind, len(orjson.dumps(signal["body"])), out)

    def _forward(self, sid: str, channel: str, generation: Any, kind: str, size: int, out: Outgoing | None) -> None:
        client = self._clients.get(sid)
        if client is None or not client.allowance.take(SIGNAL, SIGNALS_PER_MINUTE):
            self._server.cut(sid)
            return
        refusal, to = self._relay.route(sid, channel, generation, kind, size)
        if refusal:
            self._server.tell(sid, packets.event("meeting:refused", f'{{"reason":"{refusal}"}}'))
        elif to and out:
            self._tell(to.process_id, to.sid, out)
