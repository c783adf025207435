"""Entrance halls: who waits is let in as room and rate allow, and everybody there is told how far it has come."""

import asyncio
import uuid

from rooms.core.database import Database
from rooms.core.events import hall_stream
from rooms.fairs import admission, entrance_hall
from rooms.fairs.admission import Fullness
from rooms.fairs.fairs import Fair
from signaling.contract import Payload, server_event
from signaling.telling import Telling

TELLS_EVERY = 2.0
"""Seconds. Thousands hear it."""


@server_event("hall:status", latest_of="fair_id")
class HallStatus(Payload):
    """State: how far a fair's entrance hall has come. Whoever is here with a ticket up to `called_ticket` is in."""

    fair_id: uuid.UUID
    called_ticket: int
    waiting: int


class Halls:
    def __init__(self, database: Database, telling: Telling) -> None:
        self._database, self._telling = database, telling
        self._told: dict[uuid.UUID, tuple[float, HallStatus]] = {}

    async def let_in(self) -> int:
        """For the worker: one process of all does it. Gives how many have come in."""
        async with self._database.reading() as tx:
            fairs = await entrance_hall.with_hall(tx)
        self._told = {fair_id: told for fair_id, told in self._told.items() if fair_id in fairs}
        return sum([await self._let_in(fair_id) for fair_id in fairs])

    async def _let_in(self, fair_id: uuid.UUID) -> int:
        async with self._database.reading() as tx:
            if not await admission.waits(tx, fair_id):
                return 0
        async with self._database.transaction() as tx:
            count = await entrance_hall.let_in(tx, fair_id)
        async with self._database.reading() as tx:
            found = await admission.fullness(tx, await tx.session.get_one(Fair, fair_id))
        if found:
            self._tell(fair_id, found)
        return count

    def _tell(self, fair_id: uuid.UUID, found: Fullness) -> None:
        now = asyncio.get_running_loop().time()
        status = HallStatus(fair_id=fair_id, called_ticket=found.called_ticket, waiting=found.waiting)
        at, last = self._told.get(fair_id, (-TELLS_EVERY, None))
        if status != last and now >= at + TELLS_EVERY:
            self._told[fair_id] = now, status
            self._telling.tell_room(hall_stream(fair_id), status)
