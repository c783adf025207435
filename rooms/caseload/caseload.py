"""Caseloads: who follows whom. A person has one referent; handing over changes the referent and nothing else."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, or_, select

from rooms.appointments import agenda
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance
from rooms.caseload import agreed_steps, response_times, thread_letters
from rooms.caseload.response_times import Kept
from rooms.chat import conversations
from rooms.chat.conversations import ConversationKind
from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.events import DomainEvent, person_stream
from rooms.core.text import sort_key
from rooms.core.transaction import Transaction
from rooms.organisations import agencies, referents
from rooms.organisations.agencies import Team, TeamMember, colleague_of
from rooms.organisations.referents import CaseloadEntry
from rooms.people import name_search
from rooms.people.people import Person

FEWEST_LETTERS, MOST_FOUND = 2, 20


class FollowedElsewhere(Conflict):
    def __init__(self) -> None:
        super().__init__("followed.elsewhere", N_("Another counsellor follows this person. Ask for a handover."))


class Namesake(Conflict):
    def __init__(self) -> None:
        super().__init__("followed.namesake", N_("You follow somebody of this name already."), field="name")


class KnownHere(Conflict):
    def __init__(self) -> None:
        message = N_("Somebody of this name is known at your agency, and nobody follows them now: they stand below.")
        super().__init__("followed.known_here", message, field="name")


class CounsellorChanged(DomainEvent):
    """Somebody is followed by another counsellor from now on, or by nobody."""

    kind: ClassVar[str] = "caseload.counsellor_changed"
    person_id: uuid.UUID
    counsellor_id: uuid.UUID | None
    former_id: uuid.UUID | None


def publish(
    tx: Transaction, person_id: uuid.UUID, counsellor_id: uuid.UUID | None, former_id: uuid.UUID | None
) -> None:
    concerned = filter(None, (person_id, counsellor_id, former_id))
    event = CounsellorChanged(person_id=person_id, counsellor_id=counsellor_id, former_id=former_id)
    tx.record(event, *(person_stream(each) for each in concerned))


async def follow(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """`counsellor` is the person's referent from now on."""
    row = await tx.session.get(CaseloadEntry, person_id, with_for_update=True)
    if row is None:
        values = {"person_id": person_id, "counsellor_id": counsellor_id, "since": tx.now}
        await tx.insert_once(CaseloadEntry, values)
        await conversations.begin(tx, ConversationKind.COUNSEL, person_id=person_id)
        publish(tx, person_id, counsellor_id, None)
    elif row.counsellor_id != counsellor_id:
        before = row.counsellor_id
        row.counsellor_id, row.agency_id, row.since = counsellor_id, None, tx.now
        if before:
            await thread_letters.no_longer_written_to(tx, await conversations.with_counsellor(tx, person_id), before)
        publish(tx, person_id, counsellor_id, before)


async def followed_by(tx: Transaction, counsellor_id: uuid.UUID) -> list[Person]:
    query = select(Person).join(CaseloadEntry, CaseloadEntry.person_id == Person.id)
    query = query.where(CaseloadEntry.counsellor_id == counsellor_id)
    rows = (await tx.session.execute(query)).scalars()
    return sorted(rows, key=lambda person: sort_key(person.name))


async def count_of(tx: Transaction, counsellor_id: uuid.UUID) -> int:
    """How many people the counsellor follows."""
    query = select(func.count()).select_from(CaseloadEntry).where(CaseloadEntry.counsellor_id == counsellor_id)
    return (await tx.session.execute(query)).scalar_one()


async def knows(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    """Whether the counsellor follows the person or has an appointment with them at the agency."""
    if await referents.referent_of(tx, person_id) == counsellor_id:
        return True
    query = select(Appointment.id).where(
        Appointment.led_by_id == counsellor_id,
        Appointment.candidate_id == person_id,
        agenda.is_counselling(),
        Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER)),
    )
    return (await tx.session.execute(query.limit(1))).first() is not None


class Only(StrEnum):
    """What a caseload can be narrowed to."""

    SILENT = "only_silent"
    WAITING = "only_waiting"
    DUE = "only_due"
    REINFORCED = "only_reinforced"
    NEEDS = "only_needs"


@dataclass(frozen=True)
class Followed:
    """One line of a caseload."""

    person: Person
    last_at: datetime | None
    next_at: datetime | None
    steps_done: int
    steps_open: int
    steps_due: int
    waits_since: datetime | None
    """Since when they wait for an answer."""
    is_reinforced: bool
    is_silent: bool

    def is_among(self, only: Collection[str]) -> bool:
        """Whether the line stays when the caseload is narrowed to all of these."""
        answers = {
            Only.SILENT: self.is_silent,
            Only.WAITING: self.waits_since is not None,
            Only.DUE: self.steps_due > 0,
            Only.REINFORCED: self.is_reinforced,
            Only.NEEDS: bool(self.person.needs),
        }
        return all(is_so for each, is_so in answers.items() if each in only)


async def entries(tx: Transaction, counsellor_id: uuid.UUID, words: str = "") -> list[Followed]:
    """Everybody the counsellor follows, with contacts, steps and open messages: four queries for any number of them."""
    query = select(Person, CaseloadEntry).join(CaseloadEntry, CaseloadEntry.person_id == Person.id)
    query = query.where(CaseloadEntry.counsellor_id == counsellor_id)
    query = query.where(name_search.begin_with(Person.id, words))
    rows = sorted((await tx.session.execute(query)).all(), key=lambda row: sort_key(row[0].name))
    stands = Appointment.state == AppointmentState.BOOKED
    came = Appointment.attendance.in_((Attendance.CAME, Attendance.LATE))
    followed = [person.id for person, _ in rows]
    spans = (
        select(
            Appointment.candidate_id,
            func.max(case((came, Appointment.begins_at))),
            func.min(case((stands & (Appointment.begins_at > tx.now), Appointment.begins_at))),
        )
        .where(Appointment.candidate_id.in_(followed), agenda.is_counselling(), or_(stands, came))
        .group_by(Appointment.candidate_id)
    )
    contacts = {person: (last, ahead) for person, last, ahead in await tx.session.execute(spans)}
    steps = await agreed_steps.counts_of(tx, followed)
    waiting = await response_times.waiting(tx, followed)
    found = []
    for person, following in rows:
        last_at, next_at = contacts.get(person.id, (None, None))
        is_silent = following.is_silent(last_at, next_at, tx.now)
        done = steps.get(person.id, (0, 0, 0))
        found.append(
            Followed(person, last_at, next_at, *done, waiting.get(person.id), following.is_reinforced, is_silent)
        )
    return found


@dataclass(frozen=True)
class WithColleague:
    """Somebody whom a colleague follows: enough to know whom to ask, and no more."""

    name: str
    counsellor: str


async def elsewhere(tx: Transaction, counsellor_id: uuid.UUID, words: str) -> list[WithColleague]:
    """Who of the agency's people has this name and is followed by a colleague; the first twenty. Two queries."""
    if len("".join(name_search.words_of(words))) < FEWEST_LETTERS:
        return []
    mine = select(Team.agency_id).join(TeamMember).where(TeamMember.person_id == counsellor_id)
    there = (
        select(TeamMember.person_id).join(Team).where(Team.agency_id.in_(mine), TeamMember.person_id != counsellor_id)
    )
    # Apart, for PostgreSQL takes it for cheap to go through everybody whom somebody of the agency follows.
    colleagues = dict(await tx.plain_rows(select(Person.id, Person.name).where(Person.id.in_(there))))
    query = select(Person.name, CaseloadEntry.counsellor_id).join(CaseloadEntry, CaseloadEntry.person_id == Person.id)
    query = query.where(tx.among(CaseloadEntry.counsellor_id, colleagues))
    query = query.where(name_search.begin_with(CaseloadEntry.person_id, words))
    rows = await tx.session.execute(query.order_by(Person.name).limit(MOST_FOUND))
    return [WithColleague(name, colleagues[whose]) for name, whose in rows]


def of_nobody(counsellor_id: uuid.UUID) -> Select[Person]:
    """Of the counsellor's agencies."""
    mine = select(Team.agency_id).join(TeamMember).where(TeamMember.person_id == counsellor_id)
    query = select(Person).join(CaseloadEntry, CaseloadEntry.person_id == Person.id)
    return query.where(CaseloadEntry.agency_id.in_(mine))


@dataclass(frozen=True)
class Unfollowed:
    """Whom nobody at the counsellor's agencies follows just now: how many, and the first of them by name."""

    count: int
    people: list[Person]


async def unfollowed(tx: Transaction, counsellor_id: uuid.UUID, words: str = "") -> Unfollowed:
    """Who waits for somebody to follow them, by the beginnings of their names."""
    query = of_nobody(counsellor_id).where(name_search.begin_with(Person.id, words))
    count = (await tx.session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    found = (await tx.session.execute(query.order_by(Person.name).limit(MOST_FOUND))).scalars()
    return Unfollowed(count, list(found))


async def take_up(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> Person:
    """Follow somebody of one's agency whom nobody follows: the thread, the notes and the steps are theirs still."""
    row = (await tx.session.execute(of_nobody(counsellor_id).where(Person.id == person_id))).scalar_one_or_none()
    if row is None:
        raise NotFound("person")
    await follow(tx, counsellor_id, person_id)
    return row


async def asking(tx: Transaction, counsellor_id: uuid.UUID) -> list[tuple[Person, datetime]]:
    """Who of the counsellor's people waits for an answer and since when, the longest first."""
    followed = {person.id: person for person in await followed_by(tx, counsellor_id)}
    since = await response_times.waiting(tx, followed)
    return [(followed[person], since[person]) for person in sorted(since, key=since.__getitem__)]


async def hand_over(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID, colleague_id: uuid.UUID) -> None:
    """A colleague of the same agency follows the person from now on; appointments that are booked stay as they are."""
    await _own(tx, counsellor_id, person_id)
    await follow(tx, (await colleague_of(tx, counsellor_id, colleague_id)).id, person_id)


async def hand_all_over(tx: Transaction, counsellor_id: uuid.UUID, colleague_id: uuid.UUID) -> int:
    """A colleague of the same agency follows everybody from now on; returns how many."""
    await colleague_of(tx, counsellor_id, colleague_id)
    followed = await followed_by(tx, counsellor_id)
    for person in followed:
        await follow(tx, colleague_id, person.id)
    return len(followed)


def asked_about(counsellor_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """The occasion of the letter that asks."""
    return f"following:{person_id}:{counsellor_id}"


async def stop_following(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Nobody follows the person from now on: their agency does not lose them, and what is booked, written and agreed
    stays for whoever is next."""
    row = await _own(tx, counsellor_id, person_id)
    teams = await agencies.teams_of(tx, counsellor_id)
    row.counsellor_id, row.agency_id = None, teams[0].agency_id
    await thread_letters.no_longer_written_to(tx, await conversations.with_counsellor(tx, person_id), counsellor_id)
    # They said yes once, and may be asked again.
    await outbox.may_be_written_again(tx, asked_about(counsellor_id, person_id))
    publish(tx, person_id, None, counsellor_id)


async def reinforce(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID, *, is_reinforced: bool) -> None:
    """Give somebody reinforced support, or end it; their counsellor says so."""
    row = await _own(tx, counsellor_id, person_id)
    row.reinforced_at = (row.reinforced_at or tx.now) if is_reinforced else None


async def kept_promise(tx: Transaction, counsellor_id: uuid.UUID, zone: ZoneInfo, holidays: Collection[date]) -> Kept:
    """How the counsellor kept the promise to answer, to each person since it was given."""
    query = select(CaseloadEntry).where(
        CaseloadEntry.counsellor_id == counsellor_id, CaseloadEntry.reinforced_at.is_not(None)
    )
    rows = (await tx.session.execute(query)).scalars()
    promised = {row.person_id: max(row.since, row.reinforced_at) for row in rows if row.reinforced_at}
    runs = [run for run in await response_times.runs_of(tx, promised) if run.asked_at >= promised[run.person_id]]
    return response_times.kept(runs, tx.now, zone, holidays)


async def _own(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> CaseloadEntry:
    """The following of somebody whom this counsellor follows, locked."""
    row = await tx.session.get(CaseloadEntry, person_id, with_for_update=True)
    if row is None or row.counsellor_id != counsellor_id:
        raise FollowedElsewhere()
    return row
