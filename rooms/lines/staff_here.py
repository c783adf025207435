"""Who is there for a booth now: at its desk, or in a talk that began there."""

import uuid

from rooms.core.transaction import Transaction
from rooms.fairs import desk_presence
from rooms.meetings import under_way
from rooms.people.people import Person


async def of_booths(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """By name, for any number of booths with as many queries as for one."""
    here, talking = await desk_presence.at_desks(tx, booths), await under_way.talking_at(tx, booths)
    merged = {booth: {person.id: person for person in [*here[booth], *talking[booth]]} for booth in booths}
    return {booth: sorted(found.values(), key=lambda person: person.name) for booth, found in merged.items()}
