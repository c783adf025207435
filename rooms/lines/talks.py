"""What a talk from a line means for the place that led to it."""

from rooms.core.errors import N_, Conflict
from rooms.core.events import reacts_to
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import FairState
from rooms.lines import calls, referrals
from rooms.lines.call import place_of_call
from rooms.lines.places import PASSED_OVER_FOR, Place, PlaceState, move, pass_over, stand_again
from rooms.meetings.meeting import Meeting, MeetingEnded, MeetingOpened, MeetingState
from rooms.meetings.reopening import MeetingReopened


async def place_of(tx: Transaction, meeting: Meeting) -> Place | None:
    """The place whose talk this is, unless it belongs to an appointment."""
    return await place_of_call(tx, meeting.call_id) if meeting.call_id else None


@reacts_to(MeetingOpened)
async def _begin_talking(tx: Transaction, event: MeetingOpened) -> None:
    place = await tx.session.get_one(Place, event.place_id)
    place.kept_for_id = None
    move(tx, place, PlaceState.TALKING)


@reacts_to(MeetingReopened)
async def _talk_again(tx: Transaction, event: MeetingReopened) -> None:
    """Raises Conflict where its candidate is a colleague's by now, or has gone."""
    place = await place_of(tx, await tx.session.get_one(Meeting, event.meeting_id))
    if place is None:
        return
    # Nobody is called at this booth meanwhile, and whoever has just answered has done so before the place is read.
    await tx.session.refresh(place.booth, with_for_update={"of": Booth})
    is_called = await calls.ringing_for_place(tx, place.id)
    await tx.session.refresh(place, with_for_update={"of": Place})
    if place.state is PlaceState.SERVED:
        await stand_again(tx, place, PlaceState.TALKING)
        return
    # They wait on for a colleague, or do not any more.
    if place.state is not PlaceState.WAITING or is_called:
        message = N_("They have gone on meanwhile: this talk cannot be taken up again.")
        raise Conflict("place.gone_on", message)
    move(tx, place, PlaceState.TALKING)


@reacts_to(MeetingEnded)
async def _finish_talking(tx: Transaction, event: MeetingEnded) -> None:
    """Whoever has agreed to wait on for a colleague does, however the talk ended. Any other talk that took place has
    served its place; where none did, the candidate stands first again, after a pause."""
    meeting = await tx.session.get_one(Meeting, event.meeting_id)
    place = await place_of(tx, meeting)
    if place is None or place.state is not PlaceState.TALKING:
        return
    fair = place.booth.fair
    is_closed = fair.state is FairState.ARCHIVED or (fair.state is FairState.CLOSED and not fair.closed_by_hand)
    is_over = is_closed or place.person_id in await sanctions.excluded(tx, fair.id, {place.person_id})
    took_place = event.state is MeetingState.ENDED
    if not is_over and await referrals.goes_on(tx, meeting, place):
        move(tx, place, PlaceState.WAITING)
        return
    if took_place or is_over:
        move(tx, place, PlaceState.SERVED if took_place else PlaceState.ENDED)
        return
    move(tx, place, PlaceState.WAITING)
    pass_over(tx, place, PASSED_OVER_FOR)
