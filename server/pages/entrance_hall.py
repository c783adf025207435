"""The entrance hall of a fair that is full or opens soon: a number, and what can be read meanwhile."""

import uuid
from functools import partial

from rooms import access
from rooms.fairs import admission, entrance_hall
from rooms.fairs.admission import Admission, Passing
from rooms.fairs.fairs import Fair
from server.page_request import PageRequest, Services


async def arrive(request: PageRequest, fair_id: uuid.UUID) -> Admission | None:
    """Whoever is signed in is at this fair, which has a hall, from now on; gives what they wait with, or None once they
    are in. It writes, so the page that asks holds no transaction."""
    person = request.actor.person
    if person is None:
        return None
    async with request.reading() as tx:
        row = await admission.admission_of(tx, fair_id, person.id)
        if row and row.admitted_at:
            return None
        passing = await access.passing(tx, request.actor, await tx.session.get_one(Fair, fair_id))
    services = request.services
    asked = person.id, passing
    return await services.batching.ask(("arrive", fair_id), asked, partial(_arrive_all, services, fair_id))


async def _arrive_all(
    services: Services, fair_id: uuid.UUID, asked: list[tuple[uuid.UUID, Passing]]
) -> list[Admission | None]:
    async with services.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, fair_id)
        await entrance_hall.arrive(tx, fair, dict(asked))
    async with services.database.reading() as tx:
        found = await admission.waiting_of(tx, fair_id, {person_id for person_id, _ in asked})
    return [found.get(person_id) for person_id, _ in asked]


async def arrive_at(request: PageRequest) -> Admission | None:
    """The same for a page of the fair that its address names, if that fair has a hall."""
    if request.actor.person is None:
        return None
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        if not admission.has_hall(fair, tx.now):
            return None
    return await arrive(request, fair.id)
