"""The line as the booth's staff see it."""

from datetime import datetime
from uuid import UUID

from rooms.chat import questions
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.chat.questions import Question
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.lines import calls, places
from rooms.lines.calls import Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meetings import MeetingState
from rooms.people import documents
from rooms.people.people import Person
from signaling.contract import Payload, StreamEvent, server_event
from signaling.projections import head, projection


class PlaceView(Payload):
    """A place as the staff see it. What the person needs to take part is not in it."""

    place: UUID
    person: UUID
    ticket: int
    name: str
    initials: str
    seeks: str
    location: str
    spoken_languages: str
    words: str
    cv: UUID | None
    is_simulated: bool
    joined_at: datetime
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


def place_view(place: Place, cv: UUID | None) -> PlaceView:
    person = place.person
    return PlaceView(
        place=place.id,
        person=person.id,
        ticket=place.ticket,
        name=person.name,
        initials=person.initials,
        seeks=person.seeks,
        location=person.location,
        spoken_languages=person.spoken_languages,
        words=place.words,
        cv=cv,
        is_simulated=person.is_simulated,
        joined_at=place.joined_at,
        state=place.state,
        passed_over_until=place.passed_over_until,
        hold_reason=place.hold_reason,
        missed=place.missed,
    )


@server_event("line:joined")
class JoinedEvent(StreamEvent):
    """Somebody has taken a place in the line."""

    place: PlaceView


@server_event("line:changed")
class LineChangedEvent(StreamEvent):
    """A place in the line has a new state, or is passed over for a while."""

    place: UUID
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


class RingingView(Payload):
    """A call that rings, as the staff see it."""

    call: UUID
    place: UUID
    recruiter: UUID
    recruiter_name: str
    deadline: datetime


@server_event("line:rang")
class LineRangEvent(StreamEvent):
    """A recruiter of the booth calls somebody."""

    ringing: RingingView


@server_event("line:settled")
class LineSettledEvent(StreamEvent):
    """A call of the booth no longer rings."""

    call: UUID
    place: UUID
    state: CallState


@server_event("line:talking")
class LineTalkingEvent(StreamEvent):
    """An accepted call has opened its meeting."""

    meeting: UUID
    call: UUID
    place: UUID


@server_event("line:talked")
class LineTalkedEvent(StreamEvent):
    """A meeting of the booth is over."""

    meeting: UUID
    state: MeetingState


class QuestionView(Payload):
    """A private question. `waits` says that the last word is the asker's."""

    conversation: UUID
    asker_name: str
    waits: bool


def question_view(question: Question) -> QuestionView:
    return QuestionView(conversation=question.conversation.id, asker_name=question.asker.name, waits=question.waits)


@server_event("line:question")
class LineQuestionEvent(StreamEvent):
    """Somebody wrote in a private question to the booth."""

    question: QuestionView


class LineSnapshot(Payload):
    """The line as the staff see it."""

    is_paused: bool
    staff: list[UUID]
    places: list[PlaceView]
    ringing: list[RingingView]
    questions: list[QuestionView]


@server_event("line:cv_changed")
class LineCvEvent(StreamEvent):
    """Somebody in the line shows a CV, another one, or none."""

    person: UUID
    document: UUID | None


@projection("line", questions.QuestionWritten)
async def _question(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, questions.QuestionWritten)  # noqa: S101
    where = await tx.session.get_one(Conversation, event.conversation)
    message = await tx.session.get_one(Message, event.message)
    asker = await tx.session.get_one(Person, where.asker_id)
    row = QuestionView(conversation=where.id, asker_name=asker.name, waits=not message.is_staff)
    return LineQuestionEvent(**head(published), question=row)


@projection("line", documents.CvChanged)
async def _line_cv(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineCvEvent(**head(published), **published.event.model_dump())


@projection("line", places.PlaceTaken)
async def _joined(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    """PublishedEvent as it was at that moment; what came later follows in later events."""
    event = published.event
    assert isinstance(event, places.PlaceTaken)  # noqa: S101
    place = await tx.session.get_one(Place, event.place)
    cv = (await documents.cvs_of(tx, {place.person_id})).get(place.person_id)
    row = place_view(place, cv.id if cv else None)
    fresh = {"state": PlaceState.WAITING, "passed_over_until": None, "hold_reason": None, "missed": 0}
    return JoinedEvent(**head(published), place=row.model_copy(update=fresh))


@projection("line", places.PlaceChanged)
async def _line_changed(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineChangedEvent(**head(published), **published.event.model_dump(exclude={"booth"}))


def ringing_view(call: Call) -> RingingView:
    return RingingView(
        call=call.id,
        place=call.place_id,
        recruiter=call.recruiter_id,
        recruiter_name=call.recruiter.name,
        deadline=call.deadline,
    )


@projection("line", calls.CallRang)
async def _line_rang(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, calls.CallRang)  # noqa: S101
    return LineRangEvent(**head(published), ringing=ringing_view(await tx.session.get_one(Call, event.call)))


@projection("line", calls.CallSettled)
async def _line_settled(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineSettledEvent(**head(published), **published.event.model_dump(include={"call", "place", "state"}))


@projection("line", meetings.MeetingOpened)
async def _line_talking(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineTalkingEvent(**head(published), **published.event.model_dump(exclude={"booth"}))


@projection("line", meetings.MeetingEnded)
async def _line_talked(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineTalkedEvent(**head(published), **published.event.model_dump(exclude={"booth"}))
