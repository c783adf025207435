"""Fairs, booths and what is said of them, for whoever may reach them."""

import uuid

from sqlalchemy import select

from rooms.access.actor import Actor
from rooms.access.organisations import to_employer
from rooms.access.rights import Act, Relation, allows, demand
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import booths, fairs
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair, FairOrganiser
from rooms.organisations.employers import EmployerMember


async def to_fair(tx: Transaction, actor: Actor, fair: Fair) -> set[Relation]:
    found = actor.relations()
    if actor.person is None:
        return found
    me = actor.person.id
    if await tx.session.get(FairOrganiser, (fair.id, me)):
        found.add(R.ORGANISER)
    invited = (
        select(EmployerMember.person_id)
        .join(Booth, Booth.employer_id == EmployerMember.employer_id)
        .where(Booth.fair_id == fair.id, EmployerMember.person_id == me)
    )
    if (await tx.session.execute(invited)).first():
        found.add(R.MEMBER)
    return found


async def fair(tx: Transaction, actor: Actor, slug: str, act: Act = A.FAIR_SEE) -> Fair:
    row = (await tx.session.execute(select(Fair).where(Fair.slug == slug))).scalar_one_or_none()
    if row and fairs.is_hidden_from(actor.person, row):
        raise NotFound("fair")
    return await _known_fair(tx, actor, row, act)


async def fair_by_id(tx: Transaction, actor: Actor, fair_id: uuid.UUID, act: Act = A.FAIR_SEE) -> Fair:
    return await _known_fair(tx, actor, await tx.session.get(Fair, fair_id), act)


async def _known_fair(tx: Transaction, actor: Actor, row: Fair | None, act: Act) -> Fair:
    if row is None:
        raise NotFound("fair")
    # What anybody may is not asked for in the database.
    if all(allows(each, actor.relations(), row.state) for each in (A.FAIR_SEE, act)):
        return row
    relations = await to_fair(tx, actor, row)
    if not allows(A.FAIR_SEE, relations, row.state):
        raise NotFound("fair")
    demand(act, relations, row.state)
    return row


async def can_run(tx: Transaction, actor: Actor, fair: Fair) -> bool:
    return allows(A.FAIR_RUN, await to_fair(tx, actor, fair), fair.state)


async def to_booth(tx: Transaction, actor: Actor, booth: Booth) -> set[Relation]:
    """Everything that the actor is to a booth, its employer and its fair."""
    found = await to_fair(tx, actor, booth.fair) - {R.MEMBER}
    if actor.person is None:
        return found
    if await tx.session.get(BoothStaff, (booth.id, actor.person.id)):
        found.add(R.STAFF)
    return found | await to_employer(tx, actor, booth.employer_id)


async def booth(tx: Transaction, actor: Actor, fair: str, employer: str, act: Act = A.BOOTH_SEE) -> Booth:
    row = await booths.by_slugs(tx, fair, employer)
    if row and fairs.is_hidden_from(actor.person, row.fair):
        raise NotFound("booth")
    return await _known_booth(tx, actor, row, act)


async def booth_by_id(tx: Transaction, actor: Actor, booth_id: uuid.UUID, act: Act = A.BOOTH_SEE) -> Booth:
    return await _known_booth(tx, actor, await tx.session.get(Booth, booth_id), act)


async def _known_booth(tx: Transaction, actor: Actor, row: Booth | None, act: Act) -> Booth:
    if row is None:
        raise NotFound("booth")
    # What anybody may is not asked for in the database.
    if row.set_up_at and all(allows(each, actor.relations(), row.fair.state) for each in (A.BOOTH_SEE, act)):
        return row
    relations = await to_booth(tx, actor, row)
    insiders = {R.MEMBER, R.OWNER, R.STAFF, R.ORGANISER, R.ADMINISTRATOR}
    if not allows(A.BOOTH_SEE, relations, row.fair.state) or not (row.set_up_at or relations & insiders):
        raise NotFound("booth")
    demand(act, relations, row.fair.state)
    return row
