"""Coming in: a code by mail, a link that needs a click, a password, and the sessions that follow.

Only hashes of tokens and codes are stored. A link shows a page with a button and does nothing when it is opened, so
a mail scanner that follows it signs nobody in.
"""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.people import people
from rooms.people.people import Person

CODE_LIFE = timedelta(minutes=15)
CODE_ATTEMPTS = 5
CODES_AN_HOUR = 6
CODES_AN_HOUR_IN_ALL = 60
CODE_DIGITS, LONGER_CODE_DIGITS = 6, 8
LINK_LIFE = timedelta(minutes=30)
INVITATION_LIFE = timedelta(days=14)


class Purpose(StrEnum):
    SIGN_IN = "sign_in"
    EMPLOYER = "employer"
    FAIR = "fair"
    ORGANISER = "organiser"
    COUNSELLOR = "counsellor"
    PLACE = "place"
    """To one's place in a line, and into the call that rings for it."""


class SigninCode(Base):
    __tablename__ = "signin_code"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    language: Mapped[str]
    code_hash: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    asked_from: Mapped[str] = mapped_column(default="", server_default="")
    """A hash of the address and the network it was asked from: whoever asks from elsewhere uses up nothing of it."""


class Link(Base):
    __tablename__ = "link"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    replaced_hash: Mapped[str | None] = mapped_column(index=True)
    """Of the letter before, once it was sent again: its link says that there is a newer one."""
    purpose: Mapped[Purpose]
    email: Mapped[str]
    name: Mapped[str]
    subject_id: Mapped[uuid.UUID | None]
    """What the link opens besides a session: an employer, a fair or a team."""
    is_owner: Mapped[bool] = mapped_column(default=False)
    is_reusable: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    invited_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    sent_at: Mapped[datetime | None]
    """When the letter of an invitation goes out; None while it waits for its fair to be published."""
    not_before: Mapped[datetime | None]
    """The moment that whoever invites has chosen for the letter."""
    mail_id: Mapped[uuid.UUID | None]
    """The last letter in the outbox."""
    opened_at: Mapped[datetime | None]
    """When the page of its last letter's link was first looked at, by whomever: some mail servers look too."""


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def send_code(
    tx: Transaction, name: str, email: str, language: str, network: str = "", *, is_known: bool = False
) -> SigninCode:
    """Mail a code of six digits to `email`. The answer is the same whether or not the address is known.

    Each network has codes of its own, so that nobody can lock somebody out by asking in their name. Whoever asks from
    many may try more often: from the seventh code of an hour on they have eight digits. A browser in which the person
    has signed in before (`is_known`) is not kept out by what others ask for.
    """
    email, name = people.clean_email(email), people.clean_name(name)
    asked_from = hashed(f"{email} {network}")
    lately = SigninCode.email == email, SigninCode.made_at > tx.now - timedelta(hours=1)
    count = select(func.count(), func.count().filter(SigninCode.asked_from == asked_from)).where(*lately)
    in_all, from_here = (await tx.session.execute(count)).one()
    if from_here >= CODES_AN_HOUR or (in_all >= CODES_AN_HOUR_IN_ALL and not is_known):
        message = N_("Several codes were sent to this address already. Please use the last one, or wait an hour.")
        raise Conflict("code.too_many", message, field="email")
    digits = CODE_DIGITS if in_all < CODES_AN_HOUR else LONGER_CODE_DIGITS
    code = f"{secrets.randbelow(10**digits):0{digits}d}"
    row = SigninCode(id=new_id(), email=email, name=name, language=language, code_hash="", asked_from=asked_from)
    row.code_hash, row.made_at, row.expires_at = hashed(f"{row.id}{code}"), tx.now, tx.now + CODE_LIFE
    row.attempts = 0
    tx.session.add(row)
    # Only a name that we know greets: what somebody else typed has no place in a letter to this address.
    known = await people.by_email(tx, email)
    await outbox.post(tx, Letter(email, "code", language, {"name": known.name if known else "", "code": code}))
    return row


class SomebodyElse(Conflict):
    """Whoever reads this mailbox gave another name than the person who is known by its address."""

    def __init__(self, person: Person) -> None:
        message = N_("You are known here as %(name)s. Is that you?")
        super().__init__("code.somebody_else", message, name=person.name)


async def enter_code(tx: Transaction, request_id: uuid.UUID, code: str, *, is_known: bool = False) -> Person:
    """The person whose code this is. Five wrong tries make the code useless. Raises SomebodyElse unless `is_known`: two
    may share an address, and nobody becomes the other one unasked.

    The try itself is counted before, by `count_try` in a transaction of its own.
    """
    row = await tx.session.get(SigninCode, request_id, with_for_update=True)
    if row is None or row.used_at or row.expires_at <= tx.now or row.attempts > CODE_ATTEMPTS:
        raise Invalid("code.expired", N_("This code is no longer good. Ask for a new one."), field="code")
    typed = "".join(code.split())
    if not secrets.compare_digest(row.code_hash, hashed(f"{row.id}{typed}")):
        raise Invalid("code.wrong", N_("This is not the code we sent. Look at the newest mail."), field="code")
    person = await people.by_email(tx, row.email)
    if person and not is_known and not people.may_be(person, row.name):
        raise SomebodyElse(person)
    row.used_at = tx.now
    return await people.welcome(tx, row.name, row.email, row.language)


async def request_of(tx: Transaction, request_id: uuid.UUID) -> SigninCode:
    row = await tx.session.get(SigninCode, request_id)
    if row is None:
        raise NotFound("code")
    return row


async def count_try(tx: Transaction, request_id: uuid.UUID) -> None:
    """Count a try in a transaction of its own, so that a refusal cannot roll it back."""
    statement = update(SigninCode).where(SigninCode.id == request_id).values(attempts=SigninCode.attempts + 1)
    await tx.session.execute(statement)


async def make_link(
    tx: Transaction,
    purpose: Purpose,
    email: str,
    name: str,
    *,
    subject_id: uuid.UUID | None = None,
    is_owner: bool = False,
    is_reusable: bool = False,
) -> tuple[Link, str]:
    """A link and its secret token, which is told once and stored only as a hash."""
    token = secrets.token_urlsafe(24)
    is_short = purpose in (Purpose.SIGN_IN, Purpose.PLACE) and not is_reusable
    life = LINK_LIFE if is_short else INVITATION_LIFE
    link = Link(
        id=new_id(),
        token_hash=hashed(token),
        purpose=purpose,
        email=people.clean_email(email),
        name=name,
        subject_id=subject_id,
        is_owner=is_owner,
        is_reusable=is_reusable,
        made_at=tx.now,
        expires_at=tx.now + life,
    )
    tx.session.add(link)
    return link, token


def renew(link: Link) -> str:
    """A new secret token of a link; the one before opens nothing any more."""
    token = secrets.token_urlsafe(24)
    link.replaced_hash, link.token_hash = link.token_hash, hashed(token)
    return token


async def send_link(tx: Transaction, email: str) -> None:
    """Mail a sign-in link to a known address; an unknown one gets nothing, and nobody learns which it was."""
    person = await people.by_email(tx, people.clean_email(email))
    if person is None or person.email is None:
        return
    _, token = await make_link(tx, Purpose.SIGN_IN, person.email, person.name)
    await outbox.post(
        tx, Letter(person.email, "link", person.language, {"name": person.name, "path": f"/links/{token}"})
    )


async def opened(tx: Transaction, link_id: uuid.UUID) -> None:
    """Somebody looks at the page to which the link leads."""
    first = update(Link).where(Link.id == link_id, Link.opened_at.is_(None)).values(opened_at=tx.now)
    await tx.session.execute(first)


class LinkSpent(Conflict):
    """It opens nothing any more, and did once."""

    def __init__(self, link: Link, *, is_replaced: bool = False) -> None:
        if link.used_at:
            message = N_("This link was used already. Sign in to go on.")
        elif is_replaced:
            message = N_("This invitation was sent again: please use the link in the newest mail.")
        else:
            message = N_(
                "This link is too old. Sign in if you are known here, or ask whoever invited you to send it again."
            )
        super().__init__("link.used", message)
        self.link = link


async def look_at_link(tx: Transaction, token: str, *, lock: bool = False) -> Link:
    wanted = hashed(token)
    query = select(Link).where(or_(Link.token_hash == wanted, Link.replaced_hash == wanted))
    link = (await tx.session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if link is None or link.withdrawn_at:
        raise NotFound("link")
    if link.token_hash != wanted:
        raise LinkSpent(link, is_replaced=True)
    if link.expires_at <= tx.now or (link.used_at and not link.is_reusable):
        raise LinkSpent(link)
    return link


async def use_link(tx: Transaction, token: str, language: str, name: str = "") -> tuple[Person, Link]:
    """The click on the page's button: the link is used up and its person known."""
    link = await look_at_link(tx, token, lock=True)
    link.used_at = tx.now
    return await people.welcome(tx, name.strip() or link.name, link.email, language), link
