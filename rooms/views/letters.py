"""What was written to somebody on the list of a fair because of it, and what became of each letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select

from rooms.core.outbox import GIVE_UP_AFTER, Mail
from rooms.core.transaction import Transaction
from rooms.fairs import registration
from rooms.fairs.attendees import Attendee
from rooms.fairs.fairs import Fair
from rooms.people.signin import Link, Purpose

MOST = 50


class LetterState(StrEnum):
    WAITS = "waits"
    SENT = "sent"
    BOUNCED = "bounced"


@dataclass(frozen=True)
class LetterSent:
    template: str
    state: LetterState
    at: datetime
    """When it left, came back, or is to leave."""


async def to_attendee(tx: Transaction, fair: Fair, attendee: Attendee) -> Sequence[LetterSent]:
    """The latest first."""
    if attendee.email is None:
        return []
    links = select(Link.mail_id).where(Link.purpose == Purpose.FAIR, Link.subject_id == fair.id)
    which: list[ColumnElement[bool]] = [Mail.id.in_(links.where(Link.email == attendee.email))]
    if attendee.person_id:
        which.append(Mail.once.startswith(registration.occasion(fair.id, attendee.person_id), autoescape=True))
    query = select(Mail).where(Mail.recipient == attendee.email, or_(*which)).order_by(Mail.id.desc()).limit(MOST)
    return [_seen(mail) for mail in (await tx.session.execute(query)).scalars()]


def _seen(mail: Mail) -> LetterSent:
    if mail.bounced_at or (mail.sent_at is None and mail.attempts >= GIVE_UP_AFTER):
        return LetterSent(mail.template, LetterState.BOUNCED, mail.bounced_at or mail.due_at)
    state = LetterState.SENT if mail.sent_at else LetterState.WAITS
    return LetterSent(mail.template, state, mail.sent_at or mail.due_at)
