"""Appointments of three: a candidate, their counsellor, and an employer's recruiter who comes too."""

import uuid
from collections.abc import Collection

from sqlalchemy import exists, or_, select

from rooms.appointments.appointment import Guest
from rooms.appointments.hours import UnlikeDay, WeeklyHours
from rooms.core.errors import N_, Invalid
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import SHOWN, Fair
from rooms.people.people import Person


async def choices(tx: Transaction, *, apart_from: Collection[uuid.UUID]) -> list[Guest]:
    """The recruiters who have said when they can be met, each at the newest of their employer's booths, by employer;
    without those who come anyway."""
    says_when = or_(
        exists().where(WeeklyHours.person_id == Person.id),
        exists().where(UnlikeDay.person_id == Person.id, UnlikeDay.begins.is_not(None), UnlikeDay.day >= tx.now.date()),
    )
    # Whom a fair has brought together meets after it too.
    query = (
        select(Person, Booth)
        .join(BoothStaff, BoothStaff.person_id == Person.id)
        .join(Booth, Booth.id == BoothStaff.booth_id)
        .join(Fair, Fair.id == Booth.fair_id)
        .where(Fair.state.in_(SHOWN), Booth.set_up_at.is_not(None), says_when, Person.id.not_in(apart_from))
        .order_by(Booth.id)
    )
    rows = (await tx.session.execute(query)).unique()
    newest = {(person.id, booth.employer_id): Guest(person, booth) for person, booth in rows}
    return sorted(newest.values(), key=lambda guest: (guest.booth.employer.name, guest.person.name))


async def choose(tx: Transaction, key: str, *, apart_from: Collection[uuid.UUID]) -> Guest | None:
    """One of the choices; nobody for an empty key."""
    if not key:
        return None
    for guest in await choices(tx, apart_from=apart_from):
        if guest.key == key:
            return guest
    message = N_("This recruiter cannot be asked any more. Please choose another one.")
    raise Invalid("guest.unknown", message, field="guest")
