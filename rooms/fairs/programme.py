"""The programme of a fair: what takes place when, and where, beside its booths."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import DomainEvent, reacts_to
from rooms.core.model import Base, new_id
from rooms.core.text import clean_link, clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.fairs import Fair, demand_not_archived, streams_of
from rooms.fairs.schedule import ZoneChanged

MOST_ITEMS = 200
LONGEST = timedelta(days=2)


class ProgrammeItem(Base):
    """Goes with its fair."""

    __tablename__ = "programme_item"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    location: Mapped[str]
    """Where it is held, as people say it; empty for what is held elsewhere on the web alone."""
    link: Mapped[str]
    """Where it is held on the web."""


class ProgrammeChanged(DomainEvent):
    kind: ClassVar[str] = "fair.programme_changed"
    fair_id: uuid.UUID


@dataclass(frozen=True)
class ItemText:
    title: str
    begins_at: datetime
    ends_at: datetime
    text: str = ""
    location: str = ""
    link: str = ""


async def add(tx: Transaction, fair: Fair, text: ItemText) -> ProgrammeItem:
    demand_not_archived(fair)
    await tx.lock(fair, key_share=True)
    if len(await of_fair(tx, fair.id)) >= MOST_ITEMS:
        raise Conflict("programme.too_long", N_("At most %(most)s items."), field="title", most=MOST_ITEMS)
    item = ProgrammeItem(id=new_id(), fair_id=fair.id)
    _write(item, text)
    tx.session.add(item)
    _tell(tx, fair)
    await tx.session.flush()
    return item


async def change(tx: Transaction, fair: Fair, item: ProgrammeItem, text: ItemText) -> None:
    demand_not_archived(fair)
    _write(item, text)
    _tell(tx, fair)


async def remove(tx: Transaction, fair: Fair, item: ProgrammeItem) -> None:
    demand_not_archived(fair)
    await tx.session.delete(item)
    _tell(tx, fair)


def _write(item: ProgrammeItem, text: ItemText) -> None:
    if text.ends_at <= text.begins_at:
        raise Invalid("ends_at.before", N_("The end must come after the beginning."), field="closes")
    if text.ends_at - text.begins_at > LONGEST:
        raise Invalid("ends_at.far", N_("Nothing lasts longer than two days."), field="closes")
    item.title = clean_text(one_line(text.title), "title", 160, required=True)
    item.text = clean_text(text.text, "text", 2000)
    item.begins_at, item.ends_at = text.begins_at, text.ends_at
    item.location = clean_text(one_line(text.location), "location", 120)
    item.link = clean_link(text.link, "link")


def _tell(tx: Transaction, fair: Fair) -> None:
    tx.record(ProgrammeChanged(fair_id=fair.id), *streams_of(fair))


@reacts_to(ZoneChanged)
async def _keep_hours(tx: Transaction, event: ZoneChanged) -> None:
    fair, before = await tx.session.get_one(Fair, event.fair_id), ZoneInfo(event.before)
    for item in await of_fair(tx, fair.id):
        if item.begins_at > tx.now:
            item.begins_at = schedule.same_hour(item.begins_at, before, fair.zone)
            item.ends_at = schedule.same_hour(item.ends_at, before, fair.zone)
    _tell(tx, fair)


async def one(tx: Transaction, fair_id: uuid.UUID, item_id: uuid.UUID) -> ProgrammeItem:
    item = await tx.session.get(ProgrammeItem, item_id)
    if item is None or item.fair_id != fair_id:
        raise NotFound("programme_item")
    return item


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> list[ProgrammeItem]:
    """In the order in which they begin."""
    query = select(ProgrammeItem).where(ProgrammeItem.fair_id == fair_id)
    return list((await tx.session.execute(query.order_by(ProgrammeItem.begins_at, ProgrammeItem.id))).scalars())
