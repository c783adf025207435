"""What a talk from a line means for the place that led to it."""

from sqlalchemy import select

from rooms.core.events import reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import FairState
from rooms.lines.call import Call
from rooms.lines.places import PASSED_OVER_FOR, Place, PlaceState, move, pass_over
from rooms.meetings.meeting import Meeting, MeetingEnded, MeetingOpened, MeetingState


async def place_of(tx: Transaction, meeting: Meeting) -> Place | None:
    """The place whose talk this is, unless it belongs to an appointment."""
    query = select(Place).join(Call, Call.place_id == Place.id).where(Call.id == meeting.call_id)
    return (await tx.session.execute(query)).scalar_one_or_none()


@reacts_to(MeetingOpened)
async def _begin_talking(tx: Transaction, event: MeetingOpened) -> None:
    move(tx, await tx.session.get_one(Place, event.place_id), PlaceState.TALKING)


@reacts_to(MeetingEnded)
async def _finish_talking(tx: Transaction, event: MeetingEnded) -> None:
    """A talk that took place has served its place; after any other the candidate stands first again, after a pause."""
    place = await place_of(tx, await tx.session.get_one(Meeting, event.meeting_id))
    if place is None:
        return
    fair = place.booth.fair
    is_closed = fair.state is FairState.ARCHIVED or (fair.state is FairState.CLOSED and not fair.closed_by_hand)
    if event.state is MeetingState.ENDED or is_closed:
        move(tx, place, PlaceState.SERVED if event.state is MeetingState.ENDED else PlaceState.ENDED)
        return
    move(tx, place, PlaceState.WAITING)
    pass_over(tx, place, PASSED_OVER_FOR)
