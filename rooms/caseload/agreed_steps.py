"""Steps that a counsellor and a person agree on; both sign."""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, case, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.clock import LAST_ZONE
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.people.people import Person


class AgreedStep(Base):
    """Something that was agreed. It stands once both have signed it."""

    __tablename__ = "agreed_step"
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


async def propose(tx: Transaction, by: Person, person_id: uuid.UUID, text: str, due_on: date | None) -> AgreedStep:
    """Write a step down; whoever proposes it has signed it."""
    text = clean_text(text, "step", 300, required=True)
    if due_on and due_on < (tx.now - LAST_ZONE).date():
        raise Invalid("due_on.past", N_("This day is over already. Please choose one that lies ahead."), field="due_on")
    row = AgreedStep(id=new_id(), person_id=person_id, text=text, due_on=due_on, made_at=tx.now)
    tx.session.add(row)
    sign(tx, row, by.id)
    if (await tx.session.get_one(Person, person_id)).email is None:
        # Agreed by word of mouth: they cannot sign here.
        row.person_signed_at = tx.now
    await tx.session.flush()
    return row


def sign(tx: Transaction, step: AgreedStep, by_id: uuid.UUID) -> None:
    """Agree to the step. Whoever is not its person signs as the counsellor."""
    if by_id == step.person_id:
        step.person_signed_at = step.person_signed_at or tx.now
    else:
        step.counsellor_signed_at = step.counsellor_signed_at or tx.now


def finish(tx: Transaction, step: AgreedStep) -> None:
    if not step.is_agreed:
        raise Conflict("step.not_agreed", N_("Both agree to it first."))
    step.done_at = step.done_at or tx.now


async def step(tx: Transaction, step_id: uuid.UUID) -> AgreedStep:
    row = await tx.session.get(AgreedStep, step_id, with_for_update=True)
    if row is None:
        raise NotFound("step")
    return row


async def counts_of(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int, int]]:
    """(done, open, and of these due) of the steps of each of `people`: one query for any number of them."""
    is_open = AgreedStep.done_at.is_(None)
    query = select(
        AgreedStep.person_id,
        func.count(AgreedStep.done_at),
        func.count(case((is_open, 1))),
        func.count(case((is_open & (AgreedStep.due_on < tx.now.date()), 1))),
    ).where(AgreedStep.person_id.in_(people))
    rows = await tx.session.execute(query.group_by(AgreedStep.person_id))
    return {person: (done, still_open, due) for person, done, still_open, due in rows}


async def of_people(tx: Transaction, people: Collection[uuid.UUID]) -> dict[uuid.UUID, list[AgreedStep]]:
    """The steps of each of `people`, the open ones first: one query for any number of people."""
    query = (
        select(AgreedStep)
        .where(AgreedStep.person_id.in_(people))
        .order_by(AgreedStep.done_at.is_not(None), AgreedStep.id)
    )
    found: dict[uuid.UUID, list[AgreedStep]] = {person: [] for person in people}
    for row in (await tx.session.execute(query)).scalars():
        found[row.person_id].append(row)
    return found
