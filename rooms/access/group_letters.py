"""A letter of those who run a fair to many at once: written once, seen before it is sent, kept with whom it went to."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Row,
    Select,
    String,
    and_,
    cast,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.model import Base, new_id
from rooms.core.outbox import GIVE_UP_AFTER, Letter, Mail
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.attendees import Attendee
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair, FairState, demand_not_archived
from rooms.lines.places import IN_LINE, Place
from rooms.meetings.meeting import FollowUp, Part, Participant
from rooms.organisations.employers import EmployerMember
from rooms.people.mail_refusals import MailRefusal
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose

MOST_A_DAY = 20
"""Letters of one fair: more would be taken for junk, and rightly."""
MOST_SHOWN = 50
TEMPLATE, PREFIX, UUID_LENGTH = "group", "group:", 36
"""The name of the occasion of each mail: the prefix, its letter, and a number."""


class Group(StrEnum):
    REGISTERED = "registered"
    """Takes part, and has not come yet."""
    CAME = "came"
    UNANSWERED = "unanswered"
    """Invited, and has said nothing."""
    ASKING = "asking"
    """Waits for the organisers' approval."""
    IN_LINE = "in_line"
    """Waits at some booth now."""
    OWED_ANSWER = "owed_answer"
    """Has talked with an employer, whose answer has not come."""
    RECRUITERS = "recruiters"
    NOT_SET_UP = "not_set_up"
    """The people of booths that are not set up."""


class Occasion(StrEnum):
    NOW = "now"
    WEEK_BEFORE = "week_before"
    DAY_BEFORE = "day_before"
    OPENING = "opening"
    AFTER = "after"


class GroupLetter(Base):
    """Goes with its fair."""

    __tablename__ = "group_letter"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    group: Mapped[Group] = mapped_column("to_group")
    subject: Mapped[str]
    text: Mapped[str]
    made_at: Mapped[datetime]
    recipients: Mapped[int]
    occasion: Mapped[Occasion] = mapped_column(default=Occasion.NOW, server_default=Occasion.NOW.value)
    left_at: Mapped[datetime | None]
    """When its mails were written; None while its moment lies ahead."""


@dataclass(frozen=True)
class Delivery:
    """What has become of a letter's mails."""

    sent: int
    lost: int


def _to(fair_id: uuid.UUID, group: Group) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """Address, name and language of each; the language is None for somebody who has never been here."""
    if group is Group.RECRUITERS:
        return _staff(fair_id)
    if group is Group.IN_LINE:
        return _people(select(Place.person_id).join(Booth).where(Booth.fair_id == fair_id, Place.state.in_(IN_LINE)))
    if group is Group.OWED_ANSWER:
        return _people(_owed(fair_id))
    if group is Group.NOT_SET_UP:
        return _staff(fair_id, Booth.set_up_at.is_(None)).union(_invited(fair_id))
    query = select(Attendee.email, Attendee.name, Person.language).outerjoin(Person, Person.id == Attendee.person_id)
    return query.where(Attendee.fair_id == fair_id, *_candidates(group), *_wants(Attendee.email))


def _people(ids: Select[Any]) -> Select[*tuple[Any, ...]]:
    return select(Person.email, Person.name, Person.language).where(Person.id.in_(ids), *_wants(Person.email))


def _owed(fair_id: uuid.UUID) -> Select[Any]:
    """The candidates of talks held at the fair to whom an answer was promised and not given."""
    leader, candidate = aliased(Participant), aliased(Participant)
    return (
        select(candidate.person_id)
        .join(FollowUp, FollowUp.meeting_id == candidate.meeting_id)
        .join(leader, leader.meeting_id == candidate.meeting_id)
        .join(Booth, Booth.id == leader.booth_id)
        .where(candidate.part == Part.CANDIDATE, leader.part == Part.LEADER, Booth.fair_id == fair_id)
        .where(FollowUp.answer_promised_by.is_not(None), FollowUp.answered_at.is_(None))
    )


def _wants(email: InstrumentedAttribute[Any]) -> tuple[ColumnElement[bool], ...]:
    """Whoever has an address and does not do without such letters."""
    refused = select(MailRefusal.email).where(MailRefusal.email == email, MailRefusal.template == TEMPLATE)
    return email.is_not(None), ~refused.exists()


def _staff(fair_id: uuid.UUID, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    member = and_(EmployerMember.employer_id == Booth.employer_id, EmployerMember.person_id == BoothStaff.person_id)
    return (
        select(Person.email, Person.name, Person.language)
        .join(BoothStaff, BoothStaff.person_id == Person.id)
        .join(Booth, Booth.id == BoothStaff.booth_id)
        .join(EmployerMember, member)
        .where(Booth.fair_id == fair_id, Booth.left_at.is_(None), *which, *_wants(Person.email))
        .distinct()
    )


def _invited(fair_id: uuid.UUID) -> Select[*tuple[Any, ...]]:
    """Who has not answered yet, of employers whose booth is not set up."""
    open_ones = Link.used_at.is_(None), Link.withdrawn_at.is_(None), Link.sent_at.is_not(None)
    return (
        select(Link.email, Link.name, cast(null(), String))
        .join(Booth, Booth.employer_id == Link.subject_id)
        .where(Link.purpose == Purpose.EMPLOYER, *open_ones, Booth.fair_id == fair_id, Booth.left_at.is_(None))
        .where(Booth.set_up_at.is_(None), *_wants(Link.email))
    )


def _candidates(group: Group) -> Sequence[ColumnElement[bool]]:
    comes = Attendee.cancelled_at.is_(None), Attendee.declined_at.is_(None)
    if group is Group.CAME:
        return [Attendee.came_at.is_not(None)]
    if group is Group.REGISTERED:
        return [*comes, Attendee.registered_at.is_not(None), Attendee.came_at.is_(None)]
    silent = *comes, Attendee.registered_at.is_(None), Attendee.came_at.is_(None)
    if group is Group.ASKING:
        return [*silent, Attendee.asked_at.is_not(None)]
    stands = select(Link.id).where(Link.id == Attendee.link_id, Link.withdrawn_at.is_(None), Link.sent_at.is_not(None))
    return [*silent, Attendee.asked_at.is_(None), stands.exists()]


async def counts(tx: Transaction, fair_id: uuid.UUID) -> dict[Group, int]:
    """How many each group has now."""
    return {
        group: await tx.session.scalar(select(func.count()).select_from(_to(fair_id, group).subquery())) or 0
        for group in Group
    }


def checked(subject: str, text: str) -> tuple[str, str]:
    """As they would be sent."""
    return (
        clean_text(one_line(subject), "subject", 150, required=True),
        clean_text(text, "text", 5000, required=True),
    )


async def send(tx: Transaction, fair: Fair, by: Person, group: Group, subject: str, text: str) -> GroupLetter:
    """Write to everybody who is in the group at this moment. Whoever does without such letters gets none."""
    demand_not_archived(fair)
    if fair.state is FairState.DRAFT and group not in (Group.RECRUITERS, Group.NOT_SET_UP):
        raise Conflict("letter.draft", N_("The fair is a draft: nobody knows of it yet. Publish it first."))
    subject, text = checked(subject, text)
    await _demand_new(tx, fair, group, subject, text)
    letter = written(tx, fair, by, group, subject, text, Occasion.NOW)
    if not await send_off(tx, fair, by, letter):
        raise Invalid("letter.nobody", N_("Nobody is in this group now."), field="group")
    return letter


def written(
    tx: Transaction, fair: Fair, by: Person, group: Group, subject: str, text: str, occasion: Occasion
) -> GroupLetter:
    letter = GroupLetter(id=new_id(), fair_id=fair.id, by_id=by.id, group=group, subject=subject, text=text)
    letter.made_at, letter.recipients, letter.occasion = tx.now, 0, occasion
    tx.session.add(letter)
    return letter


async def send_off(tx: Transaction, fair: Fair, by: Person, letter: GroupLetter) -> int:
    """Write its mails, to everybody who is in the group at this moment; gives how many."""
    people = await tx.plain_rows(_to(fair.id, letter.group))
    letter.left_at, letter.recipients = tx.now, len(people)
    await tx.session.flush()
    await outbox.post(tx, *await _mails(tx, fair, by, letter, people))
    return len(people)


async def _demand_new(tx: Transaction, fair: Fair, group: Group, subject: str, text: str) -> None:
    # Two presses of one button, in two tabs, write one after the other.
    await tx.lock(fair, key_share=True)
    lately = GroupLetter.fair_id == fair.id, GroupLetter.left_at > tx.now - timedelta(days=1)
    sent = list((await tx.session.execute(select(GroupLetter).where(*lately))).scalars())
    if any((each.group, each.subject, each.text) == (group, subject, text) for each in sent):
        raise Conflict("letter.sent", N_("This letter was sent to them within the last day already."))
    if len(sent) >= MOST_A_DAY:
        raise Conflict("letter.too_many", N_("At most %(most)s letters a day."), most=MOST_A_DAY)


async def _mails(
    tx: Transaction, fair: Fair, by: Person, letter: GroupLetter, people: Sequence[Row[*tuple[Any, ...]]]
) -> list[Letter]:
    """One for each, by address, name and language."""
    values = {
        "fair": fair.name, "subject": letter.subject, "text": letter.text, "by": by.name, "by_email": by.email or "",
        "path": fair.path,
    }  # fmt: skip
    days = await schedule.days_of(tx, fair)
    # What was to be read before the fair ends says nothing after it.
    useless_at = days[-1].closes_at if days and days[-1].closes_at > tx.now else None
    return [
        Letter(
            email,
            TEMPLATE,
            language or fair.languages[0],
            values | {"name": name},
            f"{PREFIX}{letter.id}:{number}",
            useless_at=useless_at,
        )
        for number, (email, name, language) in enumerate(people)
    ]


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> list[tuple[GroupLetter, Delivery]]:
    """The latest first, each with how far its mails have come. Those that are planned: planned_letters.py."""
    left = GroupLetter.fair_id == fair_id, GroupLetter.left_at.is_not(None)
    query = select(GroupLetter).where(*left).order_by(GroupLetter.left_at.desc(), GroupLetter.id).limit(MOST_SHOWN)
    rows = list((await tx.session.execute(query)).scalars())
    deliveries = await _deliveries(tx, [row.id for row in rows])
    return [(row, deliveries.get(str(row.id), Delivery(0, 0))) for row in rows]


async def _deliveries(tx: Transaction, letters: Sequence[uuid.UUID]) -> dict[str, Delivery]:
    letter = func.substr(Mail.once, len(PREFIX) + 1, UUID_LENGTH)
    is_lost = or_(Mail.bounced_at.is_not(None), and_(Mail.sent_at.is_(None), Mail.attempts >= GIVE_UP_AFTER))
    counted = func.count(Mail.sent_at).filter(Mail.bounced_at.is_(None)), func.count().filter(is_lost)
    query = select(letter, *counted).where(Mail.template == TEMPLATE, letter.in_(list(map(str, letters))))
    return {row[0]: Delivery(row[1], row[2]) for row in await tx.plain_rows(query.group_by(letter))}


async def take_back(tx: Transaction, fair_id: uuid.UUID) -> None:
    """The fair goes: what has not left yet leads nowhere."""
    for letter, _ in await of_fair(tx, fair_id):
        await outbox.take_back(tx, f"{PREFIX}{letter.id}:")
