"""Inviting those on a list that an organiser brought, some at a time, and taking it back."""

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update

from rooms.access import invitations, open_invitations
from rooms.access.invitations import EmployerInvited
from rooms.core.errors import N_, Conflict, Problem
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, booths, fairs, list_imports, registration_questions
from rooms.fairs.attendees import UNSEEN, Attendee, Listed
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.list_columns import ListKind
from rooms.fairs.list_imports import ImportLine, ImportState, LineState, ListImport
from rooms.fairs.list_lines import Fault, LineValues
from rooms.fairs.registration_questions import RegistrationAnswer
from rooms.organisations import employers
from rooms.organisations.employers import Employer
from rooms.people.people import Person
from rooms.people.signin import Link

AT_A_TIME = {ListKind.CANDIDATES: 200, ListKind.EMPLOYERS: 25, ListKind.RECRUITERS: 25}
"""Lines of one transaction: others write to the fair meanwhile."""
MADE_BOOTH = "made_booth"
"""Among the values of a line: the fair has this booth because of it."""


async def go_on(tx: Transaction) -> int:
    """Invite the next of those on a list that is under way; gives how many lines were looked at. For the worker."""
    row = await list_imports.under_way(tx)
    if row is None:
        return 0
    fair, by = await tx.session.get_one(Fair, row.fair_id), await tx.session.get_one(Person, row.by_id)
    await tx.lock(fair, key_share=True)
    if fair.state is FairState.ARCHIVED:
        # It is kept as it is: who is not invited yet will not be.
        row.state = ImportState.DONE
        return 0
    lines = await list_imports.lines_of(tx, row.id, LineState.GOOD, most=AT_A_TIME[row.kind])
    if row.kind is ListKind.CANDIDATES:
        await _invite_candidates(tx, by, fair, row, lines)
    else:
        batch = _Batch(by, fair, row, await booths.of_fair(tx, fair.id, only_set_up=False))
        batch.employers = await booths.employers_known_to(tx, fair)
        for line in lines:
            await _invite_one(tx, batch, line)
    if len(lines) < AT_A_TIME[row.kind]:
        row.state = ImportState.DONE
    return len(lines)


async def postpone(tx: Transaction) -> None:
    """What went wrong with the list whose turn it is may go wrong again: the others come first. For the worker."""
    row = await list_imports.under_way(tx)
    if row:
        row.begun_at = tx.now


def _said(line: ImportLine) -> LineValues:
    return LineValues(**{name: text for name, text in line.values.items() if name != MADE_BOOTH})


async def _invite_candidates(
    tx: Transaction, by: Person, fair: Fair, row: ListImport, lines: Sequence[ImportLine]
) -> None:
    said = [_said(line) for line in lines]
    wanted = [Listed(each.name, each.email, each.phone) for each in said]
    links = await invitations.invite_candidates(tx, by, fair, wanted, not_before=row.send_at, import_id=row.id)
    answers = {each.email: each.answers for each in said if each.answers and each.email in links}
    await _write_answers(tx, fair, answers)
    for line, each in zip(lines, said, strict=True):
        link = links.get(each.email)
        line.link_id = link.id if link else None
        line.state = LineState.INVITED if link else LineState.KNOWN


async def _write_answers(tx: Transaction, fair: Fair, answers: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    """What a list says of these people, by address: they see it, and may say otherwise, when they register."""
    listed = await attendees.by_email(tx, fair.id, answers.keys())
    brought = {row.id: answers[email] for email, row in listed.items()}
    await registration_questions.bring(tx, fair.id, brought)


@dataclass
class _Batch:
    """What is known of the fair while some lines of a list are invited."""

    by: Person
    fair: Fair
    row: ListImport
    booths: list[Booth]
    employers: list[Employer] = field(default_factory=list)


async def _invite_one(tx: Transaction, batch: _Batch, line: ImportLine) -> None:
    """A line that cannot be used says why, and holds up no other."""
    said = _said(line)
    try:
        async with tx.attempt():
            if batch.row.kind is ListKind.EMPLOYERS:
                link, made = await _invite_employer(tx, batch, said)
            else:
                link, made = await _invite_recruiter(tx, batch, said), {}
    except Problem as problem:
        line.state = LineState.KNOWN if problem.code == "invitation.known" else LineState.FAULTY
        if line.state is LineState.FAULTY:
            line.fault = Fault(problem.message, problem.values, problem.field or "").as_json()
        return
    line.link_id, line.state, line.values = link.id, LineState.INVITED, line.values | made


async def _invite_employer(tx: Transaction, batch: _Batch, said: LineValues) -> tuple[Link, dict[str, Any]]:
    invited = EmployerInvited(said.employer, said.sector, said.email, said.name, said.siret, said.location)
    made = await invitations.invite_employer(
        tx, batch.by, batch.fair, invited, batch.row.send_at, known=batch.employers
    )
    if made.employer not in batch.employers:
        batch.employers.append(made.employer)
    return made.link, {MADE_BOOTH: str(made.made_booth_id)} if made.made_booth_id else {}


async def _invite_recruiter(tx: Transaction, batch: _Batch, said: LineValues) -> Link:
    employer = employers.one_of([each.employer for each in batch.booths], said.employer, said.siret)
    if employer is None:
        message = N_("No employer of this name has a booth at the fair. Invite the employer first.")
        raise Conflict("employer.not_here", message, field="employer")
    if await employers.has_owner(tx, employer.id):
        # Whoever is at home there says who else is: nobody is let in over their heads.
        message = N_("This employer has people of its own here: its owner invites its recruiters.")
        raise Conflict("employer.known", message, field="employer")
    booth = next(each for each in batch.booths if each.employer_id == employer.id)
    return await invitations.invite_colleague(
        tx, batch.by, booth, said.email, is_owner=False, name=said.name, not_before=batch.row.send_at
    )


async def take_back(tx: Transaction, fair: Fair, row: ListImport) -> None:
    """As if it had not been sent: nobody has answered yet. What has left cannot be called back; its links open nothing
    any more."""
    if row.state not in (ImportState.UNDER_WAY, ImportState.DONE):
        raise Conflict("import.moved_on", N_("This list has moved on meanwhile: look at it again."))
    fairs.demand_not_archived(fair)
    lines = await list_imports.lines_of(tx, row.id, LineState.INVITED)
    links = [line.link_id for line in lines if line.link_id]
    # Locked: nobody answers while it is taken back.
    locked = select(Link).where(tx.among(Link.id, links)).order_by(Link.id).with_for_update()
    if any(link.used_at for link in (await tx.session.execute(locked)).scalars()):
        message = N_("Somebody has answered already. Withdraw the other invitations in the list.")
        raise Conflict("import.answered", message)
    await open_invitations.withdraw_these(tx, fair, links)
    row.state = ImportState.TAKEN_BACK
    await _forget_attendees(tx, row, links)
    made = {line.values[MADE_BOOTH] for line in lines if MADE_BOOTH in line.values}
    for booth in await booths.of_fair(tx, fair.id, only_set_up=False):
        if str(booth.id) in made and not await employers.members_of(tx, booth.employer_id):
            await _take_booth_back(tx, booth)


async def _forget_attendees(tx: Transaction, row: ListImport, links: Sequence[uuid.UUID]) -> None:
    """Those whom this list alone put on the fair's list. Who was invited anew since, or has come, stays."""
    of_list, alone = Attendee.import_id == row.id, tx.among(Attendee.link_id, links)
    unknown = of_list, alone, Attendee.person_id.is_(None), Attendee.came_at.is_(None)
    brought = RegistrationAnswer.attendee_id.in_(select(Attendee.id).where(*unknown))
    await tx.session.execute(delete(RegistrationAnswer).where(brought), execution_options=UNSEEN)
    await tx.session.execute(delete(Attendee).where(*unknown), execution_options=UNSEEN)
    await tx.session.execute(update(Attendee).where(of_list).values(import_id=None), execution_options=UNSEEN)


async def _take_booth_back(tx: Transaction, booth: Booth) -> None:
    """One that is set up, or for which something is kept, stays in the fair."""
    with contextlib.suppress(Conflict):
        async with tx.attempt():
            await open_invitations.take_back_booth(tx, booth)
