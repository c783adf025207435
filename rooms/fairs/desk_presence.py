"""Who is at a booth's desk now: by a live connection, or by a desk page of the last minute."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, union, update

from rooms.core.transaction import Transaction
from rooms.fairs.booths import BoothStaff, checked_break
from rooms.people.people import Person
from rooms.people.presence import PAGE_LIFE, Connection, Process, has_live_connection


async def attend(tx: Transaction, connection: str, booth_id: uuid.UUID | None) -> None:
    """Stand at a booth's desk, or step away from it."""
    await tx.session.execute(update(Connection).where(Connection.id == connection).values(booth_id=booth_id))


async def see_desk(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """The desk's page was fetched."""
    await tx.session.execute(
        update(BoothStaff)
        .where(BoothStaff.booth_id == booth_id, BoothStaff.person_id == person_id)
        .values(desk_seen_at=tx.now)
    )


def _is_at_work(tx: Transaction) -> ColumnElement[bool]:
    return or_(BoothStaff.break_until.is_(None), BoothStaff.break_until <= tx.now)


async def take_break(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID, minutes: int) -> None:
    """This recruiter is not there for so many minutes; the booth goes on with the others."""
    until = tx.now + timedelta(minutes=checked_break(minutes))
    await _break(tx, booth_id, person_id, until)


async def end_break(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> None:
    await _break(tx, booth_id, person_id, None)


async def _break(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID, until: datetime | None) -> None:
    mine = BoothStaff.booth_id == booth_id, BoothStaff.person_id == person_id
    await tx.session.execute(update(BoothStaff).where(*mine).values(break_until=until))


async def on_break(tx: Transaction, booth_id: uuid.UUID) -> dict[uuid.UUID, tuple[Person, datetime]]:
    """Who of the booth's staff takes a break now, and until when."""
    query = select(Person, BoothStaff.break_until).join(BoothStaff, BoothStaff.person_id == Person.id)
    query = query.where(BoothStaff.booth_id == booth_id, BoothStaff.break_until > tx.now)
    return {person.id: (person, until) for person, until in (await tx.session.execute(query)).all() if until}


async def at_desks(tx: Transaction, booths: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """Which staff stand at each booth now: by a live connection, or by a desk page of the last minute."""
    here: dict[uuid.UUID, dict[uuid.UUID, Person]] = {booth: {} for booth in booths}
    live = await tx.session.execute(
        select(Connection.booth_id, Person)
        .join(Process)
        .join(Person, Person.id == Connection.person_id)
        .join(BoothStaff, and_(BoothStaff.booth_id == Connection.booth_id, BoothStaff.person_id == Person.id))
        .where(Connection.booth_id.in_(booths), has_live_connection(tx), _is_at_work(tx))
    )
    pages = await tx.session.execute(
        select(BoothStaff.booth_id, Person)
        .join(Person, Person.id == BoothStaff.person_id)
        .where(BoothStaff.booth_id.in_(booths), BoothStaff.desk_seen_at > tx.now - PAGE_LIFE, _is_at_work(tx))
    )
    for booth, person in [*live.all(), *pages.all()]:
        if booth is not None:
            here[booth][person.id] = person
    return {booth: sorted(people.values(), key=lambda person: person.name) for booth, people in here.items()}


async def staffed(tx: Transaction) -> set[uuid.UUID]:
    """The booths at whose desk somebody may be now."""
    live = select(Connection.booth_id).join(Process).where(Connection.booth_id.is_not(None), has_live_connection(tx))
    pages = select(BoothStaff.booth_id).where(BoothStaff.desk_seen_at > tx.now - PAGE_LIFE)
    return {booth for booth in (await tx.session.execute(union(live, pages))).scalars() if booth}
