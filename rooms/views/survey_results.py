"""What was answered to the questions after a fair: how often, never by whom, and nothing of few."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs import surveys
from rooms.fairs.surveys import USEFULNESS, Audience, SurveyAnswer
from rooms.views.fair_report import FEWEST


@dataclass(frozen=True)
class SurveyResults:
    audience: Audience
    questions: Mapping[int, str]
    """In the fair's own words, by number; the usual ones are not among them."""
    asked: int
    answered: int
    usefulness: Mapping[int, int] | None
    """How many chose each number; None of fewer than five."""
    mean: float | None
    yes: int | None
    no: int | None
    words: Sequence[str]
    """In no order that would say who wrote them."""


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Sequence[SurveyResults]:
    """One for each audience; none before people are asked."""
    survey = await surveys.of_fair(tx, fair_id)
    if survey is None:
        return ()
    rows = (await tx.session.execute(select(SurveyAnswer).where(SurveyAnswer.fair_id == fair_id))).scalars().all()
    own = await surveys.own_words(tx, fair_id)
    return [
        _results(
            audience,
            {number: words for (whose, number), words in own.items() if whose is audience},
            survey.asked(audience),
            [row for row in rows if row.audience is audience],
        )
        for audience in Audience
    ]


def _results(
    audience: Audience, questions: Mapping[int, str], asked: int, rows: Sequence[SurveyAnswer]
) -> SurveyResults:
    chosen = [row.usefulness for row in rows if row.usefulness]
    said = [row.said_yes for row in rows if row.said_yes is not None]
    words = sorted(row.words for row in rows if row.words)
    counts, is_told = Counter(chosen), len(chosen) >= FEWEST
    return SurveyResults(
        audience=audience,
        questions=questions,
        asked=asked,
        answered=len(rows),
        usefulness={step: counts[step] for step in USEFULNESS} if is_told else None,
        mean=round(sum(chosen) / len(chosen), 1) if is_told else None,
        yes=sum(said) if len(said) >= FEWEST else None,
        no=len(said) - sum(said) if len(said) >= FEWEST else None,
        words=words if len(rows) >= FEWEST else (),
    )
