"""Inviting people in: to a fair, to a booth, to run a fair, to a team. What they then may: acceptance.py."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.events import reacts_to
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import booths, fairs, schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.schedule import FairTurned
from rooms.organisations import agencies, employers
from rooms.organisations.agencies import Team
from rooms.organisations.employers import Employer
from rooms.people import mail_refusals, people, signin
from rooms.people.people import Person
from rooms.people.signin import INVITATION_LIFE, Link, Purpose

AFTER_ITS_FAIR = timedelta(days=1)


@dataclass(frozen=True)
class Invited:
    """An invitation that nobody has used yet, as whoever invited sees it."""

    link: Link
    to: str
    """The fair, the employer, or the agency and team."""
    is_expired: bool
    is_lost: bool
    """The letter could not be delivered."""
    is_refused: bool
    """Whoever has this address does without invitations."""


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
    fields: tuple[str, str] = field(default=("email", "name"))
    """In which the address and the name were typed."""


async def invite_employer(tx: Transaction, by: Person, fair: Fair, name: str, sector: str, email: str) -> Employer:
    """Reserve a booth for an employer and invite its first person, who will own it. An employer is known again by its
    name only among those of the same organisers: everybody else's is another one."""
    fairs.demand_not_archived(fair)
    email = people.clean_email(email)
    known = await booths.employers_known_to(tx, fair)
    employer = employers.of_name(known, name) or await employers.found(tx, name, sector)
    members = {person.email for person, _ in await employers.members_of(tx, employer.id)}
    if members and email not in members:
        message = N_("This employer has people of its own here. Invite one of them, or use another name.")
        raise Conflict("employer.known", message, field="email")
    is_new = await booths.of_employer(tx, fair, employer) is None
    await booths.reserve(tx, fair, employer)
    wanted = _Wanted(Purpose.EMPLOYER, email, by, fair, employer.id, is_owner=True, may_repeat=is_new)
    await _invite(tx, wanted)
    return employer


async def invite_colleague(tx: Transaction, by: Person, booth: Booth, email: str, *, is_owner: bool) -> None:
    await _invite(tx, _Wanted(Purpose.EMPLOYER, email, by, booth.fair, booth.employer_id, is_owner=is_owner))


async def invite_candidate(tx: Transaction, by: Person, fair: Fair, name: str, email: str) -> None:
    """The letter of a fair that nobody may see yet goes out when it is published."""
    await tx.lock(fair)
    fairs.demand_not_archived(fair)
    fields = ("candidate_email", "candidate_name")
    await _invite(tx, _Wanted(Purpose.FAIR, email, by, fair, fair.id, name, fields=fields))


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


async def _invite(tx: Transaction, wanted: _Wanted) -> None:
    email = people.clean_email(wanted.email, wanted.fields[0])
    name = wanted.name.strip() or email.partition("@")[0].replace(".", " ").title()
    same = Link.purpose == wanted.purpose, Link.email == email, Link.subject_id == wanted.subject_id
    known = await _unused(tx, and_(*same, or_(Link.sent_at.is_(None), Link.expires_at > tx.now)))
    if known and not wanted.may_repeat:
        message = N_("This address is invited already. The invitation stands in the list: it can be sent again there.")
        raise Conflict("invitation.known", message, field=wanted.fields[0])
    link, token = await signin.make_link(
        tx,
        wanted.purpose,
        email,
        people.clean_name(name, wanted.fields[1]),
        subject_id=wanted.subject_id,
        is_owner=wanted.is_owner,
    )
    link.invited_by_id = wanted.by.id
    await tx.session.flush()
    if not (wanted.purpose is Purpose.FAIR and wanted.fair and wanted.fair.state is FairState.DRAFT):
        await _send(tx, link, token, wanted.fair, wanted.by)


async def _send(tx: Transaction, link: Link, token: str, fair: Fair | None, by: Person) -> None:
    """Write the letter. An invitation to a fair lasts as long as the fair."""
    days = await schedule.days_of(tx, fair) if fair else []
    link.sent_at = tx.now
    link.expires_at = max([tx.now + INVITATION_LIFE, *(day.closes_at + AFTER_ITS_FAIR for day in days)])
    employer = await tx.session.get(Employer, link.subject_id) if link.purpose is Purpose.EMPLOYER else None
    team = await tx.session.get(Team, link.subject_id) if link.purpose is Purpose.COUNSELLOR else None
    values: dict[str, object] = {
        "purpose": link.purpose.value,
        "path": f"/links/{token}",
        "name": link.name,
        "by": by.name,
        "by_email": by.email or "",
        "is_owner": link.is_owner,
        "employer": employer.name if employer else "",
        "agency": team.agency.name if team else "",
        "team": team.name if team else "",
        "fair": fair.name if fair else "",
        "zone": fair.time_zone if fair else "",
        "days": [[day.opens_at.isoformat(), day.closes_at.isoformat()] for day in days],
        "until": link.expires_at.isoformat(),
    }
    language = fair.languages[0] if fair else by.language
    await outbox.post(tx, Letter(link.email, "invitation", language, values, useless_at=link.expires_at))


@reacts_to(FairTurned)
async def send_waiting(tx: Transaction, turned: FairTurned) -> None:
    """A fair is published: the invitations that waited for it go out."""
    if turned.state is FairState.DRAFT:
        return
    of_fair = and_(Link.purpose == Purpose.FAIR, Link.subject_id == turned.fair_id, Link.sent_at.is_(None))
    waiting = await _unused(tx, of_fair)
    if not waiting:
        return
    fair = await tx.session.get_one(Fair, turned.fair_id)
    for link in waiting:
        await _send(tx, link, signin.renew(link), fair, await _inviter(tx, link, fair))


async def _inviter(tx: Transaction, link: Link, fair: Fair) -> Person:
    by = await tx.session.get(Person, link.invited_by_id) if link.invited_by_id else None
    if by is None:
        by, *_ = [*await fairs.organisers_of(tx, fair), *await people.organisers(tx)]
    return by


def _to_fair(fair: Fair) -> ColumnElement[bool]:
    """To the fair, to one of its booths, or to run it."""
    invited = select(Booth.employer_id).where(Booth.fair_id == fair.id)
    return or_(
        and_(Link.subject_id == fair.id, Link.purpose.in_((Purpose.FAIR, Purpose.ORGANISER))),
        and_(Link.subject_id.in_(invited), Link.purpose == Purpose.EMPLOYER),
    )


def _to_employer(employer_id: uuid.UUID) -> ColumnElement[bool]:
    return and_(Link.subject_id == employer_id, Link.purpose == Purpose.EMPLOYER)


def _to_installation() -> ColumnElement[bool]:
    """To make fairs, or to a team of counsellors."""
    return or_(and_(Link.purpose == Purpose.ORGANISER, Link.subject_id.is_(None)), Link.purpose == Purpose.COUNSELLOR)


async def open_for(tx: Transaction, fair: Fair) -> list[Invited]:
    """The invitations to this fair that nobody has used yet, the latest first."""
    return await _open(tx, _to_fair(fair))


async def open_for_employer(tx: Transaction, employer_id: uuid.UUID) -> list[Invited]:
    return await _open(tx, _to_employer(employer_id))


async def open_for_installation(tx: Transaction) -> list[Invited]:
    return await _open(tx, _to_installation())


async def _open(tx: Transaction, which: ColumnElement[bool]) -> list[Invited]:
    links = await _unused(tx, which)
    names = await _names(tx, links)
    emails = {link.email for link in links}
    refused = await mail_refusals.refusing(tx, "invitation", emails)
    lost = await outbox.given_up(tx, "invitation", emails) - refused
    return [
        Invited(
            link,
            names.get(link.subject_id, ""),
            is_expired=link.expires_at <= tx.now,
            is_lost=link.email in lost,
            is_refused=link.email in refused,
        )
        for link in links
    ]


async def _unused(tx: Transaction, which: ColumnElement[bool]) -> list[Link]:
    query = select(Link).where(which, Link.used_at.is_(None), Link.withdrawn_at.is_(None)).order_by(Link.id.desc())
    return list((await tx.session.execute(query)).scalars())


async def _names(tx: Transaction, links: Sequence[Link]) -> dict[uuid.UUID | None, str]:
    """What the links lead to, by its id."""
    ids = {link.subject_id for link in links if link.subject_id}
    found: dict[uuid.UUID | None, str] = {}
    for query in (
        select(Fair.id, Fair.name).where(Fair.id.in_(ids)),
        select(Employer.id, Employer.name).where(Employer.id.in_(ids)),
    ):
        found |= {row.id: row.name for row in await tx.session.execute(query)}
    teams = (await tx.session.execute(select(Team).where(Team.id.in_(ids)))).scalars()
    return found | {team.id: f"{team.agency.name}, {team.name}" for team in teams}


async def withdraw(tx: Transaction, fair: Fair, invitation_id: uuid.UUID) -> None:
    """The link opens nothing from now on."""
    await _withdraw(tx, _to_fair(fair), invitation_id)


async def take_back_booth(tx: Transaction, booth: Booth) -> bool:
    """The employer was invited by mistake: its booth leaves the fair. Its invitations open nothing any more, unless it
    is in another fair, where they stand in the list; says whether they are withdrawn."""
    employer_id = booth.employer_id
    await booths.give_up(tx, booth)
    if await booths.ids_of_employer(tx, employer_id):
        return False
    for link in await _unused(tx, _to_employer(employer_id)):
        link.withdrawn_at = tx.now
    return True


async def withdraw_for_employer(tx: Transaction, employer_id: uuid.UUID, invitation_id: uuid.UUID) -> None:
    await _withdraw(tx, _to_employer(employer_id), invitation_id)


async def withdraw_for_installation(tx: Transaction, invitation_id: uuid.UUID) -> None:
    await _withdraw(tx, _to_installation(), invitation_id)


async def _withdraw(tx: Transaction, which: ColumnElement[bool], invitation_id: uuid.UUID) -> None:
    link = await _one(tx, which, invitation_id)
    link.withdrawn_at = link.withdrawn_at or tx.now


async def _one(tx: Transaction, which: ColumnElement[bool], invitation_id: uuid.UUID) -> Link:
    query = select(Link).where(which, Link.id == invitation_id).with_for_update()
    link = (await tx.session.execute(query)).scalar_one_or_none()
    if link is None:
        raise NotFound("invitation")
    return link


async def send_again(tx: Transaction, by: Person, fair: Fair, invitation_id: uuid.UUID) -> None:
    """A new letter, with a new link; the one before opens nothing any more."""
    await _send_again(tx, by, _to_fair(fair), invitation_id, fair)


async def send_again_for_employer(tx: Transaction, by: Person, booth: Booth, invitation_id: uuid.UUID) -> None:
    await _send_again(tx, by, _to_employer(booth.employer_id), invitation_id, booth.fair)


async def send_again_for_installation(tx: Transaction, by: Person, invitation_id: uuid.UUID) -> None:
    await _send_again(tx, by, _to_installation(), invitation_id, None)


async def _send_again(
    tx: Transaction, by: Person, which: ColumnElement[bool], invitation_id: uuid.UUID, fair: Fair | None
) -> None:
    link = await _one(tx, which, invitation_id)
    if link.used_at or link.withdrawn_at:
        raise Conflict("invitation.over", N_("This invitation was used or withdrawn meanwhile."))
    if fair:
        fairs.demand_not_archived(fair)
    if link.purpose is Purpose.FAIR and fair and fair.state is FairState.DRAFT:
        raise Conflict("invitation.waits", N_("It goes out by itself when the fair is published."))
    await _send(tx, link, signin.renew(link), fair, by)
