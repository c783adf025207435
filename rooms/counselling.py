"""What a counsellor and a person work on together: notes of three sorts, and agreed steps that both sign."""

import uuid
from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, case, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms import referents
from rooms.agencies import Team, TeamMember
from rooms.clock import LAST_ZONE
from rooms.errors import N_, Conflict, Invalid, NotFound
from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.transaction import Transaction


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
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[NoteKind]
    text: Mapped[str]
    made_at: Mapped[datetime]
    author: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[author_id])


class Step(Base):
    """Something that was agreed. It stands once both have signed it."""

    __tablename__ = "step"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str]
    due_on: Mapped[date | None]
    made_at: Mapped[datetime]
    person_signed_at: Mapped[datetime | None]
    counsellor_signed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    @property
    def is_agreed(self) -> bool:
        return self.person_signed_at is not None and self.counsellor_signed_at is not None


async def write_note(tx: Transaction, author: Person, person: uuid.UUID, kind: str, text: str) -> Note:
    if kind not in list(NoteKind):
        raise Invalid("note_kind.unknown", N_("Please choose who may read it."), field="note_kind")
    text = clean_text(text, "note", 4000, required=True)
    row = Note(id=new_id(), person_id=person, author_id=author.id, kind=NoteKind(kind), text=text, made_at=tx.now)
    tx.session.add(row)
    await tx.session.flush()
    return row


async def notes_for_counsellor(tx: Transaction, reader: uuid.UUID, person: uuid.UUID) -> list[Note]:
    """Their own notes, their team's, and what is shared; the latest first. Whoever follows somebody reads what every
    team of the agency has written: it goes with the person."""
    mine = select(TeamMember.team_id).where(TeamMember.person_id == reader)
    if await referents.referent_of(tx, person) == reader:
        mine = select(Team.id).where(Team.agency_id.in_(select(Team.agency_id).where(Team.id.in_(mine))))
    colleagues = select(TeamMember.person_id).where(TeamMember.team_id.in_(mine))
    query = select(Note).where(
        Note.person_id == person,
        or_(
            Note.author_id == reader,
            Note.kind == NoteKind.SHARED,
            (Note.kind == NoteKind.TEAM) & Note.author_id.in_(colleagues),
        ),
    )
    return list((await tx.session.execute(query.order_by(Note.id.desc()))).scalars())


async def notes_for_person(tx: Transaction, person: uuid.UUID) -> list[Note]:
    """What is shared with the person."""
    query = select(Note).where(Note.person_id == person, Note.kind == NoteKind.SHARED).order_by(Note.id.desc())
    return list((await tx.session.execute(query)).scalars())


async def propose_step(tx: Transaction, by: Person, person: uuid.UUID, text: str, due_on: date | None) -> Step:
    """Write a step down; whoever proposes it has signed it."""
    text = clean_text(text, "step", 300, required=True)
    if due_on and due_on < (tx.now - LAST_ZONE).date():
        raise Invalid("due_on.past", N_("This day is over already. Please choose one that lies ahead."), field="due_on")
    row = Step(id=new_id(), person_id=person, text=text, due_on=due_on, made_at=tx.now)
    tx.session.add(row)
    sign(tx, row, by.id)
    if (await tx.session.get_one(Person, person)).email is None:
        # Agreed by word of mouth: they cannot sign here.
        row.person_signed_at = tx.now
    await tx.session.flush()
    return row


def sign(tx: Transaction, step: Step, by: uuid.UUID) -> None:
    """Agree to the step. Whoever is not its person signs as the counsellor."""
    if by == step.person_id:
        step.person_signed_at = step.person_signed_at or tx.now
    else:
        step.counsellor_signed_at = step.counsellor_signed_at or tx.now


def finish(tx: Transaction, step: Step) -> None:
    if not step.is_agreed:
        raise Conflict("step.not_agreed", N_("Both agree to it first."))
    step.done_at = step.done_at or tx.now


async def step(tx: Transaction, step: uuid.UUID) -> Step:
    row = await tx.session.get(Step, step, with_for_update=True)
    if row is None:
        raise NotFound("step")
    return row


async def counts_of(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int, int]]:
    """(done, open, and of these due) of the steps of each of `people`: one query for any number of them."""
    is_open = Step.done_at.is_(None)
    query = select(
        Step.person_id,
        func.count(Step.done_at),
        func.count(case((is_open, 1))),
        func.count(case((is_open & (Step.due_on < tx.now.date()), 1))),
    ).where(Step.person_id.in_(people))
    rows = await tx.session.execute(query.group_by(Step.person_id))
    return {person: (done, still_open, due) for person, done, still_open, due in rows}


async def steps_of(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Step]]:
    """The steps of each of `people`, the open ones first: one query for any number of people."""
    query = select(Step).where(Step.person_id.in_(people)).order_by(Step.done_at.is_not(None), Step.id)
    found: dict[uuid.UUID, list[Step]] = {person: [] for person in people}
    for row in (await tx.session.execute(query)).scalars():
        found[row.person_id].append(row)
    return found
