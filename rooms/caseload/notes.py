"""What a counsellor and a person work on together: notes of three sorts, and agreed steps that both sign."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import N_, Invalid
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.organisations import referents
from rooms.organisations.agencies import Team, TeamMember
from rooms.people.people import Person


class NoteKind(StrEnum):
    """Who reads a note: its author, the author's team, or the person it is about as well."""

    PRIVATE = "private"
    TEAM = "team"
    SHARED = "shared"


class Note(Base):
    """Purpose: counselling. Kept 2 years after the last contact; a shared one is the person's to read."""

    __tablename__ = "note"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[NoteKind]
    text: Mapped[str]
    made_at: Mapped[datetime]
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[author_id])


async def write_note(tx: Transaction, author: Person, person_id: uuid.UUID, kind: str, text: str) -> Note:
    if kind not in list(NoteKind):
        raise Invalid("note_kind.unknown", N_("Please choose who may read it."), field="note_kind")
    text = clean_text(text, "note", 4000, required=True)
    row = Note(id=new_id(), person_id=person_id, author_id=author.id, kind=NoteKind(kind), text=text, made_at=tx.now)
    tx.session.add(row)
    await tx.session.flush()
    return row


async def notes_for_counsellor(tx: Transaction, reader_id: uuid.UUID, person_id: uuid.UUID) -> list[Note]:
    """Their own notes, their team's, and what is shared; the latest first. Whoever follows somebody reads what every
    team of the agency has written: it goes with the person."""
    mine = select(TeamMember.team_id).where(TeamMember.person_id == reader_id)
    if await referents.referent_of(tx, person_id) == reader_id:
        mine = select(Team.id).where(Team.agency_id.in_(select(Team.agency_id).where(Team.id.in_(mine))))
    colleagues = select(TeamMember.person_id).where(TeamMember.team_id.in_(mine))
    query = select(Note).where(
        Note.person_id == person_id,
        or_(
            Note.author_id == reader_id,
            Note.kind == NoteKind.SHARED,
            (Note.kind == NoteKind.TEAM) & Note.author_id.in_(colleagues),
        ),
    )
    return list((await tx.session.execute(query.order_by(Note.id.desc()))).scalars())


async def notes_for_person(tx: Transaction, person_id: uuid.UUID) -> list[Note]:
    """What is shared with the person."""
    query = select(Note).where(Note.person_id == person_id, Note.kind == NoteKind.SHARED).order_by(Note.id.desc())
    return list((await tx.session.execute(query)).scalars())
