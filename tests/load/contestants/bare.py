"""Our wire with nothing of the product behind it, as node.mjs is socket.io: python -m tests.load.contestants.bare N"""

import asyncio
import sys
from typing import Any

import orjson
import uvloop
from aiohttp import web

from server import gc_tuning
from signaling.visitor import Visitor
from signaling.wire import packets
from signaling.wire.server import WireServer

LARGEST = 64_000
KNOCKING = 4096


def build() -> web.Application:
    async def connect(_: str, __: Visitor) -> str | None:
        return None

    async def disconnect(_: str) -> None:
        pass

    async def event(sid: str, name: str, arguments: list[Any]) -> str | None:
        if name == "join":
            server.enter_room(sid, arguments[0]["room"])
        elif name == "say":
            server.tell(
                arguments[0]["room"], packets.event("chat:sent", orjson.dumps(arguments[0]["payload"]).decode())
            )
        return '{"ok":true}'

    server = WireServer(
        is_ours=lambda _: True,
        visitor_of=lambda request: Visitor("", request.remote or "?", "", None),
        connect=connect,
        disconnect=disconnect,
        event=event,
        fast=lambda _sid, _packet: False,
        largest=LARGEST,
    )
    app = web.Application()
    server.attach(app, "live")
    app.router.add_get("/hello", hello)
    return app


async def hello(_: web.Request) -> web.Response:
    return web.json_response({"hello": "world"})


async def serve(port: int) -> None:
    runner = web.AppRunner(build(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=KNOCKING).start()
    gc_tuning.settle()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
