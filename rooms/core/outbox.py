"""What must leave the house even if the process dies now: mail, as rows written in the same transaction.

A sender claims a row for a minute before it sends, so two workers never hold one mail at once; a crash between
sending and marking it sent sends it at most once more.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, and_, delete, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction

CLAIM = timedelta(minutes=1)
GIVE_UP_AFTER = 8
BY_THE_THOUSAND = ("invitation", "fair_reminder", "group", "survey")
"""Templates of letters that may be written to thousands at once: every other letter goes before them."""


class Channel(StrEnum):
    MAIL = "mail"
    PUSH = "push"
    SMS = "sms"


class Mail(Base):
    """A letter to an address, a message to a phone number, or a push to one browser, whose id is the `recipient`."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_due", "sent_at", "due_at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[Channel] = mapped_column(default=Channel.MAIL)
    recipient: Mapped[str]
    template: Mapped[str]
    language: Mapped[str]
    values: Mapped[dict[str, Any]]
    once: Mapped[str | None] = mapped_column(unique=True)
    """A name for the occasion: a second mail of the same name is not written."""
    due_at: Mapped[datetime]
    useless_at: Mapped[datetime | None]
    """From then on it would only confuse: it is not sent any more."""
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    bounced_at: Mapped[datetime | None]
    """When a mail server reported that it cannot be delivered."""


@dataclass(frozen=True)
class Letter:
    """A mail or text message to be sent after the commit, or at `due_at`. Nobody without an address is written to."""

    recipient: str | None
    template: str
    language: str
    values: dict[str, Any]
    once: str | None = None
    channel: Channel = Channel.MAIL
    due_at: datetime | None = None
    useless_at: datetime | None = None


async def post(tx: Transaction, *letters: Letter) -> list[uuid.UUID]:
    """Gives the ids of those that have a recipient, in order."""
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(), "channel": each.channel, "recipient": each.recipient, "template": each.template,
            "language": each.language, "values": each.values, "once": each.once, "due_at": each.due_at or tx.now,
            "useless_at": each.useless_at, "attempts": 0,
        }
        for each in letters
        if each.recipient is not None
    ]  # fmt: skip
    if rows:
        insert = (sqlite if tx.is_sqlite else postgresql).insert(Mail)
        await tx.write(insert.on_conflict_do_nothing(), rows)
    return [row["id"] for row in rows]


def _due(tx: Transaction, channel: Channel) -> Select[Mail]:
    return (
        select(Mail)
        .where(
            Mail.channel == channel,
            Mail.sent_at.is_(None),
            Mail.due_at <= tx.now,
            Mail.attempts < GIVE_UP_AFTER,
            or_(Mail.useless_at.is_(None), Mail.useless_at > tx.now),
            or_(Mail.claimed_until.is_(None), Mail.claimed_until <= tx.now),
        )
        .order_by(Mail.template.in_(BY_THE_THOUSAND), Mail.due_at)
    )


async def any_due(tx: Transaction, channel: Channel) -> bool:
    return (await tx.session.execute(_due(tx, channel).limit(1))).first() is not None


async def claim(tx: Transaction, channel: Channel, thousands_a_minute: int) -> Mail | None:
    """Take a mail that is due; it is this worker's for a minute, which is longer than sending it may take. Of those
    that are written by the thousand only so many leave in a minute: mail servers take more for an attack."""
    query = _due(tx, channel)
    lately = Mail.template.in_(BY_THE_THOUSAND), Mail.sent_at > tx.now - timedelta(minutes=1)
    if (await tx.session.scalar(select(func.count()).where(*lately)) or 0) >= thousands_a_minute:
        query = query.where(Mail.template.not_in(BY_THE_THOUSAND))
    mail = (await tx.session.execute(query.limit(1).with_for_update(skip_locked=True))).scalar_one_or_none()
    if mail:
        mail.claimed_until = tx.now + CLAIM
        mail.attempts += 1
    return mail


async def still_to_leave(tx: Transaction, mails: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these letters that wait for their turn, or are tried again."""
    if not mails:
        return set()
    waiting = tx.among(Mail.id, mails), Mail.sent_at.is_(None), Mail.attempts < GIVE_UP_AFTER
    return {row.id for row in await tx.plain_rows(select(Mail.id).where(*waiting))}


async def withdraw(tx: Transaction, mails: Collection[uuid.UUID]) -> None:
    """These letters are not sent any more, as far as they have not left."""
    if mails:
        waiting = tx.among(Mail.id, mails), Mail.sent_at.is_(None)
        await tx.session.execute(delete(Mail).where(*waiting), execution_options={"synchronize_session": False})


async def take_back(tx: Transaction, occasion: str) -> None:
    """What was written for this occasion, the beginning of its name, and is not sent yet, is not sent any more."""
    waiting = Mail.once.startswith(occasion, autoescape=True), Mail.sent_at.is_(None)
    await tx.session.execute(delete(Mail).where(*waiting))


async def is_written(tx: Transaction, occasion: str) -> bool:
    return (await tx.session.execute(select(Mail.id).where(Mail.once == occasion))).first() is not None


async def may_be_written_again(tx: Transaction, occasion: str) -> None:
    """What was written for this very occasion does not keep a later letter from being written."""
    await tx.session.execute(update(Mail).where(Mail.once == occasion).values(once=None))


async def sent(tx: Transaction, mail_id: uuid.UUID, *, is_kept: bool = False) -> None:
    """It has left the house. Its words, which may hold a code or a way in, are forgotten unless they are to be read
    here."""
    told: dict[str, Any] = {"sent_at": tx.now, "failure": None} | ({} if is_kept else {"values": {}})
    await tx.session.execute(update(Mail).where(Mail.id == mail_id).values(told))


async def forget_useless(tx: Transaction) -> None:
    """What will not be sent any more is not kept: it may hold a code or a way in."""
    is_in_hands = and_(Mail.claimed_until.is_not(None), Mail.claimed_until > tx.now)
    await tx.session.execute(delete(Mail).where(Mail.sent_at.is_(None), Mail.useless_at <= tx.now, not_(is_in_hands)))


async def failed(tx: Transaction, mail: Mail, reason: str, *, for_good: bool = False) -> None:
    """Try again later, each time after a longer pause; once it is given up, its words are forgotten."""
    told: dict[str, Any] = {"claimed_until": None, "failure": reason[:300]}
    if for_good or mail.attempts >= GIVE_UP_AFTER:
        told |= {"values": {}, "attempts": GIVE_UP_AFTER}
    else:
        told["due_at"] = tx.now + timedelta(seconds=30 * 2**mail.attempts)
    await tx.session.execute(update(Mail).where(Mail.id == mail.id).values(told))


async def given_up(tx: Transaction, template: str, recipients: Collection[str]) -> set[str]:
    """To whom the last letter of this kind could not be delivered."""
    if not recipients:
        return set()
    query = select(Mail.recipient, or_(_is_given_up(), Mail.bounced_at.is_not(None))).where(Mail.template == template)
    rows = await tx.session.execute(query.where(tx.among(Mail.recipient, recipients)).order_by(Mail.id))
    last: dict[str, bool] = dict(rows.all())
    return {recipient for recipient, is_lost in last.items() if is_lost}


def _is_given_up() -> ColumnElement[bool]:
    return and_(Mail.sent_at.is_(None), Mail.attempts >= GIVE_UP_AFTER)


async def came_back(tx: Transaction, mail_id: uuid.UUID, reason: str) -> bool:
    """A mail server reports that a letter that was sent will never arrive; says whether it is known."""
    this = Mail.id == mail_id, Mail.channel == Channel.MAIL, Mail.sent_at.is_not(None)
    told = update(Mail).where(*this).values(bounced_at=tx.now, failure=reason[:300]).returning(Mail.id)
    return (await tx.session.execute(told)).first() is not None


async def latest(tx: Transaction, count: int = 50) -> list[Mail]:
    return list(
        (
            await tx.session.execute(
                select(Mail)
                .where(Mail.channel == Channel.MAIL, Mail.due_at <= tx.now)
                .order_by(Mail.id.desc())
                .limit(count)
            )
        ).scalars()
    )
