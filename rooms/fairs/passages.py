"""Who comes in and goes out at the doors of a fair that is held on site. Doors note what they see, together or cut off
from the network; each passage bears a name of its own (a nonce), so that sending it again changes nothing."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, Subquery, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Invalid
from rooms.core.model import Base
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs import attendees
from rooms.fairs.attendees import UNSEEN, Attendee
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Sanction, SanctionKind
from rooms.people.name_search import words_of
from rooms.people.people import Person

MOST_AT_ONCE = 500
MOST_LISTED = 20_000
OLDEST = timedelta(hours=24)
"""What a door that was cut off brings later than this counts as of now: its clock is wrong."""


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Passage(Base):
    """Owner of the data: the organisers. Purpose: to know who is in the house, and who came. Goes with the fair."""

    __tablename__ = "passage"
    __table_args__ = (Index("ix_passage_order", "fair_id", "attendee_id", "passed_at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """The nonce that the door gave it."""
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"))
    attendee_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attendee.id", ondelete="CASCADE"), index=True)
    direction: Mapped[Direction]
    door: Mapped[str]
    passed_at: Mapped[datetime]
    """By the clock of the door."""
    noted_at: Mapped[datetime]
    noted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)


@dataclass(frozen=True)
class Passing:
    """Somebody was seen at a door."""

    nonce: uuid.UUID
    attendee_id: uuid.UUID
    direction: Direction
    door: str
    passed_at: datetime


@dataclass(frozen=True)
class Expected:
    """Somebody who may come in, as a door knows them."""

    attendee_id: uuid.UUID
    name: str
    is_in: bool
    known_by: str = ""
    """The e-mail address or the telephone of people of the same name."""


@dataclass(frozen=True)
class OnSite:
    here: int
    """In the house now."""
    today: int
    """Who came in since the day began, each once, however often and through however many doors."""


async def note(tx: Transaction, fair: Fair, by: Person, passings: Sequence[Passing]) -> int:
    """Keep what a door has seen; gives how many are new. What names nobody of this fair is left out.
    Raises Invalid for more than it takes at once, and keeps none of them."""
    if len(passings) > MOST_AT_ONCE:
        message = N_("At most %(most)s passages at a time.")
        raise Invalid("passages.too_many", message, field="passages", most=MOST_AT_ONCE)
    wanted = {each.attendee_id for each in passings}
    listed = select(Attendee.id).where(Attendee.fair_id == fair.id, tx.among(Attendee.id, wanted))
    known = {row.id for row in await tx.plain_rows(listed)}
    new = [each for each in passings if each.attendee_id in known]
    count = 0
    for number, each in enumerate(new):
        values = {
            "id": each.nonce, "fair_id": fair.id, "attendee_id": each.attendee_id, "direction": each.direction,
            "door": clean_text(one_line(each.door), "door", 40), "passed_at": _believed(tx, each.passed_at, number),
            "noted_at": tx.now, "noted_by_id": by.id,
        }  # fmt: skip
        count += await tx.insert_once(Passage, values)
    came = {each.attendee_id for each in new if each.direction is Direction.IN}
    # In one order, so that two doors never wait for each other. Who was let in all the same takes part no further.
    first = tx.among(Attendee.id, came), Attendee.came_at.is_(None), *_may(tx)
    rows = await tx.session.execute(select(Attendee.id).where(*first).order_by(Attendee.id).with_for_update())
    these = tx.among(Attendee.id, list(rows.scalars()))
    await tx.session.execute(update(Attendee).where(these).values(came_at=tx.now), execution_options=UNSEEN)
    return count


def _believed(tx: Transaction, passed_at: datetime, number: int) -> datetime:
    """What a door tells together stays in its order, whatever its clock says."""
    at = passed_at if tx.now - OLDEST <= passed_at <= tx.now else tx.now
    return at + timedelta(microseconds=number)


async def let_in(tx: Transaction, fair: Fair, by: Person, name: str, door: str, nonce: uuid.UUID) -> Attendee:
    """Somebody who stands on no list comes in by their name. Sending the same nonce again lets nobody else in."""
    name = clean_text(one_line(name), "name", 120, required=True)
    await attendees.add_by_name(tx, fair.id, name, nonce)
    await note(tx, fair, by, [Passing(nonce, nonce, Direction.IN, door, tx.now)])
    return await attendees.one(tx, fair.id, nonce)


def _latest(fair_id: uuid.UUID, since: datetime) -> Subquery:
    """The last passage of each person since then: `attendee_id`, `direction`."""
    order = Passage.passed_at.desc(), Passage.noted_at.desc(), Passage.id.desc()
    number = func.row_number().over(partition_by=Passage.attendee_id, order_by=order).label("number")
    seen = select(Passage.attendee_id, Passage.direction, number)
    rows = seen.where(Passage.fair_id == fair_id, Passage.passed_at >= since).subquery()
    return select(rows.c.attendee_id, rows.c.direction).where(rows.c.number == 1).subquery()


def _this_morning(tx: Transaction, fair: Fair) -> datetime:
    """Whoever did not go out through a door yesterday is not in the house today."""
    return tx.now.astimezone(fair.zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


async def count(tx: Transaction, fair: Fair) -> OnSite:
    latest = _latest(fair.id, _this_morning(tx, fair))
    here = func.count().filter(latest.c.direction == Direction.IN)
    (row,) = await tx.plain_rows(select(here))
    since = Passage.fair_id == fair.id, Passage.passed_at >= _this_morning(tx, fair)
    came = select(func.count(Passage.attendee_id.distinct())).where(*since, Passage.direction == Direction.IN)
    return OnSite(here=row[0], today=await tx.session.scalar(came) or 0)


async def expected(tx: Transaction, fair: Fair, words: str = "", most: int = MOST_LISTED) -> Sequence[Expected]:
    """Who may come in, by name; those whose name or address begins with these words. Whoever has said that they do not
    come, was declined, waits for an approval or is excluded may not."""
    latest = _latest(fair.id, _this_morning(tx, fair))
    query = select(Attendee.id, Attendee.name, Attendee.email, Attendee.phone, latest.c.direction)
    query = query.outerjoin(latest, latest.c.attendee_id == Attendee.id).where(Attendee.fair_id == fair.id, *_may(tx))
    for word in words_of(words):
        query = query.where(Attendee.words.contains(f" {word}", autoescape=True))
    rows = await tx.plain_rows(query.order_by(Attendee.sort_name, Attendee.id).limit(most))
    named = Counter(row.name.casefold() for row in rows)
    return [
        Expected(
            row.id,
            row.name,
            row.direction == Direction.IN,
            (row.email or row.phone) if named[row.name.casefold()] > 1 else "",
        )
        for row in rows
    ]


async def may_come(tx: Transaction, attendee: Attendee) -> bool:
    return await tx.session.scalar(select(Attendee.id).where(Attendee.id == attendee.id, *_may(tx))) is not None


def _may(tx: Transaction) -> tuple[ColumnElement[bool], ...]:
    """Nobody who has said that they do not come, was declined, waits for an approval or is excluded."""
    stays = Attendee.cancelled_at.is_(None) & Attendee.declined_at.is_(None)
    waits = Attendee.asked_at.is_not(None) & Attendee.registered_at.is_(None)
    holds = Sanction.lifted_at.is_(None), Sanction.until > tx.now, Sanction.kind == SanctionKind.EXCLUSION
    out = select(Sanction.id).where(
        Sanction.fair_id == Attendee.fair_id, Sanction.person_id == Attendee.person_id, *holds
    )
    return or_(Attendee.came_at.is_not(None), stays & ~waits), ~out.exists()
