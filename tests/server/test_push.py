"""Web Push: who allowed it is within reach, is rung, and only their browser can read what was sent."""

import asyncio
import base64
import contextlib
import os
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import http_ece
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from sqlalchemy import select

from rooms.core import outbox
from rooms.core.errors import Invalid
from rooms.core.outbox import Channel, Mail
from rooms.lines.call import Call
from rooms.people import presence, push
from rooms.people.push import Keys
from server import mail, mail_writer
from server.push_sender import PushPost
from server.rendering import environment
from server.settings import load
from server.sms import NoSms
from tests.cast import Cast

SECRET = "a secret for tests only, long enough"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class PushService:
    """A push service of the test's own, and the browser that it delivers to."""

    url: str = ""
    status: int = 201
    drips: bool = False
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    async def take(self, request: web.Request) -> web.Response:
        self.taken.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if self.drips:
            await self._drip(request)
        return web.Response(status=self.status)

    async def _drip(self, request: web.Request) -> None:
        answer = web.StreamResponse(status=500)
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await answer.write(b".")
                await asyncio.sleep(0.05)

    @property
    def keys(self) -> Keys:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return Keys(f"{self.url}send/{uuid.uuid4()}", b64(point), b64(self.auth))

    def read(self, body: bytes) -> str:
        plain: bytes = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return plain.decode()


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    service = PushService()
    app = web.Application()
    app.router.add_post("/send/{name}", service.take)
    server = TestServer(app)
    await server.start_server()
    service.url = str(server.make_url("/"))
    yield service
    await server.close()


async def called(cast: Cast, service: PushService) -> Call:
    """Amina, whose phone is locked, is called: she has no connection and no page, but a push subscription."""
    async with cast.database.transaction() as tx:
        await push.subscribe(tx, await cast.fresh(tx, cast.amina), service.keys)
    await cast.join(cast.amina, cast.atlantique)
    return await cast.call_next(cast.luc, cast.atlantique)


async def send(cast: Cast, mode: str = "demo") -> None:
    settings = load(mode=mode, secret=SECRET)
    pushes = PushPost(cast.database, settings, environment())
    writer = mail_writer.Writer(environment(), settings)
    senders = mail.Senders(mail.MailboxPost(), pushes, NoSms(), 300)
    await mail.send_due(cast.database, writer, senders, Channel.PUSH)


async def test_a_locked_phone_is_rung_and_only_its_browser_can_read_it(cast: Cast, service: PushService) -> None:
    await called(cast, service)
    await send(cast)
    ((headers, body),) = service.taken
    assert b"Atlantique" not in body
    assert "H\\u00f4tel Atlantique" in service.read(body)
    assert headers["urgency"] == "high"
    scheme, _, rest = headers["authorization"].partition(" ")
    assert scheme == "vapid"
    assert Vapid02.verify(f"{scheme} {rest}")


async def test_a_browser_that_is_gone_is_forgotten(cast: Cast, service: PushService) -> None:
    service.status = 410
    await called(cast, service)
    await send(cast)
    async with cast.database.reading() as tx:
        assert await push.subscriptions_of(tx, {cast.amina.id}) == []
        assert not (await presence.reach(tx, {cast.amina.id}))[cast.amina.id].is_near


async def test_a_push_that_failed_is_tried_again(cast: Cast, service: PushService) -> None:
    service.status = 503
    await called(cast, service)
    await send(cast)
    service.status = 201
    cast.clock.pass_by(minutes=5)
    await send(cast)
    assert len(service.taken) == 2


async def test_a_browser_that_changed_hands_rings_for_its_new_person_only(cast: Cast, service: PushService) -> None:
    keys = service.keys
    for person in (cast.amina, cast.karim):
        async with cast.database.transaction() as tx:
            await push.subscribe(tx, await cast.fresh(tx, person), keys)
    async with cast.database.reading() as tx:
        (row,) = await push.subscriptions_of(tx, {cast.amina.id, cast.karim.id})
    assert row.person_id == cast.karim.id


async def test_five_browsers_are_the_most_and_the_oldest_gives_way(cast: Cast, service: PushService) -> None:
    for _ in range(7):
        cast.clock.pass_by(**{"seconds": timedelta(seconds=1).total_seconds()})
        async with cast.database.transaction() as tx:
            await push.subscribe(tx, await cast.fresh(tx, cast.amina), service.keys)
    async with cast.database.reading() as tx:
        assert len(await push.subscriptions_of(tx, {cast.amina.id})) == 5


async def test_a_broken_subscription_names_its_field(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        for keys in (Keys("ftp://x", "a" * 87, "a" * 22), Keys("https://push.example.org/1", "short", "a" * 22)):
            with pytest.raises(Invalid) as caught:
                await push.subscribe(tx, cast.amina, keys)
            assert caught.value.field in ("endpoint", "keys")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.1.1", "[::1]", "localhost", "0x7f.1"]
)
async def test_no_push_reaches_into_our_own_network(cast: Cast, service: PushService, host: str) -> None:  # S6, S12
    await called(cast, service)
    async with cast.database.transaction() as tx:
        (row,) = await push.subscriptions_of(tx, {cast.amina.id})
        row.endpoint = f"https://{host}/push"
    await send(cast, mode="production")
    async with cast.database.reading() as tx:
        assert await push.subscriptions_of(tx, {cast.amina.id}) == []


async def test_a_push_service_that_drips_holds_up_nobody(
    cast: Cast, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:  # S6
    monkeypatch.setattr("server.push_sender.SENT_WITHIN", 0.2)
    service.drips = True
    await called(cast, service)
    async with asyncio.timeout(60):
        await send(cast)
    async with cast.database.reading() as tx:
        (note,) = (await tx.session.execute(select(Mail).where(Mail.channel == Channel.PUSH))).scalars()
    assert (note.sent_at, note.failure) == (None, "TimeoutError: ")


async def test_pushes_are_not_shown_as_mail(cast: Cast, service: PushService) -> None:
    await called(cast, service)
    async with cast.database.reading() as tx:
        rows = await outbox.latest(tx)
    assert {row.channel for row in rows} == {Channel.MAIL}
