"""What ends for everybody at once, calls and places: the fair closes, a recruiter or the whole booth leaves."""

import uuid

from sqlalchemy import Select, select

from rooms.core import outbox
from rooms.core.events import reacts_to
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.sanctions import PersonExcluded
from rooms.fairs.schedule import FairTurned
from rooms.lines import calls, places
from rooms.lines.call import Call, CallState
from rooms.lines.places import Place, PlaceState
from rooms.people import engagement


@reacts_to(FairTurned)
async def _close_with_fair(tx: Transaction, event: FairTurned) -> None:
    """What rings when a fair closes is withdrawn. Places are kept in case the organiser opens it again, until it has
    closed for good."""
    if event.state not in (FairState.CLOSED, FairState.ARCHIVED):
        return
    await _of_fair(tx, event.fair_id)
    fair = await tx.session.get_one(Fair, event.fair_id)
    if event.state is FairState.ARCHIVED or not fair.closed_by_hand:
        await _end_with_fair(tx, fair.id)


async def _of_fair(tx: Transaction, fair_id: uuid.UUID) -> None:
    """The fair has closed: what still rings is withdrawn."""
    query = select(Call.id).join(Place, Place.id == Call.place_id).join(Booth, Booth.id == Place.booth_id)
    await _each(tx, query.where(Booth.fair_id == fair_id, Call.state == CallState.RINGING))


async def of_recruiter(tx: Transaction, booth_id: uuid.UUID, recruiter_id: uuid.UUID) -> None:
    """The recruiter has left the booth: whom they called there is not rung any more."""
    query = select(Call.id).join(Place, Place.id == Call.place_id)
    mine = Place.booth_id == booth_id, Call.recruiter_id == recruiter_id, Call.state == CallState.RINGING
    await _each(tx, query.where(*mine))


async def at_booth(tx: Transaction, booth_id: uuid.UUID) -> None:
    """The booth calls nobody any more."""
    query = select(Call.id).join(Place, Place.id == Call.place_id)
    await _each(tx, query.where(Place.booth_id == booth_id, Call.state == CallState.RINGING))


async def _each(tx: Transaction, query: Select[uuid.UUID]) -> None:
    for ringing in list((await tx.session.execute(query)).scalars()):
        call = await calls.locked(tx, ringing)
        if call and call.state is CallState.RINGING:
            await engagement.release_call(tx, call.id)
            calls.settle(tx, call, CallState.WITHDRAWN)


async def end_with_booth(tx: Transaction, booth: Booth) -> int:
    """The booth leaves the fair: whoever waits there is told that their place is gone; gives how many they were."""
    waiting = Place.booth_id == booth.id, Place.state.in_((PlaceState.WAITING, PlaceState.ON_HOLD))
    query = select(Place).where(*waiting).with_for_update(of=Place).execution_options(populate_existing=True)
    rows = list((await tx.session.execute(query)).scalars())
    for place in rows:
        places.move(tx, place, PlaceState.ENDED)
        values: dict[str, object] = {
            "name": place.person.name, "employer": booth.employer.name, "fair": booth.fair.name,
            "path": booth.fair.path, "waited": True,
        }  # fmt: skip
        await outbox.post(tx, Letter(place.person.email, "booth_left", place.person.language, values))
    return len(rows)


@reacts_to(PersonExcluded)
async def _leave_with_person(tx: Transaction, event: PersonExcluded) -> None:
    """Whoever is excluded stands in no line of the fair; a talk under way is not cut."""
    theirs = Booth.fair_id == event.fair_id, Place.person_id == event.person_id
    of_places = select(Place).join(Booth, Booth.id == Place.booth_id).where(*theirs)
    query = select(Call.id).join(Place, Place.id == Call.place_id).join(Booth, Booth.id == Place.booth_id)
    await _each(tx, query.where(*theirs, Call.state == CallState.RINGING))
    waiting = of_places.where(Place.state.in_((PlaceState.WAITING, PlaceState.ON_HOLD)))
    locking = waiting.with_for_update(of=Place).execution_options(populate_existing=True)
    for place in (await tx.session.execute(locking)).scalars().all():
        places.move(tx, place, PlaceState.ENDED)
        await places.tell_second(tx, place.booth_id)


async def _end_with_fair(tx: Transaction, fair_id: uuid.UUID) -> None:
    """The fair has closed for good: every place still standing ends. Talks under way go on."""
    query = (
        select(Place)
        .join(Booth, Booth.id == Place.booth_id)
        .where(Booth.fair_id == fair_id, Place.state.in_((PlaceState.WAITING, PlaceState.ON_HOLD)))
        .with_for_update(of=Place)
        .execution_options(populate_existing=True)
    )
    for place in (await tx.session.execute(query)).scalars():
        places.move(tx, place, PlaceState.ENDED)
