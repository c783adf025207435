"""One line for those on site and those at home: where each of them is, and that nobody is on site when the doors are
closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from rooms.core.errors import N_, Conflict
from rooms.core.events import reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs import schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import DaysChanged, FairTurned
from rooms.lines import calls, places
from rooms.lines.call import Call, CallState
from rooms.lines.places import ACTIVE, Place, PlaceState


@dataclass(frozen=True)
class Shown:
    """A call as the screen in the house shows it to everybody: a number, and no name."""

    employer: str
    ticket: int
    rang_at: datetime


async def move_to(tx: Transaction, place: Place, *, is_on_site: bool) -> None:
    """Somebody who waits goes home, or comes to the place of the fair: they keep their order."""
    if is_on_site:
        await schedule.demand_on_site(tx, place.booth.fair)
    # The line stands still, then the call, then the place: in the order in which everybody takes them.
    await tx.session.refresh(place.booth, with_for_update={"of": Booth})
    if await calls.ringing_for_place(tx, place.id):
        raise Conflict("place.called", N_("You are being called just now: answer first."))
    await tx.lock(place)
    if place.state not in (PlaceState.WAITING, PlaceState.ON_HOLD):
        raise Conflict("place.move", N_("This place in line has changed meanwhile."))
    place.is_on_site = is_on_site
    places.tell(tx, place)


@reacts_to(FairTurned)
@reacts_to(DaysChanged)
async def _go_home(tx: Transaction, event: FairTurned | DaysChanged) -> None:
    """The house is closed: whoever still waits does so at home. Doors that an organiser shuts for a while send nobody
    home, and whoever is being called just now is not sent away from the table."""
    fair = await tx.session.get_one(Fair, event.fair_id)
    if await schedule.on_site_now(tx, fair) is not None:
        return
    rings = select(Call.id).where(Call.place_id == Place.id, Call.state == CallState.RINGING).exists()
    query = select(Place).join(Booth, Booth.id == Place.booth_id)
    query = query.where(Booth.fair_id == event.fair_id, Place.is_on_site, ~rings).order_by(Place.id)
    for place in (await tx.session.execute(query.with_for_update(of=Place))).scalars().all():
        place.is_on_site = False
        if place.state in ACTIVE:
            places.tell(tx, place)


async def called(tx: Transaction, fair: Fair) -> Sequence[Shown]:
    """Whom the tables of a fair call now, the latest first."""
    query = select(Call).join(Place, Place.id == Call.place_id).join(Booth, Booth.id == Place.booth_id)
    rings = Call.state == CallState.RINGING, Call.deadline > tx.now, Place.is_on_site, Booth.fair_id == fair.id
    rows = (await tx.session.execute(query.where(*rings).order_by(Call.rang_at.desc()))).scalars().all()
    return [Shown(call.place.booth.employer.name, call.place.ticket, call.rang_at) for call in rows]
