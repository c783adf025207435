"""What one person is told of their own affairs: places, calls, meetings, answers."""

from datetime import datetime
from uuid import UUID

from rooms.core.events import Told
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines import calls, places
from rooms.lines.calls import Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import follow_up, meetings
from rooms.meetings.meetings import MeetingState, NextStep
from rooms.people import documents
from signaling.appointments import AppointmentTold
from signaling.contract import Payload, ToldFact, told
from signaling.telling import as_it_is, head, tells


class MyPlaceTold(Payload):
    """One's own place, with where to find the booth."""

    place: UUID
    booth: UUID
    employer: str
    path: str
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


def my_place_told(place: Place) -> MyPlaceTold:
    return MyPlaceTold(
        place=place.id,
        booth=place.booth_id,
        employer=place.booth.employer.name,
        path=booth_path(place.booth),
        state=place.state,
        passed_over_until=place.passed_over_until,
        hold_reason=place.hold_reason,
        missed=place.missed,
    )


def booth_path(booth: Booth) -> str:
    return f"/fairs/{booth.fair.slug}/booths/{booth.employer.slug}"


@told("place:taken")
class PlaceTakenTold(ToldFact):
    """You have taken a place in a line."""

    place: MyPlaceTold


@told("place:changed")
class PlaceChangedTold(ToldFact):
    """Your place has a new state, or is passed over for a while."""

    place: UUID
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


class MyCallTold(Payload):
    """A call that rings for you."""

    call: UUID
    place: UUID
    employer: str
    recruiter_name: str
    colour: str
    minutes: int
    deadline: datetime
    is_simulated: bool


def my_call_told(call: Call) -> MyCallTold:
    booth = call.place.booth
    return MyCallTold(
        call=call.id,
        place=call.place_id,
        employer=booth.employer.name,
        recruiter_name=call.recruiter.name,
        colour=booth.employer.colour,
        minutes=booth.talk_minutes,
        deadline=call.deadline,
        is_simulated=call.recruiter.is_simulated,
    )


@told("call:rang")
class CallRangTold(ToldFact):
    """A recruiter calls you."""

    ringing: MyCallTold


@told("call:settled")
class CallSettledTold(ToldFact):
    """The call no longer rings. `counted` says whether it was missed and counts."""

    call: UUID
    place: UUID
    state: CallState
    counted: bool


@told("meeting:opened")
class MeetingOpenedTold(ToldFact):
    """Your call was accepted; the waiting room is open."""

    meeting: UUID
    call: UUID


@told("meeting:closed")
class MeetingClosedTold(ToldFact):
    """A meeting of yours is over."""

    meeting: UUID
    state: MeetingState


@told("meeting:answered")
class AnsweredTold(ToldFact):
    """The recruiter has answered after a talk."""

    meeting: UUID
    next_step: NextStep


class MineSnapshot(Payload):
    """One's own places, the call that rings, the meeting one is in."""

    places: list[MyPlaceTold]
    ringing: MyCallTold | None
    meeting: UUID | None
    cv: UUID | None
    appointments: list[AppointmentTold]


@told("person:cv_changed")
class CvTold(ToldFact):
    """You show another CV, or none."""

    document: UUID | None


@tells("person", documents.CvChanged)
async def _cv(_: Transaction, told_fact: Told) -> ToldFact:
    return CvTold(**head(told_fact), **told_fact.fact.model_dump(include={"document"}))


@tells("person", places.PlaceTaken)
async def _place_taken(tx: Transaction, told_fact: Told) -> ToldFact:
    fact = told_fact.fact
    assert isinstance(fact, places.PlaceTaken)  # noqa: S101
    row = my_place_told(await tx.session.get_one(Place, fact.place))
    fresh = {"state": PlaceState.WAITING, "passed_over_until": None, "hold_reason": None, "missed": 0}
    return PlaceTakenTold(**head(told_fact), place=row.model_copy(update=fresh))


@tells("person", places.PlaceChanged)
async def _place_changed(_: Transaction, told_fact: Told) -> ToldFact:
    return PlaceChangedTold(**head(told_fact), **told_fact.fact.model_dump(exclude={"booth"}))


@tells("person", calls.CallRang)
async def _call_rang(tx: Transaction, told_fact: Told) -> ToldFact:
    fact = told_fact.fact
    assert isinstance(fact, calls.CallRang)  # noqa: S101
    return CallRangTold(**head(told_fact), ringing=my_call_told(await tx.session.get_one(Call, fact.call)))


@tells("person", calls.CallSettled)
async def _call_settled(_: Transaction, told_fact: Told) -> ToldFact:
    return CallSettledTold(**head(told_fact), **told_fact.fact.model_dump(exclude={"booth"}))


@tells("person", meetings.MeetingOpened)
async def _meeting_opened(_: Transaction, told_fact: Told) -> ToldFact:
    return MeetingOpenedTold(**head(told_fact), **told_fact.fact.model_dump(include={"meeting", "call"}))


@tells("person", meetings.MeetingEnded)
async def _meeting_closed(_: Transaction, told_fact: Told) -> ToldFact:
    return MeetingClosedTold(**head(told_fact), **told_fact.fact.model_dump(include={"meeting", "state"}))


as_it_is("person", follow_up.AnswerGiven, AnsweredTold)
