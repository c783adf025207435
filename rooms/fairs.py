"""Fairs: an event with days and opening hours, in one of five states.

`open` lasts from the first opening to the final closing. Hours are a condition inside it: places survive the night.
What an organiser closes by hand stays closed until opened by hand.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms import conversations
from rooms.conversations import ConversationKind
from rooms.errors import N_, Conflict, Invalid
from rooms.facts import Fact, fair_stream
from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.transaction import Transaction

SECTORS = ("hospitality", "retail", "health", "industry", "building", "transport", "office", "farming")


REGIONS = ("Europe", "Africa", "America", "Asia", "Atlantic", "Australia", "Indian", "Pacific")


class FairState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


AHEAD = frozenset({FairState.PUBLISHED, FairState.OPEN})
MOVES: dict[FairState, frozenset[FairState]] = {
    FairState.DRAFT: frozenset({FairState.PUBLISHED}),
    FairState.PUBLISHED: frozenset({FairState.OPEN}),
    FairState.OPEN: frozenset({FairState.CLOSED}),
    FairState.CLOSED: frozenset({FairState.OPEN, FairState.ARCHIVED}),
    FairState.ARCHIVED: frozenset(),
}


class Fair(Base):
    __tablename__ = "fair"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str]
    languages: Mapped[list[str]]
    sectors: Mapped[list[str]]
    time_zone: Mapped[str]
    state: Mapped[FairState]
    closed_by_hand: Mapped[bool] = mapped_column(default=False)
    open_until: Mapped[datetime | None]
    """Set while the doors are open: the next closing."""
    doors_opened_at: Mapped[datetime | None]
    next_turn_at: Mapped[datetime | None] = mapped_column(index=True)
    """The next opening or closing by itself, for the worker."""
    most_lines: Mapped[int] = mapped_column(default=3)
    grace_minutes: Mapped[int] = mapped_column(default=10)
    answer_days: Mapped[int] = mapped_column(default=5)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def lies_ahead(self) -> bool:
        """Published or open: what is to take place there can be booked."""
        return self.state in AHEAD

    @property
    def is_open_now(self) -> bool:
        return self.state is FairState.OPEN and self.open_until is not None


class FairDay(Base):
    __tablename__ = "fair_day"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class FairOrganiser(Base):
    __tablename__ = "fair_organiser"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Announcement(Base):
    __tablename__ = "announcement"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    text: Mapped[str]
    made_at: Mapped[datetime]


class FairTurned(Fact):
    """The fair changed its state, or its doors opened or closed for the day."""

    kind: ClassVar[str] = "fair.turned"
    fair: uuid.UUID
    state: FairState
    open_until: datetime | None


class FairAnnounced(Fact):
    kind: ClassVar[str] = "fair.announced"
    fair: uuid.UUID
    announcement: uuid.UUID


@dataclass(frozen=True)
class FairDescription:
    name: str
    description: str
    languages: tuple[str, ...]
    sectors: tuple[str, ...]
    time_zone: str
    most_lines: int = 3
    answer_days: int = 5
    grace_minutes: int = 10


@cache
def zones() -> dict[str, list[str]]:
    """The time zones that are places, by region: Europe first, since that is where we stand."""
    found: dict[str, list[str]] = {region: [] for region in REGIONS}
    for zone in sorted(available_timezones()):
        region = zone.partition("/")[0]
        if region in found and "/" in zone:
            found[region].append(zone)
    return found


def slugged(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "x"


async def free_slug(tx: Transaction, name: str) -> str:
    slug = slugged(name)
    taken = set((await tx.session.execute(select(Fair.slug).where(Fair.slug.startswith(slug)))).scalars())
    if slug not in taken:
        return slug
    return next(f"{slug}-{n}" for n in range(2, len(taken) + 3) if f"{slug}-{n}" not in taken)


async def create(tx: Transaction, organiser: Person, description: FairDescription) -> Fair:
    fair = Fair(id=new_id(), slug=await free_slug(tx, description.name), state=FairState.DRAFT, closed_by_hand=False)
    await describe(tx, fair, description)
    tx.session.add(fair)
    await tx.session.flush()
    await add_organiser(tx, fair, organiser)
    await conversations.begin(tx, ConversationKind.FAIR, fair.id, fair.id)
    return fair


async def add_organiser(tx: Transaction, fair: Fair, person: Person) -> None:
    await tx.insert_once(FairOrganiser, {"fair_id": fair.id, "person_id": person.id})


async def remove_organiser(tx: Transaction, fair: Fair, person: uuid.UUID) -> None:
    """The person runs this fair no longer; somebody always does."""
    # Held still: two organisers who remove each other at the same moment must not both succeed.
    await tx.session.refresh(fair, with_for_update=True)
    organisers = {each.id for each in await organisers_of(tx, fair)}
    if organisers <= {person}:
        raise Conflict("organiser.last", N_("Somebody must run this fair. Add another organiser first."))
    found = FairOrganiser.fair_id == fair.id, FairOrganiser.person_id == person
    await tx.session.execute(delete(FairOrganiser).where(*found))


async def organisers_of(tx: Transaction, fair: Fair) -> list[Person]:
    query = select(Person).join(FairOrganiser, FairOrganiser.person_id == Person.id)
    return list(
        (await tx.session.execute(query.where(FairOrganiser.fair_id == fair.id).order_by(Person.name))).scalars()
    )


async def describe(tx: Transaction, fair: Fair, description: FairDescription) -> None:
    if description.time_zone not in available_timezones():
        message = N_("This time zone is not known. Example: Europe/Paris")
        raise Invalid("time_zone.unknown", message, field="time_zone")
    if not 1 <= description.most_lines <= 10:
        message = N_("Between 1 and 10 lines at a time.")
        raise Invalid("most_lines.range", message, field="most_lines")
    fair.name = clean_text(description.name, "name", 120, required=True)
    fair.description = clean_text(description.description, "description", 4000)
    fair.languages = [language for language in description.languages if language in ("fr", "en")] or ["fr"]
    fair.sectors = [sector for sector in description.sectors if sector in SECTORS]
    fair.time_zone = description.time_zone
    if not 1 <= description.answer_days <= 60:
        raise Invalid("answer_days.range", N_("Between 1 and 60 days."), field="answer_days")
    if not 1 <= description.grace_minutes <= 120:
        raise Invalid("grace_minutes.range", N_("Between 1 and 120 minutes."), field="grace_minutes")
    fair.most_lines = description.most_lines
    fair.answer_days, fair.grace_minutes = description.answer_days, description.grace_minutes


async def add_day(tx: Transaction, fair: Fair, opens_at: datetime, closes_at: datetime) -> FairDay:
    if closes_at <= opens_at:
        raise Invalid("closes_at.before", N_("The closing must come after the opening."), field="closes")
    if closes_at <= tx.now:
        raise Invalid(
            "closes_at.past", N_("This day is over already. Please choose one that lies ahead."), field="date"
        )
    for day in await days_of(tx, fair):
        if day.opens_at < closes_at and opens_at < day.closes_at:
            raise Conflict("day.overlaps", N_("This day overlaps another day of the fair."))
    day = FairDay(id=new_id(), fair_id=fair.id, opens_at=opens_at, closes_at=closes_at)
    tx.session.add(day)
    await tx.session.flush()
    await turn(tx, fair)
    return day


async def remove_day(tx: Transaction, fair: Fair, day: uuid.UUID) -> None:
    row = await tx.session.get(FairDay, day)
    if row is not None and row.fair_id == fair.id:
        await tx.session.delete(row)
        await tx.session.flush()
        await turn(tx, fair)


async def days_of(tx: Transaction, fair: Fair) -> list[FairDay]:
    query = select(FairDay).where(FairDay.fair_id == fair.id).order_by(FairDay.opens_at)
    return list((await tx.session.execute(query)).scalars())


async def opens_at_once(tx: Transaction, fair: Fair) -> bool:
    """Whether publishing opens the doors: its hours have begun already."""
    return any(day.opens_at <= tx.now < day.closes_at for day in await days_of(tx, fair))


async def publish(tx: Transaction, fair: Fair) -> None:
    if not await days_of(tx, fair):
        raise Conflict("fair.no_day", N_("Add at least one day with opening hours first."))
    _move(tx, fair, FairState.PUBLISHED)
    await turn(tx, fair)


async def open_by_hand(tx: Transaction, fair: Fair) -> None:
    """Open the doors now, until the next closing in the calendar."""
    closing = next((day.closes_at for day in await days_of(tx, fair) if day.closes_at > tx.now), None)
    if closing is None:
        raise Conflict("fair.no_day_ahead", N_("No opening hours lie ahead. Add a day first."))
    fair.closed_by_hand = False
    fair.open_until, fair.doors_opened_at = closing, tx.now
    if fair.state is not FairState.OPEN:
        _move(tx, fair, FairState.OPEN)
    else:
        _tell(tx, fair)
    await turn(tx, fair)


async def close_by_hand(tx: Transaction, fair: Fair) -> None:
    fair.closed_by_hand = True
    fair.open_until = None
    _move(tx, fair, FairState.CLOSED)
    fair.next_turn_at = None


async def archive(tx: Transaction, fair: Fair) -> None:
    _move(tx, fair, FairState.ARCHIVED)


async def turn(tx: Transaction, fair: Fair) -> None:
    """Let the calendar act: open, close for the night, close for good, and set when to look again."""
    if fair.closed_by_hand or fair.state in (FairState.DRAFT, FairState.ARCHIVED):
        fair.next_turn_at = None
        return
    days = await days_of(tx, fair)
    today = next((day for day in days if day.opens_at <= tx.now < day.closes_at), None)
    ahead = [day for day in days if day.opens_at > tx.now]
    if today and fair.open_until != today.closes_at:
        fair.open_until, fair.doors_opened_at = today.closes_at, fair.doors_opened_at if fair.open_until else tx.now
        _open(tx, fair)
    elif not today and fair.open_until and fair.open_until <= tx.now:
        fair.open_until = None
        _tell(tx, fair)
    if fair.state is FairState.OPEN and not today and not ahead and fair.open_until is None:
        _move(tx, fair, FairState.CLOSED)
    moments = [fair.open_until] if fair.open_until else []
    moments += [day.opens_at for day in ahead[:1]]
    fair.next_turn_at = min(moments, default=None)


def _open(tx: Transaction, fair: Fair) -> None:
    if fair.state is FairState.OPEN:
        _tell(tx, fair)
    else:
        _move(tx, fair, FairState.OPEN)


def _move(tx: Transaction, fair: Fair, state: FairState) -> None:
    """The one door through which a fair changes its state."""
    if state not in MOVES[fair.state]:
        raise Conflict("fair.move", N_("The fair stands differently now. Please look at its state."))
    fair.state = state
    _tell(tx, fair)


def _tell(tx: Transaction, fair: Fair) -> None:
    fact = FairTurned(fair=fair.id, state=fair.state, open_until=fair.open_until)
    tx.record(fact, fair_stream(fair.id))


async def announce(tx: Transaction, fair: Fair, text: str) -> Announcement:
    row = Announcement(id=new_id(), fair_id=fair.id, text=clean_text(text, "text", 500, required=True), made_at=tx.now)
    tx.session.add(row)
    tx.record(FairAnnounced(fair=fair.id, announcement=row.id), fair_stream(fair.id))
    return row


async def announcements_of(tx: Transaction, fair: uuid.UUID, count: int = 5) -> list[Announcement]:
    query = select(Announcement).where(Announcement.fair_id == fair).order_by(Announcement.id.desc()).limit(count)
    return list((await tx.session.execute(query)).scalars())


async def shown(tx: Transaction) -> list[Fair]:
    """The fairs that anyone may know of, the open ones first."""
    states = (FairState.OPEN, FairState.PUBLISHED, FairState.CLOSED)
    rows = (await tx.session.execute(select(Fair).where(Fair.state.in_(states)).order_by(Fair.id.desc()))).scalars()
    return sorted(rows, key=lambda fair: states.index(fair.state))


async def run_by(tx: Transaction, person: Person) -> list[Fair]:
    query = select(Fair).order_by(Fair.id.desc())
    if not person.is_administrator:
        query = query.join(FairOrganiser).where(FairOrganiser.person_id == person.id)
    return list((await tx.session.execute(query)).scalars())


async def to_turn(tx: Transaction) -> list[uuid.UUID]:
    return list((await tx.session.execute(select(Fair.id).where(Fair.next_turn_at <= tx.now))).scalars())
