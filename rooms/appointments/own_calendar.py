"""A person's own calendar, read for busy times; and the address at which their appointments go out."""

import hashlib
import re
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.appointments import agenda, hours
from rooms.appointments.availability import Minutes, Span, in_minutes
from rooms.appointments.booking_rules import BookingRules, of_person
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff
from rooms.organisations import agencies
from rooms.people.people import Person


class BusyTime(Base):
    """A busy time from the person's own calendar. Nothing but its span is kept."""

    __tablename__ = "busy_time"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]


async def open_feed(tx: Transaction, person_id: uuid.UUID) -> str:
    """A new secret for the person's calendar address; the one before opens nothing any more."""
    token = secrets.token_urlsafe(24)
    (await of_person(tx, person_id)).feed_hash = hashlib.sha256(token.encode()).hexdigest()
    return token


async def close_feed(tx: Transaction, person_id: uuid.UUID) -> None:
    (await of_person(tx, person_id)).feed_hash = None


async def whose_feed(tx: Transaction, token: str) -> Person:
    digest = hashlib.sha256(token.encode()).hexdigest()
    query = select(Person).join(BookingRules, BookingRules.person_id == Person.id)
    row = (await tx.session.execute(query.where(BookingRules.feed_hash == digest))).scalar_one_or_none()
    can_be_booked = row and (await agencies.teams_of(tx, row.id) or await booth_staff.staffed_by(tx, row.id))
    if row is None or not can_be_booked:
        raise NotFound("feed")
    return row


async def busy_of(
    tx: Transaction, people: Collection[uuid.UUID], begins: datetime, ends: datetime
) -> dict[uuid.UUID, list[Minutes]]:
    """The busy times of people's own calendars between two moments."""
    query = select(BusyTime.person_id, BusyTime.begins_at, BusyTime.ends_at).where(
        tx.among(BusyTime.person_id, people), BusyTime.begins_at < ends, BusyTime.ends_at > begins
    )
    found: dict[uuid.UUID, list[Minutes]] = {}
    for person, begins_at, ends_at in await tx.plain_rows(query):
        found.setdefault(person, []).append(in_minutes(Span(begins_at, ends_at)))
    return found


async def busy_spans(tx: Transaction, person_id: uuid.UUID, begins: datetime, ends: datetime) -> list[Span]:
    meets = BusyTime.person_id == person_id, BusyTime.begins_at < ends, BusyTime.ends_at > begins
    rows = (await tx.session.execute(select(BusyTime).where(*meets))).scalars()
    return [Span(row.begins_at, row.ends_at) for row in rows]


READ_EVERY = timedelta(minutes=15)
MOST_AT_ONCE = 32
"""In one round: an address that was just given waits for no more than these."""


async def read_at(tx: Transaction, person_id: uuid.UUID, address: str) -> None:
    """The person's own calendar is read at this address from now on; an empty one ends it."""
    address = clean_text(address, "busy_address", 1000)
    address = re.sub("^webcals?://", "https://", address, flags=re.IGNORECASE)
    if address and not re.match("https?://", address, flags=re.IGNORECASE):
        message = N_("Please give the whole address of the calendar, beginning with https://")
        raise Invalid("busy_address.invalid", message, field="busy_address")
    row = await of_person(tx, person_id)
    if address != row.busy_address:
        await tx.session.execute(delete(BusyTime).where(BusyTime.person_id == person_id))
    row.busy_address, row.busy_read_at, row.busy_trouble, row.busy_unread = address, None, "", 0


async def due(tx: Transaction) -> list[tuple[uuid.UUID, str]]:
    """(person, address) of the calendars to be read now: those that were never read, then those not read longest."""
    query = select(BookingRules.person_id, BookingRules.busy_address).where(
        BookingRules.busy_address != "",
        or_(BookingRules.busy_read_at.is_(None), BookingRules.busy_read_at <= tx.now - READ_EVERY),
    )
    return [
        (person, address)
        for person, address in await tx.session.execute(
            query.order_by(BookingRules.busy_read_at.asc().nulls_first()).limit(MOST_AT_ONCE)
        )
    ]


@dataclass(frozen=True)
class Whose:
    """What is known here of the person a calendar belongs to: where they are, under which addresses, and the
    appointments that may come back in it."""

    zone: ZoneInfo
    addresses: list[str]
    appointments: list[str]


async def whose(tx: Transaction, person_id: uuid.UUID) -> Whose:
    person = await tx.session.get_one(Person, person_id)
    rows = await agenda.ids_of(tx, person_id, since=tx.now)
    return Whose(await hours.zone_of(tx, person_id), [person.email] if person.email else [], [str(row) for row in rows])


@dataclass(frozen=True)
class Read:
    """What a calendar said: when the person is busy, and how many entries could not be understood."""

    spans: list[Span]
    unread: int = 0


async def keep_busy(tx: Transaction, person_id: uuid.UUID, address: str, read: Read) -> None:
    """What the calendar at this address says now takes the place of what it said before.

    Reading takes time: if another address was given meanwhile, or none, what was read means nothing any more.
    """
    row = await tx.session.get(BookingRules, person_id, with_for_update=True)
    if row is None or row.busy_address != address:
        return
    await tx.session.execute(delete(BusyTime).where(BusyTime.person_id == person_id))
    tx.session.add_all(
        BusyTime(id=new_id(), person_id=person_id, begins_at=span.begins, ends_at=span.ends) for span in read.spans
    )
    row.busy_read_at, row.busy_trouble, row.busy_unread = tx.now, "", read.unread


@dataclass(frozen=True)
class Trouble:
    """What keeps a person's own calendar, or entries of it, from closing times here; empty and 0 when nothing does."""

    words: str = ""
    unread: int = 0


async def trouble_of(tx: Transaction, person_id: uuid.UUID) -> Trouble:
    row = await tx.session.get(BookingRules, person_id)
    return Trouble(row.busy_trouble, row.busy_unread) if row and row.busy_address else Trouble()


async def note_trouble(tx: Transaction, person_id: uuid.UUID, address: str, trouble: str) -> None:
    row = await tx.session.get(BookingRules, person_id, with_for_update=True)
    if row and row.busy_address == address:
        row.busy_read_at, row.busy_trouble = tx.now, trouble
