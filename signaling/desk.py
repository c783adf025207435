"""The line as the booth's staff see it."""

from datetime import datetime
from uuid import UUID

from rooms.chat import questions
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.chat.questions import Question
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.fairs import job_applications
from rooms.lines import call, places
from rooms.lines.call import Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings.meeting import Meeting, MeetingEnded, MeetingOpened, MeetingState
from rooms.meetings.reopening import MeetingReopened
from rooms.people import documents
from rooms.people.people import Person
from signaling.contract import Payload, StreamEvent, server_event
from signaling.projections import as_it_is, head, projection


class PlaceView(Payload):
    """A place as the staff see it. What the person needs to take part is not in it."""

    place_id: UUID
    person_id: UUID
    ticket: int
    name: str
    """Empty, with the place and the CV, while the recruiters are not to know who it is."""
    initials: str
    seeks: str
    location: str
    spoken_languages: str
    words: str
    cv_id: UUID | None
    is_simulated: bool
    joined_at: datetime
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


def place_view(place: Place, cv_id: UUID | None) -> PlaceView:
    person = place.person
    return PlaceView(
        place_id=place.id,
        person_id=person.id,
        ticket=place.ticket,
        name="" if place.is_hidden else person.name,
        initials="" if place.is_hidden else person.initials,
        seeks=person.seeks,
        location="" if place.is_hidden else person.location,
        spoken_languages=person.spoken_languages,
        words=place.words,
        cv_id=None if place.is_hidden else cv_id,
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

    place_id: UUID
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


class RingingView(Payload):
    """A call that rings, as the staff see it."""

    call_id: UUID
    place_id: UUID
    recruiter_id: UUID
    recruiter_name: str
    deadline: datetime


@server_event("line:rang")
class LineRangEvent(StreamEvent):
    """A recruiter of the booth calls somebody."""

    ringing: RingingView


@server_event("line:settled")
class LineSettledEvent(StreamEvent):
    """A call of the booth no longer rings."""

    call_id: UUID
    place_id: UUID
    state: CallState


@server_event("line:talking")
class LineTalkingEvent(StreamEvent):
    """An accepted call has opened its meeting, or that meeting is taken up again."""

    meeting_id: UUID
    call_id: UUID
    place_id: UUID


@server_event("line:talked")
class LineTalkedEvent(StreamEvent):
    """A meeting of the booth is over."""

    meeting_id: UUID
    state: MeetingState


class QuestionView(Payload):
    """A private question. `waits` says that the last word is the asker's."""

    conversation_id: UUID
    asker_name: str
    waits: bool


def question_view(question: Question) -> QuestionView:
    return QuestionView(conversation_id=question.conversation.id, asker_name=question.asker.name, waits=question.waits)


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

    person_id: UUID
    document_id: UUID | None


@server_event("line:applied")
class LineAppliedEvent(StreamEvent):
    """Somebody has applied for a vacancy of the booth, or has taken that back."""

    booth_id: UUID
    vacancy_id: UUID


as_it_is("line", job_applications.JobApplied, LineAppliedEvent)


@projection("line", questions.QuestionWritten)
async def _question(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, questions.QuestionWritten)  # noqa: S101
    where = await tx.session.get_one(Conversation, event.conversation_id)
    message = await tx.session.get_one(Message, event.message_id)
    asker = await tx.session.get_one(Person, where.asker_id)
    row = QuestionView(conversation_id=where.id, asker_name=asker.name, waits=not message.is_staff)
    return LineQuestionEvent(**head(published), question=row)


@projection("line", documents.CvChanged)
async def _line_cv(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineCvEvent(**head(published), **published.event.model_dump())


@projection("line", places.PlaceTaken)
async def _joined(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    """PublishedEvent as it was at that moment; what came later follows in later events."""
    event = published.event
    assert isinstance(event, places.PlaceTaken)  # noqa: S101
    place = await tx.session.get_one(Place, event.place_id)
    cv = (await documents.cvs_of(tx, {place.person_id})).get(place.person_id)
    row = place_view(place, cv.id if cv else None)
    fresh = {"state": PlaceState.WAITING, "passed_over_until": None, "hold_reason": None, "missed": 0}
    return JoinedEvent(**head(published), place=row.model_copy(update=fresh))


@projection("line", places.PlaceChanged)
async def _line_changed(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineChangedEvent(**head(published), **published.event.model_dump(exclude={"booth_id"}))


def ringing_view(call: Call) -> RingingView:
    return RingingView(
        call_id=call.id,
        place_id=call.place_id,
        recruiter_id=call.recruiter_id,
        recruiter_name=call.recruiter.name,
        deadline=call.deadline,
    )


@projection("line", call.CallRang)
async def _line_rang(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, call.CallRang)  # noqa: S101
    return LineRangEvent(**head(published), ringing=ringing_view(await tx.session.get_one(Call, event.call_id)))


@projection("line", call.CallSettled)
async def _line_settled(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineSettledEvent(**head(published), **published.event.model_dump(include={"call_id", "place_id", "state"}))


@projection("line", MeetingOpened)
async def _line_talking(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineTalkingEvent(**head(published), **published.event.model_dump(exclude={"booth_id"}))


@projection("line", MeetingReopened)
async def _line_talking_again(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, MeetingReopened)  # noqa: S101
    meeting = await tx.session.get_one(Meeting, event.meeting_id)
    told = await tx.session.get_one(Call, meeting.call_id)
    return LineTalkingEvent(**head(published), meeting_id=meeting.id, call_id=told.id, place_id=told.place_id)


@projection("line", MeetingEnded)
async def _line_talked(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return LineTalkedEvent(**head(published), **published.event.model_dump(exclude={"booth_id"}))
