"""Candidates whom a booth may want to meet, by what both wrote themselves, each with the reason in words. Only those
who agreed to be found; nobody's conduct, face or answers to others are looked at, and nobody is ranked."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rooms.core.text import as_seen
from rooms.core.transaction import Transaction
from rooms.fairs import approaches
from rooms.fairs.attendees import Attendee
from rooms.fairs.booths import Booth
from rooms.fairs.registration_questions import QuestionKind, RegistrationAnswer, RegistrationQuestion
from rooms.lines.places import Place
from rooms.organisations import vacancies
from rooms.people.people import Person
from rooms.views.job_words import are_found, stems_of

MOST = 100


@dataclass(frozen=True)
class Fitting:
    person: Person
    vacancy: str = ""
    """The vacancy that is what they look for, if that is why."""
    sector: str = ""
    """In which they look for work, if that is why."""
    is_near: bool = False
    """They live where the work is."""
    written_at: datetime | None = None
    """When the booth wrote to them."""


async def to(tx: Transaction, booth: Booth) -> Sequence[Fitting]:
    """Those who look for one of the jobs first, then those who look in the sector; in either by name. Whoever has stood
    in the booth's line has found it by themselves."""
    people = await approaches.findable(tx, booth.fair)
    met = set(await _who_came(tx, booth.id))
    sectors = await _sectors_of(tx, booth.fair_id)
    jobs = (await vacancies.of_employers(tx, [booth.employer_id]))[booth.employer_id]
    # Names are hidden of whoever comes for the others.
    stems = {row.title: stems_of(row.title) for row in jobs if not row.is_fair_chance}
    places = {as_seen(where) for where in (booth.employer.location, *(row.location for row in jobs)) if where}
    written = await approaches.of_booth(tx, booth.id)
    by_job, by_sector = [], []
    for person in people:
        if person.id in met:
            continue
        title = _job_for(person, stems)
        is_near = bool(person.location) and as_seen(person.location) in places
        if title:
            by_job.append(Fitting(person, title, "", is_near, written.get(person.id)))
        elif booth.employer.sector in sectors.get(person.id, ()):
            by_sector.append(Fitting(person, "", booth.employer.sector, is_near, written.get(person.id)))
    found = [*by_job, *by_sector]
    # Whoever was written to makes room for those who were not.
    return [each for each in found if not each.written_at][:MOST] + [each for each in found if each.written_at][:MOST]


def _job_for(person: Person, stems: Mapping[str, Collection[str]]) -> str:
    wanted = stems_of(person.seeks)
    return next((title for title, among in stems.items() if wanted and are_found(wanted, among)), "")


async def _who_came(tx: Transaction, booth_id: uuid.UUID) -> Sequence[uuid.UUID]:
    return (await tx.session.execute(select(Place.person_id).where(Place.booth_id == booth_id))).scalars().all()


async def _sectors_of(tx: Transaction, fair_id: uuid.UUID) -> dict[uuid.UUID, set[str]]:
    """In which sectors those who may be found look for work, as far as the fair asks."""
    query = (
        select(Attendee.person_id, RegistrationAnswer.answers)
        .join(RegistrationAnswer, RegistrationAnswer.attendee_id == Attendee.id)
        .join(RegistrationQuestion, RegistrationQuestion.id == RegistrationAnswer.question_id)
        .where(Attendee.fair_id == fair_id, Attendee.findable_since.is_not(None))
        .where(RegistrationQuestion.kind == QuestionKind.SECTORS)
    )
    found: dict[uuid.UUID, set[str]] = {}
    for row in await tx.plain_rows(query):
        found.setdefault(row.person_id, set()).update(row.answers)
    return found
