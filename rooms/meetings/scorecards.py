"""What an employer looks at in every candidate alike, and the marks that those who talked give for it, in five steps.

Candidates never see them, and may ask for them (GDPR 15). Nothing is decided or ordered by marks.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import N_, Invalid
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import Meeting
from rooms.people.people import Person

MOST = 5
LONGEST = 60
STEPS = range(1, 6)


class Criterion(Base):
    """Of one vacancy, or of all those of the employer that have none of their own. One that was given up stays with
    its marks."""

    __tablename__ = "criterion"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    employer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employer.id"), index=True)
    vacancy_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("vacancy.id"), index=True)
    name: Mapped[str]
    position: Mapped[int]
    withdrawn_at: Mapped[datetime | None]


class Mark(Base):
    """Owner: the recruiter who gave it. Goes with the meeting."""

    __tablename__ = "mark"
    __table_args__ = (CheckConstraint("step BETWEEN 1 AND 5", name="ck_mark_step"),)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    criterion_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("criterion.id"), primary_key=True, index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    step: Mapped[int]
    given_at: Mapped[datetime]
    criterion: Mapped[Criterion] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


def parse(typed: str) -> list[str]:
    """The criteria that were typed, one a line; each once, whatever its capitals."""
    names = [clean_text(one_line(line), "criteria", LONGEST) for line in typed.splitlines()]
    found = list({name.casefold(): name for name in names if name}.values())
    if len(found) > MOST:
        raise Invalid("criteria.too_many", N_("At most %(most)s criteria."), field="criteria", most=MOST)
    return found


async def of_employer(tx: Transaction, employer_id: uuid.UUID) -> dict[uuid.UUID | None, list[Criterion]]:
    """Those that stand, by vacancy; under None those of all others."""
    found: dict[uuid.UUID | None, list[Criterion]] = {None: []}
    query = select(Criterion).where(Criterion.employer_id == employer_id, Criterion.withdrawn_at.is_(None))
    for row in (await tx.session.execute(query.order_by(Criterion.position))).scalars():
        found.setdefault(row.vacancy_id, []).append(row)
    return found


async def choose(tx: Transaction, employer_id: uuid.UUID, vacancy_id: uuid.UUID | None, names: Sequence[str]) -> None:
    """From now on these are looked at. One of the same name is the same one; a caller locks what they belong to."""
    standing = {row.name.casefold(): row for row in (await of_employer(tx, employer_id)).get(vacancy_id, [])}
    for position, name in enumerate(names):
        row = standing.pop(name.casefold(), None)
        if row is None:
            row = Criterion(id=new_id(), employer_id=employer_id, vacancy_id=vacancy_id)
            tx.session.add(row)
        row.name, row.position = name, position
    for row in standing.values():
        row.withdrawn_at = tx.now


async def mark(
    tx: Transaction,
    meeting: Meeting,
    by: Person,
    criteria: Collection[Criterion],
    steps: Mapping[uuid.UUID, int | None],
) -> None:
    """Give marks for some of these criteria, or take one's own back (None); a caller locks the follow-up."""
    for criterion in criteria:
        if criterion.id not in steps:
            continue
        step = steps[criterion.id]
        if step is not None and step not in STEPS:
            raise Invalid("mark.step", N_("Please choose one of the five steps."), field=f"mark-{criterion.id}")
        row = await tx.session.get(Mark, (meeting.id, criterion.id, by.id))
        if step is None:
            if row:
                await tx.session.delete(row)
        elif row is None:
            tx.session.add(
                Mark(meeting_id=meeting.id, criterion_id=criterion.id, person_id=by.id, step=step, given_at=tx.now)
            )
        elif row.step != step:
            row.step, row.given_at = step, tx.now


async def marks_of(tx: Transaction, meetings: Collection[uuid.UUID]) -> Sequence[Mark]:
    """All that were given in these talks, in the order in which they were, with one query for any number of talks."""
    query = select(Mark).where(tx.among(Mark.meeting_id, meetings)).order_by(Mark.given_at, Mark.person_id)
    return (await tx.session.execute(query)).scalars().all()


async def go_on(tx: Transaction, held: Collection[uuid.UUID], meeting_id: uuid.UUID) -> None:
    """They stand at the talk that goes on from these: the one that was given last, where there are two."""
    last = {(row.criterion_id, row.person_id): row for row in await marks_of(tx, held)}
    for row in last.values():
        values = {
            "meeting_id": meeting_id, "criterion_id": row.criterion_id, "person_id": row.person_id,
            "step": row.step, "given_at": row.given_at,
        }  # fmt: skip
        await tx.insert_once(Mark, values)


async def hand_on(tx: Transaction, gone_id: uuid.UUID, kept_id: uuid.UUID, *, keeps: bool) -> None:
    """Two employers have become one: what both look at in every candidate is what the first does. Where the second
    `keeps` booths of its own, it keeps what it looks at there."""
    theirs = Criterion.employer_id == gone_id
    if keeps:
        theirs &= Criterion.vacancy_id.is_not(None)
    elif (await of_employer(tx, kept_id))[None]:
        general = theirs & Criterion.vacancy_id.is_(None) & Criterion.withdrawn_at.is_(None)
        await tx.session.execute(update(Criterion).where(general).values(withdrawn_at=tx.now))
    await tx.session.execute(update(Criterion).where(theirs).values(employer_id=kept_id))
