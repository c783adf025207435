"""Whom a counsellor follows, and who can be booked at all."""

import uuid

from sqlalchemy import select

from rooms.access.actor import Actor
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.access.rights import allows, demand
from rooms.caseload import agreed_steps, caseload
from rooms.caseload.agreed_steps import AgreedStep
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs.booths import BoothStaff
from rooms.organisations import agencies
from rooms.organisations.agencies import Team
from rooms.people.people import Person


async def counsels(tx: Transaction, actor: Actor) -> list[Team]:
    """The teams the actor counsels in; refused to whoever is in none."""
    teams = await agencies.teams_of(tx, actor.known.id)
    demand(A.COUNSEL, actor.relations() | ({R.IN_TEAM} if teams else set()))
    return teams


async def keeps_hours(tx: Transaction, actor: Actor) -> Person:
    """Whoever can be booked, and therefore says when: counsellors, and the staff of booths."""
    me = actor.known
    relations = {R.IN_TEAM} if await agencies.teams_of(tx, me.id) else set()
    staffs = select(BoothStaff.booth_id).where(BoothStaff.person_id == me.id).limit(1)
    if (await tx.session.execute(staffs)).first():
        relations.add(R.STAFF)
    demand(A.HOURS_KEEP, actor.relations() | relations)
    return me


async def followed(tx: Transaction, actor: Actor, person_id: uuid.UUID) -> Person:
    """Somebody whom the actor follows or has an appointment with."""
    await counsels(tx, actor)
    row = await tx.session.get(Person, person_id)
    relations = {R.COUNSELLOR} if row and await caseload.knows(tx, actor.known.id, person_id) else set()
    if row is None or not allows(A.PERSON_FOLLOW, relations):
        raise NotFound("person")
    return row


async def agreed_step(tx: Transaction, actor: Actor, step_id: uuid.UUID) -> AgreedStep:
    """An agreed step, for its person and for a counsellor who follows them or meets them."""
    me = actor.known.id
    row = await agreed_steps.step(tx, step_id)
    relations = {R.SELF} if me == row.person_id else set()
    if await caseload.knows(tx, me, row.person_id):
        relations.add(R.COUNSELLOR)
    if not allows(A.AGREED_STEP_KEEP, relations):
        raise NotFound("step")
    return row
