"""Who is to stand at a booth when: planned by day, with the gaps seen before they happen."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import reacts_to
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair, demand_not_archived
from rooms.fairs.schedule import FairDay, ZoneChanged
from rooms.people.people import Person


class Shift(Base):
    """Counts as long as its person staffs the booth and the fair is open then. Goes with the fair."""

    __tablename__ = "shift"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    booth_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("booth.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


@dataclass(frozen=True)
class Gap:
    """Nobody is to be there from one moment until another, while the fair is open."""

    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class RotaDay:
    day: FairDay
    shifts: Sequence[Shift]
    gaps: Sequence[Gap]


async def plan(tx: Transaction, booth: Booth, person_id: uuid.UUID, begins_at: datetime, ends_at: datetime) -> Shift:
    """The person is to be there then. Nobody can be at two booths, or twice at one, at the same time."""
    demand_not_archived(booth.fair)
    if ends_at <= begins_at:
        raise Invalid("ends_at.before", N_("The end must come after the beginning."), field="closes")
    days = await schedule.days_of(tx, booth.fair)
    if not any(day.opens_at <= begins_at and ends_at <= day.closes_at for day in days):
        raise Invalid("shift.closed", N_("The fair is not open then."), field="opens")
    person = await tx.session.get(Person, person_id)
    if person is None or await tx.session.get(BoothStaff, (booth.id, person_id)) is None:
        raise Invalid("shift.person", N_("Please choose somebody who staffs the booth."), field="person")
    # Two tabs, or two booths, plan one after the other.
    await tx.lock(person, key_share=True)
    meanwhile = Shift.person_id == person_id, Shift.begins_at < ends_at, begins_at < Shift.ends_at
    still_there = and_(BoothStaff.booth_id == Shift.booth_id, BoothStaff.person_id == Shift.person_id)
    held = and_(
        FairDay.fair_id == Booth.fair_id, FairDay.opens_at <= Shift.begins_at, Shift.ends_at <= FairDay.closes_at
    )
    shown = select(Shift.id).join(BoothStaff, still_there).join(Booth, Booth.id == Shift.booth_id).join(FairDay, held)
    if (await tx.session.execute(shown.where(*meanwhile, Booth.left_at.is_(None)))).first():
        message = N_("%(name)s is to be at a booth then already.")
        raise Conflict("shift.overlaps", message, field="opens", name=person.name)
    shift = Shift(id=new_id(), booth_id=booth.id, person_id=person_id, begins_at=begins_at, ends_at=ends_at)
    tx.session.add(shift)
    await tx.session.flush()
    return shift


@reacts_to(ZoneChanged)
async def _keep_hours(tx: Transaction, event: ZoneChanged) -> None:
    fair, before = await tx.session.get_one(Fair, event.fair_id), ZoneInfo(event.before)
    of_fair = select(Shift).join(Booth, Booth.id == Shift.booth_id).where(Booth.fair_id == fair.id)
    for shift in (await tx.session.execute(of_fair.where(Shift.begins_at > tx.now))).scalars():
        shift.begins_at = schedule.same_hour(shift.begins_at, before, fair.zone)
        shift.ends_at = schedule.same_hour(shift.ends_at, before, fair.zone)


async def remove(tx: Transaction, booth: Booth, shift_id: uuid.UUID) -> None:
    demand_not_archived(booth.fair)
    shift = await tx.session.get(Shift, shift_id)
    if shift is None or shift.booth_id != booth.id:
        raise NotFound("shift")
    await tx.session.delete(shift)


async def of_booths(tx: Transaction, fair: Fair, booths: Collection[Booth]) -> dict[uuid.UUID, list[RotaDay]]:
    """The rota of each booth, day by day: one query for any number of them."""
    days = await schedule.days_of(tx, fair)
    still_there = and_(BoothStaff.booth_id == Shift.booth_id, BoothStaff.person_id == Shift.person_id)
    query = select(Shift).join(BoothStaff, still_there).where(Shift.booth_id.in_([booth.id for booth in booths]))
    planned: dict[uuid.UUID, list[Shift]] = defaultdict(list)
    for shift in (await tx.session.execute(query.order_by(Shift.begins_at, Shift.id))).scalars():
        planned[shift.booth_id].append(shift)
    return {booth.id: [_day(day, planned[booth.id]) for day in days] for booth in booths}


def _day(day: FairDay, planned: Sequence[Shift]) -> RotaDay:
    shifts = [shift for shift in planned if shift.begins_at < day.closes_at and day.opens_at < shift.ends_at]
    gaps, until = [], day.opens_at
    for shift in shifts:
        if shift.begins_at > until:
            gaps.append(Gap(until, shift.begins_at))
        until = max(until, shift.ends_at)
    if until < day.closes_at:
        gaps.append(Gap(until, day.closes_at))
    return RotaDay(day, shifts, gaps)


def unattended(rotas: dict[uuid.UUID, list[RotaDay]], moment: datetime) -> set[uuid.UUID]:
    """The booths at which nobody is to be at this moment, of those that have planned that day at all."""
    return {
        booth_id
        for booth_id, days in rotas.items()
        for each in days
        if each.shifts and any(gap.begins_at <= moment < gap.ends_at for gap in each.gaps)
    }
