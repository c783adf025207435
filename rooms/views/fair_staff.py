"""The employers of a fair and their recruiters as its organisers see them: those who are there, and those who are
invited. Sixty employers cost the same queries as three."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import and_, case, literal, select

from rooms.core.outbox import Mail
from rooms.core.text import sort_key
from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair
from rooms.organisations.employers import EmployerMember
from rooms.people import mail_refusals
from rooms.people.name_search import words_of
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose
from rooms.views.attendees import PAGE, AttendeeState, letter_state


class EmployerState(StrEnum):
    SET_UP = "set_up"
    NOT_SET_UP = "not_set_up"
    """Somebody of it is here, and its booth is not set up."""
    NOBODY = "nobody"
    """Nobody of it has accepted an invitation yet."""


@dataclass(frozen=True)
class StaffRow:
    """A recruiter, or somebody who is invited to be one."""

    name: str
    email: str | None
    booth: Booth
    is_owner: bool
    state: AttendeeState
    since: datetime | None
    sends_at: datetime | None = None
    """When the letter leaves, if it was to wait until then."""
    waits_for_fair: bool = False
    link_id: uuid.UUID | None = None
    """Of whoever is invited."""
    is_refused: bool = False

    def is_found(self, wanted: set[str]) -> bool:
        words = words_of(self.name) | words_of(self.email or "") | words_of(self.booth.employer.name)
        return all(any(word.startswith(each) for word in words) for each in wanted)


@dataclass(frozen=True)
class EmployerRow:
    booth: Booth
    people: Sequence[StaffRow] = ()
    """Its recruiters at this fair, and those who are invited."""

    @property
    def state(self) -> EmployerState:
        if self.booth.set_up_at:
            return EmployerState.SET_UP
        return EmployerState.NOT_SET_UP if self.members else EmployerState.NOBODY

    @property
    def members(self) -> int:
        return sum(row.link_id is None for row in self.people)

    @property
    def invited(self) -> list[StaffRow]:
        return [row for row in self.people if row.link_id]

    def is_found(self, wanted: set[str]) -> bool:
        own = words_of(self.booth.employer.name) | words_of(self.booth.employer.siret)
        is_own = all(any(word.startswith(each) for word in own) for each in wanted)
        return is_own or any(row.is_found(wanted) for row in self.people)


T = TypeVar("T", EmployerRow, StaffRow)


@dataclass(frozen=True)
class FoundPage:
    """One page of what is found, and how many there are in each state, whatever is looked for."""

    rows: Sequence[EmployerRow | StaffRow]
    found: int
    counts: dict[str, int] = field(default_factory=dict)
    page: int = 1
    pages: int = 1


async def employers_of(tx: Transaction, fair: Fair) -> list[EmployerRow]:
    rows = await booths.of_fair(tx, fair.id, only_set_up=False)
    people = defaultdict(list)
    for row in await recruiters_of(tx, fair, rows):
        people[row.booth.id].append(row)
    return [EmployerRow(booth, people[booth.id]) for booth in rows]


async def recruiters_of(tx: Transaction, fair: Fair, rows: Sequence[Booth] | None = None) -> list[StaffRow]:
    """In the order of their names."""
    if rows is None:
        rows = await booths.of_fair(tx, fair.id, only_set_up=False)
    at = {booth.employer_id: booth for booth in rows}
    found = [*await _members(tx, at), *await _invited(tx, at)]
    return sorted(found, key=lambda row: sort_key(row.name))


async def _members(tx: Transaction, at: dict[uuid.UUID, Booth]) -> list[StaffRow]:
    """Who stands at one of these booths, by employer."""
    query = (
        select(Person, EmployerMember, BoothStaff.desk_seen_at)
        .join(BoothStaff, BoothStaff.person_id == Person.id)
        .join(Booth, Booth.id == BoothStaff.booth_id)
        .join(
            EmployerMember,
            and_(EmployerMember.employer_id == Booth.employer_id, EmployerMember.person_id == Person.id),
        )
        .where(Booth.id.in_([booth.id for booth in at.values()]))
    )
    return [
        StaffRow(
            person.name,
            person.email,
            at[member.employer_id],
            member.is_owner,
            AttendeeState.CAME if seen_at else AttendeeState.REGISTERED,
            seen_at,
        )
        for person, member, seen_at in (await tx.session.execute(query)).all()
    ]


async def _invited(tx: Transaction, at: dict[uuid.UUID, Booth]) -> list[StaffRow]:
    state = case(*letter_state(tx.now), else_=literal(AttendeeState.INVITED.value))
    query = (
        select(Link, state)
        .outerjoin(Mail, Mail.id == Link.mail_id)
        .where(Link.purpose == Purpose.EMPLOYER, Link.subject_id.in_(list(at)), Link.used_at.is_(None))
        .where(Link.withdrawn_at.is_(None))
    )
    found = (await tx.session.execute(query)).all()
    refused = await mail_refusals.refusing(tx, "invitation", [link.email for link, _ in found])
    return [
        StaffRow(
            link.name,
            link.email,
            at[link.subject_id],
            link.is_owner,
            AttendeeState(name),
            link.opened_at if name == AttendeeState.OPENED else link.sent_at,
            sends_at=link.sent_at if link.sent_at and link.sent_at > tx.now else None,
            link_id=link.id,
            is_refused=link.email in refused,
        )
        for link, name in found
    ]


LEGAL_FORMS = frozenset({"sa", "sas", "sasu", "sarl", "eurl", "sci", "scop", "groupe", "group", "ltd", "plc", "gmbh"})
SIREN = slice(0, 9)
"""The digits of a SIRET that are the same for all establishments of an enterprise (INSEE)."""


def look_alike(rows: Sequence[EmployerRow]) -> list[tuple[Booth, Booth]]:
    """Employers of the fair that may be one: of one name but for case, accents and legal form, or of one SIREN. Of each
    pair the one that has come further stands first."""
    by_key: dict[str, list[EmployerRow]] = defaultdict(list)
    for row in rows:
        employer = row.booth.employer
        words = words_of(employer.name) - LEGAL_FORMS
        by_key[" ".join(sorted(words)) or employer.name].append(row)
        if employer.siret:
            by_key[f"siren {employer.siret[SIREN]}"].append(row)
    pairs: dict[tuple[uuid.UUID, ...], tuple[Booth, Booth]] = {}
    for same in by_key.values():
        for other in same[1:]:
            first, second = sorted((same[0], other), key=lambda row: (row.booth.set_up_at is None, -row.members))
            pairs[tuple(sorted((first.booth.id, second.booth.id)))] = first.booth, second.booth
    return list(pairs.values())


def all_found(rows: Sequence[T], words: str, states: Sequence[str]) -> list[T]:
    wanted = words_of(words)
    return [row for row in rows if row.is_found(wanted) and (not states or row.state.value in states)]


def page_of(rows: Sequence[T], words: str, states: Sequence[str], page: int) -> FoundPage:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.state.value] += 1
    found = all_found(rows, words, states)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, page), pages)
    return FoundPage(found[(page - 1) * PAGE : page * PAGE], len(found), dict(counts), page, pages)
