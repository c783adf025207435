""" "No time suits me": wishes, and a freed time that is proposed to those who wait, in order.

A proposal is the time itself, held for one person with a fair while to answer. Nobody gets it by clicking faster.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.agencies import Mode, Reason
from rooms.appointments import booking, holding, letters, times
from rooms.appointments.appointment import Appointment
from rooms.errors import N_, Conflict, Invalid, NotFound
from rooms.model import Base, new_id
from rooms.people import Person
from rooms.transaction import Transaction

ANSWER_WITHIN = timedelta(hours=2)
SOONEST = timedelta(hours=1)
"""A time that begins sooner than this is not proposed: there would be no fair time to answer."""


class Wish(Base):
    """Owner: the candidate. Ends when it is fulfilled, given up, or its last day has passed."""

    __tablename__ = "wish"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    candidate_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    reason_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("reason.id"), index=True)
    mode: Mapped[Mode]
    first_day: Mapped[date]
    last_day: Mapped[date]
    time_zone: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    candidate: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    reason: Mapped[Reason] = relationship(lazy="joined", innerjoin=True)


class Proposal(Base):
    """This time of this counsellor was proposed for this wish: never twice."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("wish_id", "counsellor_id", "begins_at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    wish_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("wish.id"))
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    begins_at: Mapped[datetime]


async def wish(
    tx: Transaction, candidate: Person, reason: Reason, mode: Mode, first: date, last: date, time_zone: str
) -> Wish:
    """Ask to be told first when a time comes free. The same wish again changes its days."""
    if last < first or last < tx.now.date():
        raise Invalid("last_day.before", N_("The last day must come after the first one."), field="last_day")
    query = select(Wish).where(Wish.candidate_id == candidate.id, Wish.reason_id == reason.id, Wish.ended_at.is_(None))
    row = (await tx.session.execute(query)).scalars().first()
    if row is None:
        row = Wish(id=new_id(), candidate_id=candidate.id, reason_id=reason.id, made_at=tx.now)
        row.candidate, row.reason = candidate, reason
        tx.session.add(row)
    row.mode, row.first_day, row.last_day, row.time_zone = mode, first, last, time_zone
    await tx.session.flush()
    return row


async def give_up(tx: Transaction, candidate: Person, wish: uuid.UUID) -> None:
    row = await tx.session.get(Wish, wish)
    if row is None or row.candidate_id != candidate.id:
        raise NotFound("wish")
    row.ended_at = row.ended_at or tx.now


async def of_person(tx: Transaction, candidate: uuid.UUID) -> list[Wish]:
    query = select(Wish).where(Wish.candidate_id == candidate, Wish.ended_at.is_(None)).order_by(Wish.made_at)
    return list((await tx.session.execute(query)).scalars())


async def freed(tx: Transaction, begins: datetime, counsellor: uuid.UUID, reason: Reason) -> Appointment | None:
    """A time has come free: hold it for the first who waits, has not been asked about it, and can come."""
    if begins < tx.now + SOONEST:
        return None
    for row in await _waiting(tx, reason):
        if not row.reason.stands:
            continue
        day = begins.astimezone(row.reason.host.zone).date()
        if not row.first_day <= day <= row.last_day or await _was_asked(tx, row, counsellor, begins):
            continue
        proposed = await _propose(tx, row, begins, counsellor)
        if proposed:
            return proposed
    return None


async def _waiting(tx: Transaction, reason: Reason) -> list[Wish]:
    """Whoever waits for a time at the same agency or booth, the first first."""
    query = select(Wish).join(Reason, Reason.id == Wish.reason_id)
    query = query.where(reason.of_host(), Wish.ended_at.is_(None), Wish.last_day >= tx.now.date())
    return list((await tx.session.execute(query.order_by(Wish.made_at, Wish.id))).scalars())


async def _was_asked(tx: Transaction, row: Wish, counsellor: uuid.UUID, begins: datetime) -> bool:
    query = select(Proposal.id).where(
        Proposal.wish_id == row.id, Proposal.counsellor_id == counsellor, Proposal.begins_at == begins
    )
    return (await tx.session.execute(query)).first() is not None


async def _propose(tx: Transaction, row: Wish, begins: datetime, counsellor: uuid.UUID) -> Appointment | None:
    if counsellor not in await times.counsellors_for(tx, row.reason, row.candidate_id):
        return None
    # How they wished to meet may not be offered any more: told otherwise is better than forgotten.
    mode = row.mode if row.mode in row.reason.modes else Mode(row.reason.modes[0])
    try:
        found = await holding.possible(tx, row.candidate_id, row.reason, mode, begins, row.time_zone, [counsellor])
    except Conflict:
        # They have another appointment then.
        return None
    for wanted in found:
        held = await booking.hold(tx, row.candidate, wanted, min(ANSWER_WITHIN, (begins - tx.now) / 2))
        if held is None:
            continue
        held.wish_id = row.id
        tx.session.add(Proposal(id=new_id(), wish_id=row.id, counsellor_id=counsellor, begins_at=begins))
        await letters.proposed(tx, held)
        return held
    return None


async def fulfilled(tx: Transaction, appointments: Sequence[Appointment]) -> None:
    """Booked: the wishes of these people for these reasons have come true."""
    true = {(each.candidate_id, each.reason_id) for each in appointments}
    query = select(Wish).where(tx.among(Wish.candidate_id, {person for person, _ in true}), Wish.ended_at.is_(None))
    for row in (await tx.session.execute(query)).scalars():
        if (row.candidate_id, row.reason_id) in true:
            row.ended_at = tx.now
