"""A booth writes first to a candidate who may be found: once to each, with words that they may ignore."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, sanctions
from rooms.fairs.attendees import UNSEEN, Attendee
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.people import mail_refusals
from rooms.people.people import Person

NAME, TEMPLATE = "{name}", "approach"
MOST_OF_BOOTH = 200
MOST_TO_ONE, WITHIN = 10, timedelta(days=1)
"""Whoever may be found is not buried under letters: so many booths a day write to them."""


class Approach(Base):
    """Owner of the data: the candidate. Purpose: that they learn of a booth. Goes with the booth."""

    __tablename__ = "approach"
    __table_args__ = (UniqueConstraint("booth_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    booth_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("booth.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    made_at: Mapped[datetime]
    booth: Mapped[Booth] = relationship(lazy="joined", innerjoin=True)


async def let_find(tx: Transaction, fair: Fair, person: Person, *, may: bool) -> None:
    """Whether recruiters of this fair may find the person by what they look for. Only whoever takes part can agree."""
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id
    takes_part = Attendee.registered_at.is_not(None) | Attendee.came_at.is_not(None)
    found_since = func.coalesce(Attendee.findable_since, tx.now) if may else None
    changed = update(Attendee).where(*mine, takes_part).values(findable_since=found_since).returning(Attendee.id)
    if (await tx.session.execute(changed, execution_options=UNSEEN)).first() is None:
        raise attendees.register_first()


async def findable(tx: Transaction, fair: Fair, among: Collection[uuid.UUID] | None = None) -> Sequence[Person]:
    """Whoever has agreed to be found, is not excluded and takes such letters, by name; of these people, if some are
    named. Nobody once the fair is over."""
    if not fair.lies_ahead:
        return []
    query = select(Person).join(Attendee, Attendee.person_id == Person.id)
    query = query.where(Attendee.fair_id == fair.id, Attendee.findable_since.is_not(None), Person.email.is_not(None))
    query = query.where(Attendee.cancelled_at.is_(None), Attendee.declined_at.is_(None))
    if among is not None:
        query = query.where(tx.among(Person.id, among))
    rows = (await tx.session.execute(query.order_by(Attendee.sort_name, Person.id))).scalars().all()
    out = await sanctions.excluded(tx, fair.id, {row.id for row in rows})
    refused = await mail_refusals.refusing(tx, TEMPLATE, {row.email for row in rows if row.email})
    return [row for row in rows if row.id not in out and row.email not in refused]


async def write(tx: Transaction, booth: Booth, by: Person, chosen: Collection[uuid.UUID], words: str) -> int:
    """Write to those of the chosen who may be found and have not been written to by this booth; gives how many it went
    to. {name} stands for the name of each."""
    words = clean_text(words, "words", 1000)
    if not words:
        raise Invalid("words.missing", N_("Please write what they are to read."), field="words")
    if not booth.fair.lies_ahead or booth.set_up_at is None:
        raise Conflict("booth.not_shown", N_("Candidates cannot visit this booth just now."))
    await tx.lock(booth)
    before = await of_booth(tx, booth.id)
    people = [row for row in await findable(tx, booth.fair, chosen) if row.id not in before]
    tired = await _written_to_often(tx, {row.id for row in people})
    people = [row for row in people if row.id not in tired]
    if len(before) + len(people) > MOST_OF_BOOTH:
        message = N_("A booth writes to %(most)s people at most.")
        raise Conflict("approach.too_many", message, field="words", most=MOST_OF_BOOTH)
    for person in people:
        said = words.replace(NAME, person.name)
        tx.session.add(
            Approach(id=new_id(), booth_id=booth.id, person_id=person.id, made_by_id=by.id, words=said, made_at=tx.now)
        )
        values: dict[str, object] = {
            "name": person.name, "employer": booth.employer.name, "fair": booth.fair.name, "words": said,
            "by": by.name, "path": booth.path,
        }  # fmt: skip
        await outbox.post(tx, Letter(person.email, TEMPLATE, person.language, values))
    return len(people)


async def _written_to_often(tx: Transaction, people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    query = select(Approach.person_id).where(tx.among(Approach.person_id, people), Approach.made_at > tx.now - WITHIN)
    return set(
        (await tx.session.execute(query.group_by(Approach.person_id).having(func.count() >= MOST_TO_ONE))).scalars()
    )


async def of_booth(tx: Transaction, booth_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
    """To whom the booth has written, and when."""
    query = select(Approach.person_id, Approach.made_at).where(Approach.booth_id == booth_id)
    return {row.person_id: row.made_at for row in await tx.plain_rows(query)}


async def to_person(tx: Transaction, person_id: uuid.UUID, most: int) -> Sequence[Approach]:
    """The latest first."""
    query = select(Approach).where(Approach.person_id == person_id).order_by(Approach.id.desc()).limit(most)
    return (await tx.session.execute(query)).scalars().all()
