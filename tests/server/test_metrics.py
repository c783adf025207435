"""What Prometheus reads: figures of the process and of the installation, for whoever brings the token alone."""

import json
import re
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer

from server import app as app_
from server.settings import load
from signaling.contract import CONTRACT
from signaling.cookies import SESSION_COOKIE
from tests.clock import HandClock
from tests.server.world import SECRET, Furnished, World
from tests.services import ROOT, RedisServer

TOKEN = "a token for the metrics, long enough"


async def metrics(url: object, token: str) -> tuple[int, dict[str, float]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.get(str(url), headers=headers) as answer:
        lines = re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", await answer.text(), re.MULTILINE)
        return answer.status, {name: float(value) for name, value in lines}


async def test_the_figures_follow_what_happens(furnished: Furnished, tmp_path: Path, clock: HandClock) -> None:
    async with furnished.copy(tmp_path, clock) as world:
        settings = load(mode="demo", secret=SECRET, database=str(world.database.engine.url), metrics_token=TOKEN,
                        files=tmp_path / "files")  # fmt: skip
        async with TestServer(app_.build(settings, clock)) as server:
            url = server.make_url("/metrics")
            _, before = await metrics(url, TOKEN)
            async with World(server, world.database, world.tokens, world.ids).live("claire") as claire:
                assert (await claire.call("stream:follow", {"streams": []}))["ok"]
                status, found = await metrics(url, TOKEN)
                assert status == 200
                assert found["parvis_connections"] == 1
                assert found["parvis_people"] == before["parvis_people"] + 1
                assert found['parvis_event_seconds_count{event="stream:follow",outcome="done"}'] == 1
                assert found['parvis_places{state="waiting"}'] >= 1
                assert found["process_open_fds"] > 0
                assert not any(world.ids["person"] in name for name in found)
            for wrong in ("", "wrong", TOKEN[:-1], "é"):
                assert (await metrics(url, wrong))[0] == 404
            async with aiohttp.ClientSession() as session:
                cookies = {"Cookie": f"{SESSION_COOKIE}={world.tokens['paul']}"}
                async with session.get(str(url), headers=cookies) as answer:
                    assert answer.status == 404


async def test_without_a_token_there_are_none(furnished: Furnished, tmp_path: Path, clock: HandClock) -> None:
    async with furnished.copy(tmp_path, clock) as world:
        assert (await metrics(world.server.make_url("/metrics"), ""))[0] == 404


async def test_alerts_and_the_dashboard_ask_for_what_is_told(
    furnished: Furnished, tmp_path: Path, clock: HandClock, redis_server: RedisServer
) -> None:
    async with furnished.copy(tmp_path, clock) as world:
        settings = load(mode="demo", secret=SECRET, database=str(world.database.engine.url), metrics_token=TOKEN,
                        files=tmp_path / "files", redis=redis_server.url)  # fmt: skip
        async with TestServer(app_.build(settings, clock)) as server:
            async with World(server, world.database, world.tokens, world.ids).live("claire") as claire:
                await claire.call("stream:follow", {"streams": []})
            async with aiohttp.ClientSession() as session:
                await session.get(server.make_url("/healthz"))
            _, found = await metrics(server.make_url("/metrics"), TOKEN)
    told = {re.sub(r"\{.*", "", name) for name in found}
    asked = set()
    for name in ("prometheus-alerts.yml", "grafana-dashboard.json"):
        text = (ROOT / "deploy" / name).read_text()
        asked |= set(re.findall(r"\b((?:parvis|process)_\w+)", text))
        for event in re.findall(r'event=\\?"([^"\\]+)', text):
            assert event in CONTRACT.client_events
    assert len(asked) > 12
    assert asked <= told
    panels = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())["panels"]
    assert all(target["expr"] for panel in panels for target in panel["targets"])
