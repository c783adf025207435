"""Covering for a counsellor who is away: whom one may act for, and in which of their appointments."""

import uuid

from rooms.access.actor import Actor
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.access.rights import allows
from rooms.appointments import agenda, reservation
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.people.people import Person


async def covered(tx: Transaction, actor: Actor, counsellor_id: uuid.UUID) -> Person:
    """A counsellor for whom a colleague of one of their agencies, or an administrator, covers."""
    me = actor.known.id
    row = await tx.session.get(Person, counsellor_id)
    theirs = {team.agency_id for team in await agencies.teams_of(tx, counsellor_id)}
    mine = {team.agency_id for team in await agencies.teams_of(tx, me)}
    relations = actor.relations() & {R.ADMINISTRATOR} | (
        {R.COLLEAGUE} if theirs & mine and me != counsellor_id else set()
    )
    if row is None or not theirs or not allows(A.COVER, relations):
        raise NotFound("counsellor")
    return row


async def to_cover(tx: Transaction, actor: Actor, counsellor: Person) -> list[Appointment]:
    """What they would hold from now on that the actor may act in, the soonest first."""
    rows = await agenda.of_person(tx, counsellor.id, since=tx.now)
    reach = await _reach(tx, actor)
    return [row for row in rows if row.led_by_id == counsellor.id and row.is_ahead(tx.now) and _is_within(row, reach)]


async def covered_appointment(
    tx: Transaction, actor: Actor, counsellor: Person, appointment_id: uuid.UUID, *, lock: bool = False
) -> Appointment:
    """One of them. Raises Conflict once it is somebody else's, who is not away."""
    row = await (reservation.locked(tx, appointment_id) if lock else tx.session.get(Appointment, appointment_id))
    if row is None or row.state is AppointmentState.RESERVED or not _is_within(row, await _reach(tx, actor)):
        raise NotFound("appointment")
    if row.led_by_id != counsellor.id:
        raise Conflict("cover.gone", N_("It has gone to %(name)s meanwhile."), name=row.led_by.name)
    return row


async def _reach(tx: Transaction, actor: Actor) -> set[uuid.UUID] | None:
    """The agencies in which the actor covers; None is every one."""
    if actor.known.is_administrator:
        return None
    return {team.agency_id for team in await agencies.teams_of(tx, actor.known.id)}


def _is_within(row: Appointment, reach: set[uuid.UUID] | None) -> bool:
    """What is with employers is nobody else's."""
    agency_id = row.appointment_type.agency_id
    return agency_id is not None and (reach is None or agency_id in reach)
