"""What an employer takes into its own recruiting software: those alone who allow it, with when and in which words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.job_applications import JobApplication
from rooms.lines.call import Call
from rooms.lines.places import Place
from rooms.meetings import follow_up, talk_tags
from rooms.meetings.meeting import Meeting
from rooms.organisations import transfer_consents
from rooms.organisations.vacancies import Vacancy
from rooms.people.people import Person


@dataclass(frozen=True)
class Talk:
    at: datetime
    recruiter: str
    vacancy: str
    """For which they came; empty for none in particular."""
    words: str
    """What they wrote when they joined the line."""
    next_step: str
    answer: str
    team_notes: str
    tags: Sequence[str]


@dataclass(frozen=True)
class Application:
    at: datetime
    vacancy: str
    words: str
    verdict: str
    answer: str


@dataclass(frozen=True)
class Candidate:
    name: str
    email: str
    location: str
    seeks: str
    spoken_languages: str
    allowed_at: datetime
    allowed_words: str
    talks: Sequence[Talk]
    applications: Sequence[Application]


@dataclass(frozen=True)
class Transfer:
    candidates: Sequence[Candidate]
    left_out: int
    """How many talked or applied and do not allow it."""


async def of_booth(tx: Transaction, booth: Booth) -> Transfer:
    talks = [row for row in await follow_up.of_booth(tx, booth.id, most=None) if row.live_at]
    query = select(JobApplication).where(JobApplication.booth_id == booth.id).order_by(JobApplication.made_at)
    applied = (await tx.session.execute(query)).scalars().all()
    met: dict[uuid.UUID, Person] = {row.candidate_id: row.candidate for row in talks}
    met |= {row.person_id: row.person for row in applied}
    allowed = await transfer_consents.of_people(tx, booth.employer_id, met)
    told = await _talks(tx, [row for row in talks if row.candidate_id in allowed])
    return Transfer(
        [
            Candidate(
                person.name,
                person.email or "",
                person.location,
                person.seeks,
                person.spoken_languages,
                allowed[person.id].given_at,
                allowed[person.id].words,
                told.get(person.id, []),
                [_application(row) for row in applied if row.person_id == person.id],
            )
            for person in sorted(met.values(), key=lambda each: each.name)
            if person.id in allowed
        ],
        left_out=len(met) - len(allowed),
    )


async def _talks(tx: Transaction, rows: Sequence[Meeting]) -> dict[uuid.UUID, list[Talk]]:
    places = await _places(tx, [row.call_id for row in rows if row.call_id])
    tags = await talk_tags.of_talks(tx, [row.id for row in rows])
    found: dict[uuid.UUID, list[Talk]] = {}
    for row in sorted(rows, key=lambda each: each.opened_at):
        written = row.follow_up
        words, vacancy = places.get(row.call_id, ("", ""))
        answered = written.next_step.value if written.next_step and written.answered_at else ""
        found.setdefault(row.candidate_id, []).append(
            Talk(
                row.opened_at,
                row.led_by.name,
                vacancy,
                words,
                answered,
                written.answer if answered else "",
                written.team_notes,
                tags[row.id],
            )
        )
    return found


async def _places(tx: Transaction, calls: Sequence[uuid.UUID]) -> dict[uuid.UUID | None, tuple[str, str]]:
    """What those called had written, and the title of the job for which they came."""
    query = select(Call.id, Place.words, Vacancy.title).join(Place, Place.id == Call.place_id)
    query = query.outerjoin(Vacancy, Vacancy.id == Place.vacancy_id).where(tx.among(Call.id, calls))
    return {row.id: (row.words, row.title or "") for row in await tx.plain_rows(query)}


def _application(row: JobApplication) -> Application:
    return Application(row.made_at, row.vacancy.title, row.words, row.verdict.value if row.verdict else "", row.answer)
