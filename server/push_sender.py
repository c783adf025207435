"""Sends Web Push messages: encrypted for one browser, signed with this installation's own key (VAPID)."""

import asyncio
import hashlib
import json
import uuid
from typing import Any

import aiohttp
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jinja2 import Environment
from py_vapid import Vapid02, VapidException, b64urlencode
from pywebpush import WebPushException, webpush_async
from yarl import URL

from rooms.core.database import Database
from rooms.core.outbox import Mail
from rooms.people import push
from rooms.people.push import Subscription
from server import language, outside
from server.settings import Settings

log = structlog.get_logger()
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LIFE_SECONDS = 60
GONE = (404, 410)
SENT_WITHIN = 10.0


class PushFailed(OSError):
    """The push service did not take the message; it is tried again."""


def private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """This installation's VAPID key (RFC 8292), made from its secret: nothing more to set or to lose."""
    number = int.from_bytes(hashlib.sha512(f"vapid:{secret}".encode()).digest(), "big")
    return ec.derive_private_key(number % (P256_ORDER - 1) + 1, ec.SECP256R1())


def public_key(secret: str) -> str:
    """What a browser subscribes with: the uncompressed point, base64url."""
    point = (
        private_key(secret)
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    return str(b64urlencode(point))


class PushPost:
    def __init__(self, database: Database, settings: Settings, templates: Environment) -> None:
        self._database = database
        self._templates = templates
        self._vapid = Vapid02()
        self._vapid._private_key = private_key(settings.secret.get_secret_value())
        self._vapid._public_key = self._vapid._private_key.public_key()
        self._subject = f"mailto:{settings.mail_from.partition('<')[2].rstrip('>') or settings.mail_from}"
        self._may_be_private = settings.mode == "demo"

    async def send(self, note: Mail) -> None:
        """Send one push; a browser that is gone is forgotten, and nothing more is tried."""
        async with self._database.reading() as tx:
            to = await tx.session.get(Subscription, uuid.UUID(note.recipient))
        if to is None:
            return
        if not self._may_be_private and URL(to.endpoint).scheme != "https":
            await self._forget(to)
            return
        try:
            await self._push(to, self._write(note))
        except WebPushException as error:
            status = error.response.status if error.response is not None else 0
            if status not in GONE:
                raise PushFailed(f"push service answered {status}") from None
            await self._forget(to)
        except VapidException:
            # No address that a push service could have.
            await self._forget(to)
        except aiohttp.ClientError as error:
            if not outside.is_private(error):
                raise
            await self._forget(to)

    async def _forget(self, subscription: Subscription) -> None:
        async with self._database.transaction() as tx:
            await push.forget(tx, subscription.id)

    def _write(self, note: Mail) -> str:
        language.current.set(note.language)
        text = self._templates.get_template(f"push/{note.template}.txt").render(note.values).strip()
        title, _, body = text.partition("\n")
        return json.dumps({"title": title, "body": body.strip(), "path": note.values.get("path", "/")})

    async def _push(self, to: Subscription, data: str) -> None:
        """Nobody reaches into our own network by subscribing, and whoever answers slowly holds up nobody for long."""
        keys: dict[str, Any] = {"endpoint": to.endpoint, "keys": {"p256dh": to.p256dh, "auth": to.auth}}
        async with (
            asyncio.timeout(SENT_WITHIN),
            outside.session(may_be_private=self._may_be_private, seconds=SENT_WITHIN) as session,
        ):
            await webpush_async(
                keys,
                data,
                vapid_private_key=self._vapid,
                vapid_claims={"sub": self._subject},
                ttl=LIFE_SECONDS,
                headers={"Urgency": "high"},
                timeout=session.timeout,
                aiohttp_session=session,
            )
