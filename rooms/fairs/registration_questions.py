"""What a fair asks those who register: its own questions, and what was answered, with the words as they stood then."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, false, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, demand_not_archived
from rooms.organisations.employers import SECTORS
from rooms.people.documents import Document

MOST_QUESTIONS, MOST_OPTIONS = 20, 30
LONGEST_QUESTION, LONGEST_OPTION, LONGEST_ANSWER = 300, 120, 1000
YES = "yes"


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    CONSENT = "consent"
    """A sentence to which one agrees, or not."""
    SECTORS = "sectors"
    """In which sectors somebody looks for work: any of the fair's. Booths are suggested by it."""
    FILE = "file"


WITH_OPTIONS = (QuestionKind.CHOICE, QuestionKind.SEVERAL)
COUNTED = (*WITH_OPTIONS, QuestionKind.SECTORS, QuestionKind.CONSENT)
"""Of which it is known beforehand what can be answered."""


class RegistrationQuestion(Base):
    """Its words never change: what was answered was answered to them. Goes with its fair."""

    __tablename__ = "registration_question"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    kind: Mapped[QuestionKind]
    words: Mapped[str]
    options: Mapped[list[str]]
    is_required: Mapped[bool]
    is_shown_to_recruiters: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the answers are shown at the booths in whose lines, or with whose recruiters, somebody is; otherwise to
    the organisers alone."""
    withdrawn_at: Mapped[datetime | None]
    """From then on nobody is asked it; what was answered stays."""

    @property
    def field(self) -> str:
        """The name of its field in a form."""
        return f"answer-{self.id}"

    @property
    def known_answers(self) -> list[str]:
        """What can be answered; empty where that is not known beforehand."""
        return [YES] if self.kind is QuestionKind.CONSENT else self.options


class RegistrationAnswer(Base):
    """Owner of the data: the person who answered. Purpose: to run this fair. Goes with the fair."""

    __tablename__ = "registration_answer"
    attendee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attendee.id"), primary_key=True)
    question_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration_question.id"), index=True, primary_key=True)
    answers: Mapped[list[str]]
    """Of a file: its document's id, and its name."""
    given_at: Mapped[datetime]


@dataclass(frozen=True)
class Asked:
    """A question as whoever runs the fair writes it."""

    kind: QuestionKind
    words: str
    options: str = ""
    """The answers to choose from, one a line."""
    is_required: bool = False
    is_shown_to_recruiters: bool = False


@dataclass(frozen=True)
class Answered:
    question: RegistrationQuestion
    answers: Sequence[str]
    given_at: datetime


async def ask(tx: Transaction, fair: Fair, asked: Asked) -> RegistrationQuestion:
    """Ask one more question."""
    demand_not_archived(fair)
    await tx.lock(fair, key_share=True)
    if len(await of_fair(tx, fair.id)) >= MOST_QUESTIONS:
        message = N_("At most %(most)s questions: the more are asked, the fewer people come.")
        raise Conflict("question.too_many", message, field="words", most=MOST_QUESTIONS)
    row = RegistrationQuestion(
        id=new_id(),
        fair_id=fair.id,
        kind=asked.kind,
        words=clean_text(asked.words, "words", LONGEST_QUESTION, required=True),
        options=_options_of(fair, asked),
        is_required=asked.is_required,
        is_shown_to_recruiters=asked.is_shown_to_recruiters,
    )
    tx.session.add(row)
    await tx.session.flush()
    return row


def _options_of(fair: Fair, asked: Asked) -> list[str]:
    if asked.kind is QuestionKind.SECTORS:
        return list(fair.sectors or SECTORS)
    return _options(asked.options) if asked.kind in WITH_OPTIONS else []


def _options(text: str) -> list[str]:
    found = [clean_text(one_line(line), "options", LONGEST_OPTION) for line in text.splitlines()]
    options = list(dict.fromkeys(filter(None, found)))
    if not 2 <= len(options) <= MOST_OPTIONS:
        message = N_("Between 2 and %(most)s answers to choose from, one a line.")
        raise Invalid("options.count", message, field="options", most=MOST_OPTIONS)
    return options


async def withdraw(tx: Transaction, fair: Fair, question_id: uuid.UUID) -> None:
    """Nobody is asked it any more. One that nobody has ever answered goes without a trace."""
    demand_not_archived(fair)
    row = await tx.session.get(RegistrationQuestion, question_id, with_for_update=True)
    if row is None or row.fair_id != fair.id:
        raise NotFound("question")
    answered = select(RegistrationAnswer.attendee_id).where(RegistrationAnswer.question_id == row.id).limit(1)
    given = select(Document.id).where(Document.registration_question_id == row.id).limit(1)
    if (await tx.session.execute(answered)).first() or (await tx.session.execute(given)).first():
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


async def answer(
    tx: Transaction, fair_id: uuid.UUID, attendee_id: uuid.UUID, given: Mapping[str, Sequence[str]]
) -> None:
    """Write down what was answered, by the names of the questions' fields; what was answered before is replaced."""
    asked = await of_fair(tx, fair_id, lock=True)
    mine = RegistrationAnswer.attendee_id == attendee_id
    before = {
        row.question_id: row for row in (await tx.session.execute(select(RegistrationAnswer).where(mine))).scalars()
    }
    for question in asked:
        # A file was kept before, or it is missing.
        if question.kind is QuestionKind.FILE and question.is_required and question.id not in before:
            raise _missing(question)
    written = [question for question in asked if question.kind is not QuestionKind.FILE]
    cleaned = {question.id: clean(question, given.get(question.field, ())) for question in written}
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


async def bring(tx: Transaction, fair_id: uuid.UUID, brought: Mapping[uuid.UUID, Mapping[str, Sequence[str]]]) -> None:
    """Write down what a list says of these attendees, by the ids of the questions; what was answered already stays."""
    if not brought:
        return
    asked = {str(question.id) for question in await of_fair(tx, fair_id, lock=True)}
    rows = [
        {"attendee_id": attendee, "question_id": uuid.UUID(question), "answers": list(answers), "given_at": tx.now}
        for attendee, said in brought.items()
        for question, answers in said.items()
        if question in asked
    ]
    if rows:
        insert = (sqlite if tx.is_sqlite else postgresql).insert(RegistrationAnswer)
        await tx.write(insert.on_conflict_do_nothing(), rows)


def clean(question: RegistrationQuestion, given: Sequence[str], *, is_whole: bool = True) -> list[str]:
    """What is kept of an answer; nothing may be missing if it `is_whole`."""
    if question.kind is QuestionKind.TEXT:
        found = [clean_text(each, question.field, LONGEST_ANSWER) for each in given[:1]]
    else:
        is_one = question.kind in (QuestionKind.CHOICE, QuestionKind.CONSENT)
        found = [each for each in dict.fromkeys(given) if each]
        if not set(found) <= set(question.known_answers):
            raise Invalid("answer.unknown", N_("Please choose one of the answers."), field=question.field)
        found = found[:1] if is_one else found
    found = [each for each in found if each]
    if is_whole and question.is_required and not found:
        raise _missing(question)
    return found


def _missing(question: RegistrationQuestion) -> Invalid:
    message = N_("Please agree to go on.") if question.kind is QuestionKind.CONSENT else N_("Please answer this.")
    return Invalid("answer.missing", message, field=question.field)
