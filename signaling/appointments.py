"""What the two people of an appointment are told of it."""

from datetime import datetime
from uuid import UUID

from rooms import access
from rooms.appointments import delays, evidence, papers, room
from rooms.appointments.appointment import Appointment, AppointmentChanged, AppointmentState
from rooms.appointments.evidence import What
from rooms.caseload import caseload
from rooms.core.events import Told
from rooms.core.transaction import Transaction
from rooms.people.documents import Document
from rooms.people.people import Person
from signaling.contract import Ack, Payload, ToldFact, client_event, told
from signaling.entrances import may_end_rights
from signaling.hub import Context
from signaling.telling import as_it_is, head, tells


class AppointmentTold(Payload):
    """An appointment of yours, held or booked. Its page tells the rest."""

    appointment: UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


def appointment_told(row: Appointment) -> AppointmentTold:
    return AppointmentTold(
        appointment=row.id, state=row.state, begins_at=row.begins_at, ends_at=row.ends_at, sequence=row.sequence
    )


@told("appointment:changed")
class AppointmentChangedTold(ToldFact):
    """An appointment of yours was held, booked, moved, cancelled or recorded."""

    appointment: UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


as_it_is("person", AppointmentChanged, AppointmentChangedTold)


def _without_appointment(told_fact: Told) -> tuple[UUID, ...]:
    """Whoever leaves an appointment is told that it is gone."""
    fact = told_fact.fact
    assert isinstance(fact, AppointmentChanged)  # noqa: S101
    return (UUID(told_fact.stream.partition(":")[2]),) if fact.state is AppointmentState.CANCELLED else ()


may_end_rights(AppointmentChanged, _without_appointment)


@told("appointment:room_opened")
class RoomOpenedTold(ToldFact):
    """The room of an appointment is there."""

    appointment: UUID
    meeting: UUID


@told("appointment:entered")
class EnteredTold(ToldFact):
    """Somebody has come to the waiting room of an appointment."""

    appointment: UUID
    person: UUID


for _area in ("person", "meeting"):
    as_it_is(_area, room.RoomOpened, RoomOpenedTold)
as_it_is("person", room.RoomEntered, EnteredTold)


@told("appointment:delayed")
class DelayedTold(ToldFact):
    """When an appointment of yours is expected to begin, because the talk before it runs over; None: on time again."""

    appointment: UUID
    expected_at: datetime | None


as_it_is("person", delays.AppointmentDelayed, DelayedTold)


@told("following:changed")
class FollowingTold(ToldFact):
    """You, or somebody you follow or followed, is followed by another counsellor from now on, or by nobody."""

    person: UUID
    counsellor: UUID | None
    before: UUID | None


as_it_is("person", caseload.FollowingChanged, FollowingTold)


def _no_longer_followed(told_fact: Told) -> tuple[UUID | None, ...]:
    fact = told_fact.fact
    assert isinstance(fact, caseload.FollowingChanged)  # noqa: S101
    return fact.person, fact.before


may_end_rights(caseload.FollowingChanged, _no_longer_followed)


@told("appointment:document")
class DocumentTold(ToldFact):
    """A document was passed in an appointment."""

    appointment: UUID
    document: UUID
    name: str
    giver: UUID
    giver_name: str


@tells("person", papers.DocumentPassed)
async def _passed(tx: Transaction, told_fact: Told) -> ToldFact:
    fact = told_fact.fact
    assert isinstance(fact, papers.DocumentPassed)  # noqa: S101
    row = await tx.session.get_one(Document, fact.document)
    giver = await tx.session.get_one(Person, fact.giver)
    return DocumentTold(**head(told_fact), **fact.model_dump(), name=row.name, giver_name=giver.name)


@told("appointment:document_withdrawn")
class DocumentWithdrawnTold(ToldFact):
    """Whoever passed a document in an appointment has taken it back."""

    appointment: UUID
    document: UUID


as_it_is("person", papers.PaperWithdrawn, DocumentWithdrawnTold)


class Report(Payload):
    """What this browser saw: kept as evidence for both."""

    meeting: UUID
    what: What
    detail: str = ""


@client_event("meeting:report", Report, per_minute=60)
async def report(context: Context, payload: Report) -> Ack:
    """Keep what the connection or the devices did, in the room of an appointment."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting, access.Act.MEETING_REPORT)
        if appointment := await room.appointment_of(tx, meeting):
            await evidence.note(tx, appointment, actor.known.id, payload.what, payload.detail)
    return Ack()
