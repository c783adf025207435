"""Where a rehearsal takes place: a copy of the fair with employers, recruiters and candidates of its own, listed
nowhere and gone afterwards.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert

from rooms.chat import conversations
from rooms.core.database import Database
from rooms.core.model import new_id
from rooms.core.transaction import Transaction
from rooms.fairs import booths, fairs, opening, schedule
from rooms.fairs.booths import Booth, BoothStaff, BoothText
from rooms.fairs.fairs import Fair, FairDescription
from rooms.organisations import employers, vacancies
from rooms.organisations.vacancies import Vacancy, VacancyText
from rooms.people.people import Person
from rooms.people.sessions import Session
from rooms.people.signin import hashed

DEVICE = "rehearsal"
AT_ONCE = 2_000
STAYS_OPEN = timedelta(days=1)


class Guest(NamedTuple):
    """Somebody simulated, and the token of their session."""

    person_id: uuid.UUID
    token: str


@dataclass(frozen=True)
class Desk:
    booth_id: uuid.UUID
    path: str
    recruiters: list[Guest]


@dataclass(frozen=True)
class Staging:
    fair_id: uuid.UUID
    path: str
    conversation_id: uuid.UUID
    desks: list[Desk]
    candidates: list[Guest]


async def stage(database: Database, slug: str, people: int, *, recruiters: int = 1) -> Staging:
    """A copy of the fair, open, with so many candidates, and recruiters at each booth."""
    async with database.transaction() as tx:
        original = await tx.session.get_one(Fair, await fairs.id_of(tx, slug))
        fair = await _copy(tx, original)
        stands = [await _copy_booth(tx, fair, booth) for booth in await booths.of_fair(tx, original.id)]
        conversation = await conversations.of_fair(tx, fair.id)
        found = Staging(fair.id, fair.path, conversation.id, [], [])
        paths = [(booth.id, booth.path) for booth in stands]
    for booth_id, path in paths:
        staff = await gather(database, recruiters, "Recruiter")
        async with database.transaction() as tx:
            rows = [{"booth_id": booth_id, "person_id": each.person_id} for each in staff]
            await tx.write(insert(BoothStaff), rows)
        found.desks.append(Desk(booth_id, path, staff))
    found.candidates.extend(await gather(database, people, "Candidate"))
    return found


async def gather(database: Database, count: int, name: str) -> list[Guest]:
    """So many people at once, each with a session and without an address: nobody writes to them."""
    now = database.clock.now()
    found = [Guest(new_id(), secrets.token_urlsafe(32)) for _ in range(count)]
    for begin in range(0, count, AT_ONCE):
        part = list(enumerate(found[begin : begin + AT_ONCE], start=begin + 1))
        async with database.transaction() as tx:
            await tx.write(insert(Person), [_person(guest, f"{name} {number}", now) for number, guest in part])
            await tx.write(insert(Session), [_session(guest, now) for _, guest in part])
    return found


def _person(guest: Guest, name: str, now: datetime) -> dict[str, object]:
    return {
        "id": guest.person_id, "name": name, "language": "en", "created_at": now, "is_simulated": True,
        "is_rehearsal": True,
    }  # fmt: skip


def _session(guest: Guest, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(), "token_hash": hashed(guest.token), "person_id": guest.person_id, "device": DEVICE,
        "made_at": now, "seen_at": now, "expires_at": now + STAYS_OPEN,
    }  # fmt: skip


async def _copy(tx: Transaction, original: Fair) -> Fair:
    director = Person(id=new_id(), name="Rehearsal", language="en", created_at=tx.now)
    director.is_simulated = director.is_rehearsal = True
    tx.session.add(director)
    await tx.session.flush()
    described = FairDescription(
        f"Rehearsal: {original.name}"[:120], original.description, tuple(original.languages), tuple(original.sectors),
        original.time_zone, original.most_lines,
    )  # fmt: skip
    fair = await fairs.create(tx, director, described)
    # Nobody finds it by its name.
    fair.slug, fair.is_rehearsal = f"rehearsal-{secrets.token_hex(8)}", True
    await schedule.add_day(tx, fair, tx.now - timedelta(minutes=1), tx.now + STAYS_OPEN)
    await opening.publish(tx, fair)
    return fair


async def _copy_booth(tx: Transaction, fair: Fair, original: Booth) -> Booth:
    theirs = original.employer
    employer = await employers.found(tx, f"{theirs.name} (rehearsal)"[:120], theirs.sector, theirs.location)
    employer.is_rehearsal = True
    booth = await booths.reserve(tx, fair, employer)
    text = BoothText(original.description or "–", original.talk_minutes, theirs.sector, theirs.location, theirs.colour)
    await booths.set_up(tx, booth, text)
    for row in (await vacancies.of_employers(tx, [theirs.id]))[theirs.id]:
        await vacancies.add(tx, employer, _text(row))
    return booth


def _text(row: Vacancy) -> VacancyText:
    return VacancyText(row.title, row.location, row.contract, row.description)
