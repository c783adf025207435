"""Who passes the entrance hall of a full fair at once: whoever works there, and whoever is expected."""

from rooms.access.actor import Actor
from rooms.access.fairs import to_fair
from rooms.access.navigation import navigations_of
from rooms.access.rights import Relation as R
from rooms.appointments.expected import expected_at
from rooms.core.transaction import Transaction
from rooms.fairs.admission import Passing
from rooms.fairs.fairs import Fair
from rooms.lines import places


async def passing(tx: Transaction, actor: Actor, fair: Fair) -> Passing:
    person = actor.known
    works = await navigations_of(tx, [person])
    if works[0].counsel or await to_fair(tx, actor, fair) & {R.ORGANISER, R.ADMINISTRATOR, R.MEMBER}:
        return Passing.STAFF
    if await places.of_person(tx, person.id, fair.id):
        return Passing.EXPECTED
    return Passing.EXPECTED if person.id in await expected_at(tx, fair.id) else Passing.IN_TURN
