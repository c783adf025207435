"""Fairs: an event with days and opening hours, in one of five states.

`open` lasts from the first opening to the final closing. Hours are a condition inside it: places survive the night.
What an organiser closes by hand stays closed until opened by hand.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ForeignKey, delete, false, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import DomainEvent, fair_stream, hall_stream, moderation_stream
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, slugged
from rooms.core.transaction import Transaction
from rooms.organisations.employers import SECTORS
from rooms.people.languages import LANGUAGES
from rooms.people.people import Person


class FairState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class RegistrationMode(StrEnum):
    OPEN = "open"
    """Whoever likes takes part."""
    CODE = "code"
    """Whoever knows the fair's code, and whoever is invited."""
    APPROVAL = "approval"
    """Whoever the organisers approve, and whoever is invited."""


AHEAD = frozenset({FairState.PUBLISHED, FairState.OPEN})
"""What is to take place at the fair can be booked."""
SHOWN = AHEAD | {FairState.CLOSED}
"""Anyone may know of the fair."""


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
    held_open_until: Mapped[datetime | None]
    """Until when somebody holds the doors open by hand, whatever the calendar says."""
    doors_opened_at: Mapped[datetime | None]
    next_turn_at: Mapped[datetime | None] = mapped_column(index=True)
    """The next opening or closing by itself, for the worker."""
    most_lines: Mapped[int] = mapped_column(default=3)
    grace_minutes: Mapped[int] = mapped_column(default=10)
    answer_days: Mapped[int] = mapped_column(default=5)
    capacity: Mapped[int | None]
    """How many candidates are in it at once; None for any number."""
    admitted_a_minute: Mapped[int] = mapped_column(default=600, server_default="600")

    site: Mapped[str] = mapped_column(default="", server_default="")
    """The address of the place where people meet on days on site."""
    kiosk_key: Mapped[uuid.UUID | None]
    """What the address of its kiosk is made of; another one makes another address, None none."""
    takes_applications: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether employers may ask for a booth."""
    registration: Mapped[RegistrationMode] = mapped_column(
        default=RegistrationMode.OPEN, server_default=RegistrationMode.OPEN.value
    )
    """Who may take part. Anyone may look round all the same."""
    registration_code: Mapped[str] = mapped_column(default="", server_default="")
    is_rehearsal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """A copy in which simulated people try what the installation bears; listed nowhere."""

    @property
    def path(self) -> str:
        """Its page, the lobby."""
        return f"/fairs/{self.slug}"

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


class FairOrganiser(Base):
    __tablename__ = "fair_organiser"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)


class OrganiserRemoved(DomainEvent):
    """Somebody runs this fair no longer."""

    kind: ClassVar[str] = "fair.organiser_removed"
    fair_id: uuid.UUID
    person_id: uuid.UUID


class FairCreated(DomainEvent):
    fair_id: uuid.UUID


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
    site: str = ""


def not_open() -> Conflict:
    return Conflict("fair.not_open", N_("The fair is not open now."))


def demand_not_archived(fair: Fair) -> None:
    if fair.state is FairState.ARCHIVED:
        raise Conflict("fair.archived", N_("This fair is archived: it is kept as it is."))


def is_hidden_from(person: Person | None, fair: Fair) -> bool:
    """A rehearsal is there for those alone who play in it."""
    return fair.is_rehearsal and not (person and person.is_rehearsal)


def streams_of(fair: Fair) -> list[str]:
    """On which what concerns everybody at the fair is told: to whoever is in it, and whoever waits to come in."""
    return [fair_stream(fair.id)] + ([hall_stream(fair.id)] if fair.capacity is not None else [])


async def free_slug(tx: Transaction, name: str) -> str:
    slug = slugged(name, "fair")
    taken = {"new"} | set((await tx.session.execute(select(Fair.slug).where(Fair.slug.startswith(slug)))).scalars())
    if slug not in taken:
        return slug
    return next(f"{slug}-{n}" for n in range(2, len(taken) + 3) if f"{slug}-{n}" not in taken)


async def create(tx: Transaction, organiser: Person, description: FairDescription) -> Fair:
    fair = Fair(id=new_id(), slug=await free_slug(tx, description.name), state=FairState.DRAFT, closed_by_hand=False)
    await describe(tx, fair, description)
    tx.session.add(fair)
    await tx.session.flush()
    await add_organiser(tx, fair, organiser)
    await tx.happened(FairCreated(fair_id=fair.id))
    return fair


async def add_organiser(tx: Transaction, fair: Fair, person: Person) -> None:
    await tx.insert_once(FairOrganiser, {"fair_id": fair.id, "person_id": person.id})


async def remove_organiser(tx: Transaction, fair: Fair, person_id: uuid.UUID) -> None:
    """The person runs this fair no longer; somebody always does."""
    # Locked: two organisers who remove each other at the same moment must not both succeed.
    await tx.session.refresh(fair, with_for_update=True)
    organisers = {each.id for each in await organisers_of(tx, fair)}
    if organisers <= {person_id}:
        raise Conflict("organiser.last", N_("Somebody must run this fair. Add another organiser first."))
    found = FairOrganiser.fair_id == fair.id, FairOrganiser.person_id == person_id
    await tx.session.execute(delete(FairOrganiser).where(*found))
    await tx.happened(OrganiserRemoved(fair_id=fair.id, person_id=person_id), moderation_stream(fair.id))


async def end_organiser(tx: Transaction, person_id: uuid.UUID) -> None:
    """The person makes no more fairs and runs none. A fair that nobody else runs is the administrators' own."""
    person = await tx.session.get(Person, person_id)
    if person is None:
        raise NotFound("person")
    person.is_organiser = False
    run = select(FairOrganiser.fair_id).where(FairOrganiser.person_id == person_id)
    for fair_id in list((await tx.session.execute(run)).scalars()):
        await tx.happened(OrganiserRemoved(fair_id=fair_id, person_id=person_id), moderation_stream(fair_id))
    await tx.session.execute(delete(FairOrganiser).where(FairOrganiser.person_id == person_id))


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
    languages = [language for language in description.languages if language in LANGUAGES]
    if not languages:
        raise Invalid("languages.missing", N_("Please choose at least one language."), field="languages")
    fair.languages = languages
    fair.sectors = [sector for sector in description.sectors if sector in SECTORS]
    fair.time_zone = description.time_zone
    if not 1 <= description.answer_days <= 60:
        raise Invalid("answer_days.range", N_("Between 1 and 60 days."), field="answer_days")
    if not 1 <= description.grace_minutes <= 120:
        raise Invalid("grace_minutes.range", N_("Between 1 and 120 minutes."), field="grace_minutes")
    fair.most_lines = description.most_lines
    fair.answer_days, fair.grace_minutes = description.answer_days, description.grace_minutes
    fair.site = clean_text(description.site, "site", 300)


async def id_of(tx: Transaction, slug: str) -> uuid.UUID:
    """Says nothing of whether somebody may see the fair."""
    found = await tx.plain_rows(select(Fair.id).where(Fair.slug == slug))
    if not found:
        raise NotFound("fair")
    fair_id: uuid.UUID = found[0].id
    return fair_id


async def open_now(tx: Transaction, slugs: Collection[str]) -> dict[str, Fair]:
    """Those of these fairs whose doors are open, by their slug."""
    is_open = Fair.slug.in_(slugs), Fair.state == FairState.OPEN, Fair.open_until.is_not(None)
    rows = (await tx.session.execute(select(Fair).where(*is_open, Fair.is_rehearsal.is_(False)))).scalars()
    return {fair.slug: fair for fair in rows}


async def shown(tx: Transaction) -> list[Fair]:
    """The fairs that anyone may know of, the open ones first."""
    listed = Fair.state.in_(SHOWN), Fair.is_rehearsal.is_(False)
    rows = (await tx.session.execute(select(Fair).where(*listed).order_by(Fair.id.desc()))).scalars()
    first = (FairState.OPEN, FairState.PUBLISHED, FairState.CLOSED)
    return sorted(rows, key=lambda fair: first.index(fair.state))


async def run_by(tx: Transaction, person: Person) -> list[Fair]:
    """Those that go on or come next first, in each state the newest first."""
    query = select(Fair).where(Fair.is_rehearsal.is_(False)).order_by(Fair.id.desc())
    if not person.is_administrator:
        query = query.join(FairOrganiser).where(FairOrganiser.person_id == person.id)
    rows = (await tx.session.execute(query)).scalars()
    first = (FairState.OPEN, FairState.PUBLISHED, FairState.DRAFT, FairState.CLOSED, FairState.ARCHIVED)
    return sorted(rows, key=lambda fair: first.index(fair.state))
