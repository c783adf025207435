"""Employers, vacancies and agencies, for whoever may reach them."""

import uuid

from sqlalchemy import select

from rooms.access.actor import Actor, may
from rooms.access.rights import Act, Relation, allows, demand
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairOrganiser, FairState
from rooms.organisations.agencies import Agency
from rooms.organisations.employers import Employer, EmployerMember
from rooms.organisations.vacancies import Vacancy


async def to_employer(tx: Transaction, actor: Actor, employer_id: uuid.UUID) -> set[Relation]:
    found = actor.relations()
    if actor.person is None:
        return found
    member = await tx.session.get(EmployerMember, (employer_id, actor.person.id))
    if member:
        found |= {R.MEMBER, R.OWNER} if member.is_owner else {R.MEMBER}
    return found


async def employer(tx: Transaction, actor: Actor, slug: str, act: Act = A.EMPLOYER_SEE) -> Employer:
    row = (await tx.session.execute(select(Employer).where(Employer.slug == slug))).scalar_one_or_none()
    relations = await to_employer(tx, actor, row.id) if row else set()
    if row is None or not allows(A.EMPLOYER_SEE, relations):
        actor.known  # noqa: B018  a passer-by is asked to sign in before hearing that nothing is here
        raise NotFound("employer")
    demand(act, relations)
    return row


async def vacancy(tx: Transaction, actor: Actor, vacancy_id: uuid.UUID) -> tuple[Vacancy, Employer]:
    """A vacancy, for those who may write it: the employer's people, and whoever runs a fair at which it has a booth."""
    me = actor.known
    row = await tx.session.get(Vacancy, vacancy_id)
    owner = await tx.session.get(Employer, row.employer_id) if row else None
    if row is None or owner is None:
        raise NotFound("vacancy")
    relations = await to_employer(tx, actor, owner.id)
    if await _runs_a_fair_of(tx, me.id, owner.id):
        relations.add(R.ORGANISER)
    if not allows(A.EMPLOYER_WRITE, relations):
        raise NotFound("vacancy")
    return row, owner


async def _runs_a_fair_of(tx: Transaction, person_id: uuid.UUID, employer_id: uuid.UUID) -> bool:
    query = select(Booth.id).join(FairOrganiser, FairOrganiser.fair_id == Booth.fair_id)
    query = query.join(Fair, Fair.id == Booth.fair_id).where(Fair.state != FairState.ARCHIVED)
    query = query.where(Booth.employer_id == employer_id, Booth.left_at.is_(None))
    return (await tx.session.execute(query.where(FairOrganiser.person_id == person_id).limit(1))).first() is not None


async def agency(tx: Transaction, actor: Actor, agency_id: uuid.UUID) -> Agency:
    """An agency, for those who may say where it is and what people come for."""
    actor.known  # noqa: B018
    may(actor, A.PEOPLE_INVITE)
    row = await tx.session.get(Agency, agency_id)
    if row is None:
        raise NotFound("agency")
    return row
