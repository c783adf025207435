"""The promise that a person is in at most one call or meeting at a time, held by a primary key.

Whoever rings, is rung, or is in a meeting has one row. It spans lines, fairs and appointments.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction


class Engagement(Base):
    __tablename__ = "engagement"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    occasion: Mapped[uuid.UUID] = mapped_column(index=True)
    """The call that rings or the meeting that goes on."""
    since: Mapped[datetime]


async def engage(tx: Transaction, person_id: uuid.UUID, occasion_id: uuid.UUID) -> bool:
    """Take the person for this occasion; False when another one has them."""
    return await tx.insert_once(Engagement, {"person_id": person_id, "occasion": occasion_id, "since": tx.now})


async def hand_over(tx: Transaction, call_id: uuid.UUID, meeting_id: uuid.UUID) -> None:
    """The call was accepted: whoever it held is now held by the meeting."""
    await tx.session.execute(update(Engagement).where(Engagement.occasion == call_id).values(occasion=meeting_id))


async def release(tx: Transaction, occasion_id: uuid.UUID) -> None:
    await tx.session.execute(delete(Engagement).where(Engagement.occasion == occasion_id))


async def release_one(tx: Transaction, person_id: uuid.UUID, occasion_id: uuid.UUID) -> None:
    """This one leaves while the others go on."""
    mine = Engagement.person_id == person_id, Engagement.occasion == occasion_id
    await tx.session.execute(delete(Engagement).where(*mine))


async def engaged(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The occasion of each of `people` who has one."""
    query = select(Engagement.person_id, Engagement.occasion).where(Engagement.person_id.in_(people))
    return dict((await tx.session.execute(query)).all())
