"""A fair's days, and its way through the states by them. By hand: opening.py.

`open` lasts from the first opening to the final closing. Hours are a condition inside it: places survive the night.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import DomainEvent
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs import fairs
from rooms.fairs.fairs import Fair, FairDescription, FairState, demand_not_archived

DOORS_BEFORE = timedelta(hours=2)
MOVES: dict[FairState, frozenset[FairState]] = {
    FairState.DRAFT: frozenset({FairState.PUBLISHED}),
    FairState.PUBLISHED: frozenset({FairState.OPEN}),
    FairState.OPEN: frozenset({FairState.CLOSED}),
    FairState.CLOSED: frozenset({FairState.OPEN, FairState.PUBLISHED, FairState.ARCHIVED}),
    FairState.ARCHIVED: frozenset(),
}


class DayMode(StrEnum):
    REMOTE = "remote"
    ON_SITE = "on_site"
    BOTH = "both"


class FairDay(Base):
    __tablename__ = "fair_day"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    mode: Mapped[DayMode] = mapped_column(default=DayMode.REMOTE, server_default=DayMode.REMOTE.value)
    """Where people meet that day."""
    reminded_at: Mapped[datetime | None]
    """When those who registered were written to beforehand."""
    opening_told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When its organisers closed it by hand before its hours were over."""

    @property
    def is_on_site(self) -> bool:
        """Whether one can come to the place of the fair."""
        return self.mode is not DayMode.REMOTE


class FairTurned(DomainEvent):
    """The fair changed its state, or its doors opened or closed for the day."""

    kind: ClassVar[str] = "fair.turned"
    fair_id: uuid.UUID
    state: FairState
    open_until: datetime | None


class DaysChanged(DomainEvent):
    """A day has other hours or another place, or is taken out."""

    fair_id: uuid.UUID


class ZoneChanged(DomainEvent):
    """The fair is held in another time zone; what lies ahead keeps the hours that were written down."""

    fair_id: uuid.UUID
    before: str
    """The zone's name (IANA)."""


async def add_day(
    tx: Transaction, fair: Fair, opens_at: datetime, closes_at: datetime, mode: DayMode = DayMode.REMOTE
) -> FairDay:
    demand_not_archived(fair)
    await demand_fits(tx, fair, opens_at, closes_at)
    day = FairDay(id=new_id(), fair_id=fair.id, opens_at=opens_at, closes_at=closes_at, mode=mode)
    tx.session.add(day)
    await tx.session.flush()
    await turn(tx, fair)
    return day


async def demand_fits(
    tx: Transaction, fair: Fair, opens_at: datetime, closes_at: datetime, itself: uuid.UUID | None = None
) -> None:
    """Raises where these cannot be the hours of a day of the fair."""
    if closes_at <= opens_at:
        raise Invalid("closes_at.before", N_("The closing must come after the opening."), field="closes")
    if closes_at <= tx.now:
        raise Invalid(
            "closes_at.past", N_("This day is over already. Please choose one that lies ahead."), field="date"
        )
    for day in await days_of(tx, fair):
        if day.id != itself and day.opens_at < closes_at and opens_at < day.closes_at:
            raise Conflict("day.overlaps", N_("This day overlaps another day of the fair."))


async def change_day(
    tx: Transaction, fair: Fair, day: FairDay, opens_at: datetime, closes_at: datetime, mode: DayMode | None = None
) -> None:
    """Other hours, or another date. What was to be held on it: rooms/appointments/fair_days.py."""
    demand_not_archived(fair)
    if day.opens_at <= tx.now and opens_at != day.opens_at:
        raise Conflict("day.begun", N_("This day has begun: only its closing can be changed."), field="opens")
    await demand_fits(tx, fair, opens_at, closes_at, day.id)
    if day.opens_at.astimezone(fair.zone).date() != opens_at.astimezone(fair.zone).date():
        day.reminded_at = None
    day.opens_at, day.closes_at, day.mode = opens_at, closes_at, mode or day.mode
    await tx.session.flush()
    await turn(tx, fair)
    await tx.happened(DaysChanged(fair_id=fair.id))


async def day_of(tx: Transaction, fair: Fair, day_id: uuid.UUID) -> FairDay:
    day = await tx.session.get(FairDay, day_id)
    if day is None or day.fair_id != fair.id:
        raise NotFound("day")
    return day


async def remove_day(tx: Transaction, fair: Fair, day_id: uuid.UUID) -> None:
    demand_not_archived(fair)
    row = await tx.session.get(FairDay, day_id)
    if row is not None and row.fair_id == fair.id:
        await tx.session.delete(row)
        await tx.session.flush()
        await turn(tx, fair)
        await tx.happened(DaysChanged(fair_id=fair.id))


async def on_site_now(tx: Transaction, fair: Fair) -> FairDay | None:
    """The day on which people are at the place of the fair at this moment: from two hours before it opens, for those
    who set up and wait at the door, until it closes."""
    for day in await days_of(tx, fair):
        if day.is_on_site and day.opens_at - DOORS_BEFORE <= tx.now < day.closes_at and not day.ended_at:
            return day
    return None


async def demand_on_site(tx: Transaction, fair: Fair) -> None:
    if await on_site_now(tx, fair) is None:
        raise Conflict("fair.not_on_site", N_("The fair is not held on site just now: talks are by video."))


async def days_of(tx: Transaction, fair: Fair) -> list[FairDay]:
    query = select(FairDay).where(FairDay.fair_id == fair.id).order_by(FairDay.opens_at)
    return list((await tx.session.execute(query)).scalars())


async def days_by_fair(tx: Transaction, shown: Collection[Fair]) -> dict[uuid.UUID, list[FairDay]]:
    """The days of each, in one query for any number of fairs."""
    found: dict[uuid.UUID, list[FairDay]] = {fair.id: [] for fair in shown}
    query = select(FairDay).where(FairDay.fair_id.in_(found)).order_by(FairDay.opens_at)
    for day in (await tx.session.execute(query)).scalars():
        found[day.fair_id].append(day)
    return found


def told(fair: Fair, days: Sequence[FairDay]) -> dict[str, object]:
    """When and where it is held, as letters say it."""
    return {
        "fair": fair.name,
        "zone": fair.time_zone,
        "days": [[day.opens_at.isoformat(), day.closes_at.isoformat()] for day in days],
        "modes": [day.mode.value for day in days],
        "site": fair.site if any(day.is_on_site for day in days) else "",
    }


async def describe(tx: Transaction, fair: Fair, description: FairDescription) -> None:
    """Describe the fair anew. In another time zone, its days that lie ahead keep the hours that were written down."""
    zone = fair.zone
    await fairs.describe(tx, fair, description)
    if fair.zone != zone:
        await _keep_hours(tx, fair, zone)


async def _keep_hours(tx: Transaction, fair: Fair, zone: ZoneInfo) -> None:
    for day in await days_of(tx, fair):
        if day.opens_at > tx.now:
            day.opens_at, day.closes_at = (same_hour(at, zone, fair.zone) for at in (day.opens_at, day.closes_at))
    await tx.session.flush()
    await tx.happened(ZoneChanged(fair_id=fair.id, before=str(zone)))
    await turn(tx, fair)


def same_hour(moment: datetime, before: ZoneInfo, zone: ZoneInfo) -> datetime:
    """The moment at which clocks in `zone` show what they showed in the zone before."""
    return moment.astimezone(before).replace(tzinfo=zone).astimezone(UTC)


async def lies_ahead(tx: Transaction, fair: Fair) -> bool:
    return any(day.closes_at > tx.now for day in await days_of(tx, fair))


async def opens_at_once(tx: Transaction, fair: Fair) -> bool:
    """Whether publishing opens the doors: its hours have begun already."""
    return any(day.opens_at <= tx.now < day.closes_at for day in await days_of(tx, fair))


async def turn_due(tx: Transaction, fair_id: uuid.UUID) -> None:
    """The moment has come that the calendar set for this fair. For the worker."""
    query = select(Fair).where(Fair.id == fair_id).with_for_update(key_share=True)
    row = (await tx.session.execute(query)).scalar_one()
    if row.next_turn_at and row.next_turn_at <= tx.now:
        await turn(tx, row)


async def turn(tx: Transaction, fair: Fair) -> None:
    """Let the calendar act: open, close for the night, close for good, and set when to look again."""
    if fair.closed_by_hand or fair.state in (FairState.DRAFT, FairState.ARCHIVED):
        fair.next_turn_at = None
        return
    days = await days_of(tx, fair)
    today = next((day for day in days if day.opens_at <= tx.now < day.closes_at and not day.ended_at), None)
    ahead = [day for day in days if day.opens_at > tx.now]
    if fair.held_open_until and fair.held_open_until <= tx.now:
        fair.held_open_until = None
    closing = max(filter(None, (fair.held_open_until, today.closes_at if today else None)), default=None)
    if closing and fair.open_until != closing:
        fair.open_until, fair.doors_opened_at = closing, fair.doors_opened_at if fair.open_until else tx.now
        await _open(tx, fair)
    elif not closing and fair.open_until and fair.open_until <= tx.now:
        fair.open_until = None
        await tell(tx, fair)
    if fair.state is FairState.OPEN and not ahead and fair.open_until is None:
        await move(tx, fair, FairState.CLOSED)
    moments = [fair.open_until] if fair.open_until else []
    moments += [day.opens_at for day in ahead[:1]]
    fair.next_turn_at = min(moments, default=None)


async def _open(tx: Transaction, fair: Fair) -> None:
    if fair.state is FairState.OPEN:
        await tell(tx, fair)
    else:
        await move(tx, fair, FairState.OPEN)


async def move(tx: Transaction, fair: Fair, state: FairState) -> None:
    """The one door through which a fair changes its state."""
    if state not in MOVES[fair.state]:
        raise Conflict("fair.move", N_("The fair stands differently now. Please look at its state."))
    fair.state = state
    await tell(tx, fair)


async def tell(tx: Transaction, fair: Fair) -> None:
    """Its state or its hours have changed."""
    event = FairTurned(fair_id=fair.id, state=fair.state, open_until=fair.open_until)
    await tx.happened(event, *fairs.streams_of(fair))


async def to_turn(tx: Transaction) -> list[uuid.UUID]:
    return list((await tx.session.execute(select(Fair.id).where(Fair.next_turn_at <= tx.now))).scalars())
