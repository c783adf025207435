"""Whoever is out of reach for longer than a fair waits: their place is kept on hold. Who holds none has left."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from rooms.core.transaction import Transaction
from rooms.fairs import entrance_hall
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines import places
from rooms.lines.places import ACTIVE, HoldReason, Place, PlaceState
from rooms.people import presence


async def put_absent_on_hold(tx: Transaction) -> int:
    """Put on hold the places whose people have been out of reach for longer than the fair's grace. For the worker."""
    query = (
        select(Place)
        .join(Booth, Booth.id == Place.booth_id)
        .join(Fair, Fair.id == Booth.fair_id)
        .where(Place.state == PlaceState.WAITING, Fair.open_until.is_not(None), Place.is_on_site.is_(False))
        .with_for_update(of=Place, skip_locked=True)
    )
    waiting = list((await tx.session.execute(query)).scalars())
    reach = await presence.reach(tx, {place.person_id for place in waiting})
    held = 0
    for place in waiting:
        here = reach[place.person_id]
        grace = timedelta(minutes=place.booth.fair.grace_minutes)
        since = max(filter(None, (here.last_seen, place.joined_at, place.booth.fair.doors_opened_at)))
        if not here.is_near and since + grace <= tx.now:
            places.move(tx, place, PlaceState.ON_HOLD, HoldReason.OUT_OF_REACH)
            held += 1
            await places.tell_second(tx, place.booth_id)
    return held


async def let_absent_go(tx: Transaction) -> None:
    """Make room in the fairs that hold a limited number: for whoever has been away for long and stands in no line. For
    the worker."""
    for fair_id in await entrance_hall.with_hall(tx):
        held = select(Place.person_id).join(Booth, Booth.id == Place.booth_id)
        rows = await tx.plain_rows(held.where(Booth.fair_id == fair_id, Place.state.in_(ACTIVE)))
        await entrance_hall.let_go(tx, fair_id, keep={row.person_id for row in rows})


async def appeared(tx: Transaction, people: Collection[uuid.UUID]) -> None:
    """Whoever was out of reach is back: their places on hold for that reason stand in line again."""
    on_hold = Place.state == PlaceState.ON_HOLD, Place.hold_reason == HoldReason.OUT_OF_REACH
    query = select(Place).where(tx.among(Place.person_id, people), *on_hold).order_by(Place.joined_at)
    for place in (await tx.session.execute(query)).scalars().all():
        await places.come_back(tx, place)
