"""Whoever may not write in a fair's public conversations for a while."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict
from rooms.core.model import Base
from rooms.core.transaction import Transaction
from rooms.people.people import Person


class Silencing(StrEnum):
    MUTE = "mute"
    BAN = "ban"
    LIFT = "lift"


SILENT_FOR = {
    Silencing.MUTE: timedelta(minutes=30),
    Silencing.BAN: timedelta(days=3650),
    Silencing.LIFT: timedelta(0),
}


class Silence(Base):
    """Somebody may not write in a fair's public conversations until then: muted for a while, or banned."""

    __tablename__ = "silence"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    until: Mapped[datetime]


async def refuse_the_silenced(tx: Transaction, author: Person, fair_id: uuid.UUID | None) -> None:
    silence = await tx.session.get(Silence, (fair_id, author.id))
    if silence and silence.until > tx.now:
        message = N_("The organisers have paused your messages in this fair. You may still join lines and talk.")
        raise Conflict("chat.silenced", message)


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> list[tuple[Person, Silence]]:
    """Who may not write now, by name."""
    query = select(Person, Silence).join(Silence, Silence.person_id == Person.id)
    query = query.where(Silence.fair_id == fair_id, Silence.until > tx.now).order_by(Person.name)
    return [(person, silence) for person, silence in (await tx.session.execute(query)).all()]


async def silence(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID, how: Silencing) -> None:
    """Pause somebody's public messages in this fair, or let them write again."""
    until = tx.now + SILENT_FOR[how]
    row = await tx.session.get(Silence, (fair_id, person_id))
    if row:
        row.until = until
    else:
        tx.session.add(Silence(fair_id=fair_id, person_id=person_id, until=until))
