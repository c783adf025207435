"""Documents of people and booths, who may read them, and the record of who did."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column

from rooms.agencies import Reason
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.booths import Booth
from rooms.errors import N_, Conflict
from rooms.facts import Fact, line_stream, person_stream
from rooms.fairs import FairDay
from rooms.lines import places
from rooms.lines.places import Place
from rooms.model import Base, new_id
from rooms.people import Person
from rooms.transaction import Transaction
from rooms.uploads import Checked, DocumentKind

READABLE_AFTER_FAIR = timedelta(days=30)
MOST_OF_A_BOOTH = 8
MOST_OF_AN_APPOINTMENT = 20
TAKES_PLACE = (AppointmentState.BOOKED, AppointmentState.OVER)
_STANDS = text("withdrawn_at IS NULL AND kind = 'cv'")


class Document(Base):
    """Owner: the person or the booth. A CV is kept until 2 years after the last contact, or until it is withdrawn."""

    __tablename__ = "document"
    __table_args__ = (
        Index("ux_document_one_cv", "person_id", unique=True, postgresql_where=_STANDS, sqlite_where=_STANDS),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[DocumentKind]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    fair_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("fair.id"), index=True)
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    """Passed from one of its two people, `person_id`, to the other."""
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Reading(Base):
    """Somebody read a person's document. Purpose: show the person who did; kept 1 year."""

    __tablename__ = "reading"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"), index=True)
    reader_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime]


class CvChanged(Fact):
    """The person shows this CV from now on, or none."""

    kind: ClassVar[str] = "person.cv_changed"
    person: uuid.UUID
    document: uuid.UUID | None


class DocumentPassed(Fact):
    """One of the two people of an appointment has passed a document to the other."""

    kind: ClassVar[str] = "appointment.document"
    appointment: uuid.UUID
    document: uuid.UUID
    giver: uuid.UUID


class DocumentWithdrawn(Fact):
    """Whoever passed a document in an appointment has taken it back."""

    kind: ClassVar[str] = "appointment.document_withdrawn"
    appointment: uuid.UUID
    document: uuid.UUID


async def add_cv(tx: Transaction, person: Person, checked: Checked, name: uuid.UUID) -> list[uuid.UUID]:
    """The person's CV from now on, its content kept already under `name`. Returns what may be forgotten now."""
    before = (await cvs_of(tx, {person.id})).get(person.id)
    if before:
        before.withdrawn_at = tx.now
        await tx.session.flush()
    tx.session.add(_document(tx, DocumentKind.CV, checked, name, person=person.id))
    await _tell(tx, person.id, name)
    return [before.id] if before else []


async def withdraw_cv(tx: Transaction, person: Person) -> list[uuid.UUID]:
    """Nobody can read it from now on; the content itself may be forgotten once this has committed."""
    row = (await cvs_of(tx, {person.id})).get(person.id)
    if row is None:
        return []
    row.withdrawn_at = tx.now
    await _tell(tx, person.id, None)
    return [row.id]


async def _tell(tx: Transaction, person: uuid.UUID, document: uuid.UUID | None) -> None:
    lines = [line_stream(place.booth_id) for place in await places.of_person(tx, person)]
    tx.record(CvChanged(person=person, document=document), person_stream(person), *lines)


def _document(
    tx: Transaction,
    kind: DocumentKind,
    checked: Checked,
    name: uuid.UUID,
    *,
    person: uuid.UUID | None = None,
    booth: uuid.UUID | None = None,
    fair: uuid.UUID | None = None,
) -> Document:
    row = Document(id=name, kind=kind, person_id=person, booth_id=booth, fair_id=fair)
    row.name, row.made_at = checked.name, tx.now
    row.media_type, row.size = checked.media_type, len(checked.content)
    return row


async def add_to_booth(
    tx: Transaction, booth: Booth, kind: DocumentKind, checked: Checked, name: uuid.UUID
) -> list[uuid.UUID]:
    """A document, logo or video of a booth; a new logo or video takes the place of the one before."""
    standing = (await by_kind(tx, booth.id))[kind]
    if kind is DocumentKind.BOOTH and len(standing) >= MOST_OF_A_BOOTH:
        raise Conflict("document.too_many", N_("Eight documents are the most. Remove one first."))
    replaced = [] if kind is DocumentKind.BOOTH else standing
    for before in replaced:
        before.withdrawn_at = tx.now
    tx.session.add(_document(tx, kind, checked, name, booth=booth.id))
    return [row.id for row in replaced]


async def hang_banner(tx: Transaction, fair: uuid.UUID, checked: Checked, name: uuid.UUID) -> list[uuid.UUID]:
    """The fair's banner from now on; returns what may be forgotten."""
    stale = await take_banner_down(tx, fair)
    tx.session.add(_document(tx, DocumentKind.BANNER, checked, name, fair=fair))
    return stale


async def take_banner_down(tx: Transaction, fair: uuid.UUID) -> list[uuid.UUID]:
    row = (await banners_of(tx, [fair])).get(fair)
    return await withdraw(tx, row) if row else []


async def banners_of(tx: Transaction, fairs: list[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """The banner of each fair that has one: one query for any number of fairs."""
    query = select(Document).where(Document.fair_id.in_(fairs), Document.withdrawn_at.is_(None))
    return {row.fair_id: row for row in (await tx.session.execute(query)).scalars() if row.fair_id}


async def pass_on(
    tx: Transaction, appointment: Appointment, giver: Person, checked: Checked, name: uuid.UUID
) -> list[uuid.UUID]:
    """Pass a document to the others of an appointment; each of them reads it until it is withdrawn."""
    if appointment.state not in TAKES_PLACE:
        raise Conflict("document.no_appointment", N_("Documents are passed once the appointment is booked."))
    if len(await of_appointment(tx, appointment.id)) >= MOST_OF_AN_APPOINTMENT:
        raise Conflict("document.too_many", N_("Twenty documents are the most. Remove one first."))
    row = _document(tx, DocumentKind.PAPER, checked, name, person=giver.id)
    row.appointment_id = appointment.id
    tx.session.add(row)
    fact = DocumentPassed(appointment=appointment.id, document=name, giver=giver.id)
    tx.record(fact, *appointment.streams)
    return []


async def of_appointment(tx: Transaction, appointment: uuid.UUID) -> list[Document]:
    query = select(Document).where(Document.appointment_id == appointment, Document.withdrawn_at.is_(None))
    return list((await tx.session.execute(query.order_by(Document.id))).scalars())


async def withdraw(tx: Transaction, document: Document) -> list[uuid.UUID]:
    document.withdrawn_at = document.withdrawn_at or tx.now
    if document.appointment_id:
        appointment = await tx.session.get_one(Appointment, document.appointment_id)
        tx.record(DocumentWithdrawn(appointment=appointment.id, document=document.id), *appointment.streams)
    return [document.id]


async def cvs_of(tx: Transaction, people: set[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """The CV each of `people` shows: one query for any number of them."""
    query = select(Document).where(
        Document.person_id.in_(people), Document.kind == DocumentKind.CV, Document.withdrawn_at.is_(None)
    )
    rows = (await tx.session.execute(query)).scalars()
    return {row.person_id: row for row in rows if row.person_id is not None}


async def of_booth(tx: Transaction, booth: uuid.UUID) -> list[Document]:
    query = select(Document).where(Document.booth_id == booth, Document.withdrawn_at.is_(None)).order_by(Document.id)
    return list((await tx.session.execute(query)).scalars())


async def by_kind(tx: Transaction, booth: uuid.UUID) -> dict[DocumentKind, list[Document]]:
    found: dict[DocumentKind, list[Document]] = {kind: [] for kind in DocumentKind}
    for row in await of_booth(tx, booth):
        found[row.kind].append(row)
    return found


async def logos_of(tx: Transaction, booths: set[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The logo of each booth that has one: one query for any number of them."""
    query = select(Document.booth_id, Document.id).where(
        Document.booth_id.in_(booths), Document.kind == DocumentKind.LOGO, Document.withdrawn_at.is_(None)
    )
    return {booth: logo for booth, logo in (await tx.session.execute(query)).all() if booth is not None}


async def booths_that_may_read(tx: Transaction, person: uuid.UUID) -> list[Booth]:
    """The booths whose line the person joined or where they booked an interview, until 30 days after the fair."""
    lately = select(FairDay.fair_id).where(FairDay.closes_at > tx.now - READABLE_AFTER_FAIR)
    joined = select(Place.booth_id).where(Place.person_id == person)
    booked = (
        select(Reason.booth_id)
        .join(Appointment, Appointment.reason_id == Reason.id)
        .where(Appointment.candidate_id == person, Appointment.state.in_(TAKES_PLACE), Reason.booth_id.is_not(None))
    )
    query = select(Booth).where(or_(Booth.id.in_(joined), Booth.id.in_(booked)), Booth.fair_id.in_(lately))
    return list((await tx.session.execute(query)).scalars())


async def record_reading(tx: Transaction, document: Document, reader: Person) -> None:
    tx.session.add(Reading(id=new_id(), document_id=document.id, reader_id=reader.id, read_at=tx.now))


async def readings_of(tx: Transaction, person: uuid.UUID) -> list[tuple[datetime, Person]]:
    """Who read the person's CVs and when, the latest first."""
    query = (
        select(Reading.read_at, Person)
        .join(Document, Document.id == Reading.document_id)
        .join(Person, Person.id == Reading.reader_id)
        .where(Document.person_id == person, Document.appointment_id.is_(None))
        .order_by(Reading.id.desc())
        .limit(50)
    )
    return [(read_at, reader) for read_at, reader in (await tx.session.execute(query)).all()]
