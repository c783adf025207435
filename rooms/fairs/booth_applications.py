"""Employers who ask for a booth at a fair: what they write, what becomes of it, and the link by which they come back.

People decide; nothing is scored.
"""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, demand_not_archived
from rooms.fairs.list_lines import clean_phone, clean_siret
from rooms.organisations.employers import SECTORS
from rooms.people import people
from rooms.people.people import Person
from rooms.people.signin import hashed

MOST_UNCONFIRMED = 2000
"""Of one fair: beyond, somebody plays with the form."""
UNCONFIRMED_FOR = timedelta(days=2)
MOST_VACANCIES = 10_000


class ApplicationState(StrEnum):
    UNCONFIRMED = "unconfirmed"
    """Whoever has the address has not looked at it yet: no organiser sees it."""
    ASKED = "asked"
    ASKED_BACK = "asked_back"
    """The organiser wants to know more before they decide."""
    WAITING = "waiting_list"
    REFUSED = "refused"
    APPROVED = "approved"


UNDECIDED = frozenset(ApplicationState) - {ApplicationState.REFUSED, ApplicationState.APPROVED}


SENT_ANEW = frozenset({ApplicationState.UNCONFIRMED, ApplicationState.ASKED_BACK, ApplicationState.REFUSED})
"""Whoever writes then asks for a decision."""


class BoothApplication(Base):
    """Owner of the data: whoever applied. Purpose: to decide who gets a booth. Goes with the fair."""

    __tablename__ = "booth_application"
    __table_args__ = (UniqueConstraint("fair_id", "email"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    """Of the link by which whoever applied comes back to it, in the last mail."""
    replaced_hash: Mapped[str | None] = mapped_column(index=True)
    """Of the link in the mail before, which leads there too."""
    employer: Mapped[str]
    sector: Mapped[str]
    siret: Mapped[str]
    location: Mapped[str]
    contact: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    vacancies: Mapped[int]
    """How many they expect to bring."""
    wishes: Mapped[str]
    language: Mapped[str]
    state: Mapped[ApplicationState]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    """What the organiser wrote last."""
    fair: Mapped[Fair] = relationship(lazy="joined", innerjoin=True)

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    @property
    def can_be_changed(self) -> bool:
        return self.state is not ApplicationState.APPROVED


@dataclass(frozen=True)
class ApplicationText:
    """What somebody typed into the form."""

    employer: str
    sector: str
    siret: str
    location: str
    contact: str
    email: str
    phone: str
    vacancies: int
    wishes: str


def demand_open(fair: Fair) -> None:
    if not fair.takes_applications or not fair.lies_ahead:
        raise NotFound("application")


async def apply(tx: Transaction, fair: Fair, text: ApplicationText, language: str) -> BoothApplication:
    """Ask for a booth. A letter to the address holds the link by which whoever reads it sends the application on: what
    somebody else typed has no place in that letter."""
    demand_open(fair)
    waiting = BoothApplication.fair_id == fair.id, BoothApplication.state == ApplicationState.UNCONFIRMED
    if (await tx.session.scalar(select(func.count()).where(*waiting)) or 0) >= MOST_UNCONFIRMED:
        message = N_("Very many apply at this moment. Please come back tomorrow.")
        raise Conflict("application.too_many", message)
    token = secrets.token_urlsafe(24)
    row = BoothApplication(id=new_id(), fair_id=fair.id, token_hash=hashed(token), made_at=tx.now, words="")
    row.state, row.language, row.fair = ApplicationState.UNCONFIRMED, language, fair
    _write(tx, row, text)
    row.email = people.clean_email(text.email)
    tx.session.add(row)
    try:
        async with tx.session.begin_nested():
            await tx.session.flush()
    except IntegrityError:
        message = N_("This address has applied already: the mail that it got leads back to the application.")
        raise Conflict("application.known", message, field="email") from None
    await _tell(tx, row, token)
    return row


def _write(tx: Transaction, row: BoothApplication, text: ApplicationText) -> None:
    if text.sector not in SECTORS:
        raise Invalid("sector.unknown", N_("Please choose a sector from the list."), field="sector")
    if not 0 <= text.vacancies <= MOST_VACANCIES:
        message = N_("Between 0 and %(most)s vacancies.")
        raise Invalid("vacancies.range", message, field="vacancies", most=MOST_VACANCIES)
    row.employer = clean_text(one_line(text.employer), "employer", 120, required=True)
    row.sector, row.vacancies, row.changed_at = text.sector, text.vacancies, tx.now
    row.siret, row.phone = clean_siret(text.siret), clean_phone(text.phone)
    row.location = clean_text(one_line(text.location), "location", 80)
    row.contact = people.clean_name(text.contact, "contact")
    row.wishes = clean_text(text.wishes, "wishes", 2000)


async def by_token(tx: Transaction, token: str, *, lock: bool = False) -> BoothApplication:
    wanted = hashed(token)
    query = select(BoothApplication).where(
        or_(BoothApplication.token_hash == wanted, BoothApplication.replaced_hash == wanted)
    )
    row = (await tx.session.execute(query.with_for_update(of=BoothApplication) if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("application")
    return row


async def change(tx: Transaction, row: BoothApplication, text: ApplicationText) -> None:
    """Whoever applied sends it on, or says it anew, as when they were asked back or refused; the address stays."""
    demand_not_archived(row.fair)
    if not row.can_be_changed:
        raise Conflict("application.decided", N_("This application is decided; it stays as it is."))
    _write(tx, row, text)
    if row.state in SENT_ANEW:
        row.state = ApplicationState.ASKED


async def put_aside(tx: Transaction, row: BoothApplication) -> None:
    """It goes without a letter, as when somebody played with the form."""
    await tx.session.delete(row)


async def forget_unconfirmed(tx: Transaction) -> None:
    """What nobody sent on is not kept. For the worker."""
    old = BoothApplication.made_at < tx.now - UNCONFIRMED_FOR
    unconfirmed = BoothApplication.state == ApplicationState.UNCONFIRMED
    await tx.session.execute(delete(BoothApplication).where(old, unconfirmed))


async def decide(tx: Transaction, by: Person, row: BoothApplication, state: ApplicationState, words: str) -> None:
    """Decide, or ask back, and write to whoever applied. The booth of one that is approved is made by
    rooms/access/booth_approval.py."""
    demand_not_archived(row.fair)
    if not row.is_undecided or row.state is ApplicationState.UNCONFIRMED:
        raise Conflict("application.decided", N_("This application is decided; it stays as it is."))
    words = clean_text(words, "words", 2000, required=state is ApplicationState.ASKED_BACK)
    row.state, row.words, row.decided_by_id = state, words, by.id
    token = secrets.token_urlsafe(24)
    row.replaced_hash, row.token_hash = row.token_hash, hashed(token)
    await _tell(tx, row, token)


async def _tell(tx: Transaction, row: BoothApplication, token: str) -> None:
    values: dict[str, object] = {
        "state": row.state.value, "fair": row.fair.name, "words": row.words, "path": f"/applications/{token}",
    }  # fmt: skip
    if row.state is not ApplicationState.UNCONFIRMED:
        values |= {"name": row.contact, "employer": row.employer}
    await outbox.post(tx, Letter(row.email, "application", row.language, values))


async def one(tx: Transaction, fair: Fair, application_id: uuid.UUID, *, lock: bool = False) -> BoothApplication:
    query = select(BoothApplication).where(BoothApplication.id == application_id, BoothApplication.fair_id == fair.id)
    row = (await tx.session.execute(query.with_for_update(of=BoothApplication) if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("application")
    return row


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Sequence[BoothApplication]:
    """Those to decide on first, the earliest first; then the others, the latest first."""
    sent = BoothApplication.fair_id == fair_id, BoothApplication.state != ApplicationState.UNCONFIRMED
    query = select(BoothApplication).where(*sent).order_by(BoothApplication.id)
    rows = list((await tx.session.execute(query)).scalars())
    return [*(row for row in rows if row.is_undecided), *(row for row in reversed(rows) if not row.is_undecided)]


async def count_asked(tx: Transaction, fair_id: uuid.UUID) -> int:
    """How many wait for a decision."""
    asked = BoothApplication.fair_id == fair_id, BoothApplication.state == ApplicationState.ASKED
    return await tx.session.scalar(select(func.count()).where(*asked)) or 0
