"""Portfolios: who follows whom. A person has one referent; handing over changes the referent and nothing else."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.model import Base
from rooms.people import Person
from rooms.transaction import Transaction


class Following(Base):
    """A counsellor follows a person. Purpose: counselling; ends when the person leaves or is handed over."""

    __tablename__ = "following"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]


async def follow(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> None:
    """`counsellor` is the person's referent from now on."""
    row = await tx.session.get(Following, person, with_for_update=True)
    if row is None:
        await tx.insert_once(Following, {"person_id": person, "counsellor_id": counsellor, "since": tx.now})
    elif row.counsellor_id != counsellor:
        row.counsellor_id, row.since = counsellor, tx.now


async def referent_of(tx: Transaction, person: uuid.UUID) -> uuid.UUID | None:
    row = await tx.session.get(Following, person)
    return row.counsellor_id if row else None


async def followed_by(tx: Transaction, counsellor: uuid.UUID) -> list[Person]:
    query = select(Person).join(Following, Following.person_id == Person.id)
    query = query.where(Following.counsellor_id == counsellor).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())
