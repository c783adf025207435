"""What a fair asks those who register: its own questions, and what was answered, with the words as they stood then."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, demand_not_archived

MOST_QUESTIONS, MOST_OPTIONS = 20, 30
LONGEST_QUESTION, LONGEST_OPTION, LONGEST_ANSWER = 300, 120, 1000
YES = "yes"


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    CONSENT = "consent"
    """A sentence to which one agrees, or not."""


WITH_OPTIONS = (QuestionKind.CHOICE, QuestionKind.SEVERAL)


class RegistrationQuestion(Base):
    """Its words never change: what was answered was answered to them. Goes with its fair."""

    __tablename__ = "registration_question"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    kind: Mapped[QuestionKind]
    words: Mapped[str]
    options: Mapped[list[str]]
    is_required: Mapped[bool]
    withdrawn_at: Mapped[datetime | None]
    """From then on nobody is asked it; what was answered stays."""

    @property
    def field(self) -> str:
        """The name of its field in a form."""
        return f"answer-{self.id}"


class RegistrationAnswer(Base):
    """Owner of the data: the person who answered. Purpose: to run this fair. Goes with the fair."""

    __tablename__ = "registration_answer"
    attendee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attendee.id"), primary_key=True)
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration_question.id"), index=True, primary_key=True)
    answers: Mapped[list[str]]
    given_at: Mapped[datetime]


@dataclass(frozen=True)
class Answered:
    question: RegistrationQuestion
    answers: Sequence[str]
    given_at: datetime


async def ask(
    tx: Transaction, fair: Fair, kind: QuestionKind, words: str, options: str = "", *, is_required: bool = False
) -> RegistrationQuestion:
    """Ask one more question. `options` are the answers to choose from, one a line."""
    demand_not_archived(fair)
    await tx.lock(fair, key_share=True)
    if len(await of_fair(tx, fair.id)) >= MOST_QUESTIONS:
        message = N_("At most %(most)s questions: the more are asked, the fewer people come.")
        raise Conflict("question.too_many", message, field="words", most=MOST_QUESTIONS)
    row = RegistrationQuestion(
        id=new_id(),
        fair_id=fair.id,
        kind=kind,
        words=clean_text(words, "words", LONGEST_QUESTION, required=True),
        options=_options(options) if kind in WITH_OPTIONS else [],
        is_required=is_required,
    )
    tx.session.add(row)
    await tx.session.flush()
    return row


def _options(text: str) -> list[str]:
    found = [clean_text(one_line(line), "options", LONGEST_OPTION) for line in text.splitlines()]
    options = list(dict.fromkeys(filter(None, found)))
    if not 2 <= len(options) <= MOST_OPTIONS:
        message = N_("Between 2 and %(most)s answers to choose from, one a line.")
        raise Invalid("options.count", message, field="options", most=MOST_OPTIONS)
    return options


async def withdraw(tx: Transaction, fair: Fair, question_id: uuid.UUID) -> None:
    """Nobody is asked it any more. One that nobody has answered goes without a trace."""
    demand_not_archived(fair)
    row = await tx.session.get(RegistrationQuestion, question_id, with_for_update=True)
    if row is None or row.fair_id != fair.id:
        raise NotFound("question")
    answered = select(RegistrationAnswer.attendee_id).where(RegistrationAnswer.question_id == row.id).limit(1)
    if (await tx.session.execute(answered)).first():
        row.withdrawn_at = row.withdrawn_at or tx.now
    else:
        await tx.session.delete(row)


async def of_fair(tx: Transaction, fair_id: uuid.UUID, *, lock: bool = False) -> list[RegistrationQuestion]:
    """Those that are asked, in the order in which they were added. With `lock` none of them goes meanwhile."""
    asked = RegistrationQuestion.fair_id == fair_id, RegistrationQuestion.withdrawn_at.is_(None)
    query = select(RegistrationQuestion).where(*asked).order_by(RegistrationQuestion.id)
    query = query.with_for_update(read=True, key_share=True) if lock else query
    return list((await tx.session.execute(query)).scalars())


async def answered_by(tx: Transaction, attendee_id: uuid.UUID) -> list[Answered]:
    """What this attendee answered, withdrawn questions included."""
    query = (
        select(RegistrationQuestion, RegistrationAnswer)
        .join(RegistrationAnswer, RegistrationAnswer.question_id == RegistrationQuestion.id)
        .where(RegistrationAnswer.attendee_id == attendee_id)
        .order_by(RegistrationQuestion.id)
    )
    return [Answered(question, row.answers, row.given_at) for question, row in (await tx.session.execute(query)).all()]


async def how_often(tx: Transaction, fair_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """How many have answered each question."""
    query = (
        select(RegistrationAnswer.question_id, func.count())
        .join(RegistrationQuestion, RegistrationQuestion.id == RegistrationAnswer.question_id)
        .where(RegistrationQuestion.fair_id == fair_id)
        .group_by(RegistrationAnswer.question_id)
    )
    return {row.question_id: row[1] for row in await tx.plain_rows(query)}


async def answer(
    tx: Transaction, fair_id: uuid.UUID, attendee_id: uuid.UUID, given: Mapping[str, Sequence[str]]
) -> None:
    """Write down what was answered, by the names of the questions' fields; what was answered before is replaced."""
    asked = await of_fair(tx, fair_id, lock=True)
    cleaned = {question.id: _clean(question, given.get(question.field, ())) for question in asked}
    mine = RegistrationAnswer.attendee_id == attendee_id, RegistrationAnswer.question_id.in_(cleaned)
    before = {
        row.question_id: row for row in (await tx.session.execute(select(RegistrationAnswer).where(*mine))).scalars()
    }
    # A consent that stands as it was keeps the moment at which it was given.
    changed = [each for each, answers in cleaned.items() if each not in before or before[each].answers != answers]
    old = RegistrationAnswer.attendee_id == attendee_id, RegistrationAnswer.question_id.in_(changed)
    await tx.session.execute(delete(RegistrationAnswer).where(*old))
    for question_id in changed:
        if cleaned[question_id]:
            tx.session.add(
                RegistrationAnswer(
                    attendee_id=attendee_id,
                    question_id=question_id,
                    answers=cleaned[question_id],
                    given_at=tx.now,
                )
            )
    await tx.session.flush()


def _clean(question: RegistrationQuestion, given: Sequence[str]) -> list[str]:
    if question.kind is QuestionKind.TEXT:
        found = [clean_text(each, question.field, LONGEST_ANSWER) for each in given[:1]]
    else:
        known = question.options if question.kind in WITH_OPTIONS else [YES]
        most = len(known) if question.kind is QuestionKind.SEVERAL else 1
        found = [each for each in dict.fromkeys(given) if each][:most]
        if not set(found) <= set(known):
            raise Invalid("answer.unknown", N_("Please choose one of the answers."), field=question.field)
    found = [each for each in found if each]
    if question.is_required and not found:
        message = N_("Please agree to go on.") if question.kind is QuestionKind.CONSENT else N_("Please answer this.")
        raise Invalid("answer.missing", message, field=question.field)
    return found
