"""The promise that a person is in at most one call or meeting at a time, held by a primary key.

Whoever rings, is rung, or is in a meeting has one row. It spans lines, fairs and appointments.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction


class Engagement(Base):
    """The call that rings, or the meeting that goes on."""

    __tablename__ = "engagement"
    __table_args__ = (CheckConstraint("(call_id IS NULL) <> (meeting_id IS NULL)", name="ck_engagement_one"),)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    call_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("call.id"), index=True)
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    since: Mapped[datetime]


async def engage_in_call(tx: Transaction, person_id: uuid.UUID, call_id: uuid.UUID) -> bool:
    """Take the person for this call; False when something else has them."""
    return await tx.insert_once(Engagement, {"person_id": person_id, "call_id": call_id, "since": tx.now})


async def engage_in_meeting(tx: Transaction, person_id: uuid.UUID, meeting_id: uuid.UUID) -> bool:
    """Take the person for this meeting; False when something else, or this very meeting, has them."""
    return await tx.insert_once(Engagement, {"person_id": person_id, "meeting_id": meeting_id, "since": tx.now})


async def hand_over(tx: Transaction, call_id: uuid.UUID, meeting_id: uuid.UUID) -> None:
    """The call was accepted: whoever it had is in the meeting now."""
    values = {"call_id": None, "meeting_id": meeting_id}
    await tx.session.execute(update(Engagement).where(Engagement.call_id == call_id).values(**values))


async def release_call(tx: Transaction, call_id: uuid.UUID) -> None:
    await tx.session.execute(delete(Engagement).where(Engagement.call_id == call_id))


async def release_meeting(tx: Transaction, meeting_id: uuid.UUID) -> None:
    await tx.session.execute(delete(Engagement).where(Engagement.meeting_id == meeting_id))


async def release(tx: Transaction, person_id: uuid.UUID, meeting_id: uuid.UUID) -> None:
    """This one leaves the meeting while the others go on."""
    mine = Engagement.person_id == person_id, Engagement.meeting_id == meeting_id
    await tx.session.execute(delete(Engagement).where(*mine))


async def engaged(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, Engagement]:
    """What each of `people` is in, who is in anything."""
    query = select(Engagement).where(Engagement.person_id.in_(people)).execution_options(populate_existing=True)
    return {row.person_id: row for row in (await tx.session.execute(query)).scalars()}
