"""The line as the booth's staff see it."""

from datetime import datetime
from uuid import UUID

from rooms.chat import questions
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.chat.questions import Question
from rooms.core.events import Told
from rooms.core.transaction import Transaction
from rooms.lines import calls, places
from rooms.lines.calls import Call, CallState
from rooms.lines.places import HoldReason, Place, PlaceState
from rooms.meetings import meetings
from rooms.meetings.meetings import MeetingState
from rooms.people import documents
from rooms.people.people import Person
from signaling.contract import Payload, ToldFact, told
from signaling.telling import head, tells


class PlaceTold(Payload):
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


def place_told(place: Place, cv: UUID | None) -> PlaceTold:
    person = place.person
    return PlaceTold(
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


@told("line:joined")
class JoinedTold(ToldFact):
    """Somebody has taken a place in the line."""

    place: PlaceTold


@told("line:changed")
class LineChangedTold(ToldFact):
    """A place in the line has a new state, or is passed over for a while."""

    place: UUID
    state: PlaceState
    passed_over_until: datetime | None
    hold_reason: HoldReason | None
    missed: int


class RingingTold(Payload):
    """A call that rings, as the staff see it."""

    call: UUID
    place: UUID
    recruiter: UUID
    recruiter_name: str
    deadline: datetime


@told("line:rang")
class LineRangTold(ToldFact):
    """A recruiter of the booth calls somebody."""

    ringing: RingingTold


@told("line:settled")
class LineSettledTold(ToldFact):
    """A call of the booth no longer rings."""

    call: UUID
    place: UUID
    state: CallState


@told("line:talking")
class LineTalkingTold(ToldFact):
    """An accepted call has opened its meeting."""

    meeting: UUID
    call: UUID
    place: UUID


@told("line:talked")
class LineTalkedTold(ToldFact):
    """A meeting of the booth is over."""

    meeting: UUID
    state: MeetingState


class QuestionTold(Payload):
    """A private question. `waits` says that the last word is the asker's."""

    conversation: UUID
    asker_name: str
    waits: bool


def question_told(question: Question) -> QuestionTold:
    return QuestionTold(conversation=question.conversation.id, asker_name=question.asker.name, waits=question.waits)


@told("line:question")
class LineQuestionTold(ToldFact):
    """Somebody wrote in a private question to the booth."""

    question: QuestionTold


class LineSnapshot(Payload):
    """The line as the staff see it."""

    is_paused: bool
    staff: list[UUID]
    places: list[PlaceTold]
    ringing: list[RingingTold]
    questions: list[QuestionTold]


@told("line:cv_changed")
class LineCvTold(ToldFact):
    """Somebody in the line shows a CV, another one, or none."""

    person: UUID
    document: UUID | None


@tells("line", questions.QuestionWritten)
async def _question(tx: Transaction, told_fact: Told) -> ToldFact:
    fact = told_fact.fact
    assert isinstance(fact, questions.QuestionWritten)  # noqa: S101
    where = await tx.session.get_one(Conversation, fact.conversation)
    message = await tx.session.get_one(Message, fact.message)
    asker = await tx.session.get_one(Person, where.asker_id)
    row = QuestionTold(conversation=where.id, asker_name=asker.name, waits=not message.is_staff)
    return LineQuestionTold(**head(told_fact), question=row)


@tells("line", documents.CvChanged)
async def _line_cv(_: Transaction, told_fact: Told) -> ToldFact:
    return LineCvTold(**head(told_fact), **told_fact.fact.model_dump())


@tells("line", places.PlaceTaken)
async def _joined(tx: Transaction, told_fact: Told) -> ToldFact:
    """Told as it was at that moment; what came later follows in later facts."""
    fact = told_fact.fact
    assert isinstance(fact, places.PlaceTaken)  # noqa: S101
    place = await tx.session.get_one(Place, fact.place)
    cv = (await documents.cvs_of(tx, {place.person_id})).get(place.person_id)
    row = place_told(place, cv.id if cv else None)
    fresh = {"state": PlaceState.WAITING, "passed_over_until": None, "hold_reason": None, "missed": 0}
    return JoinedTold(**head(told_fact), place=row.model_copy(update=fresh))


@tells("line", places.PlaceChanged)
async def _line_changed(_: Transaction, told_fact: Told) -> ToldFact:
    return LineChangedTold(**head(told_fact), **told_fact.fact.model_dump(exclude={"booth"}))


def ringing_told(call: Call) -> RingingTold:
    return RingingTold(
        call=call.id,
        place=call.place_id,
        recruiter=call.recruiter_id,
        recruiter_name=call.recruiter.name,
        deadline=call.deadline,
    )


@tells("line", calls.CallRang)
async def _line_rang(tx: Transaction, told_fact: Told) -> ToldFact:
    fact = told_fact.fact
    assert isinstance(fact, calls.CallRang)  # noqa: S101
    return LineRangTold(**head(told_fact), ringing=ringing_told(await tx.session.get_one(Call, fact.call)))


@tells("line", calls.CallSettled)
async def _line_settled(_: Transaction, told_fact: Told) -> ToldFact:
    return LineSettledTold(**head(told_fact), **told_fact.fact.model_dump(include={"call", "place", "state"}))


@tells("line", meetings.MeetingOpened)
async def _line_talking(_: Transaction, told_fact: Told) -> ToldFact:
    return LineTalkingTold(**head(told_fact), **told_fact.fact.model_dump(exclude={"booth"}))


@tells("line", meetings.MeetingEnded)
async def _line_talked(_: Transaction, told_fact: Told) -> ToldFact:
    return LineTalkedTold(**head(told_fact), **told_fact.fact.model_dump(exclude={"booth"}))
