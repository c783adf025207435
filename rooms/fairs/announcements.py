"""What organisers say to everybody at their fair."""

import uuid
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.events import DomainEvent
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, demand_not_archived, streams_of


class Announcement(Base):
    __tablename__ = "announcement"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    text: Mapped[str]
    made_at: Mapped[datetime]


class FairAnnounced(DomainEvent):
    kind: ClassVar[str] = "fair.announced"
    fair_id: uuid.UUID
    announcement_id: uuid.UUID


async def announce(tx: Transaction, fair: Fair, text: str) -> Announcement:
    demand_not_archived(fair)
    row = Announcement(id=new_id(), fair_id=fair.id, text=clean_text(text, "text", 500, required=True), made_at=tx.now)
    tx.session.add(row)
    tx.record(FairAnnounced(fair_id=fair.id, announcement_id=row.id), *streams_of(fair))
    return row


async def of_fair(tx: Transaction, fair_id: uuid.UUID, count: int = 5) -> list[Announcement]:
    query = select(Announcement).where(Announcement.fair_id == fair_id).order_by(Announcement.id.desc()).limit(count)
    return list((await tx.session.execute(query)).scalars())
