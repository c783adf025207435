"""PostgreSQL is gone for a while: the talk goes on, what is written arrives afterwards, and every page says so."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from rooms.lines import places
from tests.browser.conftest import Visitors, until_frames
from tests.browser.test_outages import say, talking
from tests.running_server import RunningServer
from tests.services import PostgresServer, postgres_server

pytestmark = pytest.mark.browser


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One that is stopped disturbs nobody."""
    with postgres_server() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def around(browser: Browser, own_postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Visitors]:
    connection = await asyncpg.connect(own_postgres.address.replace("+asyncpg", "") + "/postgres")
    await connection.execute("CREATE DATABASE parvis")
    await connection.close()
    running = RunningServer(f"{own_postgres.address}/parvis", tmp_path)
    cast = await running.prepare()
    await running.start()
    visitors = Visitors(browser, running, cast)
    yield visitors
    await visitors.leave()
    await running.stop()
    await cast.database.close()
    assert visitors.faults == []


async def test_the_talk_goes_on_and_nothing_is_lost(around: Visitors, own_postgres: PostgresServer) -> None:
    cast = around.cast
    amina, luc = await talking(around)
    karim = await around.sign_in(cast.karim)
    await karim.goto(f"{cast.perrin.path}/join")
    words = karim.get_by_role("textbox").first
    await words.fill("I bake at night.")
    passer_by = await around.passer_by()
    for _ in range(2):
        # From the second time on they are passers-by like all the others, and are shown the same.
        await passer_by.goto(cast.fair.path)

    own_postgres.stop()
    await say(amina, "written meanwhile")
    await until_frames(amina, 40)
    await until_frames(luc, 40)
    # What everybody is shown can be read all the same.
    await passer_by.reload()
    await expect(passer_by.get_by_role("heading", name="2 employers take part")).to_be_visible()
    # Whoever is known is told how it is, and what they have typed comes back with one click.
    await karim.get_by_role("button", name="Take a place").click()
    await expect(karim.get_by_role("heading", name="Out of reach for a moment")).to_be_visible()
    await karim.get_by_role("button", name="Send it again").click()
    await expect(karim.get_by_role("heading", name="Out of reach for a moment")).to_be_visible()
    own_postgres.start()

    await karim.get_by_role("button", name="Send it again").click()
    await expect(karim.get_by_text("You are in line.")).to_be_visible()
    await luc.get_by_role("tab", name="Chat").click()
    await expect(luc.get_by_text("written meanwhile")).to_have_count(1)
    await until_frames(amina)
    await until_frames(luc)
    await say(luc, "and afterwards")
    await expect(amina.get_by_text("and afterwards", exact=True)).to_have_count(1)
    async with cast.database.reading() as tx:
        assert [place.words for place in await places.in_line(tx, cast.perrin.id)] == ["I bake at night."]
