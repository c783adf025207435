"""What the two people of an appointment are told of it."""

from datetime import datetime
from uuid import UUID

from rooms import access
from rooms.appointments import delays, evidence, papers, room
from rooms.appointments.appointment import Appointment, AppointmentChanged, AppointmentLeft, AppointmentState
from rooms.appointments.evidence import What
from rooms.caseload import caseload
from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.people.documents import Document
from rooms.people.people import Person
from signaling.contract import Ack, Payload, StreamEvent, client_event, server_event
from signaling.entrances import may_end_rights
from signaling.hub import Context
from signaling.projections import as_it_is, head, projection


class AppointmentView(Payload):
    """An appointment of yours, reserved or booked. Its page tells the rest."""

    appointment_id: UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


def appointment_view(row: Appointment) -> AppointmentView:
    return AppointmentView(
        appointment_id=row.id, state=row.state, begins_at=row.begins_at, ends_at=row.ends_at, sequence=row.sequence
    )


@server_event("appointment:changed")
class AppointmentChangedEvent(StreamEvent):
    """An appointment of yours was reserved, booked, moved, cancelled or recorded."""

    appointment_id: UUID
    state: AppointmentState
    begins_at: datetime
    ends_at: datetime
    sequence: int


as_it_is("person", AppointmentChanged, AppointmentChangedEvent)


@server_event("appointment:left")
class AppointmentLeftEvent(StreamEvent):
    """You take no part in this appointment any more."""

    appointment_id: UUID


@projection("person", AppointmentLeft)
async def _left(_: Transaction, published: PublishedEvent) -> StreamEvent:
    return AppointmentLeftEvent(**head(published), **published.event.model_dump(include={"appointment_id"}))


def _who_left(published: PublishedEvent) -> tuple[UUID, ...]:
    event = published.event
    assert isinstance(event, AppointmentLeft)  # noqa: S101
    return (event.person_id,)


may_end_rights(AppointmentLeft, _who_left)


@server_event("appointment:room_opened")
class RoomOpenedEvent(StreamEvent):
    """The room of an appointment is there."""

    appointment_id: UUID
    meeting_id: UUID


@server_event("appointment:entered")
class EnteredEvent(StreamEvent):
    """Somebody has come to the waiting room of an appointment."""

    appointment_id: UUID
    person_id: UUID


for _area in ("person", "meeting"):
    as_it_is(_area, room.RoomOpened, RoomOpenedEvent)
as_it_is("person", room.RoomEntered, EnteredEvent)


@server_event("appointment:delayed")
class DelayedEvent(StreamEvent):
    """When an appointment of yours is expected to begin, because the talk before it runs over; None: on time again."""

    appointment_id: UUID
    expected_at: datetime | None


as_it_is("person", delays.AppointmentDelayed, DelayedEvent)


@server_event("caseload:changed")
class CounsellorChangedEvent(StreamEvent):
    """You, or somebody you follow or followed, is followed by another counsellor from now on, or by nobody."""

    person_id: UUID
    counsellor_id: UUID | None
    former_id: UUID | None


as_it_is("person", caseload.CounsellorChanged, CounsellorChangedEvent)


def _no_longer_followed(published: PublishedEvent) -> tuple[UUID | None, ...]:
    event = published.event
    assert isinstance(event, caseload.CounsellorChanged)  # noqa: S101
    return event.person_id, event.former_id


may_end_rights(caseload.CounsellorChanged, _no_longer_followed)


@server_event("appointment:document")
class DocumentEvent(StreamEvent):
    """A document was passed in an appointment."""

    appointment_id: UUID
    document_id: UUID
    name: str
    giver_id: UUID
    giver_name: str


@projection("person", papers.DocumentPassed)
async def _passed(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, papers.DocumentPassed)  # noqa: S101
    row = await tx.session.get_one(Document, event.document_id)
    giver = await tx.session.get_one(Person, event.giver_id)
    return DocumentEvent(**head(published), **event.model_dump(), name=row.name, giver_name=giver.name)


@server_event("appointment:document_withdrawn")
class DocumentWithdrawnEvent(StreamEvent):
    """Whoever passed a document in an appointment has taken it back."""

    appointment_id: UUID
    document_id: UUID


as_it_is("person", papers.PaperWithdrawn, DocumentWithdrawnEvent)


class Report(Payload):
    """What this browser saw: kept as evidence for both."""

    meeting_id: UUID
    what: What
    detail: str = ""


@client_event("meeting:report", Report, per_minute=60)
async def report(context: Context, payload: Report) -> Ack:
    """Keep what the connection or the devices did, in the room of an appointment."""
    async with context.transaction() as (tx, actor):
        meeting = await access.meeting(tx, actor, payload.meeting_id, access.Act.MEETING_REPORT)
        if appointment := await room.appointment_of(tx, meeting):
            await evidence.note(tx, appointment, actor.known.id, payload.what, payload.detail)
    return Ack()
