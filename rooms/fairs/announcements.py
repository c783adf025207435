"""What organisers say to everybody at their fair: in each of its languages if they like, changed, and ended."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import JSON, ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import NotFound
from rooms.core.events import DomainEvent
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair, demand_not_archived, streams_of

LONGEST = 500


class Announcement(Base):
    __tablename__ = "announcement"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    text: Mapped[str]
    translations: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """The same in some of the fair's languages, by their code."""
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """From then on nobody is told it any more."""

    def text_in(self, language: str) -> str:
        return self.translations.get(language) or self.text


class FairAnnounced(DomainEvent):
    kind: ClassVar[str] = "fair.announced"
    fair_id: uuid.UUID
    announcement_id: uuid.UUID


class AnnouncementChanged(DomainEvent):
    """It says something else, or has ended."""

    kind: ClassVar[str] = "fair.announcement_changed"
    fair_id: uuid.UUID
    announcement_id: uuid.UUID
    is_ended: bool


async def announce(
    tx: Transaction, fair: Fair, text: str, translations: Mapping[str, str] | None = None
) -> Announcement:
    demand_not_archived(fair)
    row = Announcement(id=new_id(), fair_id=fair.id, made_at=tx.now)
    _say(row, fair, text, translations or {})
    tx.session.add(row)
    tx.record(FairAnnounced(fair_id=fair.id, announcement_id=row.id), *streams_of(fair))
    return row


def _say(row: Announcement, fair: Fair, text: str, translations: Mapping[str, str]) -> None:
    row.text = clean_text(text, "text", LONGEST, required=True)
    cleaned = {spoken: clean_text(translations.get(spoken, ""), f"text_{spoken}", LONGEST) for spoken in fair.languages}
    row.translations = {spoken: words for spoken, words in cleaned.items() if words}


async def change(tx: Transaction, fair: Fair, row: Announcement, text: str, translations: Mapping[str, str]) -> None:
    """Say it otherwise, to whoever reads it now and later."""
    demand_not_archived(fair)
    _say(row, fair, text, translations)
    _tell(tx, fair, row)


async def end(tx: Transaction, fair: Fair, row: Announcement) -> None:
    """Ending it twice is ending it once."""
    if row.ended_at is None:
        row.ended_at = tx.now
        _tell(tx, fair, row)


def _tell(tx: Transaction, fair: Fair, row: Announcement) -> None:
    event = AnnouncementChanged(fair_id=fair.id, announcement_id=row.id, is_ended=row.ended_at is not None)
    tx.record(event, *streams_of(fair))


async def one(tx: Transaction, fair_id: uuid.UUID, announcement_id: uuid.UUID) -> Announcement:
    row = await tx.session.get(Announcement, announcement_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound("announcement")
    return row


async def of_fair(tx: Transaction, fair_id: uuid.UUID, count: int = 5) -> list[Announcement]:
    """Those that stand, the latest first."""
    stand = Announcement.fair_id == fair_id, Announcement.ended_at.is_(None)
    query = select(Announcement).where(*stand).order_by(Announcement.id.desc()).limit(count)
    return list((await tx.session.execute(query)).scalars())
