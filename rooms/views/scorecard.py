"""Scorecards as one recruiter sees them: a colleague's mark is shown once they have given their own."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines.call import Call
from rooms.lines.places import Place
from rooms.meetings import follow_up, scorecards
from rooms.meetings.meeting import Meeting
from rooms.meetings.scorecards import Criterion, Mark
from rooms.organisations.vacancies import Vacancy
from rooms.people.people import Person


@dataclass(frozen=True)
class Marked:
    criterion: Criterion
    mine: int | None
    others: Sequence[Mark]
    """Of colleagues; none before one's own is given."""
    hidden: int
    """How many colleagues' marks are not shown yet."""

    @property
    def mean(self) -> float | None:
        """Of what one may see, one's own with it."""
        steps = [mark.step for mark in self.others] + ([self.mine] if self.mine else [])
        return sum(steps) / len(steps) if steps else None


async def of_talk(tx: Transaction, meeting: Meeting, reader: Person) -> Sequence[Marked]:
    """None where the employer has named no criteria."""
    booth = meeting.employers_booth
    if booth is None:
        return ()
    return (await _of_talks(tx, booth, [meeting], reader))[meeting.id]


async def criteria_of(tx: Transaction, meeting: Meeting) -> Sequence[Criterion]:
    """What is looked at in this talk's candidate: of the vacancy for which they came, or of all."""
    booth = meeting.employers_booth
    if booth is None:
        return ()
    wanted = (await _wanted(tx, [meeting])).get(meeting.id)
    return _for(await scorecards.of_employer(tx, booth.employer_id), wanted)


def _for(standing: Mapping[uuid.UUID | None, list[Criterion]], wanted: uuid.UUID | None) -> Sequence[Criterion]:
    return standing.get(wanted) or standing[None]


async def _of_talks(
    tx: Transaction, booth: Booth, talks: Sequence[Meeting], reader: Person
) -> dict[uuid.UUID, Sequence[Marked]]:
    standing = await scorecards.of_employer(tx, booth.employer_id)
    wanted = await _wanted(tx, talks)
    given: dict[uuid.UUID, list[Mark]] = defaultdict(list)
    for mark in await scorecards.marks_of(tx, [talk.id for talk in talks]):
        given[mark.meeting_id].append(mark)
    return {talk.id: _marked(_for(standing, wanted.get(talk.id)), given[talk.id], reader) for talk in talks}


def _marked(standing: Iterable[Criterion], given: Sequence[Mark], reader: Person) -> Sequence[Marked]:
    """By what is looked at now, and then by what one has marked before it was given up."""
    before = {mark.criterion_id: mark.criterion for mark in given if mark.person_id == reader.id}
    criteria = {each.id: each for each in standing} | before
    found = []
    for criterion in criteria.values():
        here = [mark for mark in given if mark.criterion_id == criterion.id]
        mine = next((mark.step for mark in here if mark.person_id == reader.id), None)
        others = [mark for mark in here if mark.person_id != reader.id]
        found.append(Marked(criterion, mine, others if mine else (), 0 if mine else len(others)))
    return found


async def _wanted(tx: Transaction, talks: Sequence[Meeting]) -> dict[uuid.UUID, uuid.UUID]:
    """The vacancies for which candidates stood in line, by talk."""
    calls = {talk.call_id: talk.id for talk in talks if talk.call_id}
    query = select(Call.id, Place.vacancy_id).join(Place, Place.id == Call.place_id)
    rows = await tx.plain_rows(query.where(tx.among(Call.id, list(calls)), Place.vacancy_id.is_not(None)))
    return {calls[row.id]: row.vacancy_id for row in rows}


@dataclass(frozen=True)
class Sheet:
    """The talks about one vacancy, side by side."""

    vacancy: Vacancy | None
    """None: of all that have no criteria of their own."""
    criteria: Sequence[Criterion]
    talks: list[tuple[Meeting, Mapping[uuid.UUID, Marked]]] = field(default_factory=list)


async def of_booth(tx: Transaction, booth: Booth, reader: Person) -> Sequence[Sheet]:
    """In the order of the talks, the latest first: nobody is ordered by marks."""
    standing = await scorecards.of_employer(tx, booth.employer_id)
    talks = [talk for talk in await follow_up.of_booth(tx, booth.id) if talk.live_at]
    wanted, marked = await _wanted(tx, talks), await _of_talks(tx, booth, talks, reader)
    of_their_own = {row.id: row for row in await tx.rows(Vacancy, [of for of in standing if of])}
    sheets = {of: Sheet(of_their_own[of] if of else None, rows) for of, rows in standing.items() if rows}
    for talk in talks:
        of = wanted.get(talk.id)
        sheet = sheets.get(of if of in sheets else None)
        if sheet:
            sheet.talks.append((talk, {each.criterion.id: each for each in marked[talk.id]}))
    return [sheet for sheet in sheets.values() if sheet.talks]
