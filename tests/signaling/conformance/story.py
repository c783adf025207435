"""The story that python-socketio's client tells with a server: what it hears, in order, as lines."""

import asyncio
from typing import Any

import socketio


async def told(address: str, transports: list[str]) -> list[str]:
    lines: list[str] = []

    def say(*parts: object) -> None:
        lines.append(" ".join(map(str, parts)))

    async def opened(**headers: str) -> socketio.AsyncClient:
        client = socketio.AsyncClient(reconnection=False)
        await client.connect(address, headers=headers, transports=transports, socketio_path="live", wait_timeout=60)
        return client

    one, two = await opened(), await opened()
    say("connected over", one.transport(), one.get_sid() != two.get_sid())
    say("an answer", await one.call("say", {"text": 'Grüße, 👩‍👩‍👧 \u2028 \\ "'}))
    say("no argument", await one.call("say"))
    say("large", len((await one.call("say", {"text": "é" * 9_000}))["text"]))
    heard: list[Any] = []
    two.on("shouted", lambda payload: heard.append(payload["text"]))
    say("joined", await two.call("join", {"room": "a"}))
    for number in range(10):
        say("shouted", await one.call("shout", {"room": "a", "text": number}))
    await two.call("say", {})
    say("heard", heard)
    say("left", await two.call("leave", {"room": "a"}))
    await one.call("shout", {"room": "a", "text": "not heard"})
    await two.call("say", {})
    say("heard", len(heard))
    over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    one.on("disconnect", over.set_result)
    await one.emit("send me away", {})
    say("sent away:", await over)
    try:
        await opened(Cookie="who=refused")
    except socketio.exceptions.ConnectionError as error:
        # Its words depend on which of its own tasks is first.
        say("refused:", type(error).__name__)
    await two.disconnect()
    return lines
