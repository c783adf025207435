"""Meetings and appointments, found by their own people alone."""

import uuid

from rooms.access.actor import Actor
from rooms.access.rights import Act, Relation, allows
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.appointments import reservation, room
from rooms.appointments.appointment import Appointment, AppointmentState, Lapsed
from rooms.core.errors import NotFound, Refused
from rooms.core.transaction import Transaction
from rooms.fairs.booths import BoothStaff
from rooms.meetings.meeting import Meeting
from rooms.organisations import agencies


async def meeting(
    tx: Transaction, actor: Actor, meeting_id: uuid.UUID, act: Act = A.MEETING_ENTER, *, lock: bool = False
) -> Meeting:
    """A meeting, found by its own people alone."""
    if actor.link:
        found = await tx.session.get(Meeting, meeting_id)
        actor.reach(found.appointment_id if found else None)
    me = actor.known.id
    row = await (room.locked_meeting(tx, meeting_id) if lock else tx.session.get(Meeting, meeting_id))
    if row is None or not row.has(me) or await has_left(tx, row, me):
        raise NotFound("meeting")
    if not allows(act, {_side(row, me, R.RECRUITER)}):
        raise Refused()
    return row


def _side(row: Meeting | Appointment, person_id: uuid.UUID, leads: Relation) -> Relation:
    """What one of its people is to a talk."""
    return {row.candidate_id: R.SELF, row.guest_id: R.GUEST}.get(person_id, leads)


async def has_left(tx: Transaction, row: Meeting | Appointment, person_id: uuid.UUID) -> bool:
    """Whoever has left the booth has left its talks and interviews, and the appointments to which they were asked from
    it; and whoever has left the agency, what they held there."""
    if person_id == row.candidate_id:
        return False
    if isinstance(row, Meeting):
        if appointment := await room.appointment_of(tx, row):
            return await has_left(tx, appointment, person_id)
        return await tx.session.get(BoothStaff, (row.booth_id, person_id)) is None
    booth = row.guest_booth_id if person_id == row.guest_id else row.appointment_type.booth_id
    if booth is None:
        return row.appointment_type.agency_id not in {team.agency_id for team in await agencies.teams_of(tx, person_id)}
    return await tx.session.get(BoothStaff, (booth, person_id)) is None


async def appointment(
    tx: Transaction, actor: Actor, appointment_id: uuid.UUID, act: Act = A.APPOINTMENT_SEE, *, lock: bool = False
) -> Appointment:
    """An appointment, found by its own people alone."""
    actor.reach(appointment_id)
    me = actor.known.id
    row = await (reservation.locked(tx, appointment_id) if lock else tx.session.get(Appointment, appointment_id))
    if row is None or not row.has(me) or (row.state is AppointmentState.RESERVED and me != row.candidate_id):
        raise NotFound("appointment")
    if await has_left(tx, row, me):
        raise NotFound("appointment")
    if not allows(act, {_side(row, me, R.COUNSELLOR)}):
        raise Refused()
    if row.is_lapsed(tx.now):
        raise Lapsed(row) if me == row.candidate_id else NotFound("appointment")
    return row
