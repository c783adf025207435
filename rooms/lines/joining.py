"""Taking a place at the end of a line: one after the other, or a thousand at one instant."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import inspect, select, update

from rooms.core.errors import N_, Conflict, Invalid, NotFound, Problem
from rooms.core.model import new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import admission, attendees, sanctions, schedule
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import is_hidden_from
from rooms.lines.places import Place, PlaceState, of_people, taken, too_many
from rooms.organisations.vacancies import Vacancy
from rooms.people.people import Person


@dataclass(frozen=True)
class Asking:
    """Who asks for a place, what they say to the booth, and for which of its jobs they come."""

    person: Person
    words: str = ""
    vacancy_id: uuid.UUID | None = None
    is_on_site: bool | None = None
    """They are at the place of the fair; None where it is not said."""


async def join(
    tx: Transaction,
    person: Person,
    booth: Booth,
    words: str = "",
    vacancy_id: uuid.UUID | None = None,
    *,
    is_on_site: bool | None = None,
) -> Place:
    """Take a place at the end of the line. Joining again changes only the words and the job; where one is:
    on_site.move_to. Raises Conflict for whoever says that they are on site while the fair is held online alone."""
    if is_on_site:
        await schedule.demand_on_site(tx, booth.fair)
    (found,) = await join_all(tx, booth, [Asking(person, words, vacancy_id, is_on_site)])
    if isinstance(found, Problem):
        raise found
    return found


async def join_all(tx: Transaction, booth: Booth, asked: Sequence[Asking]) -> list[Place | Problem]:
    """The same for many different people, in the order in which they asked, with as many queries as for one."""
    ids = {each.person.id for each in asked}
    # Their rows are locked so that two tabs cannot take more places than the fair allows.
    locking = select(Person).where(tx.among(Person.id, ids)).order_by(Person.id).with_for_update(key_share=True)
    people = {person.id: person for person in (await tx.session.execute(locking)).scalars()}
    held: dict[uuid.UUID, list[Place]] = {}
    for place in await of_people(tx, ids, booth.fair_id):
        held.setdefault(place.person_id, []).append(place)
    staff = select(BoothStaff.person_id).where(BoothStaff.booth_id == booth.id, tx.among(BoothStaff.person_id, ids))
    here = set((await tx.session.execute(staff)).scalars())
    outside = await admission.outside(tx, booth.fair, ids - here - set(held))
    stand = await _standing(tx, booth, {each.vacancy_id for each in asked if each.vacancy_id})
    excluded = await sanctions.excluded(tx, booth.fair_id, ids)
    without_part = await attendees.without_part(tx, booth.fair, ids - here - set(held))
    found: list[Place | Problem] = [
        sanctions.out()
        if each.person.id in excluded
        else attendees.register_first()
        if each.person.id in without_part
        else admission.refusal(booth.fair)
        if each.person.id in outside
        else _withdrawn()
        if each.vacancy_id and each.vacancy_id not in stand
        else _joining(booth, people[each.person.id], each, held.get(each.person.id, []), here, stand)
        for each in asked
    ]
    new = [row for row in found if isinstance(row, Place) and inspect(row).transient]
    first = await _next_tickets(tx, booth.id, len(new)) if new else 0
    if first is None:
        return [_has_left() if row in new else row for row in found]
    for ticket, row in enumerate(new, start=first):
        row.id, row.ticket, row.joined_at, row.missed = new_id(), ticket, tx.now, 0
        tx.session.add(row)
        taken(tx, row)
    return found


async def _standing(tx: Transaction, booth: Booth, wanted: Collection[uuid.UUID]) -> dict[uuid.UUID, bool]:
    """Which of these are jobs of the employer that nobody has withdrawn, and whether each is one of fair chance."""
    if not wanted:
        return {}
    query = select(Vacancy.id, Vacancy.is_fair_chance).where(Vacancy.id.in_(wanted), Vacancy.withdrawn_at.is_(None))
    rows = await tx.plain_rows(query.where(Vacancy.employer_id == booth.employer_id))
    return {row.id: row.is_fair_chance for row in rows}


def _withdrawn() -> Invalid:
    message = N_("This job was withdrawn meanwhile. Choose another one, or none.")
    return Invalid("vacancy.withdrawn", message, field="vacancy")


def _joining(
    booth: Booth,
    person: Person,
    asked: Asking,
    held: Sequence[Place],
    staff: Collection[uuid.UUID],
    chances: Mapping[uuid.UUID, bool],
) -> Place | Problem:
    """The place that the person has, or a new one that has no ticket yet."""
    try:
        words = clean_text(asked.words, "words", 600)
    except Invalid as problem:
        return problem
    if is_hidden_from(person, booth.fair):
        return NotFound("booth")
    mine = next((place for place in held if place.booth_id == booth.id), None)
    if mine:
        mine.words = words or mine.words
        mine.vacancy_id = asked.vacancy_id or mine.vacancy_id
        mine.hides_name = chances[asked.vacancy_id] if asked.vacancy_id else mine.hides_name
        return mine
    if person.id in staff:
        return Conflict("line.own", N_("You stand at this booth yourself."))
    if len(held) >= booth.fair.most_lines:
        return too_many(booth.fair)
    place = Place(booth_id=booth.id, person_id=person.id, state=PlaceState.WAITING, words=words)
    place.vacancy_id, place.is_on_site = asked.vacancy_id, bool(asked.is_on_site)
    place.hides_name = chances[asked.vacancy_id] if asked.vacancy_id else False
    place.booth, place.person = booth, person
    return place


def _has_left() -> Conflict:
    return Conflict("booth.left", N_("This booth has left the fair."))


async def _next_tickets(tx: Transaction, booth_id: uuid.UUID, count: int) -> int | None:
    """The first of so many tickets, one after the other; None at a booth that has left meanwhile."""
    there = Booth.id == booth_id, Booth.left_at.is_(None)
    statement = update(Booth).where(*there).values(last_ticket=Booth.last_ticket + count)
    last: int | None = (await tx.session.execute(statement.returning(Booth.last_ticket))).scalar_one_or_none()
    return last - count + 1 if last is not None else None
