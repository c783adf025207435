"""Writes docs/protocol.md and docs/asyncapi.json from the registered models; `--check` fails when they differ."""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rooms.core.streams import CATCH_UP_LIMIT
from signaling.areas import load_areas
from signaling.contract import CONTRACT, LARGEST_EVENT, ClientEvent, ServerEvent
from signaling.cookies import SESSION_COOKIE
from signaling.entrances import ENTRANCES
from signaling.hub import SOCKET_PATH
from signaling.meetings import RefusedEvent
from signaling.rates import FLOOD_AFTER
from signaling.relay import KINDS, LARGEST_BODY
from signaling.signal_forwarding import HEADER, SIGNAL, SIGNALS_PER_MINUTE
from signaling.wire.sockets import MOST_UNREAD

PAGE, ASYNCAPI = Path("docs/protocol.md"), Path("docs/asyncapi.json")
INTRODUCTION = f"""# The live protocol

Made by `make protocol` from the models in signaling/; do not edit. As AsyncAPI: [asyncapi.json](asyncapi.json).

Socket.IO at path `/{SOCKET_PATH}`, identity by the cookie `{SESSION_COOKIE}`. Every client event but `{SIGNAL}` is
acknowledged with `{{"ok": true, ...}}` or `{{"ok": false, "error": {{"code", "message", "field"?}}}}`, the message in
the person's language.

A **stream event** is numbered within its stream and never lost: after a reconnection a client sends `stream:follow`
with the last number it saw and gets what it missed, or a snapshot when that is impossible (another epoch, or more than
{CATCH_UP_LIMIT}). It may arrive twice: a number already seen is ignored. What has no
number is a **state**: only the latest counts.

One event is at most {LARGEST_EVENT // 1000} kB. Beyond its rate an event is refused with `too_often`; beyond
{FLOOD_AFTER} refusals the connection is closed, as is one that sends what no client of ours sends, and one that leaves
more than {MOST_UNREAD // 1_000_000} MB unread.
"""


def page() -> str:
    parts = [INTRODUCTION, "\n## Streams\n\n", *_streams(), "\n## What a client sends\n"]
    parts += [_client_event(event) for _, event in sorted(CONTRACT.client_events.items())]
    parts.append(_signal())
    parts.append("\n## What the server tells\n")
    parts += [_server_event(event) for _, event in sorted(CONTRACT.server_events.items())]
    return "".join(parts)


def _streams() -> list[str]:
    return [f"- `{area}:ID`: {(each.check.__doc__ or '').strip()}\n" for area, each in ENTRANCES.items()]


def _signal() -> str:
    header = ", ".join(f"`{name}`" for name in HEADER)
    kinds = "".join(f"- `{kind}`: {meaning}\n" for kind, meaning in KINDS.items())
    return (
        f"\n### `{SIGNAL}`\n\nTo the other peer of the meeting, without acknowledgement. Sends {header}: the "
        f"header is checked, the body (at most {LARGEST_BODY} characters) passed on as it came. A signal of an older "
        f"generation is dropped, a refusal is `{CONTRACT.names[RefusedEvent]}`. Beyond {SIGNALS_PER_MINUTE} a minute "
        f"the connection is closed. Kinds:\n\n{kinds}"
    )


def _client_event(event: ClientEvent) -> str:
    answer = _fields(event.ack) or "nothing more"
    return (
        f"\n### `{event.name}`\n\n{event.does}\n\nSends {_fields(event.payload) or 'nothing'}. "
        f"Acknowledged with {answer}. At most {event.per_minute} a minute.\n"
    )


def _server_event(event: ServerEvent) -> str:
    kind = "Stream event" if event.is_numbered else "State"
    return (
        f"\n### `{event.name}`\n\n{kind}. {event.says.removeprefix('State: ')}\n\nCarries {_fields(event.payload)}.\n"
    )


def _fields(model: type[BaseModel]) -> str:
    hidden = {"ok", "stream", "number", "at"}
    schema = model.model_json_schema()
    names = [
        f"`{name}` ({_kind(part)}{'' if name in schema.get('required', []) else ', optional'})"
        for name, part in schema.get("properties", {}).items()
        if name not in hidden
    ]
    return ", ".join(names)


def _kind(part: dict[str, Any]) -> str:
    if "anyOf" in part:
        return " or ".join(_kind(option) for option in part["anyOf"])
    if "$ref" in part:
        return str(part["$ref"]).rsplit("/", 1)[-1]
    if part.get("type") == "array":
        return f"list of {_kind(part.get('items', {}))}"
    return str(part.get("format") or part.get("type") or "anything")


def asyncapi() -> str:
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    events: list[tuple[ClientEvent | ServerEvent, str]] = [
        *((event, "receive") for _, event in sorted(CONTRACT.client_events.items())),
        *((event, "send") for _, event in sorted(CONTRACT.server_events.items())),
    ]
    for event, action in events:
        schema = event.payload.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        key = event.name.replace(":", "_")
        channel = {"address": event.name, "messages": {key: {"name": event.name, "payload": schema}}}
        channels.setdefault(f"{action}_{key}", channel)
        operations[f"{action}_{key}"] = {"action": action, "channel": {"$ref": f"#/channels/{action}_{key}"}}
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Parvis live protocol", "version": "1"},
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas},
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def main() -> int:
    load_areas()
    made = {PAGE: page(), ASYNCAPI: asyncapi()}
    if "--check" not in sys.argv:
        for path, text in made.items():
            path.write_text(text)
        return 0
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{path} differs from the models: run `make protocol`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
