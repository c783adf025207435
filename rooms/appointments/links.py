"""Links in mails: each opens one appointment without signing in, ends with it, and can be withdrawn."""

import secrets
import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.appointments import reservation, room
from rooms.appointments.appointment import Appointment
from rooms.core.errors import N_, NotFound
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import Meeting
from rooms.people import sessions
from rooms.people.signin import hashed

SPELLED = "23456789abcdefghjkmnpqrstuvwxyz"
SPELLED_LENGTH = 12


class LinkGone(NotFound):
    """It has ended, was withdrawn, or never was: nobody is told which."""

    def __init__(self) -> None:
        super().__init__("appointment_link")
        self.message = N_("This link opens nothing any more.")


class AppointmentLink(Base):
    __tablename__ = "appointment_link"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), index=True)
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


def make(tx: Transaction, appointment: Appointment) -> str:
    """The path of a new link to this appointment; its secret is stored only as a hash."""
    return _path_of(tx, appointment, secrets.token_urlsafe(24))


def make_spelled(tx: Transaction, appointment: Appointment) -> str:
    """The same for paper: twelve letters and digits that can be told apart and typed, 59 bits."""
    groups = ("".join(secrets.choice(SPELLED) for _ in range(4)) for _ in range(3))
    return _path_of(tx, appointment, "-".join(groups))


def _as_made(token: str) -> str:
    """What was typed from paper: in capitals, without hyphens, with spaces."""
    bare = "".join(c for c in token.casefold() if c.isalnum())
    if len(bare) != SPELLED_LENGTH or set(bare) - set(SPELLED):
        return token
    return "-".join(bare[at : at + 4] for at in range(0, SPELLED_LENGTH, 4))


async def _behind(tx: Transaction, token: str) -> Appointment | None:
    token = _as_made(token)
    query = select(Appointment).join(AppointmentLink, AppointmentLink.appointment_id == Appointment.id)
    stands = AppointmentLink.token_hash == hashed(token), AppointmentLink.withdrawn_at.is_(None)
    return (await tx.session.execute(query.where(*stands))).unique().scalar_one_or_none()


def _path_of(tx: Transaction, appointment: Appointment, token: str) -> str:
    row = AppointmentLink(id=new_id(), token_hash=hashed(token), appointment_id=appointment.id, made_at=tx.now)
    tx.session.add(row)
    return f"/a/{token}"


async def opened(tx: Transaction, token: str, *, lock: bool = False) -> Appointment:
    """The appointment that the link opens, as long as it has not ended."""
    row = await _behind(tx, token)
    if row and lock:
        # Withdrawing locks the appointment too: whoever waited for that looks at the link again.
        await reservation.locked(tx, row.id)
        row = await _behind(tx, token)
    if row is None or row.ends_at <= tx.now:
        raise LinkGone()
    return row


async def enter(tx: Transaction, row: Appointment, device: str) -> tuple[Meeting, str]:
    """The room that the link leads to, and the token of a session for this appointment alone. Refused while the room
    is closed."""
    meeting = await room.enter(tx, row, row.candidate)
    until = row.ends_at + room.OPEN_AFTER
    return meeting, await sessions.open_session(tx, row.candidate, device, appointment_id=row.id, until=until)


async def withdraw_all(tx: Transaction, appointment_id: uuid.UUID) -> list[uuid.UUID]:
    """Whatever was mailed opens nothing any more; returns the sessions it began, which have ended."""
    stands = AppointmentLink.appointment_id == appointment_id, AppointmentLink.withdrawn_at.is_(None)
    await tx.session.execute(update(AppointmentLink).where(*stands).values(withdrawn_at=tx.now))
    return await sessions.end_for(tx, appointment_id)
