"""Documents that the people of an appointment pass to each other."""

import uuid
from typing import ClassVar

from sqlalchemy import select

from rooms.appointments.appointment import TAKES_PLACE, Appointment
from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, reacts_to
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.people.documents import Document, DocumentWithdrawn, document
from rooms.people.people import Person

MOST_OF_AN_APPOINTMENT = 20


class PaperWithdrawn(DomainEvent):
    """Whoever passed a document in an appointment has taken it back."""

    kind: ClassVar[str] = "appointment.document_withdrawn"
    appointment_id: uuid.UUID
    document_id: uuid.UUID


class DocumentPassed(DomainEvent):
    """One of the two people of an appointment has passed a document to the other."""

    kind: ClassVar[str] = "appointment.document"
    appointment_id: uuid.UUID
    document_id: uuid.UUID
    giver_id: uuid.UUID


async def pass_on(
    tx: Transaction, appointment: Appointment, giver: Person, checked: Checked, document_id: uuid.UUID
) -> list[uuid.UUID]:
    """Pass a document to the others of an appointment; each of them reads it until it is withdrawn."""
    if appointment.state not in TAKES_PLACE:
        raise Conflict("document.no_appointment", N_("Documents are passed once the appointment is booked."))
    if len(await of_appointment(tx, appointment.id)) >= MOST_OF_AN_APPOINTMENT:
        raise Conflict("document.too_many", N_("Twenty documents are the most. Remove one first."))
    row = document(tx, DocumentKind.PAPER, checked, document_id, person_id=giver.id)
    row.appointment_id = appointment.id
    tx.session.add(row)
    event = DocumentPassed(appointment_id=appointment.id, document_id=document_id, giver_id=giver.id)
    tx.record(event, *appointment.streams)
    return []


@reacts_to(DocumentWithdrawn)
async def _tell_of_withdrawn(tx: Transaction, event: DocumentWithdrawn) -> None:
    row = await tx.session.get_one(Document, event.document_id)
    if row.appointment_id:
        appointment = await tx.session.get_one(Appointment, row.appointment_id)
        withdrawn = PaperWithdrawn(appointment_id=appointment.id, document_id=row.id)
        tx.record(withdrawn, *appointment.streams)


async def of_appointment(tx: Transaction, appointment_id: uuid.UUID) -> list[Document]:
    query = select(Document).where(Document.appointment_id == appointment_id, Document.withdrawn_at.is_(None))
    return list((await tx.session.execute(query.order_by(Document.id))).scalars())
