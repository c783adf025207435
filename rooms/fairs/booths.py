"""Booths: an employer's place in a fair, who staffs it, and whether its people take calls now."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, UniqueConstraint, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import DomainEvent, fair_stream, line_stream
from rooms.core.model import Base, new_id
from rooms.core.text import clean_link, clean_text, sort_key
from rooms.core.transaction import Transaction
from rooms.fairs import tiers
from rooms.fairs.fairs import SHOWN, Fair, FairOrganiser, demand_not_archived
from rooms.organisations import employers
from rooms.organisations.employers import Employer
from rooms.people import presence
from rooms.people.people import Person

LONGEST_BREAK = 240
"""Minutes; whoever is away longer leaves the desk."""


class Booth(Base):
    __tablename__ = "booth"
    __table_args__ = (UniqueConstraint("fair_id", "employer_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"))
    employer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employer.id"), index=True)
    tier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth_tier.id", ondelete="SET NULL"), index=True)
    description: Mapped[str] = mapped_column(default="")
    talk_minutes: Mapped[int] = mapped_column(default=15)
    video_link: Mapped[str] = mapped_column(default="", server_default="")
    """A video kept elsewhere: nobody's browser contacts that place before its owner agrees."""
    set_up_at: Mapped[datetime | None]
    """A booth is shown to candidates once its people have set it up."""
    changed_at: Mapped[datetime | None]
    """When it was set up last, and by whom."""
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    left_at: Mapped[datetime | None]
    """From then on it takes no part in the fair; its staff still answers those it talked with."""
    paused_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    """When they mean to be back; nothing begins again by itself."""
    last_ticket: Mapped[int] = mapped_column(default=0)
    fair: Mapped[Fair] = relationship(lazy="joined", innerjoin=True)
    employer: Mapped[Employer] = relationship(lazy="joined", innerjoin=True)

    @property
    def path(self) -> str:
        """The page on which candidates see it."""
        return f"{self.fair.path}/booths/{self.employer.slug}"

    @property
    def desk_path(self) -> str:
        """The page from which its staff calls and answers."""
        return f"/desk/{self.id}"

    @property
    def video_host(self) -> str:
        return urlsplit(self.video_link).hostname or ""


class BoothStaff(Base):
    __tablename__ = "booth_staff"
    booth_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("booth.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    desk_seen_at: Mapped[datetime | None]
    """When this recruiter last fetched the desk's page: counts as being there for a minute."""
    break_until: Mapped[datetime | None]
    """Until then this recruiter is not there, whatever page is open."""


class BoothReserved(DomainEvent):
    fair_id: uuid.UUID
    booth_id: uuid.UUID


class BoothGivenUp(DomainEvent):
    booth_id: uuid.UUID


class BoothLeft(DomainEvent):
    kind: ClassVar[str] = "booth.left"
    booth_id: uuid.UUID


class BoothCameBack(DomainEvent):
    """It had left the fair, and is to be set up again."""

    booth_id: uuid.UUID


class BoothSetUp(DomainEvent):
    kind: ClassVar[str] = "booth.set_up"
    booth_id: uuid.UUID


class BoothPaused(DomainEvent):
    kind: ClassVar[str] = "booth.paused"
    booth_id: uuid.UUID


class BoothResumed(DomainEvent):
    kind: ClassVar[str] = "booth.resumed"
    booth_id: uuid.UUID


@dataclass(frozen=True)
class BoothText:
    description: str
    talk_minutes: int
    sector: str
    location: str
    colour: str
    video_link: str = ""


async def of_employer(tx: Transaction, fair: Fair, employer: Employer) -> Booth | None:
    found = await tx.session.execute(select(Booth).where(Booth.fair_id == fair.id, Booth.employer_id == employer.id))
    return found.scalar_one_or_none()


async def ids_of_employer(tx: Transaction, employer_id: uuid.UUID) -> list[uuid.UUID]:
    """The employer's booths, in all fairs."""
    return list((await tx.session.execute(select(Booth.id).where(Booth.employer_id == employer_id))).scalars())


async def employers_known_to(tx: Transaction, fair: Fair) -> list[Employer]:
    """Those with a booth at this fair, or at another one of an organiser of it."""
    mine = select(FairOrganiser.person_id).where(FairOrganiser.fair_id == fair.id)
    fairs = select(FairOrganiser.fair_id).where(FairOrganiser.person_id.in_(mine))
    query = select(Employer).join(Booth).where(or_(Booth.fair_id == fair.id, Booth.fair_id.in_(fairs)))
    return list((await tx.session.execute(query.distinct().order_by(Employer.id))).scalars())


async def reserve(tx: Transaction, fair: Fair, employer: Employer) -> Booth:
    """The employer's booth in this fair; its owners staff it from the start."""
    booth = await of_employer(tx, fair, employer)
    if booth and booth.left_at:
        booth.left_at = None
        await tx.happened(BoothCameBack(booth_id=booth.id))
    if booth:
        return booth
    booth = Booth(id=new_id(), fair_id=fair.id, employer_id=employer.id, description="", talk_minutes=15, last_ticket=0)
    booth.video_link = ""
    booth.fair, booth.employer = fair, employer
    tx.session.add(booth)
    await tx.session.flush()
    await tx.happened(BoothReserved(fair_id=fair.id, booth_id=booth.id))
    return booth


async def give_up(tx: Transaction, booth: Booth) -> None:
    """A booth that nobody has set up leaves its fair, as when its employer was invited by mistake."""
    await tx.lock(booth)
    if booth.set_up_at:
        message = N_("This booth is set up already: its employer is there, and stays in the fair.")
        raise Conflict("booth.is_set_up", message)
    try:
        await tx.happened(BoothGivenUp(booth_id=booth.id))
        await presence.leave_booth(tx, booth.id)
        await tx.session.execute(delete(BoothStaff).where(BoothStaff.booth_id == booth.id))
        await tx.session.execute(delete(Booth).where(Booth.id == booth.id))
    except IntegrityError:
        message = N_("Something was kept for this booth already, such as a document or an interview. Ask its employer.")
        raise Conflict("booth.in_use", message) from None


async def put_in_tier(tx: Transaction, fair: Fair, chosen: Collection[uuid.UUID], tier_id: uuid.UUID | None) -> int:
    """These booths of the fair are of this tier from now on, or of none; gives how many they are. Whoever stands at
    one already stays."""
    demand_not_archived(fair)
    if tier_id:
        await tiers.one(tx, fair.id, tier_id)
    rows = [booth for booth in await tx.rows(Booth, chosen) if booth.fair_id == fair.id]
    for booth in rows:
        booth.tier_id = tier_id
    return len(rows)


async def leave(tx: Transaction, booth: Booth) -> None:
    """The booth is shown no longer. What else ends with it: rooms/appointments/booth_departure.py."""
    booth.left_at, booth.paused_at, booth.paused_until = tx.now, None, None
    if booth.set_up_at:
        booth.set_up_at = None
        tx.record(BoothLeft(booth_id=booth.id), fair_stream(booth.fair_id))


async def set_up(tx: Transaction, booth: Booth, text: BoothText, by: Person | None = None) -> None:
    demand_not_archived(booth.fair)
    if booth.left_at:
        raise Conflict("booth.left", N_("This booth has left the fair. Its organisers can ask you back."))
    if not 5 <= text.talk_minutes <= 120:
        message = N_("A talk lasts between 5 and 120 minutes.")
        raise Invalid("talk_minutes.range", message, field="talk_minutes")
    await employers.present(tx, booth.employer, text.sector, text.location, text.colour)
    booth.description = clean_text(text.description, "description", 4000, required=True)
    booth.talk_minutes = text.talk_minutes
    booth.changed_at, booth.changed_by_id = tx.now, by.id if by else None
    booth.video_link = clean_link(text.video_link, "video_link")
    if booth.set_up_at is None:
        booth.set_up_at = tx.now
        tx.record(BoothSetUp(booth_id=booth.id), fair_stream(booth.fair_id))


def checked_break(minutes: int) -> int:
    if not 1 <= minutes <= LONGEST_BREAK:
        message = N_("Between 1 and %(most)s minutes.")
        raise Invalid("minutes.range", message, field="minutes", most=LONGEST_BREAK)
    return minutes


async def pause(tx: Transaction, booth: Booth, minutes: int | None = None) -> None:
    """Nobody of the booth calls until somebody ends it; `minutes` say when they mean to be back."""
    booth.paused_until = tx.now + timedelta(minutes=checked_break(minutes)) if minutes else None
    if booth.paused_at:
        return
    booth.paused_at = tx.now
    tx.record(BoothPaused(booth_id=booth.id), fair_stream(booth.fair_id), line_stream(booth.id))


async def resume(tx: Transaction, booth: Booth) -> None:
    if not booth.paused_at:
        return
    booth.paused_at = booth.paused_until = None
    tx.record(BoothResumed(booth_id=booth.id), fair_stream(booth.fair_id), line_stream(booth.id))


async def of_fair(tx: Transaction, fair_id: uuid.UUID, *, only_set_up: bool = True) -> list[Booth]:
    """In the order of the employers' names."""
    query = select(Booth).where(Booth.fair_id == fair_id)
    query = query.where(Booth.set_up_at.is_not(None) if only_set_up else Booth.left_at.is_(None))
    return sorted((await tx.session.execute(query)).scalars(), key=lambda booth: sort_key(booth.employer.name))


async def shown_of(tx: Transaction, employers: Collection[uuid.UUID]) -> dict[uuid.UUID, Booth]:
    """The newest booth of each of these employers that anybody can see."""
    query = select(Booth).join(Fair).where(Booth.employer_id.in_(employers), Booth.set_up_at.is_not(None))
    query = query.where(Fair.state.in_(SHOWN), Fair.is_rehearsal.is_(False)).order_by(Booth.id)
    return {booth.employer_id: booth for booth in (await tx.session.execute(query)).scalars()}


async def first_unready(tx: Transaction, employer_id: uuid.UUID) -> uuid.UUID | None:
    """The employer's newest booth that nobody has set up yet."""
    unready = Booth.employer_id == employer_id, Booth.set_up_at.is_(None), Booth.left_at.is_(None)
    query = select(Booth.id).where(*unready).order_by(Booth.id.desc())
    return (await tx.session.execute(query)).scalars().first()


async def others_of(tx: Transaction, booth: Booth) -> list[Booth]:
    """The employer's booths at other fairs of which something was written down, the latest first."""
    written = Booth.employer_id == booth.employer_id, Booth.id != booth.id, Booth.description != ""
    return list((await tx.session.execute(select(Booth).where(*written).order_by(Booth.id.desc()))).scalars())


async def by_slugs(tx: Transaction, fair: str, employer: str) -> Booth | None:
    query = select(Booth).join(Fair).join(Employer).where(Fair.slug == fair, Employer.slug == employer)
    return (await tx.session.execute(query)).scalar_one_or_none()
