"""Pages that are written once for everybody: nobody finds what is another's there, what has changed is shown, and a
crowd that comes at once is served."""

import asyncio
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from rooms.core.database import Database
from rooms.fairs import announcements
from rooms.fairs.fairs import Fair
from server import security, shared_page
from server.request_names import FLASH, FRESH, VISITOR, ZONE
from server.security import Rates
from signaling.cookies import LANGUAGE_COOKIE, SESSION_COOKIE
from tests.server.world import World
from tests.services import RedisServer

CROWD = 30


async def look(world: World, path: str, cookies: str = "", **headers: str) -> tuple[int, str, Any]:
    """(status, page, headers)"""
    given = headers | ({"Cookie": cookies} if cookies else {})
    url = world.server.make_url(path.format(**world.ids))
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.get(url, headers=given) as answer,
    ):
        return answer.status, await answer.text(), answer.headers


async def rename(world: World, name: str) -> None:
    async with world.database.transaction() as tx:
        for fair in (await tx.session.execute(select(Fair))).scalars():
            fair.description = name


async def test_passers_by_are_shown_one_page_without_anything_of_theirs(world: World) -> None:
    first = await look(world, "/fairs/{fair}", **{"Accept-Language": "en"})
    second = await look(world, "/fairs/{fair}", **{"Accept-Language": "en"})
    assert first[1] == second[1]
    etag = first[2]["ETag"]
    assert etag == second[2]["ETag"]
    assert VISITOR not in str(first[2].getall("Set-Cookie", []))
    assert "form_token" not in first[1].split("<dialog")[0]
    status, text, _ = await look(world, "/fairs/{fair}", **{"Accept-Language": "en", "If-None-Match": etag})
    assert (status, text) == (304, "")
    for cookies in (f"{LANGUAGE_COOKIE}=fr", f"{ZONE}=Pacific%2FAuckland"):
        assert (await look(world, "/fairs/{fair}", cookies))[2].get("ETag") != etag or "Pacific" in cookies


@pytest.mark.parametrize("role", ["amina", "luc", "ines", "paul", "by_link"])
async def test_whoever_is_known_is_never_shown_what_is_kept_nor_kept_for_others(world: World, role: str) -> None:
    own = await look(world, "/fairs/{fair}", f"{SESSION_COOKIE}={world.tokens[role]}", **{"Accept-Language": "en"})
    assert "ETag" not in own[2]
    assert own[2]["Cache-Control"] == "no-store"
    others = await look(world, "/fairs/{fair}", **{"Accept-Language": "en"})
    assert "/sign-in?next=" in others[1]
    assert "my page:" not in others[1]


async def test_what_is_said_once_is_said_to_one(world: World) -> None:
    flash = "%7B%22kind%22%3A%22ok%22%2C%22text%22%3A%22Only%20you%22%2C%22at%22%3A%22%22%7D"
    assert "Only you" in (await look(world, "/fairs/{fair}", f"{FLASH}={flash}"))[1]
    assert "Only you" not in (await look(world, "/fairs/{fair}"))[1]


async def test_what_has_changed_is_shown_at_once(world: World) -> None:
    for number in range(3):
        await look(world, "/fairs/{fair}")
        await rename(world, f"Changed {number} times")
        assert f"Changed {number} times" in (await look(world, "/fairs/{fair}"))[1]


async def test_however_fast_things_change_whoever_was_told_so_sees_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_page, "WRITTEN_A_SECOND", 1)
    amina = f"{SESSION_COOKIE}={world.tokens['amina']}"
    await look(world, "/fairs/{fair}", amina)
    async with world.database.transaction() as tx:
        fair = (await tx.session.execute(select(Fair))).scalars().first()
        assert fair
        await announcements.announce(tx, fair, "The soup is ready.")
    assert "The soup is ready." in (await look(world, "/fairs/{fair}", amina, **{FRESH: "1"}))[1]


async def test_a_crowd_that_comes_right_after_a_change_is_served(world: World) -> None:
    for cookies in ("", f"{SESSION_COOKIE}={world.tokens['amina']}"):
        await rename(world, "Changed")
        async with asyncio.timeout(30):
            found = await asyncio.gather(
                *(look(world, f"/fairs/{{fair}}?q={number % 3}", cookies) for number in range(CROWD)),
                *(look(world, "/fairs/{fair}", cookies) for _ in range(CROWD)),
            )
        assert {status for status, _, _ in found} == {200}


async def test_a_page_that_cannot_be_written_says_so_as_any_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Database) -> None:
        raise OSError("the database is being restarted")

    monkeypatch.setattr(Database, "reading", fail)
    status, text, headers = await look(world, "/fairs/{fair}", **{"Accept-Language": "en"})
    assert status == 500
    assert "Something went wrong on our side" in text
    assert "Content-Security-Policy" in headers


async def test_who_is_counted_is_not_written_into_redis(redis_server: RedisServer) -> None:
    rates = Rates(redis_server.url, "parvis:test", "a secret")
    for _ in range(2):
        await rates.count("post", "the token of a session", 2)
    with pytest.raises(security.TooOften):
        await rates.count("post", "the token of a session", 2)
    await rates.count("post", "another one", 2)
    async with Redis.from_url(redis_server.url) as redis:
        keys = b" ".join(await redis.keys("*"))
    assert keys.count(b"parvis:test") == 2
    assert b"token" not in keys
    redis_server.stop()
    await rates.count("post", "the token of a session", 2)
