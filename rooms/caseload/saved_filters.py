"""Ways to look at a caseload, kept under a name."""

import uuid
from collections.abc import Collection

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.caseload.caseload import Only
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction

MOST_FILTERS = 20


class KeptFilter(Base):
    """A way to look at one's caseload, kept under a name."""

    __tablename__ = "kept_filter"
    __table_args__ = (UniqueConstraint("counsellor_id", "name"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    words: Mapped[str]
    only: Mapped[list[str]]


async def keep(tx: Transaction, counsellor_id: uuid.UUID, name: str, words: str, only: Collection[str]) -> None:
    """Keep this way to look at the caseload; one of the same name is written anew."""
    name = clean_text(name, "filter_name", 60, required=True)
    rows = {row.name: row for row in await of_counsellor(tx, counsellor_id)}
    if name not in rows and len(rows) >= MOST_FILTERS:
        raise Conflict("filter.too_many", N_("That is a lot of filters. Remove one first."))
    words, known = clean_text(words, "q", 100), [each.value for each in Only if each in only]
    values = {"id": new_id(), "counsellor_id": counsellor_id, "name": name, "words": words, "only": known}
    if not await tx.insert_once(KeptFilter, values):
        row = next(row for row in await of_counsellor(tx, counsellor_id) if row.name == name)
        row.words, row.only = words, known


async def of_counsellor(tx: Transaction, counsellor_id: uuid.UUID) -> list[KeptFilter]:
    query = select(KeptFilter).where(KeptFilter.counsellor_id == counsellor_id).order_by(KeptFilter.name)
    return list((await tx.session.execute(query)).scalars())


async def forget(tx: Transaction, counsellor_id: uuid.UUID, filter_id: uuid.UUID) -> None:
    row = await tx.session.get(KeptFilter, filter_id)
    if row is None or row.counsellor_id != counsellor_id:
        raise NotFound("filter")
    await tx.session.delete(row)
