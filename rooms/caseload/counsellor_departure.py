"""A counsellor leaves a team: what is booked with them goes to colleagues, and nothing is left with nobody."""

import uuid

from sqlalchemy import update

from rooms.appointments import agenda, appointment_types, booking, handover, reservation
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.caseload import thread_letters
from rooms.caseload.caseload import followed_by, publish
from rooms.chat import conversations
from rooms.core.errors import N_, Conflict
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.organisations.agencies import Team
from rooms.organisations.referents import CaseloadEntry
from rooms.people.people import Person


async def leave_team(tx: Transaction, team_id: uuid.UUID, counsellor_id: uuid.UUID, by: Person) -> int:
    """The counsellor leaves; each appointment that they could not hold any more goes to a colleague who is free then.

    Refused, with everything as it was, while there is one that no colleague can take. Returns how many went over.
    """
    await _leave_caseload(tx, team_id, counsellor_id)
    await tx.session.flush()
    passed, left = 0, list[Appointment]()
    for found in await agenda.active_of(tx, counsellor_id):
        row = await reservation.locked(tx, found.id)
        if row is None or row.led_by_id != counsellor_id or row.is_interview or row.begins_at <= tx.now:
            continue
        colleagues = await appointment_types.ids_for(tx, row.appointment_type)
        if counsellor_id in colleagues:
            continue
        if row.state is AppointmentState.RESERVED:
            await booking.let_go_of(tx, row)
        elif row.state is AppointmentState.BOOKED and await handover.to_whoever_is_free(tx, row, by):
            passed += 1
        elif row.state is AppointmentState.BOOKED:
            left.append(row)
    if left:
        message = N_(
            "No colleague is free for these appointments; first move or cancel them, on their page: %(which)s."
        )
        raise Conflict("appointments.left", message, which=", ".join(map(_named, left)))
    return passed


def _named(row: Appointment) -> str:
    """Short, and the same in every language."""
    return f"{row.candidate.name} ({row.begins_at.astimezone(row.venue.zone):%d/%m %H:%M})"


async def _leave_caseload(tx: Transaction, team_id: uuid.UUID, counsellor_id: uuid.UUID) -> None:
    """The counsellor leaves a team. With the last one, whom they followed is the agency's, to be taken up by others."""
    agency = (await tx.session.get_one(Team, team_id)).agency_id
    await agencies.remove_member(tx, team_id, counsellor_id)
    if await agencies.teams_of(tx, counsellor_id):
        return
    for person in await followed_by(tx, counsellor_id):
        publish(tx, person.id, None, counsellor_id)
        await thread_letters.no_longer_written_to(tx, await conversations.with_counsellor(tx, person.id), counsellor_id)
    theirs = update(CaseloadEntry).where(CaseloadEntry.counsellor_id == counsellor_id)
    await tx.session.execute(theirs.values(counsellor_id=None, agency_id=agency))
