"""A candidate allows one employer to take what it was shown into its own recruiting software, and may end that."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import NotFound
from rooms.core.model import Base
from rooms.core.transaction import Transaction
from rooms.organisations.employers import Employer
from rooms.people.people import Person


class TransferConsent(Base):
    """Owner of the data: the candidate. Purpose: to prove what was agreed to, with its words as they were read. Kept
    when it is withdrawn."""

    __tablename__ = "transfer_consent"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    employer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employer.id"), index=True, primary_key=True)
    words: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    employer: Mapped[Employer] = relationship(lazy="joined", innerjoin=True)

    @property
    def said_at(self) -> datetime:
        """When the person said last what holds."""
        return self.withdrawn_at or self.given_at


async def give(tx: Transaction, person: Person, employer_id: uuid.UUID, words: str) -> None:
    """`words` is the sentence that was agreed to. Given again after it was withdrawn, it holds from now on."""
    values = {"person_id": person.id, "employer_id": employer_id, "words": words, "given_at": tx.now}
    await tx.insert_once(TransferConsent, values)
    row = await _one(tx, person.id, employer_id)
    if row.withdrawn_at:
        row.words, row.given_at, row.withdrawn_at = words, tx.now, None


async def withdraw(tx: Transaction, person_id: uuid.UUID, employer_id: uuid.UUID) -> TransferConsent:
    row = await _one(tx, person_id, employer_id)
    row.withdrawn_at = row.withdrawn_at or tx.now
    return row


async def hand_on(tx: Transaction, from_id: uuid.UUID, to_id: uuid.UUID, *, keeps: bool) -> None:
    """One employer is another from now on: what people agreed with the first holds for the second, and of two
    statements of one person the later one. With `keeps` the first still holds talks of its own, and its consents."""
    rows = (await tx.session.execute(select(TransferConsent).where(TransferConsent.employer_id == from_id))).scalars()
    for row in rows.all():
        said = {"words": row.words, "given_at": row.given_at, "withdrawn_at": row.withdrawn_at}
        if not await tx.insert_once(TransferConsent, {"person_id": row.person_id, "employer_id": to_id, **said}):
            stands = await _one(tx, row.person_id, to_id)
            if stands.said_at < row.said_at:
                stands.words, stands.given_at, stands.withdrawn_at = row.words, row.given_at, row.withdrawn_at
        if not keeps:
            await tx.session.delete(row)
    await tx.session.flush()


async def _one(tx: Transaction, person_id: uuid.UUID, employer_id: uuid.UUID) -> TransferConsent:
    mine = TransferConsent.person_id == person_id, TransferConsent.employer_id == employer_id
    query = select(TransferConsent).where(*mine).with_for_update(of=TransferConsent)
    row = (await tx.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise NotFound("consent")
    return row


async def of_person(tx: Transaction, person_id: uuid.UUID) -> Sequence[TransferConsent]:
    """Those that hold, the latest first."""
    mine = TransferConsent.person_id == person_id, TransferConsent.withdrawn_at.is_(None)
    query = select(TransferConsent).where(*mine).order_by(TransferConsent.given_at.desc())
    return (await tx.session.execute(query)).scalars().all()


async def is_given(tx: Transaction, person_id: uuid.UUID, employer_id: uuid.UUID) -> bool:
    return person_id in await of_people(tx, employer_id, {person_id})


async def of_people(
    tx: Transaction, employer_id: uuid.UUID, people: Collection[uuid.UUID]
) -> dict[uuid.UUID, TransferConsent]:
    """Who of these allows it to this employer."""
    allowed = TransferConsent.employer_id == employer_id, TransferConsent.withdrawn_at.is_(None)
    query = select(TransferConsent).where(*allowed, tx.among(TransferConsent.person_id, people))
    return {row.person_id: row for row in (await tx.session.execute(query)).scalars()}
