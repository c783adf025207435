"""Who staffs a booth: chosen by the employer's owners, as many as its tier has room for."""

import uuid
from typing import ClassVar

from sqlalchemy import select

from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, line_stream, reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs import tiers
from rooms.fairs.booths import Booth, BoothCameBack, BoothReserved, BoothStaff, ids_of_employer
from rooms.organisations import employers
from rooms.people.people import Person


class StaffChanged(DomainEvent):
    """Somebody may staff the booth from now on, or no longer."""

    kind: ClassVar[str] = "booth.staff_changed"
    booth_id: uuid.UUID
    person_id: uuid.UUID
    is_staff: bool


@reacts_to(BoothCameBack)
@reacts_to(BoothReserved)
async def _begin_with_owners(tx: Transaction, event: BoothReserved | BoothCameBack) -> None:
    """The employer's owners staff its booth from the start."""
    booth = await tx.session.get_one(Booth, event.booth_id)
    await add_owners(tx, booth.id, booth.employer_id)


async def add_owners(tx: Transaction, booth_id: uuid.UUID, employer_id: uuid.UUID) -> None:
    for person, member in await employers.members_of(tx, employer_id):
        if member.is_owner:
            await _add_staff(tx, booth_id, person.id)


async def staff_by_member(tx: Transaction, employer_id: uuid.UUID, member_id: uuid.UUID) -> None:
    """See to it that a new member staffs all of the employer's booths, as far as their tiers have room for one more."""
    for booth in await ids_of_employer(tx, employer_id):
        most = await _most_staff(tx, await tx.session.get_one(Booth, booth))
        if most is None or len(await staff_of(tx, booth)) < most:
            await _add_staff(tx, booth, member_id)


async def _most_staff(tx: Transaction, booth: Booth) -> int | None:
    return (await tiers.one(tx, booth.fair_id, booth.tier_id)).most_staff if booth.tier_id else None


async def _add_staff(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> None:
    if await tx.insert_once(BoothStaff, {"booth_id": booth_id, "person_id": person_id}):
        tx.record(StaffChanged(booth_id=booth_id, person_id=person_id, is_staff=True), line_stream(booth_id))


async def choose_staff(tx: Transaction, booth: Booth, people: set[uuid.UUID]) -> None:
    """Only the employer's own members staff its booth, and at least one does."""
    members = {person.id for person, _ in await employers.members_of(tx, booth.employer_id)}
    if not people & members:
        raise Conflict("staff.none", N_("At least one person staffs the booth."))
    before = {person.id for person in await staff_of(tx, booth.id)}
    most = await _most_staff(tx, booth)
    if most is not None and len(people & members) > max(most, len(before & people)):
        message = N_("At most %(most)s people staff this booth: so the organisers have set it.")
        raise Conflict("staff.too_many", message, field="staff", most=most)
    for person in (people & members) - before:
        await _add_staff(tx, booth.id, person)
    for person in before - people:
        await _remove_staff(tx, booth.id, person)


async def _remove_staff(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> None:
    row = await tx.session.get(BoothStaff, (booth_id, person_id))
    if row:
        await tx.session.delete(row)
        tx.record(StaffChanged(booth_id=booth_id, person_id=person_id, is_staff=False), line_stream(booth_id))


async def staff_as(tx: Transaction, booth: Booth, other: Booth) -> None:
    """Whoever stands at the employer's other booth stands here too, as far as they still belong to it."""
    members = {person.id for person, _ in await employers.members_of(tx, booth.employer_id)}
    for person in await staff_of(tx, other.id):
        if person.id in members:
            await _add_staff(tx, booth.id, person.id)


async def dismiss(tx: Transaction, employer_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """The person leaves the employer and all of its booths; their desks close at once."""
    await employers.remove_member(tx, employer_id, person_id)
    owners = [known.id for known, member in await employers.members_of(tx, employer_id) if member.is_owner]
    for booth in await ids_of_employer(tx, employer_id):
        await _remove_staff(tx, booth, person_id)
        if not await staff_of(tx, booth):
            await _add_staff(tx, booth, owners[0])


async def staff_of(tx: Transaction, booth_id: uuid.UUID) -> list[Person]:
    query = select(Person).join(BoothStaff, BoothStaff.person_id == Person.id).where(BoothStaff.booth_id == booth_id)
    return list((await tx.session.execute(query.order_by(Person.name))).scalars())


async def staffed_by(tx: Transaction, person_id: uuid.UUID) -> list[Booth]:
    """The booths this person may stand at, the newest fair first."""
    query = select(Booth).join(BoothStaff).where(BoothStaff.person_id == person_id).order_by(Booth.fair_id.desc())
    return list((await tx.session.execute(query)).scalars())
