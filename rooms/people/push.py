"""Web Push: reaching a locked phone, by the person's own choice (RFC 8030, RFC 8291, RFC 8292)."""

import base64
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core import outbox
from rooms.core.errors import N_, Invalid
from rooms.core.model import Base, new_id
from rooms.core.outbox import Channel, Letter
from rooms.core.transaction import Transaction
from rooms.people.people import Person

MOST_DEVICES = 5


class Subscription(Base):
    """Purpose: ring when it is the person's turn. Kept until it is ended or its push service has forgotten it."""

    __tablename__ = "push_subscription"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    p256dh: Mapped[str]
    auth: Mapped[str]
    made_at: Mapped[datetime]
    session_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """Signing this browser out ends its ringing too."""


@dataclass(frozen=True)
class Keys:
    """Where a browser's push service takes messages, and the browser's public key and secret (RFC 8291)."""

    endpoint: str
    p256dh: str
    auth: str


async def subscribe(tx: Transaction, person: Person, keys: Keys, session_id: uuid.UUID | None = None) -> None:
    """Ring this browser from now on. A browser that changed hands rings for its new person only."""
    address = urlsplit(keys.endpoint)
    if address.scheme not in ("https", "http") or not address.hostname or len(keys.endpoint) > 1000:
        raise Invalid("endpoint", N_("This browser's push address cannot be used."), field="endpoint")
    if not _are_keys(keys):
        raise Invalid("keys", N_("This browser's push address cannot be used."), field="keys")
    await tx.session.execute(delete(Subscription).where(Subscription.endpoint == keys.endpoint))
    mine = await subscriptions_of(tx, {person.id})
    for oldest in mine[: max(0, len(mine) - MOST_DEVICES + 1)]:
        await tx.session.delete(oldest)
    row = Subscription(id=new_id(), person_id=person.id, endpoint=keys.endpoint, p256dh=keys.p256dh, auth=keys.auth)
    row.made_at, row.session_id = tx.now, session_id
    tx.session.add(row)


def _are_keys(keys: Keys) -> bool:
    """An uncompressed P-256 point and a secret of 16 bytes (RFC 8291, section 3)."""
    try:
        point, secret = (base64.urlsafe_b64decode(key + "==") for key in (keys.p256dh, keys.auth))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65 and len(secret) == 16


async def unsubscribe(tx: Transaction, person: Person, endpoint: str) -> None:
    query = delete(Subscription).where(Subscription.person_id == person.id, Subscription.endpoint == endpoint)
    await tx.session.execute(query)


async def end_with_session(tx: Transaction, session_id: uuid.UUID) -> None:
    await tx.session.execute(delete(Subscription).where(Subscription.session_id == session_id))


async def forget(tx: Transaction, subscription_id: uuid.UUID) -> None:
    """The push service says that this browser is gone."""
    await tx.session.execute(delete(Subscription).where(Subscription.id == subscription_id))


async def subscriptions_of(tx: Transaction, people: Collection[uuid.UUID]) -> list[Subscription]:
    query = select(Subscription).where(Subscription.person_id.in_(people)).order_by(Subscription.id)
    return list((await tx.session.execute(query)).scalars())


async def ring(tx: Transaction, person: Person, template: str, values: dict[str, object], once: str) -> None:
    """Write a push for each of the person's browsers, to be sent after the commit."""
    for subscription in await subscriptions_of(tx, {person.id}):
        name = f"{once}:{subscription.id}"
        await outbox.post(
            tx, Letter(str(subscription.id), template, person.language, values, name, channel=Channel.PUSH)
        )
