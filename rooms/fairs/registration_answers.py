"""What those who register have answered, of many at once: counted, searched, shown to recruiters, taken away."""

import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, func, or_, select

from rooms.core.transaction import Transaction
from rooms.fairs.attendees import Attendee
from rooms.fairs.registration_questions import COUNTED, Answered, RegistrationAnswer, RegistrationQuestion


async def how_often(tx: Transaction, fair_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """How many have answered each question."""
    query = (
        select(RegistrationAnswer.question_id, func.count())
        .join(RegistrationQuestion, RegistrationQuestion.id == RegistrationAnswer.question_id)
        .where(RegistrationQuestion.fair_id == fair_id)
        .group_by(RegistrationAnswer.question_id)
    )
    return {row.question_id: row[1] for row in await tx.plain_rows(query)}


@dataclass(frozen=True)
class Given:
    answers: Sequence[str]
    given_at: datetime


async def answers_of(tx: Transaction, fair_id: uuid.UUID) -> dict[tuple[uuid.UUID, uuid.UUID], Given]:
    """All that was answered at a fair, by attendee and question."""
    columns = (
        RegistrationAnswer.attendee_id, RegistrationAnswer.question_id, RegistrationAnswer.answers,
        RegistrationAnswer.given_at,
    )  # fmt: skip
    query = select(*columns).join(RegistrationQuestion, RegistrationQuestion.id == RegistrationAnswer.question_id)
    rows = await tx.plain_rows(query.where(RegistrationQuestion.fair_id == fair_id))
    return {(row.attendee_id, row.question_id): Given(row.answers, row.given_at) for row in rows}


async def asked_ever(tx: Transaction, fair_id: uuid.UUID) -> list[RegistrationQuestion]:
    """Those that are asked, and withdrawn ones that somebody has answered."""
    answered = select(RegistrationAnswer.question_id).where(RegistrationAnswer.question_id == RegistrationQuestion.id)
    stands = or_(RegistrationQuestion.withdrawn_at.is_(None), answered.exists())
    query = select(RegistrationQuestion).where(RegistrationQuestion.fair_id == fair_id, stands)
    return list((await tx.session.execute(query.order_by(RegistrationQuestion.id))).scalars())


async def tallies(tx: Transaction, fair_id: uuid.UUID) -> dict[uuid.UUID, dict[str, int]]:
    """How many have given each answer to each question that has answers to choose from."""
    answers = cast(RegistrationAnswer.answers, String)
    query = (
        select(RegistrationAnswer.question_id, answers.label("given"), func.count().label("times"))
        .join(RegistrationQuestion, RegistrationQuestion.id == RegistrationAnswer.question_id)
        .where(RegistrationQuestion.fair_id == fair_id, RegistrationQuestion.kind.in_(COUNTED))
        .group_by(RegistrationAnswer.question_id, answers)
    )
    found: dict[uuid.UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in await tx.plain_rows(query):
        for each in json.loads(row.given):
            found[row.question_id][each] += row.times
    return found


def has_answered(question_id: uuid.UUID, answer: str) -> ColumnElement[bool]:
    """Whether an Attendee has given this answer, among others, to the question."""
    # A list of texts is kept as JSON, in which a whole text stands between quotes that no text has in it unescaped.
    given = cast(RegistrationAnswer.answers, String).contains(json.dumps(answer), autoescape=True)
    its = RegistrationAnswer.question_id == question_id, RegistrationAnswer.attendee_id == Attendee.id
    return select(RegistrationAnswer.attendee_id).where(*its, given).exists()


async def shown_to_recruiters(
    tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Answered]]:
    """What these people have answered that recruiters may read, by person."""
    query = (
        select(Attendee.person_id, RegistrationQuestion, RegistrationAnswer)
        .join(RegistrationAnswer, RegistrationAnswer.attendee_id == Attendee.id)
        .join(RegistrationQuestion, RegistrationQuestion.id == RegistrationAnswer.question_id)
        .where(Attendee.fair_id == fair_id, tx.among(Attendee.person_id, people))
        .where(RegistrationQuestion.is_shown_to_recruiters)
        .order_by(RegistrationQuestion.id)
    )
    found: dict[uuid.UUID, list[Answered]] = defaultdict(list)
    for person_id, question, row in (await tx.session.execute(query)).all():
        assert person_id is not None, "looked for by it"  # noqa: S101
        found[person_id].append(Answered(question, row.answers, row.given_at))
    return found
