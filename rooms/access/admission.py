"""Who passes the entrance hall of a full fair at once: whoever works there, and whoever is expected."""

from datetime import timedelta

from rooms.access.actor import Actor
from rooms.access.fairs import to_fair
from rooms.access.navigation import navigations_of
from rooms.access.rights import Relation as R
from rooms.appointments import agenda
from rooms.appointments.appointment import Appointment
from rooms.core.transaction import Transaction
from rooms.fairs.admission import Passing
from rooms.fairs.fairs import Fair
from rooms.lines import places

EXPECTED = timedelta(hours=1)
"""So long before an appointment at the fair its person is let in."""


async def passing(tx: Transaction, actor: Actor, fair: Fair) -> Passing:
    person = actor.known
    works = await navigations_of(tx, [person])
    if works[0].counsel or await to_fair(tx, actor, fair) & {R.ORGANISER, R.ADMINISTRATOR, R.MEMBER}:
        return Passing.STAFF
    if await places.of_person(tx, person.id, fair.id):
        return Passing.EXPECTED
    mine = await agenda.active_of(tx, person.id)
    is_expected = any(_is_at(row, fair) and row.begins_at - EXPECTED <= tx.now < row.ends_at for row in mine)
    return Passing.EXPECTED if is_expected else Passing.IN_TURN


def _is_at(row: Appointment, fair: Fair) -> bool:
    booth = row.appointment_type.booth
    return booth is not None and booth.fair_id == fair.id
