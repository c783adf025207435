"""The same small server twice: on our own wire, and on python-socketio as it comes."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import socketio
from aiohttp import web
from aiohttp.test_utils import TestServer

from signaling.visitor import Visitor
from signaling.wire import packets
from signaling.wire.server import WireServer

LARGEST = 64_000
REFUSED = "too many connections"


@asynccontextmanager
async def stock() -> AsyncIterator[str]:
    server = socketio.AsyncServer(
        async_mode="aiohttp", async_handlers=False, cors_allowed_origins=[], max_http_buffer_size=LARGEST,
        # python-socketio's client, when it polls and goes, waits for the next ping.
        ping_interval=1, ping_timeout=3,
    )  # fmt: skip

    @server.event
    async def connect(_: str, environ: dict[str, Any]) -> None:
        if environ["aiohttp.request"].cookies.get("who") == "refused":
            raise socketio.exceptions.ConnectionRefusedError(REFUSED)

    @server.on("say")
    async def say(_: str, payload: Any = None) -> Any:
        return {"ok": True, "text": (payload or {}).get("text")}

    @server.on("join")
    async def join(sid: str, payload: Any) -> Any:
        await server.enter_room(sid, payload["room"])
        return {"ok": True}

    @server.on("leave")
    async def leave(sid: str, payload: Any) -> Any:
        await server.leave_room(sid, payload["room"])
        return {"ok": True}

    @server.on("shout")
    async def shout(_: str, payload: Any) -> Any:
        await server.emit("shouted", {"text": payload["text"]}, to=payload["room"])
        return {"ok": True, "text": payload["text"]}

    @server.on("send me away")
    async def send_away(sid: str, _: Any) -> None:
        await server.disconnect(sid)

    async with _serving(lambda app: server.attach(app, socketio_path="live")) as address:
        yield address
        await server.shutdown()


@asynccontextmanager
async def ours() -> AsyncIterator[str]:
    async def connect(_: str, visitor: Visitor) -> str | None:
        return REFUSED if visitor.token == "refused" else None

    async def disconnect(_: str) -> None:
        pass

    async def event(sid: str, name: str, arguments: list[Any]) -> str | None:
        payload = arguments[0] if arguments else {}
        if name == "join":
            server.enter_room(sid, payload["room"])
        elif name == "leave":
            server.leave_room(sid, payload["room"])
        elif name == "shout":
            server.tell(payload["room"], packets.event("shouted", json.dumps({"text": payload["text"]})))
        elif name == "send me away":
            server.disconnect(sid)
        return json.dumps({"ok": True} | ({"text": payload.get("text")} if name in ("say", "shout") else {}))

    server = WireServer(
        is_ours=lambda _: True,
        visitor_of=lambda request: Visitor(request.cookies.get("who", ""), "127.0.0.1", "", None),
        connect=connect,
        disconnect=disconnect,
        event=event,
        fast=lambda _sid, _packet: False,
        largest=LARGEST,
    )
    async with _serving(lambda app: server.attach(app, "live")) as address:
        yield address
        await server.stop()


@asynccontextmanager
async def _serving(attach: Callable[[web.Application], None]) -> AsyncIterator[str]:
    app = web.Application()
    attach(app)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
