"""Looking at a page together: one of a meeting's two shows pages of theirs, and only after saying yes.

What is kept is the consent: who showed, from when to when, whether the other could fill in with them, and who ended
it. What was seen is kept nowhere.
"""

import uuid
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, meeting_stream
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.people.people import Person

_GOES_ON = text("ended_at IS NULL")


class Cobrowsing(Base):
    """Owner: who shows. Purpose: prove the consent; kept as long as the meeting."""

    __tablename__ = "cobrowsing"
    __table_args__ = (
        Index(
            "ux_cobrowsing_one_of_meeting", "meeting_id", unique=True, postgresql_where=_GOES_ON, sqlite_where=_GOES_ON
        ),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    agreed_at: Mapped[datetime]
    may_fill: Mapped[bool] = mapped_column(default=False)
    fill_agreed_at: Mapped[datetime | None]
    """When filling in together was first allowed."""
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    owner: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[owner_id])


class CobrowsingBegan(DomainEvent):
    kind: ClassVar[str] = "cobrowsing.began"
    meeting_id: uuid.UUID
    owner_id: uuid.UUID


class FillingAllowed(DomainEvent):
    """Whether the other one may fill in with the owner from now on."""

    kind: ClassVar[str] = "cobrowsing.allowed"
    meeting_id: uuid.UUID
    may_fill: bool


class CobrowsingEnded(DomainEvent):
    kind: ClassVar[str] = "cobrowsing.ended"
    meeting_id: uuid.UUID


async def begin(tx: Transaction, owner_id: uuid.UUID, meeting_id: uuid.UUID) -> Cobrowsing:
    """The owner has said yes. Saying it again changes nothing."""
    row = await of_meeting(tx, meeting_id)
    if row is None:
        values = {
            "id": new_id(),
            "meeting_id": meeting_id,
            "owner_id": owner_id,
            "agreed_at": tx.now,
            "may_fill": False,
        }
        await tx.insert_once(Cobrowsing, values)
        row = await of_meeting(tx, meeting_id)
        assert row is not None  # noqa: S101
        if row.id == values["id"]:
            tx.record(CobrowsingBegan(meeting_id=meeting_id, owner_id=owner_id), meeting_stream(meeting_id))
    if row.owner_id != owner_id:
        raise Conflict("cobrowsing.other", N_("The other one shows a page just now. It has to be stopped first."))
    return row


async def allow_filling(tx: Transaction, row: Cobrowsing, *, may_fill: bool) -> None:
    """A second consent, apart from the first; it can be taken back while one goes on looking."""
    if row.may_fill == may_fill:
        return
    row.may_fill = may_fill
    row.fill_agreed_at = row.fill_agreed_at or tx.now
    tx.record(FillingAllowed(meeting_id=row.meeting_id, may_fill=may_fill), meeting_stream(row.meeting_id))


async def end(tx: Transaction, meeting_id: uuid.UUID, by_id: uuid.UUID | None = None) -> None:
    """Stop looking; whoever of the two wants to. Nothing happens when nobody looks."""
    row = await of_meeting(tx, meeting_id)
    if row is None:
        return
    row.ended_at, row.ended_by_id = tx.now, by_id
    tx.record(CobrowsingEnded(meeting_id=meeting_id), meeting_stream(meeting_id))


async def of_meeting(tx: Transaction, meeting_id: uuid.UUID) -> Cobrowsing | None:
    """What is looked at in a meeting now."""
    query = select(Cobrowsing).where(Cobrowsing.meeting_id == meeting_id, Cobrowsing.ended_at.is_(None))
    return (await tx.session.execute(query)).scalar_one_or_none()


async def consents_of(tx: Transaction, meetings: list[uuid.UUID]) -> list[Cobrowsing]:
    """Every consent that was given in these meetings, the first one first."""
    query = select(Cobrowsing).where(Cobrowsing.meeting_id.in_(meetings)).order_by(Cobrowsing.id)
    return list((await tx.session.execute(query)).scalars())
