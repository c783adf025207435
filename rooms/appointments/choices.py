"""What a person may come for, and where."""

from rooms.appointments import appointment_types
from rooms.appointments.appointment_types import AppointmentType
from rooms.core.transaction import Transaction
from rooms.organisations import agencies, referents
from rooms.organisations.agencies import Agency
from rooms.people.people import Person


async def agencies_for(tx: Transaction, person: Person) -> list[Agency]:
    """Where a person may take an appointment: at their counsellor's agency, or at those that serve where they live."""
    row = await referents.entry_of(tx, person.id)
    referent = row.counsellor_id if row else None
    if referent is None:
        mine = row.agency_id if row else None
        return [each for each in await agencies.staffed(tx) if each.id == mine or each.serves(person.postcode)]
    return list({team.agency_id: team.agency for team in await agencies.teams_of(tx, referent)}.values())


async def types_for(tx: Transaction, person: Person) -> list[tuple[Agency, list[AppointmentType]]]:
    """What a person may come for, by agency; follow-ups only for whom somebody follows."""
    referent = await referents.referent_of(tx, person.id)
    teams = {team.id for team in await agencies.teams_of(tx, referent)} if referent else set()

    def is_for_them(appointment_type: AppointmentType) -> bool:
        if not appointment_type.is_follow_up:
            return True
        return referent is not None and (appointment_type.team_id is None or appointment_type.team_id in teams)

    found = [(each, await appointment_types.all_of(tx, each)) for each in await agencies_for(tx, person)]
    shown = [
        (each, [appointment_type for appointment_type in types if is_for_them(appointment_type)])
        for each, types in found
    ]
    return [(each, types) for each, types in shown if types]
