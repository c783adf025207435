"""A recruiter leaves a booth: talks, calls and interviews do not stay with nobody."""

import uuid

from rooms.appointments import agenda, booking, handover, reservation, room
from rooms.core import outbox
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff
from rooms.fairs.booths import Booth
from rooms.lines import withdrawal
from rooms.meetings import meetings, under_way
from rooms.organisations.employers import Employer
from rooms.people.people import Person


async def choose_staff(tx: Transaction, booth: Booth, people: set[uuid.UUID], by: Person) -> None:
    """Who staffs the booth from now on; the interviews of whoever leaves go to a colleague."""
    before = {person.id for person in await booth_staff.staff_of(tx, booth.id)}
    await booth_staff.choose_staff(tx, booth, people)
    for person in before - people:
        await _pass_on(tx, booth.id, person, by)


async def dismiss(tx: Transaction, employer_id: uuid.UUID, person_id: uuid.UUID, by: Person) -> None:
    """The person leaves the employer, and is told; their interviews go to a colleague of the booth."""
    left = [booth.id for booth in await booth_staff.staffed_by(tx, person_id) if booth.employer_id == employer_id]
    await booth_staff.dismiss(tx, employer_id, person_id)
    await _tell(tx, employer_id, person_id, by)
    for booth in left:
        await _pass_on(tx, booth, person_id, by)


async def _tell(tx: Transaction, employer_id: uuid.UUID, person_id: uuid.UUID, by: Person) -> None:
    gone = await tx.session.get_one(Person, person_id)
    employer = await tx.session.get_one(Employer, employer_id)
    if gone.id == by.id:
        return
    values: dict[str, object] = {"name": gone.name, "employer": employer.name, "by": by.name, "path": "/desk"}
    await outbox.post(tx, Letter(gone.email, "dismissed", gone.language, values))


async def _pass_on(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID, by: Person) -> None:
    """Each interview ahead goes to whoever of the booth is free then; if nobody is, it is cancelled, with a letter.
    Where the person was a guest, the two others meet without them."""
    await tx.session.flush()
    await _stop_speaking(tx, booth_id, person_id)
    for found in await agenda.with_guest(tx, booth_id, person_id):
        invited = await reservation.locked(tx, found.id)
        if invited and invited.is_ahead(tx.now) and invited.guest_id == person_id:
            await booking.excuse_guest(tx, invited, by)
    staff = await booth_staff.staff_of(tx, booth_id)
    for found in await agenda.at_booth(tx, booth_id):
        row = await reservation.locked(tx, found.id) if found.led_by_id == person_id else None
        if row is None or not row.is_ahead(tx.now):
            continue
        for colleague in staff:
            if await handover.pass_on(tx, row, by, colleague):
                break
        else:
            await booking.cancel(tx, row, by)


async def _stop_speaking(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Whoever has left speaks for the employer no longer: what rings is withdrawn, and the talks they lead end. Whoever
    waited in line for one stands first in it again."""
    await withdrawal.of_recruiter(tx, booth_id, person_id)
    for found in await under_way.spoken_in(tx, booth_id, person_id):
        row = await room.locked_meeting(tx, found)
        if row is None:
            continue
        if row.guest and row.guest_id == person_id:
            await meetings.go_out(tx, row.guest, row)
        else:
            await meetings.end(tx, row, is_cut=row.call_id is not None)
