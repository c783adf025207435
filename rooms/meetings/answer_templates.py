"""Answers that an employer keeps ready, with {name} where the candidate's name goes."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import Meeting, NextStep

NAME = "{name}"
MOST = 20


class AnswerTemplate(Base):
    __tablename__ = "answer_template"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    employer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employer.id"), index=True)
    name: Mapped[str]
    next_step: Mapped[NextStep]
    text: Mapped[str]


def filled(words: str, meeting: Meeting) -> str:
    """What this candidate reads."""
    return words.replace(NAME, meeting.candidate.name)


async def of_employer(tx: Transaction, employer_id: uuid.UUID) -> Sequence[AnswerTemplate]:
    query = select(AnswerTemplate).where(AnswerTemplate.employer_id == employer_id)
    return (await tx.session.execute(query.order_by(AnswerTemplate.name, AnswerTemplate.id))).scalars().all()


async def keep(tx: Transaction, employer_id: uuid.UUID, name: str, next_step: NextStep, text: str) -> AnswerTemplate:
    kept = await tx.session.scalar(select(func.count()).where(AnswerTemplate.employer_id == employer_id)) or 0
    if kept >= MOST:
        message = N_("At most %(most)s answers are kept ready. Remove one first.")
        raise Conflict("answer_template.too_many", message, most=MOST)
    row = AnswerTemplate(
        id=new_id(),
        employer_id=employer_id,
        name=clean_text(one_line(name), "template_name", 60, required=True),
        next_step=next_step,
        text=clean_text(text, "answer", 1000, required=True),
    )
    tx.session.add(row)
    return row


async def remove(tx: Transaction, employer_id: uuid.UUID, template_id: uuid.UUID) -> None:
    row = await tx.session.get(AnswerTemplate, template_id)
    if row is None or row.employer_id != employer_id:
        raise NotFound("answer_template")
    await tx.session.delete(row)
