"""Two employers that are one: what belonged to the second belongs to the first."""

import uuid

from sqlalchemy import ColumnElement, delete, select, update

from rooms.access import open_invitations
from rooms.access.actor import Actor
from rooms.access.fairs import can_run
from rooms.core import outbox
from rooms.core.errors import N_, Conflict
from rooms.core.model import Base
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, booths
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import FairState
from rooms.meetings import scorecards
from rooms.meetings.answer_templates import AnswerTemplate
from rooms.organisations import employers, transfer_consents
from rooms.organisations.employers import Employer, EmployerMember
from rooms.organisations.vacancies import Vacancy
from rooms.people.signin import Link, Purpose

UNSEEN = {"synchronize_session": False}


async def merge(tx: Transaction, actor: Actor, kept: Employer, gone: Employer) -> None:
    """The people, vacancies and booths of `gone` become those of `kept`. Whoever does it runs every fair of both; where
    both have owners an administrator does: nobody is let into an employer over its people's heads."""
    if kept.id == gone.id:
        raise Conflict("merge.same", N_("Please choose two different employers."), field="chosen")
    # Whoever accepts an invitation holds it first.
    await open_invitations.lock_of(tx, kept.id, gone.id)
    of_kept, of_gone = await _booths_of(tx, kept.id), await _booths_of(tx, gone.id)
    # Booths before employers, as whoever sets one up does; in one order.
    await tx.lock(*sorted((*of_kept, *of_gone), key=lambda booth: booth.id))
    await tx.lock(*sorted((kept, gone), key=lambda employer: employer.id))
    await _demand_may(tx, actor, kept, gone, (*of_kept, *of_gone))
    there = {booth.fair_id: booth for booth in of_kept}
    for booth in of_gone:
        if booth.fair_id in there:
            await _choose(tx, kept, there[booth.fair_id], booth)
        else:
            booth.employer_id = kept.id
            await booth_staff.add_owners(tx, booth.id, kept.id)
    await tx.session.flush()
    kept.siret, kept.location = kept.siret or gone.siret, kept.location or gone.location
    await _move_invitations(tx, kept, gone)
    await _move_people(tx, kept, gone)
    await _move(tx, Vacancy, Vacancy.employer_id == gone.id, {"employer_id": kept.id})
    await _move(tx, AnswerTemplate, AnswerTemplate.employer_id == gone.id, {"employer_id": kept.id})
    await tx.session.flush()
    is_gone = not await _booths_of(tx, gone.id)
    await transfer_consents.hand_on(tx, gone.id, kept.id, keeps=not is_gone)
    await scorecards.hand_on(tx, gone.id, kept.id, keeps=not is_gone)
    if is_gone:
        await tx.session.delete(gone)
    await tx.session.flush()
    tx.session.expire_all()


async def _booths_of(tx: Transaction, employer_id: uuid.UUID) -> list[Booth]:
    return list((await tx.session.execute(select(Booth).where(Booth.employer_id == employer_id))).scalars())


async def _demand_may(tx: Transaction, actor: Actor, kept: Employer, gone: Employer, theirs: tuple[Booth, ...]) -> None:
    for booth in theirs:
        if not await can_run(tx, actor, booth.fair):
            message = N_("%(name)s takes part in a fair that you do not run: ask an administrator to make them one.")
            raise Conflict("merge.elsewhere", message, field="chosen", name=booth.employer.name)
    both_owned = await employers.has_owner(tx, kept.id) and await employers.has_owner(tx, gone.id)
    if both_owned and not actor.known.is_administrator:
        message = N_("Both have people of their own here: ask an administrator to make them one.")
        raise Conflict("merge.owners", message, field="chosen")


async def _choose(tx: Transaction, kept: Employer, stays: Booth, goes: Booth) -> None:
    """At a fair where both have a booth one of them stays: the one that is set up. Nobody sees which of two would be
    right. What is over stays as it was."""
    if goes.left_at or stays.left_at or goes.fair.state is FairState.ARCHIVED:
        return
    if not goes.set_up_at:
        await booths.give_up(tx, goes)
        return
    if stays.set_up_at:
        message = N_("Both have set up a booth at “%(fair)s”: take one of the two out of it first.")
        raise Conflict("merge.two_booths", message, field="chosen", fair=stays.fair.name)
    await booths.give_up(tx, stays)
    await tx.session.flush()
    goes.employer_id = kept.id


async def _move(tx: Transaction, kind: type[Base], which: ColumnElement[bool], values: dict[str, uuid.UUID]) -> None:
    await tx.session.execute(update(kind).where(which).values(values), execution_options=UNSEEN)


async def _move_invitations(tx: Transaction, kept: Employer, gone: Employer) -> None:
    """An employer that has people of its own invites others itself."""
    if await employers.has_owner(tx, kept.id):
        await open_invitations.withdraw_all_of(tx, gone.id)
        return
    theirs = (Link.subject_id == gone.id) & (Link.purpose == Purpose.EMPLOYER)
    await _move(tx, Link, theirs, {"subject_id": kept.id})


async def _move_people(tx: Transaction, kept: Employer, gone: Employer) -> None:
    before = {person.id: person for person, _ in await employers.members_of(tx, kept.id)}
    for person, member in await employers.members_of(tx, gone.id):
        await employers.add_member(tx, kept.id, person, is_owner=member.is_owner)
        await booth_staff.staff_by_member(tx, kept.id, person.id)
        before.setdefault(person.id, person)
    theirs = delete(EmployerMember).where(EmployerMember.employer_id == gone.id)
    await tx.session.execute(theirs, execution_options=UNSEEN)
    for person in before.values():
        values: dict[str, object] = {
            "name": person.name, "employer": kept.name, "other": gone.name, "path": "/desk",
        }  # fmt: skip
        await outbox.post(tx, Letter(person.email, "merged", person.language, values))
