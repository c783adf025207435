"""Inviting people in: to a fair, to a booth, to run a fair, to a team. What they then may: acceptance.py; what becomes
of an invitation until it is used: open_invitations.py."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import and_, or_

from rooms.access import invitation_letters
from rooms.access.open_invitations import unused
from rooms.core.errors import N_, Conflict
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, booths, fairs
from rooms.fairs.attendees import Attendee, Listed
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.organisations import agencies, employers
from rooms.organisations.employers import Employer
from rooms.people import people, signin
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose


@dataclass(frozen=True)
class EmployerInvited:
    """An employer as whoever invites it writes it down, and its first person."""

    name: str
    sector: str
    email: str
    person: str = ""
    siret: str = ""
    location: str = ""


@dataclass(frozen=True)
class EmployerInvitation:
    employer: Employer
    link: Link
    made_booth_id: uuid.UUID | None
    """The booth, if the fair did not have it before."""


@dataclass(frozen=True)
class _Wanted:
    purpose: Purpose
    email: str
    by: Person
    fair: Fair | None = None
    subject_id: uuid.UUID | None = None
    name: str = ""
    is_owner: bool = False
    may_repeat: bool = False
    not_before: datetime | None = None
    fields: tuple[str, str] = field(default=("email", "name"))
    """In which the address and the name were typed."""


def known_already(where: str = "email") -> Conflict:
    message = N_("This address is invited already. The invitation stands in the list: it can be sent again there.")
    return Conflict("invitation.known", message, field=where)


async def invite_employer(
    tx: Transaction,
    by: Person,
    fair: Fair,
    invited: EmployerInvited,
    not_before: datetime | None = None,
    *,
    known: Sequence[Employer] | None = None,
) -> EmployerInvitation:
    """Reserve a booth for an employer and invite its first person, who will own it. An employer is known again by its
    name or its SIRET only among those of the same organisers (`known`): everybody else's is another one."""
    await tx.lock(fair, key_share=True)
    fairs.demand_not_archived(fair)
    email = people.clean_email(invited.email)
    if known is None:
        known = await booths.employers_known_to(tx, fair)
    employer = employers.one_of(known, invited.name, invited.siret)
    if employer is None:
        employer = await employers.found(tx, invited.name, invited.sector, invited.location, siret=invited.siret)
    employer.siret = employer.siret or invited.siret
    members = await employers.members_of(tx, employer.id)
    if any(member.is_owner for _, member in members) and email not in {person.email for person, _ in members}:
        message = N_("This employer has people of its own here. Invite one of them, or use another name.")
        raise Conflict("employer.known", message, field="email")
    is_new = await booths.of_employer(tx, fair, employer) is None
    booth = await booths.reserve(tx, fair, employer)
    owner = _Wanted(Purpose.EMPLOYER, email, by, fair, employer.id, invited.person, is_owner=True, may_repeat=is_new)
    link = await _invite(tx, replace(owner, not_before=not_before))
    return EmployerInvitation(employer, link, booth.id if is_new else None)


async def invite_colleague(
    tx: Transaction,
    by: Person,
    booth: Booth,
    email: str,
    *,
    is_owner: bool,
    name: str = "",
    not_before: datetime | None = None,
) -> Link:
    subject = booth.employer_id
    wanted = _Wanted(Purpose.EMPLOYER, email, by, booth.fair, subject, name, is_owner=is_owner, not_before=not_before)
    return await _invite(tx, wanted)


async def invite_candidate(tx: Transaction, by: Person, fair: Fair, name: str, email: str) -> None:
    """The letter of a fair that nobody may see yet goes out when it is published."""
    await tx.lock(fair, key_share=True)
    email = people.clean_email(email, "candidate_email")
    named = people.clean_name(name, "candidate_name") if name.strip() else ""
    if not await invite_candidates(tx, by, fair, [Listed(named, email)]):
        raise known_already("candidate_email")


async def invite_candidates(
    tx: Transaction,
    by: Person,
    fair: Fair,
    wanted: Sequence[Listed],
    *,
    not_before: datetime | None = None,
    import_id: uuid.UUID | None = None,
) -> dict[str, Link]:
    """Invite those of these people, hundreds of them, who are neither invited nor registered; gives their invitations
    by address. Nobody else may invite to this fair meanwhile: it is locked."""
    fairs.demand_not_archived(fair)
    emails = [each.email for each in wanted if each.email]
    listed = await attendees.by_email(tx, fair.id, emails)
    invited = await _invited(tx, fair, emails)
    new = {
        each.email: each
        for each in wanted
        if each.email and each.email not in invited and not _is_known(listed.get(each.email), by_list=bool(import_id))
    }
    letters = [
        await signin.make_link(tx, Purpose.FAIR, email, each.name or _name_of(email), subject_id=fair.id)
        for email, each in new.items()
    ]
    links = {link.email: link for link, _ in letters}
    for link in links.values():
        link.invited_by_id, link.not_before = by.id, not_before
    await tx.session.flush()
    for email in links.keys() & listed.keys():
        listed[email].link_id = links[email].id
    fresh = [
        Listed(link.name, email, new[email].phone, link_id=link.id)
        for email, link in links.items()
        if email not in listed
    ]
    await attendees.add(tx, fair.id, fresh, import_id)
    if fair.state is not FairState.DRAFT:
        await invitation_letters.write(tx, letters, fair)
    return links


def _is_known(attendee: Attendee | None, *, by_list: bool) -> bool:
    """Whether somebody takes part already; or has said that they do not come, and is asked again by name alone."""
    if attendee is None:
        return False
    return bool(attendee.registered_at or attendee.came_at or (by_list and attendee.cancelled_at))


def _name_of(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").title()


async def _invited(tx: Transaction, fair: Fair, emails: Sequence[str]) -> set[str]:
    """Those of these addresses whose invitation to the fair can still be used."""
    to_fair = Link.purpose == Purpose.FAIR, Link.subject_id == fair.id
    lasts = or_(Link.sent_at.is_(None), Link.expires_at > tx.now)
    return {link.email for link in await unused(tx, and_(*to_fair, lasts, tx.among(Link.email, emails)))}


async def invite_organiser(tx: Transaction, by: Person, email: str) -> None:
    await _invite(tx, _Wanted(Purpose.ORGANISER, email, by))


async def invite_to_run(tx: Transaction, by: Person, fair: Fair, email: str) -> None:
    """Invite somebody to run this fair beside its organisers."""
    fairs.demand_not_archived(fair)
    await _invite(tx, _Wanted(Purpose.ORGANISER, email, by, fair, fair.id, fields=("organiser_email", "name")))


async def invite_counsellor(tx: Transaction, by: Person, agency: str, team: str, email: str) -> None:
    subject = await agencies.team(tx, agency, team)
    fields = ("counsellor_email", "name")
    await _invite(tx, _Wanted(Purpose.COUNSELLOR, email, by, subject_id=subject.id, fields=fields))


async def _invite(tx: Transaction, wanted: _Wanted) -> Link:
    email = people.clean_email(wanted.email, wanted.fields[0])
    same = Link.purpose == wanted.purpose, Link.email == email, Link.subject_id == wanted.subject_id
    known = await unused(tx, and_(*same, Link.expires_at > tx.now))
    if known and not wanted.may_repeat:
        raise known_already(wanted.fields[0])
    link, token = await signin.make_link(
        tx,
        wanted.purpose,
        email,
        people.clean_name(wanted.name.strip() or _name_of(email), wanted.fields[1]),
        subject_id=wanted.subject_id,
        is_owner=wanted.is_owner,
    )
    link.invited_by_id, link.not_before = wanted.by.id, wanted.not_before
    await tx.session.flush()
    await invitation_letters.write(tx, [(link, token)], wanted.fair)
    return link
