"""Somebody at a fair needs help: those who run it take each request in turn and answer in writing until it is done."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Select, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.chat import conversations, messages
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import ChatSent, Message
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.events import DomainEvent, moderation_stream, person_stream, reacts_to
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, OrganiserRemoved
from rooms.people.people import Person

MOST_SHOWN = 100
MOST_DONE_SHOWN = 30
LONGEST_CIRCUMSTANCE = 300
OURS = re.compile(r"/(?![/\\])")
"""A path of this house: whoever helps follows it."""


class HelpState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"


_UNFINISHED = text("state IN ('open', 'claimed')")
UNFINISHED = (HelpState.OPEN, HelpState.CLAIMED)


class HelpRequest(Base):
    """Owner of the data: who asks. Purpose: to help them, and to learn where people are stuck. Goes with the fair."""

    __tablename__ = "help_request"
    __table_args__ = (
        Index(
            "ux_help_one_unfinished", "fair_id", "person_id", unique=True,
            postgresql_where=_UNFINISHED, sqlite_where=_UNFINISHED,
        ),
    )  # fmt: skip
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    page: Mapped[str]
    """The path on which they were stuck."""
    device: Mapped[str]
    connection: Mapped[str]
    """As the browser says; empty without scripts."""
    state: Mapped[HelpState]
    asked_at: Mapped[datetime]
    claimed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])
    claimed_by: Mapped[Person | None] = relationship(lazy="joined", foreign_keys=[claimed_by_id])


class HelpChanged(DomainEvent):
    """Help is asked for, given or no longer needed, or something was written about it."""

    kind: ClassVar[str] = "help.changed"
    fair_id: uuid.UUID
    help_request_id: uuid.UUID
    state: HelpState


@dataclass(frozen=True)
class Circumstances:
    """What whoever helps would ask first."""

    page: str = ""
    device: str = ""
    connection: str = ""


def _publish(tx: Transaction, row: HelpRequest) -> None:
    event = HelpChanged(fair_id=row.fair_id, help_request_id=row.id, state=row.state)
    tx.record(event, moderation_stream(row.fair_id), person_stream(row.person_id))


def _cleaned(about: Circumstances) -> dict[str, str]:
    told = {
        name: clean_text(one_line(words)[:LONGEST_CIRCUMSTANCE], name, LONGEST_CIRCUMSTANCE)
        for name, words in asdict(about).items()
    }
    return told | {"page": told["page"] if OURS.match(told["page"]) else ""}


async def ask(tx: Transaction, fair: Fair, person: Person, words: str, about: Circumstances) -> HelpRequest:
    """Ask; whoever has asked already adds to it."""
    await tx.lock(await tx.session.get_one(Person, person.id), key_share=True)
    row = await unfinished_of(tx, fair.id, person.id) or await _begin(tx, fair.id, person.id, about)
    thread = await conversations.begin_help(tx, fair.id, person.id)
    # What was written is told with it.
    await messages.send(tx, row.person, thread, words, new_id(), is_staff=False)
    return row


async def _begin(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID, about: Circumstances) -> HelpRequest:
    row = HelpRequest(
        id=new_id(), fair_id=fair_id, person_id=person_id, state=HelpState.OPEN, asked_at=tx.now, **_cleaned(about)
    )
    row.person = await tx.session.get_one(Person, person_id)
    tx.session.add(row)
    await tx.session.flush()
    _publish(tx, row)
    return row


@reacts_to(ChatSent)
async def _tell(tx: Transaction, event: ChatSent) -> None:
    where = await tx.session.get_one(Conversation, event.conversation_id)
    if where.kind is not ConversationKind.HELP or where.fair_id is None or where.asker_id is None:
        return
    if row := await unfinished_of(tx, where.fair_id, where.asker_id):
        _publish(tx, row)
        return
    written = await tx.session.get_one(Message, event.message_id)
    if written.author_id != where.asker_id:
        return
    # They write on where all seemed to be done; two messages at once begin it once.
    await tx.lock(written.author, key_share=True)
    if await unfinished_of(tx, where.fair_id, where.asker_id) is None:
        await _begin(tx, where.fair_id, where.asker_id, Circumstances())


@reacts_to(OrganiserRemoved)
async def _give_back_all(tx: Transaction, event: OrganiserRemoved) -> None:
    """Whoever runs the fair no longer helps nobody there: those whom they had taken wait for somebody else."""
    theirs = HelpRequest.fair_id == event.fair_id, HelpRequest.claimed_by_id == event.person_id
    query = select(HelpRequest).where(*theirs, HelpRequest.state == HelpState.CLAIMED)
    for row in (await tx.session.execute(query)).scalars().all():
        await give_back(tx, row)


async def claim(tx: Transaction, row: HelpRequest, by: Person) -> None:
    """Take it, so that nobody else does; a colleague may take it over."""
    await _demand_unfinished(tx, row)
    row.state, row.claimed_by_id, row.claimed_at = HelpState.CLAIMED, by.id, tx.now
    _publish(tx, row)


async def give_back(tx: Transaction, row: HelpRequest) -> None:
    """It waits for somebody else, where it stood."""
    await _demand_unfinished(tx, row)
    row.state, row.claimed_by_id, row.claimed_at = HelpState.OPEN, None, None
    _publish(tx, row)


async def finish(tx: Transaction, row: HelpRequest) -> None:
    """Whoever asked, or whoever helped, says that it is done."""
    await _demand_unfinished(tx, row)
    row.state, row.done_at = HelpState.DONE, tx.now
    _publish(tx, row)


async def _demand_unfinished(tx: Transaction, row: HelpRequest) -> None:
    await tx.lock(row)
    if row.state is HelpState.DONE:
        raise Conflict("help.done", N_("This was done with meanwhile."))


def unfinished(person_id: uuid.UUID) -> Select[HelpRequest]:
    return select(HelpRequest).where(HelpRequest.person_id == person_id, HelpRequest.state.in_(UNFINISHED))


async def unfinished_of(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID) -> HelpRequest | None:
    query = unfinished(person_id).where(HelpRequest.fair_id == fair_id)
    return (await tx.session.execute(query)).scalar_one_or_none()


async def one(tx: Transaction, fair_id: uuid.UUID, request_id: uuid.UUID) -> HelpRequest:
    row = await tx.session.get(HelpRequest, request_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound("help_request")
    return row


async def before(tx: Transaction, row: HelpRequest) -> int:
    """How many are waiting in front of this one."""
    waiting = HelpRequest.fair_id == row.fair_id, HelpRequest.state == HelpState.OPEN, HelpRequest.id < row.id
    return await tx.session.scalar(select(func.count()).where(*waiting)) or 0


@dataclass(frozen=True)
class Queued:
    request: HelpRequest
    words: str
    """The last that was written."""
    waits: bool
    """The last word is not that of whoever helps."""


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Sequence[Queued]:
    """Those that wait first, in the order in which they were asked; then those that somebody has taken; then the last
    that are done."""
    rows = [
        *await _in_state(tx, fair_id, HelpState.OPEN, MOST_SHOWN),
        *await _in_state(tx, fair_id, HelpState.CLAIMED, MOST_SHOWN),
        *await _in_state(tx, fair_id, HelpState.DONE, MOST_DONE_SHOWN),
    ]
    last = await _last_words(tx, fair_id, [row.person_id for row in rows])
    return [
        Queued(row, last[row.person_id].text, waits=not last[row.person_id].is_staff)
        for row in rows
        if row.person_id in last
    ]


async def _in_state(tx: Transaction, fair_id: uuid.UUID, state: HelpState, most: int) -> Sequence[HelpRequest]:
    query = select(HelpRequest).where(HelpRequest.fair_id == fair_id, HelpRequest.state == state)
    latest = HelpRequest.done_at.desc(), HelpRequest.id.desc()
    query = query.order_by(*(latest if state is HelpState.DONE else (HelpRequest.id,))).limit(most)
    return (await tx.session.execute(query)).scalars().all()


async def _last_words(tx: Transaction, fair_id: uuid.UUID, people: Sequence[uuid.UUID]) -> dict[uuid.UUID, Message]:
    query = (
        select(Conversation.asker_id, Message)
        .join(Message, Message.id == messages.last_of())
        .where(Conversation.kind == ConversationKind.HELP, Conversation.fair_id == fair_id)
        .where(Conversation.asker_id.in_(people))
    )
    return {asker: message for asker, message in (await tx.session.execute(query)).all() if asker}


async def count_waiting(tx: Transaction, fair_id: uuid.UUID) -> int:
    waiting = HelpRequest.fair_id == fair_id, HelpRequest.state == HelpState.OPEN
    return await tx.session.scalar(select(func.count()).where(*waiting)) or 0
