"""Who passes the entrance hall of a full fair at once: whoever works there, and whoever is expected."""

from datetime import timedelta

from rooms.access.actor import Actor
from rooms.access.navigation import navigation_of
from rooms.appointments import agenda
from rooms.appointments.appointment import Appointment
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair
from rooms.lines import places

EXPECTED = timedelta(hours=1)
"""So long before an appointment at the fair its person is let in."""


async def passes_hall(tx: Transaction, actor: Actor, fair: Fair) -> bool:
    person = actor.known
    works = await navigation_of(tx, person)
    if works.desk or works.organise or works.counsel or await places.of_person(tx, person.id, fair.id):
        return True
    mine = await agenda.active_of(tx, person.id)
    return any(_is_at(row, fair) and row.begins_at - EXPECTED <= tx.now < row.ends_at for row in mine)


def _is_at(row: Appointment, fair: Fair) -> bool:
    booth = row.appointment_type.booth
    return booth is not None and booth.fair_id == fair.id
