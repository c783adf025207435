"""`make bench-pages`: how many pages a second one core serves, over kept connections (HTTP/1.1).

    python -m tests.load.bench_pages [--seconds 5]

The lobby of a fair with 60 booths as a passer-by and signed in, a booth, the front page, /healthz, and beside them
aiohttp with nothing but an answer. The last line is {"bench": "pages", "lobby_per_s": ...,
"lobby_signed_in_per_s": ..., "booth_per_s": ..., "front_per_s": ..., "healthz_per_s": ..., "aiohttp_bare_per_s": ...}.
It fails when a page is not whole.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import uvloop

from rooms.fairs import booths
from rooms.fairs.fairs import Fair
from server.rehearsal.staging import gather
from signaling.cookies import SESSION_COOKIE
from tests.load import cores
from tests.load.bench_first_view import fill
from tests.load.contestants import running

CONNECTIONS = 16


async def pages_a_second(url: str, cookies: list[str], seconds: float, whole: bytes) -> float:
    """Each connection asks again as soon as it has its answer."""
    count = 0
    until = time.perf_counter() + seconds

    async def ask_again_and_again(session: aiohttp.ClientSession, cookie: str) -> None:
        nonlocal count
        headers = {"Cookie": cookie, "Accept-Language": "fr"} if cookie else {"Accept-Language": "fr"}
        while time.perf_counter() < until:
            async with session.get(url, headers=headers) as answer:
                body = await answer.read()
                assert answer.status == 200, answer.status
                assert whole in body, "the page is not whole"
            count += 1

    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), headers={"Accept-Encoding": "identity"}
    ) as session:
        await ask_once(session, url, cookies)
        began = time.perf_counter()
        await asyncio.gather(
            *(ask_again_and_again(session, cookie) for cookie in (cookies * CONNECTIONS)[:CONNECTIONS])
        )
        return count / (time.perf_counter() - began)


async def ask_once(session: aiohttp.ClientSession, url: str, cookies: list[str]) -> None:
    async with session.get(url, headers={"Cookie": cookies[0]} if cookies[0] else {}) as answer:
        await answer.read()


async def run(seconds: float) -> int:
    cores.open_files()
    cores.pin(0, 1)
    with tempfile.TemporaryDirectory() as folder:
        async with running.ours(Path(folder)) as ours:
            async with ours.cast.database.transaction() as tx:
                await fill(tx, ours.cast)
            async with ours.cast.database.reading() as tx:
                fair = await tx.session.get_one(Fair, ours.cast.fair.id)
                path = sorted(booth.path for booth in await booths.of_fair(tx, fair.id))[0]
            people = await gather(ours.cast.database, CONNECTIONS, "Person")
            known = [f"{SESSION_COOKIE}={each.token}" for each in people]
            url = ours.running.url
            found = {
                "lobby": await pages_a_second(f"{url}{fair.path}", [""], seconds, b"</html>"),
                "lobby_signed_in": await pages_a_second(f"{url}{fair.path}", known, seconds, b"</html>"),
                "booth": await pages_a_second(f"{url}{path}", [""], seconds, b"</html>"),
                "front": await pages_a_second(f"{url}/", [""], seconds, b"</html>"),
                "healthz": await pages_a_second(f"{url}/healthz", [""], seconds, b'"ok"'),
            }
    async with running.bare() as bare:
        found["aiohttp_bare"] = await pages_a_second(f"http://127.0.0.1:{bare.port}/hello", [""], seconds, b"hello")
    for name, rate in found.items():
        print(f"{name:16} {rate:7.0f} a second")
    print(json.dumps({"bench": "pages"} | {f"{name}_per_s": round(rate) for name, rate in found.items()}))
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5)
    sys.exit(uvloop.run(run(parser.parse_args().seconds)))
