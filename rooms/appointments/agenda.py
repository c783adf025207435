"""Whose appointments there are: what pages and commands read, and nothing that changes one."""

import uuid
from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, or_, select

from rooms.appointments.appointment import (
    ROOM_OPENS_BEFORE,
    SHOWN,
    SIDES,
    Appointment,
    AppointmentChange,
    AppointmentState,
    Attendance,
)
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.availability import whole_days
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth

CHOOSING = (Appointment.state == AppointmentState.RESERVED, Appointment.wish_id.is_(None))
"""Reserved by somebody who chooses, and not proposed to whoever waits."""


async def who_reserves(tx: Transaction, candidates: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Which of them have reserved a time while they choose."""
    query = select(Appointment.candidate_id).where(tx.among(Appointment.candidate_id, candidates), *CHOOSING)
    return set((await tx.session.execute(query)).scalars())


async def changes_of(tx: Transaction, appointment_id: uuid.UUID) -> list[AppointmentChange]:
    query = select(AppointmentChange).where(AppointmentChange.appointment_id == appointment_id)
    return list((await tx.session.execute(query.order_by(AppointmentChange.id))).scalars())


def concerns(person_id: uuid.UUID) -> ColumnElement[bool]:
    """Whether somebody comes to an appointment, on any side."""
    return or_(*(side == person_id for side in SIDES))


async def of_person(
    tx: Transaction, person_id: uuid.UUID, *, since: datetime, until: datetime | None = None
) -> list[Appointment]:
    """The person's appointments on any side that end after `since`, the soonest first; reserved ones are left out."""
    query = select(Appointment).where(
        concerns(person_id),
        Appointment.ends_at > since,
        Appointment.state.in_(SHOWN),
    )
    if until:
        query = query.where(Appointment.begins_at < until)
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def ids_of(tx: Transaction, person_id: uuid.UUID, *, since: datetime) -> list[uuid.UUID]:
    """Of all appointments of a person that end after `since`, whatever became of them."""
    query = select(Appointment.id).where(concerns(person_id), Appointment.ends_at > since)
    return list((await tx.session.execute(query)).scalars())


async def seen_by(
    tx: Transaction, counsellor_id: uuid.UUID, day: date, zone: ZoneInfo, until: date | None = None
) -> list[Appointment]:
    """What somebody has to see on a day, or on all until another, the soonest first."""
    begins, ends = whole_days(day, until or day, zone)
    query = select(Appointment).where(
        Appointment.led_by_id == counsellor_id,
        Appointment.state == AppointmentState.BOOKED,
        Appointment.begins_at >= begins,
        Appointment.begins_at < ends,
    )
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def interviews_ahead(tx: Transaction, fair_id: uuid.UUID) -> list[Appointment]:
    """What is still to take place at the booths of a fair, in the order it was made."""
    at_fair = (
        select(AppointmentType.id).join(Booth, Booth.id == AppointmentType.booth_id).where(Booth.fair_id == fair_id)
    )
    query = select(Appointment).where(
        Appointment.appointment_type_id.in_(at_fair),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.begins_at > tx.now,
    )
    return list((await tx.session.execute(query.order_by(Appointment.id))).scalars())


async def at_booth(tx: Transaction, booth_id: uuid.UUID, candidate_id: uuid.UUID | None = None) -> list[Appointment]:
    """The interviews of a booth, or those of one candidate, the soonest first; only what is shown to people."""
    query = select(Appointment).join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
    query = query.where(
        AppointmentType.booth_id == booth_id,
        Appointment.state.in_(SHOWN),
    )
    if candidate_id:
        query = query.where(Appointment.candidate_id == candidate_id)
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def next_at_booth(tx: Transaction, booth_id: uuid.UUID, recruiter_id: uuid.UUID) -> list[Appointment]:
    """The recruiter's interviews at a booth that are still to come today or tomorrow, the soonest first."""
    mine = Appointment.led_by_id == recruiter_id, Appointment.state == AppointmentState.BOOKED
    soon = Appointment.ends_at > tx.now, Appointment.begins_at < tx.now + timedelta(days=1)
    query = select(Appointment).join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
    query = query.where(AppointmentType.booth_id == booth_id, *mine, *soon).order_by(Appointment.begins_at).limit(5)
    return list((await tx.session.execute(query)).scalars())


async def with_guest(tx: Transaction, booth_id: uuid.UUID, guest_id: uuid.UUID | None = None) -> list[Appointment]:
    """The appointments of three to which somebody of a booth is asked, or this one guest, the soonest first."""
    query = select(Appointment).where(
        Appointment.guest_booth_id == booth_id,
        Appointment.state.in_(SHOWN),
    )
    if guest_id:
        query = query.where(Appointment.guest_id == guest_id)
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def expired_reservations(tx: Transaction) -> list[uuid.UUID]:
    """Reserved times that have run out. For the worker."""
    query = select(Appointment.id).where(
        Appointment.state == AppointmentState.RESERVED, Appointment.reserved_until <= tx.now
    )
    return list((await tx.session.execute(query)).scalars())


async def reserved_by(tx: Transaction, candidate_id: uuid.UUID) -> Appointment | None:
    """The time that is kept for somebody while they choose."""
    query = select(Appointment).where(
        Appointment.candidate_id == candidate_id, Appointment.reserved_until > tx.now, *CHOOSING
    )
    return (await tx.session.execute(query.limit(1))).scalars().first()


async def proposed_to(tx: Transaction, candidate_id: uuid.UUID) -> list[Appointment]:
    """The freed times that somebody who waits is to answer, the soonest first."""
    query = select(Appointment).where(
        Appointment.candidate_id == candidate_id,
        Appointment.state == AppointmentState.RESERVED,
        Appointment.wish_id.is_not(None),
        Appointment.reserved_until > tx.now,
    )
    return list((await tx.session.execute(query.order_by(Appointment.begins_at))).scalars())


async def active_of(tx: Transaction, person_id: uuid.UUID) -> list[Appointment]:
    """What the person has reserved or booked, on any side, in the order it was made."""
    query = select(Appointment).where(
        concerns(person_id),
        Appointment.state.in_((AppointmentState.RESERVED, AppointmentState.BOOKED)),
    )
    return list((await tx.session.execute(query.order_by(Appointment.id))).scalars())


def is_counselling() -> ColumnElement[bool]:
    """Whether an appointment is with an agency: what a person does with employers is not its counsellors' to read."""
    return Appointment.appointment_type_id.in_(select(AppointmentType.id).where(AppointmentType.agency_id.is_not(None)))


async def last_before(tx: Transaction, people: set[uuid.UUID], moment: datetime) -> dict[uuid.UUID, datetime]:
    """When each of `people` had their last appointment at an agency that took place before a moment."""
    query = select(Appointment.candidate_id, func.max(Appointment.begins_at)).where(
        Appointment.candidate_id.in_(people),
        is_counselling(),
        Appointment.begins_at < moment,
        Appointment.attendance.in_((Attendance.CAME, Attendance.LATE)),
    )
    return dict((await tx.session.execute(query.group_by(Appointment.candidate_id))).all())


async def next_of(tx: Transaction, person_id: uuid.UUID) -> Appointment | None:
    """The appointment whose room is open for this person now, or that goes on: it is shown on every page of theirs."""
    query = is_held_for(tx, person_id).order_by(Appointment.begins_at).limit(1)
    return (await tx.session.execute(query)).unique().scalar_one_or_none()


def is_held_for(tx: Transaction, person_id: uuid.UUID) -> Select[Appointment]:
    return select(Appointment).where(
        concerns(person_id),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.begins_at <= tx.now + ROOM_OPENS_BEFORE,
        Appointment.ends_at > tx.now,
    )
