"""Pages and static files come as the browser can unpack them; no two pages carry the same token for their forms."""

import gzip
import re

import aiohttp
import brotli
import pytest

from server.security import form_token, unmasked
from tests.server.world import SECRET, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


PAGE, STYLES = "/fairs/{fair}", "{static}/built/parvis.css"


@pytest.mark.parametrize(
    ("path", "takes", "coding"),
    [
        *(
            (path, *each)
            for path in (PAGE, STYLES)
            for each in (("gzip, br, zstd", "br"), ("gzip", "gzip"), ("identity", None))
        ),
        (PAGE, "gzip;q=0.8, br;q=0", "gzip"),
        (PAGE, "br; q=0.0", None),
    ],
)
async def test_what_is_long_comes_compressed(world: World, path: str, takes: str, coding: str | None) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        front = await session.get(world.server.make_url("/"), headers={"Accept-Encoding": "identity"})
        static = re.search(r'href="(/static/\w+)/built/parvis\.css"', await front.text())
        assert static
        url = world.server.make_url(path.format(static=static[1], **world.ids))
        plain = await session.get(url, headers={"Accept-Encoding": "identity"})
        packed = await session.get(url, headers={"Accept-Encoding": takes})
        body, whole = await packed.read(), await plain.read()
    assert packed.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in packed.headers["Vary"]
    text = UNPACK[coding](body)
    assert len(text) > 1000
    assert _without_tokens(text) == _without_tokens(whole)
    assert coding is None or len(body) < len(text) / 2


def _without_tokens(page: bytes) -> bytes:
    """What is another on each page: tokens of forms, and the moment it was written."""
    return re.sub(rb'(name="form_token" value|data-token|name="client_id" value|data-now)="[^"]*"', b"", page)


async def test_no_two_pages_carry_the_same_token_and_each_is_taken(world: World) -> None:
    found = []
    for _ in range(2):
        async with aiohttp.ClientSession(cookies={"parvis_visitor": "visitor"}) as session:
            page = await (await session.get(world.server.make_url("/sign-in"))).text()
            found += re.findall(r'name="form_token" value="(\w+)"', page)[:1]
    own = form_token(SECRET, "visitor")
    assert found[0] != found[1]
    assert [unmasked(each) for each in found] == [own, own]


@pytest.mark.parametrize("brought", ["", "x", "é", "00", "ff" * 40, "00" * 40])
async def test_another_token_is_none(world: World, brought: str) -> None:
    form = {"form_token": brought, "name": "Zoé", "email": "zoe2@example.org"}
    status, _ = await world.request("anyone", "POST", "/sign-in", form)
    assert status == 409
