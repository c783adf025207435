"""Two employers that are one: what belonged to the second belongs to the first."""

import uuid

from sqlalchemy import delete, select, update

from rooms.access.actor import Actor
from rooms.access.fairs import can_run
from rooms.core.errors import N_, Conflict
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, booths
from rooms.fairs.booths import Booth
from rooms.organisations import employers
from rooms.organisations.employers import Employer, EmployerMember
from rooms.organisations.vacancies import Vacancy
from rooms.people.signin import Link, Purpose

UNSEEN = {"synchronize_session": False}


async def merge(tx: Transaction, actor: Actor, kept: Employer, gone: Employer) -> None:
    """The people, vacancies, booths and invitations of `gone` become those of `kept`. Whoever does it runs every fair
    of both: nobody gets into an employer by it whom its own fairs do not know."""
    if kept.id == gone.id:
        raise Conflict("merge.same", N_("Please choose two different employers."), field="chosen")
    await tx.lock(*sorted((kept, gone), key=lambda employer: employer.id))
    of_kept, of_gone = await _booths_of(tx, kept.id), await _booths_of(tx, gone.id)
    for booth in (*of_kept, *of_gone):
        if not await can_run(tx, actor, booth.fair):
            message = N_("%(name)s takes part in a fair that you do not run: ask an administrator to make them one.")
            raise Conflict("merge.elsewhere", message, field="chosen", name=booth.employer.name)
    taken = {booth.fair_id: booth for booth in of_kept}
    for booth in of_gone:
        if booth.fair_id in taken:
            await _leave_to(tx, taken[booth.fair_id], booth)
        else:
            booth.employer_id = kept.id
    await tx.session.flush()
    kept.siret, kept.location = kept.siret or gone.siret, kept.location or gone.location
    await _move_people(tx, kept, gone)
    for kind, column in ((Vacancy, Vacancy.employer_id), (Link, Link.subject_id)):
        theirs = [column == gone.id, *([Link.purpose == Purpose.EMPLOYER] if kind is Link else [])]
        moved = update(kind).where(*theirs).values({column.key: kept.id})
        await tx.session.execute(moved, execution_options=UNSEEN)
    if not await _booths_of(tx, gone.id):
        await tx.session.delete(gone)
    await tx.session.flush()
    tx.session.expire_all()


async def _booths_of(tx: Transaction, employer_id: uuid.UUID) -> list[Booth]:
    return list((await tx.session.execute(select(Booth).where(Booth.employer_id == employer_id))).scalars())


async def _leave_to(tx: Transaction, stays: Booth, goes: Booth) -> None:
    """At a fair where both have a booth, one of them stays: nobody sees which of two set-up ones would be right."""
    if goes.left_at:
        return
    if goes.set_up_at:
        message = N_("Both have set up a booth at “%(fair)s”: take one of the two out of it first.")
        raise Conflict("merge.two_booths", message, field="chosen", fair=stays.fair.name)
    await booths.give_up(tx, goes)


async def _move_people(tx: Transaction, kept: Employer, gone: Employer) -> None:
    for person, member in await employers.members_of(tx, gone.id):
        await employers.add_member(tx, kept.id, person, is_owner=member.is_owner)
        await booth_staff.staff_by_member(tx, kept.id, person.id)
    theirs = delete(EmployerMember).where(EmployerMember.employer_id == gone.id)
    await tx.session.execute(theirs, execution_options=UNSEEN)
