"""Many people in the database at once, each with a session."""

import hashlib
import uuid
from datetime import timedelta

from sqlalchemy import insert

from rooms.core.database import Database
from rooms.core.model import new_id
from rooms.people.people import Person
from rooms.people.sessions import Session
from rooms.people.signin import hashed

AT_ONCE = 2_000


async def gather(database: Database, count: int) -> list[tuple[uuid.UUID, str]]:
    """(person, token of their session)"""
    now = database.clock.now()
    found = [(new_id(), hashlib.sha256(b"bench %d" % number).hexdigest()) for number in range(count)]
    for begin in range(0, count, AT_ONCE):
        part = found[begin : begin + AT_ONCE]
        people = [
            {"id": person, "name": f"Person {begin + number}", "email": f"c{begin + number}@example.org",
             "language": "en", "created_at": now}
            for number, (person, _) in enumerate(part)
        ]  # fmt: skip
        sessions = [
            {"id": new_id(), "token_hash": hashed(token), "person_id": person, "device": "bench", "made_at": now,
             "seen_at": now, "expires_at": now + timedelta(days=1)}
            for person, token in part
        ]  # fmt: skip
        async with database.transaction() as tx:
            await tx.session.execute(insert(Person), people)
            await tx.session.execute(insert(Session), sessions)
    return found
