"""Every route and every live event has a row in the rights table, and each row holds: allowed and refused."""

import re
from pathlib import Path

import aiohttp
import pytest

from server import request_pipeline, routes
from signaling.areas import load_areas
from signaling.contract import CONTRACT
from tests.clock import HandClock
from tests.server.rights import ALL, LIVE, ROUTES
from tests.server.rights.row import OK, LiveRow, Outcome, Row, Step
from tests.server.world import Furnished, World, open_world

on_a_file = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Who may do what is not asked of a database's kind."""
CHECKED_OTHERWISE = {"meeting:show"}
"""meeting:show works only for a connection that entered: tests/signaling/test_relay.py."""


@on_a_file
async def test_every_route_has_a_row(database_url: str, tmp_path: Path, clock: HandClock) -> None:
    async with open_world(database_url, tmp_path, clock):
        known = {(route.method, route.path) for route in routes.ROUTES}
    assert known == {(row.method, row.path) for row in ROUTES}


async def test_every_live_event_has_a_row() -> None:
    load_areas()
    assert set(CONTRACT.client_events) - CHECKED_OTHERWISE == {row.event for row in LIVE}


READS = [row for row in ROUTES if row.method == "GET"]
ACTS = [row for row in ROUTES if row.method == "POST"]


async def check(world: World, row: Row, roles: frozenset[str]) -> None:
    for role in sorted(roles):
        answer = await world.ask(role, row.method, row.address, world.fill(row.form))
        said = f"{row.method} {row.path} as {role}: {answer}"
        expected = row.expected(role)
        assert answer.status == expected.status, said
        assert leads_to(expected, world, row).fullmatch(answer.leads_to), said
        assert answer.media_type == expected.media_type or answer.status == 303, said
        assert not answer.warns, said


def leads_to(expected: Outcome, world: World, row: Row) -> re.Pattern[str]:
    """`*` is one piece of a path, whichever."""
    path = expected.leads_to
    for kind, name in row.things.items():
        path = path.replace(f"{{{kind}}}", f"{{{name}}}")
    return re.compile(re.escape(world.fill(path)).replace(r"\*", "[^/?#]+"))


async def check_live(world: World, row: LiveRow, roles: frozenset[str]) -> None:
    for role in sorted(roles):
        async with world.live(role) as client:
            ack = await client.call(row.event, world.fill(row.payload), timeout=60)
        said = OK if ack["ok"] else ack["error"]["code"]
        assert said == row.expected(role), f"{row.event} as {role}: {ack}"


async def prepare(world: World, before: tuple[Step, ...]) -> None:
    for step in before:
        status, where = await world.request(step.role, "POST", step.path, world.fill(step.form))
        assert status == 303, f"{step}: {status} {where}"


async def test_every_page_is_shown_to_whom_it_may_be_and_to_nobody_else(
    database_url: str, tmp_path: Path, clock: HandClock
) -> None:
    async with open_world(database_url, tmp_path, clock) as world:
        for row in READS:
            await check(world, row, ALL)


@on_a_file
async def test_whoever_is_refused_changes_nothing(
    database_url: str, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One stranger tries every act there is within a minute.
    monkeypatch.setattr(request_pipeline, "POSTS_A_MINUTE", 10 * len(ACTS))
    async with open_world(database_url, tmp_path, clock) as world:
        before = await world.events()
        for row in ACTS:
            await check(world, row, ALL - row.allowed)
        for live in LIVE:
            await check_live(world, live, ALL - live.allowed)
        assert await world.events() == before


@pytest.mark.parametrize("row", ACTS, ids=lambda row: row.path)
async def test_whoever_may_is_served(furnished: Furnished, tmp_path: Path, row: Row) -> None:
    for number, roles in enumerate([row.allowed] if row.each_in_turn else [{role} for role in row.allowed]):
        (tmp_path / str(number)).mkdir()
        clock = HandClock()
        clock.pass_by(hours=row.in_hours)
        async with furnished.copy(tmp_path / str(number), clock) as world:
            await prepare(world, row.before)
            await check(world, row, frozenset(roles))


@pytest.mark.parametrize("row", LIVE, ids=lambda row: f"{row.event} {'-'.join(map(str, row.payload.values()))[:40]}")
async def test_whoever_may_is_served_live(furnished: Furnished, tmp_path: Path, row: LiveRow) -> None:
    async with furnished.copy(tmp_path) as world:
        await prepare(world, row.before)
        await check_live(world, row, row.allowed)


async def test_a_form_from_another_site_or_without_its_token_changes_nothing(
    database_url: str, tmp_path: Path, clock: HandClock
) -> None:
    async with open_world(database_url, tmp_path, clock) as world:
        status, _ = await world.request("amina", "POST", "/places/{place}/leave", {"form_token": "forged"})
        assert status == 409
        headers = {"Cookie": f"parvis_session={world.tokens['amina']}", "Origin": "https://elsewhere.example"}
        async with aiohttp.ClientSession() as session:
            url = world.server.make_url(f"/places/{world.ids['place']}/leave")
            answer = await session.post(url, headers=headers, allow_redirects=False)
            assert answer.status == 403


@on_a_file
async def test_every_page_carries_the_headers_that_protect_it(
    database_url: str, tmp_path: Path, clock: HandClock
) -> None:
    async with open_world(database_url, tmp_path, clock) as world, aiohttp.ClientSession() as session:
        for path in ("/", "/nowhere", "/sign-in", "/static/x/css/parvis.css"):
            answer = await session.get(world.server.make_url(path))
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
