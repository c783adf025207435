"""What whoever runs a fair does about somebody there: warns them, mutes them in the public chats, excludes them. Each
has a reason and an end, is told to the person, who may answer, and stays in the log of the fair."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.events import DomainEvent, person_stream
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair, FairOrganiser
from rooms.fairs.schedule import FairDay
from rooms.people.people import Person

MOST_SHOWN = 200


class SanctionKind(StrEnum):
    WARNING = "warning"
    MUTE = "mute"
    """May not write where everybody reads; waits in lines, asks and talks as before."""
    EXCLUSION = "exclusion"
    """May look round as a passer-by does, and nothing more."""


class Lasting(StrEnum):
    HALF_AN_HOUR = "half_an_hour"
    A_DAY = "a_day"
    THE_FAIR = "the_fair"


LASTS = {Lasting.HALF_AN_HOUR: timedelta(minutes=30), Lasting.A_DAY: timedelta(days=1)}
WITHOUT_DAYS = timedelta(days=30)
WARNS_FOR = timedelta(days=1)


class Sanction(Base):
    """Owner of the data: whom it is about. Purpose: that people are safe at the fair, and can answer. Goes with the
    fair; nothing of it is ever written over."""

    __tablename__ = "sanction"
    __table_args__ = (
        Index("ix_sanction_person", "fair_id", "person_id"),
        CheckConstraint("(kind = 'warning') = (until IS NULL)", name="ck_sanction_end"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[SanctionKind]
    reason: Mapped[str]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]
    until: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    reply: Mapped[str] = mapped_column(default="")
    replied_at: Mapped[datetime | None]
    reply_read_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])
    by: Mapped[Person | None] = relationship(lazy="joined", foreign_keys=[by_id])
    lifted_by: Mapped[Person | None] = relationship(lazy="joined", foreign_keys=[lifted_by_id])

    def holds(self, now: datetime) -> bool:
        return self.lifted_at is None and self.until is not None and self.until > now


class Silence(Base):
    """What an older version writes while both run; it goes with the next one."""

    __tablename__ = "silence"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    until: Mapped[datetime]


class SanctionChanged(DomainEvent):
    """Somebody was warned, muted or excluded, or may again."""

    kind: ClassVar[str] = "fair.sanction_changed"
    fair_id: uuid.UUID
    sanction_id: uuid.UUID


class PersonExcluded(DomainEvent):
    fair_id: uuid.UUID
    person_id: uuid.UUID


async def impose(
    tx: Transaction, fair: Fair, person: Person, kind: SanctionKind, lasting: Lasting, reason: str, by: Person
) -> Sanction:
    """What held of the same kind until now is lifted by it."""
    await _demand_may_be(tx, fair, person, kind)
    reason = clean_text(reason, "reason", 500, required=True)
    # One after the other: two organisers may look at the same words.
    await tx.lock(await tx.session.get_one(Person, person.id), key_share=True)
    for before in await _holding(tx, fair.id, {person.id}, kind):
        before.lifted_at, before.lifted_by_id = tx.now, by.id
    row = Sanction(
        id=new_id(), fair_id=fair.id, person_id=person.id, kind=kind, reason=reason, by_id=by.id, made_at=tx.now,
        until=None if kind is SanctionKind.WARNING else await _end(tx, fair, lasting), reply="",
    )  # fmt: skip
    tx.session.add(row)
    await tx.session.flush()
    tx.record(SanctionChanged(fair_id=fair.id, sanction_id=row.id), person_stream(person.id))
    if kind is SanctionKind.EXCLUSION:
        await tx.happened(PersonExcluded(fair_id=fair.id, person_id=person.id))
    values: dict[str, object] = {
        "name": person.name, "fair": fair.name, "kind": kind.value, "reason": reason, "zone": fair.time_zone,
        "until": row.until.isoformat() if row.until else None, "path": f"{fair.path}/sanctions",
    }  # fmt: skip
    await outbox.post(tx, Letter(person.email, "sanction", person.language, values, f"sanction:{row.id}"))
    return row


async def possible(tx: Transaction, fair: Fair, person: Person) -> Sequence[SanctionKind]:
    """What can be done about this person: nothing about whoever runs the fair; whoever stands at one of its booths is
    not excluded."""
    if await tx.session.get(FairOrganiser, (fair.id, person.id)):
        return ()
    stands = select(BoothStaff.person_id).join(Booth, Booth.id == BoothStaff.booth_id)
    theirs = Booth.fair_id == fair.id, Booth.left_at.is_(None), BoothStaff.person_id == person.id
    if await tx.session.scalar(stands.where(*theirs).limit(1)):
        return SanctionKind.WARNING, SanctionKind.MUTE
    return tuple(SanctionKind)


async def _demand_may_be(tx: Transaction, fair: Fair, person: Person, kind: SanctionKind) -> None:
    may_be = await possible(tx, fair, person)
    if not may_be:
        raise Conflict("sanction.organiser", N_("This person runs the fair: speak with each other."))
    if kind not in may_be:
        raise Conflict("sanction.staff", N_("This person stands at a booth. Speak with their employer first."))


async def _end(tx: Transaction, fair: Fair, lasting: Lasting) -> datetime:
    if lasting in LASTS:
        return tx.now + LASTS[lasting]
    last = await tx.session.scalar(select(func.max(FairDay.closes_at)).where(FairDay.fair_id == fair.id))
    return max(last or tx.now + WITHOUT_DAYS, fair.open_until or tx.now, tx.now + LASTS[Lasting.HALF_AN_HOUR])


async def lift(tx: Transaction, row: Sanction, by: Person) -> None:
    """Before its end; lifting it twice is lifting it once."""
    await tx.lock(row)
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by_id = tx.now, by.id
        tx.record(SanctionChanged(fair_id=row.fair_id, sanction_id=row.id), person_stream(row.person_id))


async def reply(tx: Transaction, row: Sanction, by: Person, words: str) -> None:
    """The person says what they have to say: once, so that it is read as it was written."""
    if row.person_id != by.id:
        raise NotFound("sanction")
    await tx.lock(row)
    if row.replied_at:
        raise Conflict("sanction.replied", N_("You have answered already: the organisers read it."))
    row.reply, row.replied_at = clean_text(words, "reply", 1000, required=True), tx.now


async def read_reply(tx: Transaction, row: Sanction) -> None:
    row.reply_read_at = row.reply_read_at or tx.now


async def one(tx: Transaction, fair_id: uuid.UUID, sanction_id: uuid.UUID) -> Sanction:
    row = await tx.session.get(Sanction, sanction_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound("sanction")
    return row


async def of_person(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID) -> Sequence[Sanction]:
    """The latest first."""
    query = select(Sanction).where(Sanction.fair_id == fair_id, Sanction.person_id == person_id)
    return (await tx.session.execute(query.order_by(Sanction.id.desc()).limit(MOST_SHOWN))).scalars().all()


def to_be_told(tx: Transaction, person_id: uuid.UUID) -> Select[Sanction]:
    """What this person is to see on the pages of its fair: all that holds, and a warning for a day, unless they have
    answered to it."""
    holds = Sanction.lifted_at.is_(None) & (Sanction.until > tx.now)
    warns = Sanction.until.is_(None) & (Sanction.made_at > tx.now - WARNS_FOR) & Sanction.replied_at.is_(None)
    return select(Sanction).where(Sanction.person_id == person_id, or_(holds, warns)).order_by(Sanction.id)


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Sequence[Sanction]:
    """The log, the latest first."""
    query = select(Sanction).where(Sanction.fair_id == fair_id).order_by(Sanction.id.desc()).limit(MOST_SHOWN)
    return (await tx.session.execute(query)).scalars().all()


async def count_open(tx: Transaction, fair_id: uuid.UUID) -> tuple[int, int]:
    """How many hold now, and how many answers nobody has read."""
    holds = Sanction.lifted_at.is_(None) & (Sanction.until > tx.now)
    unread = Sanction.replied_at.is_not(None) & Sanction.reply_read_at.is_(None)
    counts = select(func.count().filter(holds), func.count().filter(unread)).where(Sanction.fair_id == fair_id)
    (row,) = await tx.plain_rows(counts)
    return row[0], row[1]


async def _holding(
    tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID], *kinds: SanctionKind
) -> Sequence[Sanction]:
    query = select(Sanction).where(
        Sanction.fair_id == fair_id,
        Sanction.person_id.in_(people),
        Sanction.kind.in_(kinds),
        Sanction.lifted_at.is_(None),
        Sanction.until > tx.now,
    )
    return (await tx.session.execute(query.order_by(Sanction.until.desc()))).scalars().all()


async def holding(tx: Transaction, fair_id: uuid.UUID, person: Person) -> Sequence[Sanction]:
    """What holds of this person now."""
    return await _holding(tx, fair_id, {person.id}, SanctionKind.MUTE, SanctionKind.EXCLUSION)


async def excluded(tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Who of these may not take part in the fair now."""
    if not people:
        return set()
    return {row.person_id for row in await _holding(tx, fair_id, people, SanctionKind.EXCLUSION)}


def out() -> Conflict:
    message = N_("The organisers have excluded you from this fair. Their reason was mailed to you; you can answer it.")
    return Conflict("fair.excluded", message)


async def refuse_the_muted(tx: Transaction, person: Person, fair_id: uuid.UUID) -> None:
    """Where everybody reads, neither the muted nor the excluded write."""
    held = await holding(tx, fair_id, person)
    if any(row.kind is SanctionKind.EXCLUSION for row in held):
        raise out()
    if held:
        message = N_("The organisers have paused your messages in this fair. You may still join lines and talk.")
        raise Conflict("chat.silenced", message)


async def refuse_the_excluded(tx: Transaction, person: Person, fair_id: uuid.UUID) -> None:
    if person.id in await excluded(tx, fair_id, {person.id}):
        raise out()
