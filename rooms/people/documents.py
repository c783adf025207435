"""Documents of people and booths, who may read them, and the record of who did."""

import uuid
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.events import DomainEvent, person_stream
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.people.people import Person

MOST_READERS = 200
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
    registration_question_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("registration_question.id"), index=True
    )
    """Given by `person_id` as an answer to it, to those who run `fair_id`."""
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
    reader_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    read_at: Mapped[datetime]


class CvChanged(DomainEvent):
    """The person shows this CV from now on, or none."""

    kind: ClassVar[str] = "person.cv_changed"
    person_id: uuid.UUID
    document_id: uuid.UUID | None


class DocumentWithdrawn(DomainEvent):
    document_id: uuid.UUID


async def add_cv(tx: Transaction, person: Person, checked: Checked, document_id: uuid.UUID) -> list[uuid.UUID]:
    """The person's CV from now on, its content kept already under `name`. Returns what may be forgotten now."""
    before = (await cvs_of(tx, {person.id})).get(person.id)
    if before:
        before.withdrawn_at = tx.now
        await tx.session.flush()
    tx.session.add(document(tx, DocumentKind.CV, checked, document_id, person_id=person.id))
    await _publish(tx, person.id, document_id)
    return [before.id] if before else []


async def withdraw_cv(tx: Transaction, person: Person) -> list[uuid.UUID]:
    """Nobody can read it from now on; the content itself may be forgotten once this has committed."""
    row = (await cvs_of(tx, {person.id})).get(person.id)
    if row is None:
        return []
    row.withdrawn_at = tx.now
    await _publish(tx, person.id, None)
    return [row.id]


async def _publish(tx: Transaction, person_id: uuid.UUID, document_id: uuid.UUID | None) -> None:
    await tx.happened(CvChanged(person_id=person_id, document_id=document_id), person_stream(person_id))


def document(
    tx: Transaction,
    kind: DocumentKind,
    checked: Checked,
    document_id: uuid.UUID,
    *,
    person_id: uuid.UUID | None = None,
    booth_id: uuid.UUID | None = None,
    fair_id: uuid.UUID | None = None,
) -> Document:
    row = Document(id=document_id, kind=kind, person_id=person_id, booth_id=booth_id, fair_id=fair_id)
    row.name, row.made_at = checked.name, tx.now
    row.media_type, row.size = checked.media_type, len(checked.content)
    return row


async def withdraw(tx: Transaction, document: Document) -> list[uuid.UUID]:
    """Nobody reads it from now on; returns what may be forgotten."""
    document.withdrawn_at = document.withdrawn_at or tx.now
    await tx.happened(DocumentWithdrawn(document_id=document.id))
    return [document.id]


async def cvs_of(tx: Transaction, people: set[uuid.UUID]) -> dict[uuid.UUID, Document]:
    """The CV each of `people` shows: one query for any number of them."""
    query = select(Document).where(
        Document.person_id.in_(people), Document.kind == DocumentKind.CV, Document.withdrawn_at.is_(None)
    )
    rows = (await tx.session.execute(query)).scalars()
    return {row.person_id: row for row in rows if row.person_id is not None}


async def record_reading(tx: Transaction, document: Document, reader: Person) -> None:
    tx.session.add(Reading(id=new_id(), document_id=document.id, reader_id=reader.id, read_at=tx.now))


async def readings_of(tx: Transaction, person_id: uuid.UUID) -> list[tuple[datetime, Person]]:
    """Who read the person's CVs, each once, and when last; the latest first. Nobody pushes another off the list."""
    latest = func.max(Reading.read_at)
    readers = (
        select(Reading.reader_id, latest.label("read_at"))
        .join(Document, Document.id == Reading.document_id)
        .where(Document.person_id == person_id, Document.appointment_id.is_(None))
        .group_by(Reading.reader_id)
        .subquery()
    )
    query = select(readers.c.read_at, Person).join(Person, Person.id == readers.c.reader_id)
    rows = await tx.session.execute(query.order_by(readers.c.read_at.desc()).limit(MOST_READERS))
    return [(read_at, reader) for read_at, reader in rows.all()]
