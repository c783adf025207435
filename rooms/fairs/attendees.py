"""A fair's list of candidates: who is invited, who has registered, who came."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import sort_key
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.fairs.fairs import Fair, RegistrationMode
from rooms.people.name_search import words_of
from rooms.people.people import Person

UNSEEN = {"synchronize_session": False}


class Attendee(Base):
    """A candidate on the list of a fair. Owner of the data: the organisers of the fair, until the person answers.
    Goes with the fair."""

    __tablename__ = "attendee"
    __table_args__ = (
        UniqueConstraint("fair_id", "email"),
        UniqueConstraint("fair_id", "person_id"),
        Index("ix_attendee_order", "fair_id", "sort_name", "id"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"))
    email: Mapped[str | None]
    name: Mapped[str]
    sort_name: Mapped[str]
    """By which the list is in order."""
    words: Mapped[str]
    """By which they are searched: each word of the name and the address, with a space before it."""
    phone: Mapped[str] = mapped_column(default="", server_default="")
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    """None until they have answered or come."""
    link_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("link.id"), index=True)
    """Their invitation."""
    import_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("list_import.id"), index=True)
    listed_at: Mapped[datetime]
    registered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    """When they asked to take part in a fair whose organisers approve each."""
    declined_at: Mapped[datetime | None]
    findable_since: Mapped[datetime | None]
    """When they agreed that recruiters of the fair find them by what they look for; None while they do not."""
    came_at: Mapped[datetime | None]
    """When they first were at the fair while its doors were open."""

    @property
    def takes_part(self) -> bool:
        return bool(self.registered_at or self.came_at)


@dataclass(frozen=True)
class Listed:
    """Somebody who is put on the list."""

    name: str
    email: str | None
    phone: str = ""
    person_id: uuid.UUID | None = None
    link_id: uuid.UUID | None = None


def search_words(name: str, email: str | None) -> str:
    """Each word with a space before it, so that a beginning is found by ` word`."""
    return "".join(f" {word}" for word in sorted(words_of(name) | words_of(email or "")))


async def add(
    tx: Transaction, fair_id: uuid.UUID, listed: Sequence[Listed], import_id: uuid.UUID | None = None
) -> None:
    """Put people on the list; who stands there already stays as they are."""
    rows = [
        {
            "id": new_id(), "fair_id": fair_id, "email": each.email, "name": each.name, "phone": each.phone,
            "sort_name": sort_key(each.name)[0], "words": search_words(each.name, each.email),
            "person_id": each.person_id, "link_id": each.link_id, "import_id": import_id, "listed_at": tx.now,
        }
        for each in listed
    ]  # fmt: skip
    if rows:
        insert = (sqlite if tx.is_sqlite else postgresql).insert(Attendee)
        await tx.write(insert.on_conflict_do_nothing(), rows)


async def add_by_name(tx: Transaction, fair_id: uuid.UUID, name: str, attendee_id: uuid.UUID) -> bool:
    """Somebody of whom nothing but the name is known; the same `attendee_id` again adds nobody, and says so."""
    values = {"email": None, "name": name, "sort_name": sort_key(name)[0], "words": search_words(name, None)}
    row = {"id": attendee_id, "fair_id": fair_id, "phone": "", "listed_at": tx.now}
    return await tx.insert_once(Attendee, {**row, **values})


async def one(tx: Transaction, fair_id: uuid.UUID, attendee_id: uuid.UUID) -> Attendee:
    row = await tx.session.get(Attendee, attendee_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound("attendee")
    return row


async def by_email(tx: Transaction, fair_id: uuid.UUID, emails: Collection[str]) -> dict[str, Attendee]:
    """Those of these addresses who stand on the list, by their address."""
    query = select(Attendee).where(Attendee.fair_id == fair_id, tx.among(Attendee.email, emails))
    return {row.email: row for row in (await tx.session.execute(query)).scalars() if row.email}


async def register(tx: Transaction, fair: Fair, person: Person) -> None:
    """The person takes part: they have answered their invitation, or registered by themselves."""
    await attach(tx, fair.id, {person.id: person})
    await _told_once(tx, fair.id, [person.id], "registered_at")
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id
    await tx.session.execute(
        update(Attendee).where(*mine).values(cancelled_at=None, declined_at=None), execution_options=UNSEEN
    )


async def ask(tx: Transaction, fair: Fair, person: Person) -> None:
    """The person asks to take part."""
    await attach(tx, fair.id, {person.id: person})
    mine = Attendee.fair_id == fair.id, Attendee.person_id == person.id
    asking = {"asked_at": func.coalesce(Attendee.asked_at, tx.now), "cancelled_at": None}
    await tx.session.execute(update(Attendee).where(*mine).values(asking), execution_options=UNSEEN)


async def came(tx: Transaction, fair: Fair, people: Mapping[uuid.UUID, Person]) -> None:
    """These people are at the fair, and its doors are open. Whoever may only look round has not come."""
    without = await without_part(tx, fair, people.keys())
    come = {person_id: person for person_id, person in people.items() if person_id not in without}
    await attach(tx, fair.id, come)
    await _told_once(tx, fair.id, list(come), "came_at")


def _takes_part() -> ColumnElement[bool]:
    """Whoever came before the fair was for those alone who register stays."""
    return or_(Attendee.registered_at.is_not(None), Attendee.came_at.is_not(None))


async def without_part(tx: Transaction, fair: Fair, people: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these people who may look round at the fair and nothing more, because they have not registered."""
    if fair.registration is RegistrationMode.OPEN or not people:
        return set()
    listed = Attendee.fair_id == fair.id, tx.among(Attendee.person_id, people), _takes_part()
    return set(people) - {row.person_id for row in await tx.plain_rows(select(Attendee.person_id).where(*listed))}


def register_first() -> Conflict:
    message = N_("This fair is for those who have registered. You can do so on its page, under “Take part”.")
    return Conflict("registration.first", message)


async def demand_part(tx: Transaction, fair: Fair, person_id: uuid.UUID) -> None:
    if await sanctions.excluded(tx, fair.id, {person_id}):
        raise sanctions.out()
    if await without_part(tx, fair, [person_id]):
        raise register_first()


async def attach(tx: Transaction, fair_id: uuid.UUID, people: Mapping[uuid.UUID, Person]) -> None:
    """Put these people on the list; whoever stood there by their address is known from now on."""
    # First: it waits for whoever writes the same address at this moment, who is seen afterwards.
    await add(tx, fair_id, [Listed(each.name, each.email, person_id=each.id) for each in people.values()])
    emails = {person.email: person.id for person in people.values() if person.email}
    for_nobody = Attendee.fair_id == fair_id, Attendee.person_id.is_(None), tx.among(Attendee.email, list(emails))
    found = await tx.plain_rows(select(Attendee.id, Attendee.email).where(*for_nobody))
    if found:
        these = [{"row": row.id, "person": emails[row.email]} for row in found]
        answer = update(Attendee).where(Attendee.id == bindparam("row")).values(person_id=bindparam("person"))
        await (await tx.session.connection()).execute(answer, these)


async def _told_once(tx: Transaction, fair_id: uuid.UUID, people: Collection[uuid.UUID], column: str) -> None:
    first = Attendee.fair_id == fair_id, tx.among(Attendee.person_id, people), getattr(Attendee, column).is_(None)
    await tx.session.execute(update(Attendee).where(*first).values({column: tx.now}), execution_options=UNSEEN)


async def count(tx: Transaction, fair_id: uuid.UUID) -> int:
    return await tx.session.scalar(select(func.count()).where(Attendee.fair_id == fair_id)) or 0
