""" "No time suits me": wishes, and a freed time that is proposed to those who wait, in order.

A proposal is the time itself, reserved for one person with a fair while to answer. Nobody gets it by clicking faster.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.appointments import allocation, notifications, reservation, slot_search
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.availability import local_day
from rooms.appointments.reservation import Reservation
from rooms.appointments.search import SlotSearch
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.meetings.modes import Mode
from rooms.people.people import Person

ANSWER_WITHIN = timedelta(hours=2)
SOONEST = timedelta(hours=1)
"""A time that begins sooner than this is not proposed: there would be no fair time to answer."""


class Wish(Base):
    """Owner: the candidate. Ends when it is fulfilled, given up, or its last day has passed."""

    __tablename__ = "wish"
    __table_args__ = (
        Index(
            "uq_wish_stands", "candidate_id", "appointment_type_id", unique=True,
            postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    appointment_type_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment_type.id"), index=True)
    mode: Mapped[Mode]
    first_day: Mapped[date]
    last_day: Mapped[date]
    time_zone: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    candidate: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    appointment_type: Mapped[AppointmentType] = relationship(lazy="joined", innerjoin=True)


class Proposal(Base):
    """This time of this counsellor was proposed for this wish: never twice."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("wish_id", "counsellor_id", "begins_at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    wish_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wish.id"))
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    begins_at: Mapped[datetime]


async def wish(
    tx: Transaction,
    candidate: Person,
    appointment_type: AppointmentType,
    mode: Mode,
    first: date,
    last: date,
    time_zone: str,
) -> Wish:
    """Ask to be told first when a time comes free. The same wish again changes its days."""
    if last < local_day(tx.now, appointment_type.venue.zone):
        message = N_("This day is over already. Please choose one that lies ahead.")
        raise Invalid("last_day.past", message, field="last_day")
    if last < first:
        raise Invalid("last_day.before", N_("The last day must come after the first one."), field="last_day")
    whose = {"candidate_id": candidate.id, "appointment_type_id": appointment_type.id}
    said = {"mode": mode, "first_day": first, "last_day": last, "time_zone": time_zone}
    await tx.insert_once(Wish, {"id": new_id(), "made_at": tx.now, **whose, **said})
    query = select(Wish).where(
        Wish.candidate_id == candidate.id, Wish.appointment_type_id == appointment_type.id, Wish.ended_at.is_(None)
    )
    row = (await tx.session.execute(query)).scalar_one()
    row.mode, row.first_day, row.last_day, row.time_zone = mode, first, last, time_zone
    return row


async def give_up(tx: Transaction, candidate: Person, wish_id: uuid.UUID) -> list[Appointment]:
    """Wait no longer. Returns what was proposed for it and is locked, which is the next one's now."""
    row = await tx.session.get(Wish, wish_id)
    if row is None or row.candidate_id != candidate.id:
        raise NotFound("wish")
    row.ended_at = row.ended_at or tx.now
    return await _proposed_for(tx, {row.id})


async def of_person(tx: Transaction, candidate_id: uuid.UUID) -> list[Wish]:
    query = select(Wish).where(Wish.candidate_id == candidate_id, Wish.ended_at.is_(None)).order_by(Wish.made_at)
    return list((await tx.session.execute(query)).scalars())


async def freed(
    tx: Transaction, begins: datetime, counsellor_id: uuid.UUID, appointment_type: AppointmentType
) -> Appointment | None:
    """A time has come free: reserve it for the first who waits, has not been asked about it, and can come."""
    if begins < tx.now + SOONEST:
        return None
    for row in await _waiting(tx, appointment_type):
        if not row.appointment_type.stands:
            continue
        day = begins.astimezone(row.appointment_type.venue.zone).date()
        if not row.first_day <= day <= row.last_day or await _was_asked(tx, row, counsellor_id, begins):
            continue
        proposed = await _propose(tx, row, begins, counsellor_id)
        if proposed:
            return proposed
    return None


async def _waiting(tx: Transaction, appointment_type: AppointmentType) -> list[Wish]:
    """Whoever waits for a time at the same agency or booth, the first first, and has none to answer."""
    query = select(Wish).join(AppointmentType, AppointmentType.id == Wish.appointment_type_id)
    today = local_day(tx.now, appointment_type.venue.zone)
    query = query.where(appointment_type.of_host(), Wish.ended_at.is_(None), Wish.last_day >= today)
    asked = select(Appointment.wish_id).where(Appointment.wish_id == Wish.id, *_PROPOSED)
    query = query.where(~asked.exists())
    return list((await tx.session.execute(query.order_by(Wish.made_at, Wish.id))).scalars())


_PROPOSED = (Appointment.state == AppointmentState.RESERVED, Appointment.wish_id.is_not(None))


async def _proposed_for(tx: Transaction, wishes: Collection[uuid.UUID]) -> list[Appointment]:
    """What is reserved for these wishes. What somebody decides on at this moment is left to them."""
    query = select(Appointment).where(tx.among(Appointment.wish_id, wishes), *_PROPOSED).order_by(Appointment.id)
    query = query.with_for_update(of=Appointment, skip_locked=True)
    return list((await tx.session.execute(query)).unique().scalars())


async def _was_asked(tx: Transaction, row: Wish, counsellor_id: uuid.UUID, begins: datetime) -> bool:
    query = select(Proposal.id).where(
        Proposal.wish_id == row.id, Proposal.counsellor_id == counsellor_id, Proposal.begins_at == begins
    )
    return (await tx.session.execute(query)).first() is not None


async def _propose(tx: Transaction, row: Wish, begins: datetime, counsellor_id: uuid.UUID) -> Appointment | None:
    booth = row.appointment_type.booth
    if booth and await sanctions.excluded(tx, booth.fair_id, {row.candidate_id}):
        return None
    if counsellor_id not in await slot_search.counsellors_for(
        tx, SlotSearch(row.appointment_type, row.mode), row.candidate_id
    ):
        return None
    try:
        found = await _possible(tx, row, begins, counsellor_id)
    except Conflict:
        # They have another appointment then.
        return None
    for wanted in found:
        reserved = await reservation.reserve(tx, row.candidate, wanted, min(ANSWER_WITHIN, (begins - tx.now) / 2))
        if reserved is None:
            continue
        reserved.wish_id = row.id
        tx.session.add(Proposal(id=new_id(), wish_id=row.id, counsellor_id=counsellor_id, begins_at=begins))
        await notifications.proposed(tx, reserved)
        return reserved
    return None


async def _possible(tx: Transaction, row: Wish, begins: datetime, counsellor_id: uuid.UUID) -> list[Reservation]:
    """As they wished to meet. If that is not offered any more, in any other way: told is better than forgotten."""
    offered = [Mode(mode) for mode in row.appointment_type.modes]
    for mode in [row.mode] if row.mode in offered else offered:
        if found := await allocation.possible(
            tx, SlotSearch(row.appointment_type, mode), row.candidate_id, begins, row.time_zone, [counsellor_id]
        ):
            return found
    return []


async def fulfilled(tx: Transaction, appointments: Sequence[Appointment]) -> list[Appointment]:
    """Booked: the wishes of these people for these appointment types have come true. Returns what else was proposed for
    them and is locked, which is the next one's now."""
    true = {(each.candidate_id, each.appointment_type_id) for each in appointments}
    query = select(Wish).where(tx.among(Wish.candidate_id, {person for person, _ in true}), Wish.ended_at.is_(None))
    came_true = [
        row
        for row in (await tx.session.execute(query)).scalars()
        if (row.candidate_id, row.appointment_type_id) in true
    ]
    for row in came_true:
        row.ended_at = tx.now
    return await _proposed_for(tx, {row.id for row in came_true}) if came_true else []
