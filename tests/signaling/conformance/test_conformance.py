"""The official JavaScript client and python-socketio's hear the same of our server as of python-socketio's own."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.signaling.conformance import servers, story

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent


async def told_by_javascript(address: str, transports: str) -> list[str]:
    command = [ROOT / "tools/node_from_pypi.py", HERE / "story.mjs", address, transports]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, command), cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode().splitlines()


@pytest.mark.parametrize("transports", ["websocket", "polling", "polling,websocket"])
async def test_the_official_client_hears_the_same(transports: str) -> None:
    async with servers.ours() as ours, servers.stock() as stock:
        ours_told, stock_told = await told_by_javascript(ours, transports), await told_by_javascript(stock, transports)
    assert ours_told == stock_told
    assert f"connected over {transports.rsplit(',', maxsplit=1)[-1]} true" in ours_told
    assert "heard [0,1,2,3,4,5,6,7,8,9]" in ours_told
    assert "sent away: io server disconnect" in ours_told
    assert f"refused: {servers.REFUSED}" in ours_told


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
async def test_the_client_in_python_hears_the_same(transports: list[str]) -> None:
    async with servers.ours() as ours, servers.stock() as stock:
        ours_told, stock_told = await story.told(ours, transports), await story.told(stock, transports)
    assert ours_told == stock_told
    assert "heard [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]" in ours_told
    assert "sent away: server disconnect" in ours_told
