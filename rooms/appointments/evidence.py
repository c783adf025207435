"""What the browsers of all sides of an appointment saw: it keeps a failed connection from becoming "absent"."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.appointments.appointment import Appointment
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.people.people import Person

MOST_EVIDENCE = 300


class What(StrEnum):
    """What a browser saw, or a person did."""

    ENTERED = "entered"
    DEVICES_WELL = "devices_well"
    DEVICES_FAILED = "devices_failed"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FAILED = "failed"
    WEAK = "weak"
    WENT_TO_VIDEO = "went_to_video"
    WENT_TO_AUDIO = "went_to_audio"
    WENT_TO_CHAT = "went_to_chat"
    WENT_TO_PHONE = "went_to_phone"


MODE_CHANGES = {
    Mode.VIDEO: What.WENT_TO_VIDEO,
    Mode.AUDIO: What.WENT_TO_AUDIO,
    Mode.CHAT: What.WENT_TO_CHAT,
    Mode.PHONE: What.WENT_TO_PHONE,
}
TROUBLE = frozenset({What.DEVICES_FAILED, What.FAILED})


class Evidence(Base):
    """Owner: the candidate. Purpose: prove what the connection did; kept as long as the appointment."""

    __tablename__ = "evidence"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    what: Mapped[What]
    detail: Mapped[str]
    at: Mapped[datetime]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


async def has_entered(tx: Transaction, row: Appointment, person_id: uuid.UUID) -> bool:
    query = select(Evidence.id).where(
        Evidence.appointment_id == row.id, Evidence.person_id == person_id, Evidence.what == What.ENTERED
    )
    return (await tx.session.execute(query.limit(1))).first() is not None


async def note(tx: Transaction, row: Appointment, person_id: uuid.UUID, what: What, detail: str = "") -> None:
    """Keep what a browser saw, up to a bound for each of the two. That somebody came is always kept."""
    mine = Evidence.appointment_id == row.id, Evidence.person_id == person_id
    count = select(func.count()).select_from(Evidence).where(*mine)
    if what is not What.ENTERED and (await tx.session.execute(count)).scalar_one() >= MOST_EVIDENCE:
        return
    text = clean_text(detail, "detail", 200)
    tx.session.add(Evidence(id=new_id(), appointment_id=row.id, person_id=person_id, what=what, detail=text, at=tx.now))


async def of_appointment(tx: Transaction, appointment_id: uuid.UUID) -> list[Evidence]:
    query = select(Evidence).where(Evidence.appointment_id == appointment_id).order_by(Evidence.id)
    return list((await tx.session.execute(query)).scalars())


async def waiting_since(tx: Transaction, rows: list[Appointment]) -> dict[uuid.UUID, datetime]:
    """Since when each candidate waits, by appointment: one query for a whole day."""
    query = select(Evidence.appointment_id, func.min(Evidence.at)).where(
        Evidence.appointment_id.in_([row.id for row in rows]),
        Evidence.person_id.in_({row.candidate_id for row in rows}),
        Evidence.what == What.ENTERED,
    )
    return dict((await tx.session.execute(query.group_by(Evidence.appointment_id))).all())
