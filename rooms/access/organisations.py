"""Employers, vacancies and agencies, for whoever may reach them."""

import uuid

from sqlalchemy import select

from rooms.access.actor import Actor, may
from rooms.access.rights import Act, Relation, allows, demand
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
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
    """A vacancy, for those who may write it."""
    actor.known  # noqa: B018
    row = await tx.session.get(Vacancy, vacancy_id)
    owner = await tx.session.get(Employer, row.employer_id) if row else None
    if row is None or owner is None:
        raise NotFound("vacancy")
    return row, await employer(tx, actor, owner.slug, A.EMPLOYER_WRITE)


async def agency(tx: Transaction, actor: Actor, agency_id: uuid.UUID) -> Agency:
    """An agency, for those who may say where it is and what people come for."""
    actor.known  # noqa: B018
    may(actor, A.PEOPLE_INVITE)
    row = await tx.session.get(Agency, agency_id)
    if row is None:
        raise NotFound("agency")
    return row
