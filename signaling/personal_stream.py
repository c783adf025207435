"""What one person is told of their own affairs: places, calls, meetings, answers."""

from datetime import datetime
from uuid import UUID

from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.fairs.admission import Admitted
from rooms.fairs.fairs import Fair
from rooms.lines import call, places
from rooms.lines.call import Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import follow_up
from rooms.meetings.meeting import MeetingEnded, MeetingOpened, MeetingState, NextStep
from rooms.people import documents
from signaling.appointments import AppointmentView
from signaling.contract import Payload, StreamEvent, server_event
from signaling.projections import as_it_is, head, projection, reads


class MyPlaceView(Payload):
    """One's own place, with where to find the booth."""

    place_id: UUID
    booth_id: UUID
    employer: str
    path: str
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


def my_place_view(place: Place) -> MyPlaceView:
    return MyPlaceView(
        place_id=place.id,
        booth_id=place.booth_id,
        employer=place.booth.employer.name,
        path=place.booth.path,
        state=place.state,
        passed_over_until=place.passed_over_until,
        hold_reason=place.hold_reason,
        missed=place.missed,
    )


@server_event("place:taken")
class PlaceTakenEvent(StreamEvent):
    """You have taken a place in a line."""

    place: MyPlaceView


@server_event("place:changed")
class PlaceChangedEvent(StreamEvent):
    """Your place has a new state, or is passed over for a while."""

    place_id: UUID
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


class MyCallView(Payload):
    """A call that rings for you."""

    call_id: UUID
    place_id: UUID
    employer: str
    recruiter_name: str
    colour: str
    minutes: int
    deadline: datetime
    is_simulated: bool
    is_on_site: bool
    """You come to the table of the booth; no picture is sent."""
    is_coming: bool
    """You have said so already."""
    ticket: int
    """Your number in the line, as the screen in the house shows it."""


def my_call_view(call: Call) -> MyCallView:
    booth = call.place.booth
    return MyCallView(
        call_id=call.id,
        place_id=call.place_id,
        employer=booth.employer.name,
        recruiter_name=call.recruiter.name,
        colour=booth.employer.colour,
        minutes=booth.talk_minutes,
        deadline=call.deadline,
        is_simulated=call.recruiter.is_simulated,
        is_on_site=call.place.is_on_site,
        is_coming=call.coming_at is not None,
        ticket=call.place.ticket,
    )


@server_event("call:rang")
class CallRangEvent(StreamEvent):
    """A recruiter calls you."""

    ringing: MyCallView


@server_event("call:settled")
class CallSettledEvent(StreamEvent):
    """The call no longer rings. `counted` says whether it was missed and counts."""

    call_id: UUID
    place_id: UUID
    state: CallState
    counted: bool


@server_event("meeting:opened")
class MeetingOpenedEvent(StreamEvent):
    """Your call was accepted; the waiting room is open."""

    meeting_id: UUID
    call_id: UUID


@server_event("meeting:closed")
class MeetingClosedEvent(StreamEvent):
    """A meeting of yours is over."""

    meeting_id: UUID
    state: MeetingState


@server_event("meeting:answered")
class AnsweredEvent(StreamEvent):
    """The recruiter has answered after a talk."""

    meeting_id: UUID
    next_step: NextStep


@server_event("fair:admitted")
class AdmittedEvent(StreamEvent):
    """Your turn has come: you are in the fair."""

    fair_id: UUID
    path: str


class PersonalSnapshot(Payload):
    """One's own places, the call that rings, the meeting one is in."""

    places: list[MyPlaceView]
    ringing: MyCallView | None
    meeting_id: UUID | None
    cv_id: UUID | None
    appointments: list[AppointmentView]


@server_event("person:cv_changed")
class CvEvent(StreamEvent):
    """You show another CV, or none."""

    document_id: UUID | None


@projection("person", documents.CvChanged)
async def _cv(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return CvEvent(**head(published), **published.event.model_dump(include={"document_id"}))


reads(places.PlaceTaken, Place, "place_id")


@projection("person", places.PlaceTaken)
async def _place_taken(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, places.PlaceTaken)  # noqa: S101
    row = my_place_view(await tx.session.get_one(Place, event.place_id))
    fresh = {"state": PlaceState.WAITING, "passed_over_until": None, "hold_reason": None, "missed": 0}
    return PlaceTakenEvent(**head(published), place=row.model_copy(update=fresh))


@projection("person", places.PlaceChanged)
async def _place_changed(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return PlaceChangedEvent(**head(published), **published.event.model_dump(exclude={"booth_id"}))


@projection("person", call.CallRang)
async def _call_rang(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, call.CallRang)  # noqa: S101
    return CallRangEvent(**head(published), ringing=my_call_view(await tx.session.get_one(Call, event.call_id)))


@projection("person", call.CallSettled)
async def _call_settled(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return CallSettledEvent(**head(published), **published.event.model_dump(exclude={"booth_id"}))


@projection("person", MeetingOpened)
async def _meeting_opened(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return MeetingOpenedEvent(**head(published), **published.event.model_dump(include={"meeting_id", "call_id"}))


@projection("person", MeetingEnded)
async def _meeting_closed(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return MeetingClosedEvent(**head(published), **published.event.model_dump(include={"meeting_id", "state"}))


@projection("person", Admitted)
async def _admitted(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, Admitted)  # noqa: S101
    fair = await tx.session.get_one(Fair, event.fair_id)
    return AdmittedEvent(**head(published), fair_id=fair.id, path=fair.path)


as_it_is("person", follow_up.AnswerGiven, AnsweredEvent)
