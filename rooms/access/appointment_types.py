"""What an appointment may be taken for, and by whom."""

import uuid

from rooms.access.actor import Actor
from rooms.access.fairs import to_booth
from rooms.access.rights import Act as A
from rooms.access.rights import allows
from rooms.appointments import appointment_types, choices
from rooms.appointments.appointment_types import AppointmentType
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import attendees


async def appointment_type(
    tx: Transaction, actor: Actor, appointment_type_id: uuid.UUID, *, for_another: bool = False
) -> AppointmentType:
    """An appointment type that stands and that the actor may take for themselves, or `for_another`, as a counsellor
    does.

    An agency's is for whom it serves and whom its counsellors follow, an interview for whoever sees the booth.
    """
    row = await appointment_types.active(tx, appointment_type_id)
    await may_take(tx, actor, row, for_another=for_another)
    return row


async def may_take(
    tx: Transaction, actor: Actor, appointment_type: AppointmentType, *, for_another: bool = False
) -> None:
    """NotFound unless the actor may take this appointment type."""
    if appointment_type.booth:
        relations = await to_booth(tx, actor, appointment_type.booth)
        if appointment_type.booth.set_up_at is None or not allows(
            A.INTERVIEW_BOOK, relations, appointment_type.booth.fair.state
        ):
            raise NotFound("appointment_type")
        if actor.person and not for_another:
            await attendees.demand_part(tx, appointment_type.booth.fair, actor.person.id)
    if for_another or appointment_type.agency is None or appointment_type.agency.serves(actor.known.postcode):
        return
    if appointment_type.agency_id not in {each.id for each in await choices.agencies_for(tx, actor.known)}:
        raise NotFound("appointment_type")
