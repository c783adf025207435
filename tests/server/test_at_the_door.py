"""Who asks, over which proxy, and how: read as it is meant, whatever the proxy's spelling."""

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server import security
from server.mail_writer import as_sent
from server.security import network_of
from server.settings import SettingsError, load
from tests.server.world import World

SECRET = "a secret for tests only, long enough"


async def seen_as(headers: list[tuple[str, str]], trusted: str = "127.0.0.1, 10.0.0.0/8") -> tuple[str, str]:
    """(address, scheme) of somebody behind proxies."""

    async def tell(request: web.Request) -> web.Response:
        return web.json_response([request.remote, request.scheme])

    app = web.Application(middlewares=[security.middleware(load(mode="demo", secret=SECRET, trusted_proxies=trusted))])
    app.router.add_get("/", tell)
    async with TestClient(TestServer(app)) as client:
        remote, scheme = await (await client.get("/", headers=headers)).json()
    return remote, scheme


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7:51234", "203.0.113.7"),
        ('"[2001:db8::7]:443"', "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, ::ffff:10.0.0.2", "203.0.113.7"),
        ("198.51.100.9, 203.0.113.7:1, 10.0.0.2:80", "203.0.113.7"),
        ("", "127.0.0.1"),
        ("unknown", "unknown"),
    ],
)
async def test_the_address_is_the_persons_whatever_the_proxys_spelling(forwarded: str, address: str) -> None:  # P2
    assert (await seen_as([("X-Forwarded-For", forwarded)]))[0] == address


@pytest.mark.parametrize(
    ("said", "scheme"), [("https,http", "https"), ("HTTPS", "https"), ("http", "http"), ("", "http")]
)
async def test_the_scheme_is_the_one_the_person_used(said: str, scheme: str) -> None:  # P2
    assert (await seen_as([("X-Forwarded-Proto", said)]))[1] == scheme


async def test_several_headers_are_one_list_and_nobody_else_is_believed() -> None:  # P2
    two = [("X-Forwarded-For", "198.51.100.9"), ("X-Forwarded-For", "203.0.113.7")]
    assert (await seen_as(two))[0] == "203.0.113.7"
    assert (await seen_as(two, trusted="10.0.0.0/8"))[0] == "127.0.0.1"


async def test_head_is_answered_as_get_without_a_body(world: World) -> None:  # P4
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/healthz", "/fairs/{fair}", "/sign-in", "/nowhere"):
            address = world.server.make_url(path.format(**world.ids))
            async with session.head(address) as asked, session.get(address) as got:
                assert (asked.status, await asked.read()) == (got.status, b"")
                assert asked.headers["Content-Type"] == got.headers["Content-Type"]


def test_a_limit_counts_a_network_of_ipv6_as_one() -> None:  # S7
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network_of("203.0.113.7") != network_of("203.0.113.8")
    assert network_of("::ffff:203.0.113.7") == network_of("203.0.113.7")


def test_a_path_in_the_public_address_is_refused_with_a_sentence() -> None:
    with pytest.raises(SettingsError, match="without a path"):
        load(mode="demo", secret=SECRET, public_url="https://example.org/parvis")
    assert load(mode="demo", secret=SECRET, public_url="https://example.org/").is_secure


def test_a_letter_goes_to_the_domain_as_mail_servers_know_it() -> None:  # N4
    assert as_sent("lea@müller.example.org") == "lea@xn--mller-kva.example.org"
    assert as_sent("lea@example.org") == "lea@example.org"
