"""A counsellor leaves a team: what is booked with them goes to colleagues, and nothing is left with nobody."""

import uuid

from rooms import agencies, portfolios
from rooms.appointments import agenda, booking, desk, holding
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.errors import N_, Conflict
from rooms.people import Person
from rooms.transaction import Transaction


async def leave_team(tx: Transaction, team: uuid.UUID, counsellor: uuid.UUID, by: Person) -> int:
    """The counsellor leaves; each appointment that they could not hold any more goes to a colleague who is free then.

    Refused, with everything as it was, while there is one that no colleague can take. Returns how many went over.
    """
    await portfolios.leave_team(tx, team, counsellor)
    await tx.session.flush()
    passed, left = 0, 0
    for found in await agenda.standing_of(tx, counsellor):
        row = await booking.locked(tx, found.id)
        if row is None or row.counsellor_id != counsellor or row.is_interview or row.begins_at <= tx.now:
            continue
        colleagues = await agencies.ids_for(tx, row.reason)
        if counsellor in colleagues:
            continue
        if row.state is AppointmentState.HELD:
            await desk.let_go_of(tx, row)
        elif row.state is AppointmentState.BOOKED and await _went_over(tx, row, by, colleagues):
            passed += 1
        elif row.state is AppointmentState.BOOKED:
            left += 1
    if left:
        message = N_("No colleague is free for %(count)s of their appointments. They must be moved or cancelled first.")
        raise Conflict("appointments.left", message, count=left)
    return passed


async def _went_over(tx: Transaction, row: Appointment, by: Person, colleagues: list[uuid.UUID]) -> bool:
    for colleague in await holding.who_could_take(tx, row, colleagues):
        if await desk.pass_on(tx, row, by, await tx.session.get_one(Person, colleague)):
            return True
    return False
