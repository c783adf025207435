"""Places that somebody had a short while ago: left by mistake, perhaps, or ended with the line."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.fairs.booths import Booth
from rooms.lines import places
from rooms.lines.call import Call
from rooms.lines.places import Place, PlaceState

TOLD_FOR = timedelta(days=14)
"""How long a page says of a line that it has ended."""


async def left(tx: Transaction, person_id: uuid.UUID, fair_id: uuid.UUID) -> list[Place]:
    """What the person can still take back."""
    query = select(Place).join(Booth, Booth.id == Place.booth_id).where(Booth.fair_id == fair_id)
    left = Place.person_id == person_id, Place.state == PlaceState.LEFT, Place.ended_at >= tx.now - places.UNDONE_WITHIN
    rows = list((await tx.session.execute(query.where(*left).order_by(Place.ended_at))).scalars())
    held = {place.booth_id for place in await places.of_person(tx, person_id, fair_id)}
    return [place for place in rows if place.booth_id not in held]


async def ended(tx: Transaction, person_id: uuid.UUID, fair_id: uuid.UUID) -> list[Place]:
    """Where they waited to the end and were not called: the fair has closed, or the booth has left it. Whoever is
    excluded was told so."""
    if await sanctions.excluded(tx, fair_id, {person_id}):
        return []
    query = select(Place).join(Booth, Booth.id == Place.booth_id).where(Booth.fair_id == fair_id)
    theirs = Place.person_id == person_id, Place.state == PlaceState.ENDED, Place.ended_at >= tx.now - TOLD_FOR
    called = select(Call.id).where(Call.place_id == Place.id)
    rows = (
        await tx.session.execute(query.where(*theirs, ~called.exists()).order_by(Place.ended_at, Place.id))
    ).scalars()
    held = {place.booth_id for place in await places.of_person(tx, person_id, fair_id)}
    return [place for place in rows if place.booth_id not in held]
