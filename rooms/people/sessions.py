"""Sessions: on which devices a person is known, for how long, and how that ends."""

import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import NotFound
from rooms.core.model import Base, new_id
from rooms.core.transaction import Transaction
from rooms.people import push
from rooms.people.people import Person
from rooms.people.signin import hashed

SESSION_LIFE = timedelta(days=30)
SESSION_LIFE_IN_ALL = timedelta(days=180)
"""However often somebody comes: then they show once more who they are."""
JUST_NOW = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)


class Session(Base):
    __tablename__ = "session"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str]
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    appointment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    """Began by a mailed link: the person is known in this appointment, and nowhere else."""


async def open_session(
    tx: Transaction,
    person: Person,
    device: str,
    *,
    appointment_id: uuid.UUID | None = None,
    until: datetime | None = None,
) -> str:
    """A new session, perhaps for one appointment only; returns its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    tx.session.add(
        Session(
            id=new_id(),
            token_hash=hashed(token),
            person_id=person.id,
            device=device[:200],
            made_at=tx.now,
            seen_at=tx.now,
            expires_at=until or tx.now + SESSION_LIFE,
            appointment_id=appointment_id,
        )
    )
    return token


async def whose(tx: Transaction, token: str) -> tuple[Session, Person] | None:
    """The live session of this token and its person."""
    return (await whose_all(tx, [token]))[0]


async def whose_all(tx: Transaction, tokens: Sequence[str]) -> list[tuple[Session, Person] | None]:
    """The live session of each token and its person, in their order."""
    hashes = [hashed(token) for token in tokens]
    rows = await tx.session.execute(
        select(Session, Person)
        .join(Person, Person.id == Session.person_id)
        .where(tx.among(Session.token_hash, hashes), Session.revoked_at.is_(None), Session.expires_at > tx.now)
    )
    found = {session.token_hash: (session, person) for session, person in rows}
    return [found.get(each) for each in hashes]


@dataclass(frozen=True, slots=True)
class KnownSession:
    """What a live connection needs to know of the session that opens it."""

    session_id: uuid.UUID
    person_id: uuid.UUID
    appointment_id: uuid.UUID | None
    language: str


async def known_by(tx: Transaction, tokens: Sequence[str]) -> list[KnownSession | None]:
    """The live session of each token, in their order, for thousands of them."""
    hashes = [hashed(token) for token in tokens]
    columns = Session.token_hash, Session.id, Person.id, Session.appointment_id, Person.language
    live = tx.among(Session.token_hash, hashes), Session.revoked_at.is_(None), Session.expires_at > tx.now
    query = select(*columns).join(Person, Person.id == Session.person_id).where(*live)
    found = {row[0]: KnownSession(*row[1:]) for row in await tx.plain_rows(query)}
    return [found.get(each) for each in hashes]


async def people_of(tx: Transaction, session_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """Who is signed in by each of these sessions; those that are over, or hold for one appointment alone, are left
    out."""
    live = Session.revoked_at.is_(None), Session.expires_at > tx.now, Session.appointment_id.is_(None)
    query = select(Session.id, Person).join(Person, Person.id == Session.person_id)
    rows = await tx.session.execute(query.where(tx.among(Session.id, session_ids), *live))
    return dict(rows.all())


async def ended_among(tx: Transaction, session_ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these sessions that were withdrawn or have run out."""
    live = Session.revoked_at.is_(None), Session.expires_at > tx.now
    found = (await tx.session.execute(select(Session.id).where(tx.among(Session.id, session_ids), *live))).scalars()
    return set(session_ids) - set(found)


async def person_of(tx: Transaction, session_id: uuid.UUID) -> Person | None:
    """The person of a session, None once it was withdrawn or has run out."""
    query = select(Person).join(Session, Session.person_id == Person.id)
    query = query.where(Session.id == session_id, Session.revoked_at.is_(None), Session.expires_at > tx.now)
    return (await tx.session.execute(query)).scalar_one_or_none()


async def end_for(tx: Transaction, appointment_id: uuid.UUID) -> list[uuid.UUID]:
    """End the sessions that links to this appointment began; returns those that ended."""
    stands = Session.appointment_id == appointment_id, Session.revoked_at.is_(None)
    ended = update(Session).where(*stands).values(revoked_at=tx.now).returning(Session.id)
    return list((await tx.session.execute(ended)).scalars())


async def withdraw(tx: Transaction, person: Person, session_id: uuid.UUID) -> None:
    """End one of the person's own sessions."""
    row = await tx.session.get(Session, session_id)
    if row is None or row.person_id != person.id:
        raise NotFound("session")
    row.revoked_at = tx.now
    await push.end_with_session(tx, session_id)


async def withdraw_others(tx: Transaction, person: Person, kept_id: uuid.UUID | None) -> list[uuid.UUID]:
    """End every session of the person but `keep`; returns those that ended."""
    ended = [session.id for session in await sessions_of(tx, person) if session.id != kept_id]
    for session in ended:
        await withdraw(tx, person, session)
    return ended


async def seen(tx: Transaction, session_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """Note that a page was fetched: it extends the session and keeps the person within reach of a call."""
    await all_seen(tx, {session_id: person_id})


async def all_seen(tx: Transaction, found: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """The same for many sessions, each with its person."""
    theirs = tx.among(Session.id, list(found))
    oldest = tx.now - (SESSION_LIFE_IN_ALL - SESSION_LIFE)
    longer = update(Session).where(theirs, Session.made_at > oldest)
    await tx.session.execute(longer.values(seen_at=tx.now, expires_at=tx.now + SESSION_LIFE))
    for row in (await tx.session.execute(select(Session).where(theirs, Session.made_at <= oldest))).scalars():
        row.seen_at, row.expires_at = tx.now, row.made_at + SESSION_LIFE_IN_ALL
    people = tx.among(Person.id, list(set(found.values())))
    await tx.session.execute(update(Person).where(people).values(page_seen_at=tx.now))


async def began_just_now(tx: Transaction, session_id: uuid.UUID | None) -> bool:
    """Whether this session began a moment ago: by a code, a link or the password, all of which only the person has."""
    row = await tx.session.get(Session, session_id) if session_id else None
    return row is not None and row.made_at > tx.now - JUST_NOW


async def sessions_of(tx: Transaction, person: Person) -> list[Session]:
    query = select(Session).where(Session.person_id == person.id, Session.revoked_at.is_(None))
    query = query.where(Session.expires_at > tx.now).order_by(Session.seen_at.desc())
    return list((await tx.session.execute(query)).scalars())
