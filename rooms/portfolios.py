"""Portfolios: who follows whom. A person has one referent; handing over changes the referent and nothing else."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Select, UniqueConstraint, case, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms import agencies, chat, conversations, counselling, names, outbox, people, promises, referents
from rooms.agencies import Agency, Reason, Team, TeamMember
from rooms.appointments import agenda
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance
from rooms.conversations import ConversationKind
from rooms.errors import N_, Conflict, Invalid, NotFound
from rooms.facts import Fact, person_stream
from rooms.model import Base, new_id
from rooms.outbox import Letter
from rooms.people import Person, clean_text
from rooms.promises import Kept
from rooms.referents import Following
from rooms.transaction import Transaction

MOST_FILTERS = 20
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


class FollowingChanged(Fact):
    """Somebody is followed by another counsellor from now on, or by nobody."""

    kind: ClassVar[str] = "following.changed"
    person: uuid.UUID
    counsellor: uuid.UUID | None
    before: uuid.UUID | None


def _tell(tx: Transaction, person: uuid.UUID, counsellor: uuid.UUID | None, before: uuid.UUID | None) -> None:
    concerned = filter(None, (person, counsellor, before))
    fact = FollowingChanged(person=person, counsellor=counsellor, before=before)
    tx.record(fact, *(person_stream(each) for each in concerned))


class FollowRequest(Base):
    """A counsellor asks somebody who is known already whether they may follow them. Ends with the answer."""

    __tablename__ = "follow_request"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    asked_at: Mapped[datetime]


class KeptFilter(Base):
    """A way to look at one's portfolio, kept under a name."""

    __tablename__ = "kept_filter"
    __table_args__ = (UniqueConstraint("counsellor_id", "name"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    words: Mapped[str]
    only: Mapped[list[str]]


async def follow(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> None:
    """`counsellor` is the person's referent from now on."""
    row = await tx.session.get(Following, person, with_for_update=True)
    if row is None:
        values = {"person_id": person, "counsellor_id": counsellor, "since": tx.now}
        await tx.insert_once(Following, values)
        await conversations.begin(tx, ConversationKind.COUNSEL, person, None)
        _tell(tx, person, counsellor, None)
    elif row.counsellor_id != counsellor:
        before = row.counsellor_id
        row.counsellor_id, row.agency_id, row.since = counsellor, None, tx.now
        if before:
            await chat.no_longer_written_to(tx, await chat.with_counsellor(tx, person), before)
        _tell(tx, person, counsellor, before)


async def followed_by(tx: Transaction, counsellor: uuid.UUID) -> list[Person]:
    query = select(Person).join(Following, Following.person_id == Person.id)
    query = query.where(Following.counsellor_id == counsellor).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())


async def count_of(tx: Transaction, counsellor: uuid.UUID) -> int:
    """How many people the counsellor follows."""
    query = select(func.count()).select_from(Following).where(Following.counsellor_id == counsellor)
    return (await tx.session.execute(query)).scalar_one()


async def knows(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> bool:
    """Whether the counsellor follows the person or has an appointment with them at the agency."""
    if await referents.referent_of(tx, person) == counsellor:
        return True
    query = select(Appointment.id).where(
        Appointment.counsellor_id == counsellor,
        Appointment.candidate_id == person,
        agenda.is_counselling(),
        Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER)),
    )
    return (await tx.session.execute(query.limit(1))).first() is not None


class Only(StrEnum):
    """What a portfolio can be narrowed to."""

    SILENT = "only_silent"
    WAITING = "only_waiting"
    DUE = "only_due"
    REINFORCED = "only_reinforced"
    NEEDS = "only_needs"


@dataclass(frozen=True)
class Followed:
    """One line of a portfolio."""

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
        """Whether the line stays when the portfolio is narrowed to all of these."""
        answers = {
            Only.SILENT: self.is_silent,
            Only.WAITING: self.waits_since is not None,
            Only.DUE: self.steps_due > 0,
            Only.REINFORCED: self.is_reinforced,
            Only.NEEDS: bool(self.person.needs),
        }
        return all(is_so for each, is_so in answers.items() if each in only)


async def portfolio(tx: Transaction, counsellor: uuid.UUID, words: str = "") -> list[Followed]:
    """Everybody the counsellor follows, with contacts, steps and open messages: four queries for any number of them."""
    query = select(Person, Following).join(Following, Following.person_id == Person.id)
    query = query.where(Following.counsellor_id == counsellor).order_by(Person.name)
    query = query.where(names.begin_with(Person.id, words))
    rows = (await tx.session.execute(query)).all()
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
    steps = await counselling.counts_of(tx, followed)
    waiting = await promises.waiting(tx, followed)
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
class Elsewhere:
    """Somebody whom a colleague follows: enough to know whom to ask, and no more."""

    name: str
    counsellor: str


async def elsewhere(tx: Transaction, counsellor: uuid.UUID, words: str) -> list[Elsewhere]:
    """Who of the agency's people has this name and is followed by a colleague; the first twenty. Two queries."""
    if len("".join(names.words_of(words))) < FEWEST_LETTERS:
        return []
    mine = select(Team.agency_id).join(TeamMember).where(TeamMember.person_id == counsellor)
    there = select(TeamMember.person_id).join(Team).where(Team.agency_id.in_(mine), TeamMember.person_id != counsellor)
    # Apart, for PostgreSQL takes it for cheap to go through everybody whom somebody of the agency follows.
    colleagues = dict(await tx.plain_rows(select(Person.id, Person.name).where(Person.id.in_(there))))
    query = select(Person.name, Following.counsellor_id).join(Following, Following.person_id == Person.id)
    query = query.where(tx.among(Following.counsellor_id, colleagues))
    query = query.where(names.begin_with(Following.person_id, words))
    rows = await tx.session.execute(query.order_by(Person.name).limit(MOST_FOUND))
    return [Elsewhere(name, colleagues[whose]) for name, whose in rows]


def _unfollowed(counsellor: uuid.UUID) -> Select[Person]:
    """Of the counsellor's agencies."""
    mine = select(Team.agency_id).join(TeamMember).where(TeamMember.person_id == counsellor)
    query = select(Person).join(Following, Following.person_id == Person.id)
    return query.where(Following.agency_id.in_(mine))


@dataclass(frozen=True)
class Unfollowed:
    """Whom nobody at the counsellor's agencies follows just now: how many, and the first of them by name."""

    count: int
    people: list[Person]


async def unfollowed(tx: Transaction, counsellor: uuid.UUID, words: str = "") -> Unfollowed:
    """Who waits for somebody to follow them, by the beginnings of their names."""
    query = _unfollowed(counsellor).where(names.begin_with(Person.id, words))
    count = (await tx.session.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    found = (await tx.session.execute(query.order_by(Person.name).limit(MOST_FOUND))).scalars()
    return Unfollowed(count, list(found))


async def take_up(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> Person:
    """Follow somebody of one's agency whom nobody follows: the thread, the notes and the steps are theirs still."""
    row = (await tx.session.execute(_unfollowed(counsellor).where(Person.id == person))).scalar_one_or_none()
    if row is None:
        raise NotFound("person")
    await follow(tx, counsellor, person)
    return row


async def asking(tx: Transaction, counsellor: uuid.UUID) -> list[tuple[Person, datetime]]:
    """Who of the counsellor's people waits for an answer and since when, the longest first."""
    followed = {person.id: person for person in await followed_by(tx, counsellor)}
    since = await promises.waiting(tx, followed)
    return [(followed[person], since[person]) for person in sorted(since, key=since.__getitem__)]


async def take(
    tx: Transaction, counsellor: Person, name: str, email: str | None, language: str, *, is_another: bool = False
) -> tuple[Person, bool]:
    """Take somebody into the portfolio; says whether they are in it now.

    Whoever is new, has met the counsellor in an appointment, or is followed by nobody at the counsellor's agency, is
    followed at once. Somebody else who is known here is asked first. Whom another one follows must be handed over by
    that one. A name that is in the portfolio or at the agency already is another person's only if `is_another` says so.
    Raises Namesake, KnownHere.
    """
    if email is None and not is_another:
        await _refuse_namesake(tx, counsellor.id, name)
    known = await people.by_email(tx, email) if email else None
    if known and known.id == counsellor.id:
        raise Invalid("email.own", N_("This is your own address."), field="email")
    person = known or await people.welcome(tx, name, email, language)
    referent = await referents.referent_of(tx, person.id)
    if referent not in (None, counsellor.id):
        raise FollowedElsewhere()
    if known is None or await _may_follow_at_once(tx, counsellor.id, person.id):
        await follow(tx, counsellor.id, person.id)
        return person, True
    values = {"person_id": person.id, "counsellor_id": counsellor.id, "asked_at": tx.now}
    if await tx.insert_once(FollowRequest, values):
        told: dict[str, object] = {"name": person.name, "counsellor": counsellor.name, "path": "/appointments#asks"}
        # Whoever said no is not written to again.
        once = _asked_about(counsellor.id, person.id)
        await outbox.post(tx, Letter(person.email, "following", person.language, told, once))
    return person, False


def _asked_about(counsellor: uuid.UUID, person: uuid.UUID) -> str:
    """The occasion of the letter that asks."""
    return f"following:{person}:{counsellor}"


async def _may_follow_at_once(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> bool:
    if await knows(tx, counsellor, person):
        return True
    return (await tx.session.execute(_unfollowed(counsellor).where(Person.id == person))).first() is not None


async def _refuse_namesake(tx: Transaction, counsellor: uuid.UUID, name: str) -> None:
    followed = select(Person).join(Following, Following.person_id == Person.id)
    if await _is_named(tx, followed.where(Following.counsellor_id == counsellor), name):
        raise Namesake()
    if await _is_named(tx, _unfollowed(counsellor), name):
        raise KnownHere()


async def _is_named(tx: Transaction, people: Select[Person], name: str) -> bool:
    """Whether one of these people has just this name."""
    words = names.words_of(name)
    found = (await tx.session.execute(people.where(names.begin_with(Person.id, name)))).scalars()
    return any(names.words_of(each.name) == words for each in found)


async def requests_of(tx: Transaction, counsellor: uuid.UUID) -> list[tuple[Person, datetime]]:
    """Whom the counsellor has asked whether they may follow them, and when; the longest ago first."""
    query = select(Person, FollowRequest.asked_at).join(FollowRequest, FollowRequest.person_id == Person.id)
    query = query.where(FollowRequest.counsellor_id == counsellor).order_by(FollowRequest.asked_at)
    return [(person, asked_at) for person, asked_at in await tx.session.execute(query)]


async def take_request_back(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> None:
    row = await tx.session.get(FollowRequest, (person, counsellor))
    if row is None:
        raise NotFound("request")
    await tx.session.delete(row)
    # A letter that has not gone yet does not go any more; one that has is not written again.
    await outbox.take_back(tx, _asked_about(counsellor, person))


async def requests_to(tx: Transaction, person: uuid.UUID) -> list[Person]:
    """The counsellors who ask whether they may follow this person."""
    query = select(Person).join(FollowRequest, FollowRequest.counsellor_id == Person.id)
    query = query.where(FollowRequest.person_id == person).order_by(FollowRequest.asked_at)
    return list((await tx.session.execute(query)).scalars())


async def answer_request(tx: Transaction, person: uuid.UUID, counsellor: uuid.UUID, *, may: bool) -> None:
    """The person says yes or no. A yes answers everybody else who asked."""
    row = await tx.session.get(FollowRequest, (person, counsellor))
    if row is None:
        raise NotFound("request")
    ended = delete(FollowRequest).where(FollowRequest.person_id == person)
    await tx.session.execute(ended if may else ended.where(FollowRequest.counsellor_id == counsellor))
    if may and await referents.referent_of(tx, person) is None:
        await follow(tx, counsellor, person)


async def hand_over(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID, colleague: uuid.UUID) -> None:
    """A colleague of the same agency follows the person from now on; appointments that are booked stay as they are."""
    await _own(tx, counsellor, person)
    await follow(tx, (await colleague_of(tx, counsellor, colleague)).id, person)


async def hand_all_over(tx: Transaction, counsellor: uuid.UUID, colleague: uuid.UUID) -> int:
    """A colleague of the same agency follows everybody from now on; returns how many."""
    await colleague_of(tx, counsellor, colleague)
    followed = await followed_by(tx, counsellor)
    for person in followed:
        await follow(tx, colleague, person.id)
    return len(followed)


async def stop_following(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> None:
    """Nobody follows the person from now on: their agency does not lose them, and what is booked, written and agreed
    stays for whoever is next."""
    row = await _own(tx, counsellor, person)
    teams = await agencies.teams_of(tx, counsellor)
    row.counsellor_id, row.agency_id = None, teams[0].agency_id
    await chat.no_longer_written_to(tx, await chat.with_counsellor(tx, person), counsellor)
    # They said yes once, and may be asked again.
    await outbox.may_be_written_again(tx, _asked_about(counsellor, person))
    _tell(tx, person, None, counsellor)


async def reinforce(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID, *, is_reinforced: bool) -> None:
    """Give somebody reinforced support, or end it; their counsellor says so."""
    row = await _own(tx, counsellor, person)
    row.reinforced_at = (row.reinforced_at or tx.now) if is_reinforced else None


async def kept_promise(tx: Transaction, counsellor: uuid.UUID, zone: ZoneInfo, holidays: Collection[date]) -> Kept:
    """How the counsellor kept the promise to answer, to each person since it was given."""
    query = select(Following).where(Following.counsellor_id == counsellor, Following.reinforced_at.is_not(None))
    rows = (await tx.session.execute(query)).scalars()
    promised = {row.person_id: max(row.since, row.reinforced_at) for row in rows if row.reinforced_at}
    runs = [run for run in await promises.runs_of(tx, promised) if run.asked_at >= promised[run.person]]
    return promises.kept(runs, tx.now, zone, holidays)


async def following_of(tx: Transaction, person: uuid.UUID) -> Following | None:
    return await tx.session.get(Following, person)


async def keep_filter(tx: Transaction, counsellor: uuid.UUID, name: str, words: str, only: Collection[str]) -> None:
    """Keep this way to look at the portfolio; one of the same name is written anew."""
    name = clean_text(name, "filter_name", 60, required=True)
    rows = {row.name: row for row in await filters_of(tx, counsellor)}
    if name not in rows and len(rows) >= MOST_FILTERS:
        raise Conflict("filter.too_many", N_("That is a lot of filters. Remove one first."))
    words, known = clean_text(words, "q", 100), [each.value for each in Only if each in only]
    values = {"id": new_id(), "counsellor_id": counsellor, "name": name, "words": words, "only": known}
    if not await tx.insert_once(KeptFilter, values):
        row = next(row for row in await filters_of(tx, counsellor) if row.name == name)
        row.words, row.only = words, known


async def filters_of(tx: Transaction, counsellor: uuid.UUID) -> list[KeptFilter]:
    query = select(KeptFilter).where(KeptFilter.counsellor_id == counsellor).order_by(KeptFilter.name)
    return list((await tx.session.execute(query)).scalars())


async def forget_filter(tx: Transaction, counsellor: uuid.UUID, kept: uuid.UUID) -> None:
    row = await tx.session.get(KeptFilter, kept)
    if row is None or row.counsellor_id != counsellor:
        raise NotFound("filter")
    await tx.session.delete(row)


async def _own(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> Following:
    """The following of somebody whom this counsellor follows, held still."""
    row = await tx.session.get(Following, person, with_for_update=True)
    if row is None or row.counsellor_id != counsellor:
        raise FollowedElsewhere()
    return row


async def colleague_of(tx: Transaction, counsellor: uuid.UUID, colleague: uuid.UUID) -> Person:
    """The colleague who is to take something over."""
    for each in await colleagues_of(tx, counsellor):
        if each.id == colleague:
            return each
    raise Invalid("colleague.unknown", N_("Please choose a colleague of your agency."), field="colleague")


async def colleagues_of(tx: Transaction, counsellor: uuid.UUID) -> list[Person]:
    """The other counsellors of the counsellor's agencies."""
    found: dict[uuid.UUID, Person] = {}
    for team in await agencies.teams_of(tx, counsellor):
        for each in await agencies.counsellors_of(tx, team.agency_id):
            if each.id != counsellor:
                found[each.id] = each
    return sorted(found.values(), key=lambda each: each.name)


async def leave_team(tx: Transaction, team: uuid.UUID, counsellor: uuid.UUID) -> None:
    """The counsellor leaves a team. With the last one, whom they followed is the agency's, to be taken up by others."""
    agency = (await tx.session.get_one(Team, team)).agency_id
    await agencies.remove_member(tx, team, counsellor)
    if await agencies.teams_of(tx, counsellor):
        return
    for person in await followed_by(tx, counsellor):
        _tell(tx, person.id, None, counsellor)
        await chat.no_longer_written_to(tx, await chat.with_counsellor(tx, person.id), counsellor)
    theirs = update(Following).where(Following.counsellor_id == counsellor)
    await tx.session.execute(theirs.values(counsellor_id=None, agency_id=agency))


async def agencies_for(tx: Transaction, person: Person) -> list[Agency]:
    """Where a person may take an appointment: at their counsellor's agency, or at those that serve where they live."""
    row = await following_of(tx, person.id)
    referent = row.counsellor_id if row else None
    if referent is None:
        mine = row.agency_id if row else None
        return [each for each in await agencies.all_agencies(tx) if each.id == mine or each.serves(person.postcode)]
    return list({team.agency_id: team.agency for team in await agencies.teams_of(tx, referent)}.values())


async def reasons_for(tx: Transaction, person: Person) -> list[tuple[Agency, list[Reason]]]:
    """What a person may come for, by agency; follow-ups only for whom somebody follows."""
    referent = await referents.referent_of(tx, person.id)
    teams = {team.id for team in await agencies.teams_of(tx, referent)} if referent else set()

    def is_for_them(reason: Reason) -> bool:
        if not reason.is_follow_up:
            return True
        return referent is not None and (reason.team_id is None or reason.team_id in teams)

    found = [(each, await agencies.reasons_of(tx, each)) for each in await agencies_for(tx, person)]
    shown = [(each, [reason for reason in reasons if is_for_them(reason)]) for each, reasons in found]
    return [(each, reasons) for each, reasons in shown if reasons]
