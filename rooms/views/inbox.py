"""Everything that was written to a candidate and promised to them, in one place: private questions, talks and their
answers, applications, the thread with a counsellor, proposals and decisions. The latest stands first."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select

from rooms.chat import messages
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import Message
from rooms.core.transaction import Transaction
from rooms.fairs import approaches, job_applications, surveys
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Sanction
from rooms.lines import referrals
from rooms.lines.referrals import Referral, ReferralState
from rooms.meetings import follow_up
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.organisations import referents
from rooms.people.people import Person

MOST_OF_A_KIND = 100


class EntryKind(StrEnum):
    QUESTION = "question"
    COUNSEL = "counsel"
    HELP = "help"
    TALK = "talk"
    APPLICATION = "application"
    REFERRAL = "referral"
    DECISION = "decision"
    SURVEY = "survey"
    APPROACH = "approach"


@dataclass(frozen=True)
class Entry:
    kind: EntryKind
    who: str
    """The employer, the counsellor, the fair."""
    words: str
    """The last that was written."""
    at: datetime
    zone: ZoneInfo | None
    """In which it is told; None for one's own."""
    path: str
    is_mine: bool = False
    """The last word is one's own."""
    promised_by: datetime | None = None
    """Until when an answer is promised that has not come."""
    asks: bool = False
    """It waits for what one says to it."""


async def of_person(tx: Transaction, person: Person) -> Sequence[Entry]:
    talks = await follow_up.talks_of(tx, person.id)
    found = [
        *await _questions(tx, person.id),
        *await _threads(tx, person),
        *await _help(tx, person.id),
        *(_talk(row) for row in talks if row.state is MeetingState.ENDED),
        *await _applications(tx, person.id),
        *await _referrals(tx, talks),
        *await _decisions(tx, person.id),
        *await _surveys(tx, person.id),
        *await _approaches(tx, person.id),
    ]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


async def _last_words(tx: Transaction, conversations: Sequence[uuid.UUID]) -> dict[uuid.UUID, Message]:
    """The last message of each that stands."""
    last = messages.last_of(Message.removed_at.is_(None))
    query = select(Message).where(Message.id.in_(select(last).where(Conversation.id.in_(conversations))))
    return {row.conversation_id: row for row in (await tx.session.execute(query)).scalars()}


async def _questions(tx: Transaction, person_id: uuid.UUID) -> list[Entry]:
    query = (
        select(Conversation.id, Booth)
        .join(Booth, Booth.id == Conversation.booth_id)
        .where(Conversation.kind == ConversationKind.QUESTION, Conversation.asker_id == person_id)
        .order_by(Conversation.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    rows = (await tx.session.execute(query)).all()
    about = {id_: (booth.employer.name, booth.fair.zone, f"{booth.path}#question") for id_, booth in rows}
    return await _of_conversations(tx, EntryKind.QUESTION, about, person_id)


async def _of_conversations(
    tx: Transaction, kind: EntryKind, about: Mapping[uuid.UUID, tuple[str, ZoneInfo, str]], person_id: uuid.UUID
) -> list[Entry]:
    """Where something was written in them; `about` says of each with whom, in which zone, and where it stands."""
    last = await _last_words(tx, list(about))
    return [
        Entry(kind, who, last[id_].text, last[id_].written_at, zone, path, is_mine=last[id_].author_id == person_id)
        for id_, (who, zone, path) in about.items()
        if id_ in last
    ]


async def _threads(tx: Transaction, person: Person) -> list[Entry]:
    """With whoever follows them."""
    referent = await referents.referent_of(tx, person.id)
    query = select(Conversation.id).where(
        Conversation.kind == ConversationKind.COUNSEL, Conversation.person_id == person.id
    )
    last = await _last_words(tx, (await tx.session.execute(query)).scalars().all())
    counsellor = await tx.session.get(Person, referent) if referent else None
    return [
        Entry(
            EntryKind.COUNSEL,
            counsellor.name if counsellor else row.author.name,
            row.text,
            row.written_at,
            None,
            "/appointments",
            is_mine=row.author_id == person.id,
        )
        for row in last.values()
    ]


async def _help(tx: Transaction, person_id: uuid.UUID) -> list[Entry]:
    query = (
        select(Conversation.id, Fair)
        .join(Fair, Fair.id == Conversation.fair_id)
        .where(Conversation.kind == ConversationKind.HELP, Conversation.asker_id == person_id)
        .order_by(Conversation.id.desc())
        .limit(MOST_OF_A_KIND)
    )
    rows = (await tx.session.execute(query)).all()
    about = {id_: (fair.name, fair.zone, f"{fair.path}/help") for id_, fair in rows}
    return await _of_conversations(tx, EntryKind.HELP, about, person_id)


def _talk(row: Meeting) -> Entry:
    booth, written = row.employers_booth, row.follow_up
    assert booth is not None, "talks are with employers"  # noqa: S101
    return Entry(
        EntryKind.TALK,
        booth.employer.name,
        written.answer if written.answered_at else "",
        written.answered_at or row.ended_at or row.opened_at,
        booth.fair.zone,
        f"/me/talks#talk-{row.id}",
        promised_by=None if written.answered_at else written.answer_promised_by,
    )


async def _applications(tx: Transaction, person_id: uuid.UUID) -> list[Entry]:
    return [
        Entry(
            EntryKind.APPLICATION,
            f"{row.booth.employer.name}, {row.vacancy.title}",
            row.answer if row.answered_at else row.words,
            row.answered_at or row.made_at,
            row.booth.fair.zone,
            f"/me/vacancies#application-{row.id}",
            is_mine=row.answered_at is None,
        )
        for row in await job_applications.of_person(tx, person_id)
    ]


async def _referrals(tx: Transaction, talks: Sequence[Meeting]) -> list[Entry]:
    rows: Sequence[Referral] = list((await referrals.latest_of(tx, [row.id for row in talks])).values())
    return [
        Entry(
            EntryKind.REFERRAL,
            row.booth.employer.name,
            row.words,
            row.made_at,
            row.booth.fair.zone,
            f"/me/talks#talk-{row.meeting_id}",
            asks=True,
        )
        for row in rows
        if row.state is ReferralState.OFFERED
    ]


async def _decisions(tx: Transaction, person_id: uuid.UUID) -> list[Entry]:
    query = select(Sanction, Fair).join(Fair, Fair.id == Sanction.fair_id).where(Sanction.person_id == person_id)
    rows = (await tx.session.execute(query.order_by(Sanction.id.desc()).limit(MOST_OF_A_KIND))).all()
    return [
        Entry(
            EntryKind.DECISION,
            fair.name,
            row.reason,
            row.made_at,
            fair.zone,
            f"{fair.path}/sanctions",
            asks=row.replied_at is None and row.holds(tx.now),
        )
        for row, fair in rows
    ]


async def _surveys(tx: Transaction, person_id: uuid.UUID) -> list[Entry]:
    return [
        Entry(EntryKind.SURVEY, fair.name, "", row.opened_at, fair.zone, f"{fair.path}/survey", asks=True)
        for row, fair in await surveys.to_answer(tx, person_id)
    ]


async def _approaches(tx: Transaction, person_id: uuid.UUID) -> list[Entry]:
    return [
        Entry(EntryKind.APPROACH, row.booth.employer.name, row.words, row.made_at, row.booth.fair.zone, row.booth.path)
        for row in await approaches.to_person(tx, person_id, MOST_OF_A_KIND)
    ]
