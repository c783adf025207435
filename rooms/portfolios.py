"""Portfolios: who follows whom. A person has one referent; handing over changes the referent and nothing else."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, case, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms import agencies
from rooms.agencies import Agency, Reason
from rooms.appointments.booking import Appointment, AppointmentState
from rooms.errors import N_, Conflict, Invalid
from rooms.model import Base
from rooms.people import Person
from rooms.transaction import Transaction

SILENT_AFTER = timedelta(weeks=6)


class Following(Base):
    """A counsellor follows a person. Purpose: counselling; ends when the person leaves or is handed over."""

    __tablename__ = "following"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]


async def follow(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> None:
    """`counsellor` is the person's referent from now on."""
    row = await tx.session.get(Following, person, with_for_update=True)
    if row is None:
        await tx.insert_once(Following, {"person_id": person, "counsellor_id": counsellor, "since": tx.now})
    elif row.counsellor_id != counsellor:
        row.counsellor_id, row.since = counsellor, tx.now


async def referent_of(tx: Transaction, person: uuid.UUID) -> uuid.UUID | None:
    row = await tx.session.get(Following, person)
    return row.counsellor_id if row else None


async def followed_by(tx: Transaction, counsellor: uuid.UUID) -> list[Person]:
    query = select(Person).join(Following, Following.person_id == Person.id)
    query = query.where(Following.counsellor_id == counsellor).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())


async def knows(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> bool:
    """Whether the counsellor follows the person or has an appointment with them."""
    if await referent_of(tx, person) == counsellor:
        return True
    query = select(Appointment.id).where(
        Appointment.counsellor_id == counsellor,
        Appointment.candidate_id == person,
        Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER)),
    )
    return (await tx.session.execute(query.limit(1))).first() is not None


@dataclass(frozen=True)
class Followed:
    """One line of a portfolio."""

    person: Person
    since: datetime
    last_at: datetime | None
    next_at: datetime | None

    def is_silent(self, now: datetime) -> bool:
        """Nothing was heard for six weeks, and nothing lies ahead."""
        return self.next_at is None and max(filter(None, (self.since, self.last_at))) < now - SILENT_AFTER


async def portfolio(tx: Transaction, counsellor: uuid.UUID, words: str = "") -> list[Followed]:
    """Everybody the counsellor follows, with the last and the next contact: two queries for any number of people."""
    query = select(Person, Following.since).join(Following, Following.person_id == Person.id)
    query = query.where(Following.counsellor_id == counsellor).order_by(Person.name)
    for word in words.split():
        query = query.where(Person.name.icontains(word, autoescape=True))
    rows = (await tx.session.execute(query)).all()
    came = Appointment.state.in_((AppointmentState.BOOKED, AppointmentState.OVER))
    spans = (
        select(
            Appointment.candidate_id,
            func.max(case((Appointment.begins_at <= tx.now, Appointment.begins_at))),
            func.min(case((Appointment.begins_at > tx.now, Appointment.begins_at))),
        )
        .where(Appointment.candidate_id.in_([person.id for person, _ in rows]), came)
        .group_by(Appointment.candidate_id)
    )
    contacts = {person: (last, ahead) for person, last, ahead in await tx.session.execute(spans)}
    return [Followed(person, since, *contacts.get(person.id, (None, None))) for person, since in rows]


async def take(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID) -> None:
    """Take somebody into the portfolio. Whom another one follows must be handed over by that one."""
    referent = await referent_of(tx, person)
    if referent not in (None, counsellor):
        raise Conflict("followed.elsewhere", N_("Another counsellor follows this person. Ask for a handover."))
    await follow(tx, counsellor, person)


async def hand_over(tx: Transaction, counsellor: uuid.UUID, person: uuid.UUID, colleague: uuid.UUID) -> None:
    """A colleague of the same agency follows the person from now on; appointments that are booked stay as they are."""
    if await referent_of(tx, person) != counsellor:
        raise Conflict("followed.elsewhere", N_("Another counsellor follows this person. Ask for a handover."))
    if colleague not in {each.id for each in await colleagues_of(tx, counsellor)}:
        raise Invalid("colleague.unknown", N_("Please choose a colleague of your agency."), field="colleague")
    await follow(tx, colleague, person)


async def colleagues_of(tx: Transaction, counsellor: uuid.UUID) -> list[Person]:
    """The other counsellors of the counsellor's agencies."""
    found: dict[uuid.UUID, Person] = {}
    for team in await agencies.teams_of(tx, counsellor):
        for each in await agencies.counsellors_of(tx, team.agency_id):
            if each.id != counsellor:
                found[each.id] = each
    return sorted(found.values(), key=lambda each: each.name)


async def leave_team(tx: Transaction, team: uuid.UUID, counsellor: uuid.UUID) -> None:
    """The counsellor leaves a team. With the last one, whom they followed is followed by nobody, and can be taken."""
    await agencies.remove_member(tx, team, counsellor)
    if not await agencies.teams_of(tx, counsellor):
        await tx.session.execute(delete(Following).where(Following.counsellor_id == counsellor))


async def agencies_for(tx: Transaction, person: uuid.UUID) -> list[Agency]:
    """Where a person may take an appointment: at their counsellor's agency, or anywhere while nobody follows them."""
    referent = await referent_of(tx, person)
    if referent is None:
        return await agencies.all_agencies(tx)
    return list({team.agency_id: team.agency for team in await agencies.teams_of(tx, referent)}.values())


async def reasons_for(tx: Transaction, person: uuid.UUID) -> list[tuple[Agency, list[Reason]]]:
    """What a person may come for, by agency; follow-ups only for whom somebody follows."""
    is_followed = await referent_of(tx, person) is not None
    found = [(each, await agencies.reasons_of(tx, each.id)) for each in await agencies_for(tx, person)]
    shown = [
        (each, [reason for reason in reasons if is_followed or not reason.is_follow_up]) for each, reasons in found
    ]
    return [(each, reasons) for each, reasons in shown if reasons]
