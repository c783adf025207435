"""How a booth stands is told truly: a desk that was left on an empty line does not look staffed for ever."""

import asyncio
from pathlib import Path

import pytest

from rooms.people import presence
from signaling import status_broadcaster
from tests.clock import HandClock
from tests.server.world import open_world

STREAM = "fair:{fair_id}"


async def test_a_desk_page_that_grew_old_and_a_page_that_was_away(
    database_url: str, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_broadcaster, "LOOK_AGAIN", 0.2)
    async with open_world(database_url, tmp_path, clock) as world:
        status, _ = await world.request("luc", "GET", "/desk/{booth}")
        assert status == 200
        async with world.live("anyone") as client:
            told: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
            client.on("booth:status", lambda stands: told.put_nowait((stands["booth_id"], stands["staff"])))
            await client.call("stream:follow", world.fill({"streams": [{"stream": STREAM}]}))
            booth = world.ids["booth"]
            await until(told, (booth, 1))
            clock.pass_by(seconds=presence.PAGE_LIFE.total_seconds() + 1)
            await until(told, (booth, 0))
        async with world.live("anyone") as client:
            heard: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
            client.on("booth:status", lambda stands: heard.put_nowait((stands["booth_id"], stands["staff"])))
            await client.call("stream:follow", world.fill({"streams": [{"stream": STREAM}], "again": True}))
            await until(heard, (booth, 0))


async def until(told: asyncio.Queue[tuple[str, int]], wanted: tuple[str, int]) -> None:
    async with asyncio.timeout(60):
        while await told.get() != wanted:
            pass
