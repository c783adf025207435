"""Booths that may suit somebody, by what they and the employers wrote themselves, each with the reason in words.
Nobody's conduct is looked at, and nothing is ranked."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs import booths, registration, registration_questions
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import QuestionKind
from rooms.organisations.vacancies import Vacancy
from rooms.people.people import Person
from rooms.views.job_words import are_found, stems_of

MOST, MOST_LOOKED_AT = 6, 2000


@dataclass(frozen=True)
class Suggestion:
    booth: Booth
    sector: str = ""
    """In which they look for work, if that is why."""
    vacancy: str = ""
    """The vacancy that they look for, if that is why."""


async def to(tx: Transaction, fair: Fair, person: Person) -> Sequence[Suggestion]:
    """Those with a vacancy of what this person looks for first, then those of a sector they named."""
    sectors = await _sectors_of(tx, fair, person)
    wanted = stems_of(person.seeks)
    if not sectors and not wanted:
        return []
    rows = await booths.of_fair(tx, fair.id)
    jobs = await _titles(tx, [booth.employer_id for booth in rows]) if wanted else {}
    by_job, by_sector = [], []
    for booth in rows:
        fitting = (title for title in jobs.get(booth.employer_id, ()) if are_found(wanted, stems_of(title)))
        title = next(fitting, None)
        if title:
            by_job.append(Suggestion(booth, vacancy=title))
        elif booth.employer.sector in sectors:
            by_sector.append(Suggestion(booth, sector=booth.employer.sector))
    return [*by_job, *by_sector][:MOST]


async def _titles(tx: Transaction, employers: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Some of the vacancies that stand, by employer: whoever looks on finds the others at the booth."""
    query = select(Vacancy.employer_id, Vacancy.title).where(Vacancy.withdrawn_at.is_(None))
    query = query.where(Vacancy.employer_id.in_(employers)).order_by(Vacancy.title).limit(MOST_LOOKED_AT)
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for row in await tx.plain_rows(query):
        found[row.employer_id].append(row.title)
    return found


async def _sectors_of(tx: Transaction, fair: Fair, person: Person) -> set[str]:
    mine = await registration.attendee_of(tx, fair, person)
    answered = await registration_questions.answered_by(tx, mine.id) if mine else []
    return {each for row in answered if row.question.kind is QuestionKind.SECTORS for each in row.answers}
