"""python-socketio as it comes, with the least that relaying and fanning out need: python -m ... PORT"""

import asyncio
import sys
from typing import Any

import socketio
from aiohttp import web


def build() -> web.Application:
    server = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins=[], ping_interval=20, ping_timeout=15)
    pairs: dict[str, set[str]] = {}
    channels: dict[str, str] = {}

    @server.on("enter")
    async def enter(sid: str, payload: Any) -> Any:
        channel = payload["channel_id"]
        pairs.setdefault(channel, set()).add(sid)
        channels[sid] = channel
        return {"ok": True, "channel_id": channel, "generation": 2}

    @server.on("meeting:signal")
    async def signal(sid: str, payload: Any) -> None:
        if channels.get(sid) == payload["channel_id"] and payload["generation"] == 2:
            for other in pairs[payload["channel_id"]] - {sid}:
                await server.emit("meeting:signal", payload, to=other)

    @server.on("join")
    async def join(sid: str, payload: Any) -> Any:
        await server.enter_room(sid, payload["room"])
        return {"ok": True}

    @server.on("say")
    async def say(_: str, payload: Any) -> None:
        await server.emit("chat:sent", payload["payload"], to=payload["room"])

    app = web.Application()
    server.attach(app, socketio_path="live")
    return app


async def serve(port: int) -> None:
    runner = web.AppRunner(build(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
