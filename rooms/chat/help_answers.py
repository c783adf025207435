"""Answers that those who run a fair keep ready for what many ask."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair

MOST = 30


class HelpAnswer(Base):
    """Goes with its fair."""

    __tablename__ = "help_answer"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    name: Mapped[str]
    text: Mapped[str]


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Sequence[HelpAnswer]:
    query = select(HelpAnswer).where(HelpAnswer.fair_id == fair_id).order_by(HelpAnswer.name, HelpAnswer.id)
    return (await tx.session.execute(query)).scalars().all()


async def keep(tx: Transaction, fair: Fair, name: str, text: str) -> HelpAnswer:
    await tx.lock(fair, key_share=True)
    kept = await tx.session.scalar(select(func.count()).where(HelpAnswer.fair_id == fair.id)) or 0
    if kept >= MOST:
        message = N_("At most %(most)s answers are kept ready. Remove one first.")
        raise Conflict("help_answer.too_many", message, most=MOST)
    row = HelpAnswer(
        id=new_id(),
        fair_id=fair.id,
        name=clean_text(one_line(name), "answer_name", 60, required=True),
        text=clean_text(text, "answer_text", 1000, required=True),
    )
    tx.session.add(row)
    return row


async def remove(tx: Transaction, fair: Fair, answer_id: uuid.UUID) -> None:
    row = await tx.session.get(HelpAnswer, answer_id)
    if row is None or row.fair_id != fair.id:
        raise NotFound("help_answer")
    await tx.session.delete(row)


async def copy(tx: Transaction, original: Fair, fair: Fair) -> None:
    """A fair made after another one has its ready answers."""
    for row in await of_fair(tx, original.id):
        tx.session.add(HelpAnswer(id=new_id(), fair_id=fair.id, name=row.name, text=row.text))
