"""How somebody wants to be booked: pauses, notice, how far ahead, how many a day."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rooms.appointments.availability import STEP_MINUTES
from rooms.core.errors import N_, Invalid
from rooms.core.model import Base
from rooms.core.transaction import Transaction


class BookingRules(Base):
    __tablename__ = "booking_rules"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    before_minutes: Mapped[int] = mapped_column(default=0)
    after_minutes: Mapped[int] = mapped_column(default=5)
    notice_hours: Mapped[int] = mapped_column(default=2)
    horizon_days: Mapped[int] = mapped_column(default=56)
    most_a_day: Mapped[int] = mapped_column(default=12)
    busy_address: Mapped[str] = mapped_column(default="")
    """An iCalendar of the person's own, read only: its times are busy here."""
    busy_read_at: Mapped[datetime | None]
    busy_trouble: Mapped[str] = mapped_column(default="")
    busy_unread: Mapped[int] = mapped_column(default=0, server_default="0")
    """Entries of it that could not be understood when it was read last."""
    feed_hash: Mapped[str | None] = mapped_column(unique=True)
    """Of the secret in the address at which the person's appointments go out as a calendar."""


@dataclass(frozen=True)
class RulesText:
    before_minutes: int
    after_minutes: int
    notice_hours: int
    horizon_days: int
    most_a_day: int


RANGES = {
    "before_minutes": (0, 60),
    "after_minutes": (0, 60),
    "notice_hours": (0, 336),
    "horizon_days": (1, 180),
    "most_a_day": (1, 40),
}


async def of_person(tx: Transaction, person_id: uuid.UUID) -> BookingRules:
    row = await tx.session.get(BookingRules, person_id)
    if row is None:
        values = {"person_id": person_id, **FIRST_RULES, "busy_address": "", "busy_trouble": "", "busy_unread": 0}
        await tx.insert_once(BookingRules, values)
        row = await tx.session.get_one(BookingRules, person_id)
    return row


FIRST_RULES = {"before_minutes": 0, "after_minutes": 5, "notice_hours": 2, "horizon_days": 56, "most_a_day": 12}
"""Of somebody who has said nothing, in the order of RulesText."""


async def change(tx: Transaction, person_id: uuid.UUID, text: RulesText) -> None:
    row = await of_person(tx, person_id)
    for name, (least, most) in RANGES.items():
        value = getattr(text, name)
        if not least <= value <= most or (name.endswith("minutes") and value % STEP_MINUTES):
            message = N_("Between %(least)s and %(most)s; minutes in steps of five.")
            raise Invalid(f"{name}.range", message, field=name, least=least, most=most)
        setattr(row, name, value)
