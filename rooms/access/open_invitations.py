"""Invitations that nobody has used yet: who sees them, withdraws them, sends them again."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from rooms.access import invitation_letters
from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import booths, fairs
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.organisations.agencies import Team
from rooms.organisations.employers import Employer
from rooms.people import mail_refusals, signin
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose


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


def to_fair(fair: Fair) -> ColumnElement[bool]:
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


async def of_fair(tx: Transaction, fair: Fair, *purposes: Purpose) -> list[Invited]:
    """The invitations to this fair that nobody has used yet, the latest first: those of these purposes, or all."""
    return await _open(tx, and_(to_fair(fair), Link.purpose.in_(purposes or tuple(Purpose))))


async def of_employer(tx: Transaction, employer_id: uuid.UUID) -> list[Invited]:
    return await _open(tx, _to_employer(employer_id))


async def to_booths(tx: Transaction, fair: Fair, chosen: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """The invitations to the employers of these booths of the fair that nobody has used yet."""
    theirs = select(Booth.employer_id).where(Booth.fair_id == fair.id, Booth.id.in_(chosen))
    links = await unused(tx, and_(Link.subject_id.in_(theirs), Link.purpose == Purpose.EMPLOYER))
    return [link.id for link in links]


async def of_installation(tx: Transaction) -> list[Invited]:
    return await _open(tx, _to_installation())


async def _open(tx: Transaction, which: ColumnElement[bool]) -> list[Invited]:
    links = await unused(tx, which)
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


async def unused(tx: Transaction, which: ColumnElement[bool], *, lock: bool = False) -> list[Link]:
    query = select(Link).where(which, Link.used_at.is_(None), Link.withdrawn_at.is_(None)).order_by(Link.id.desc())
    return list((await tx.session.execute(query.with_for_update() if lock else query)).scalars())


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
    await _withdraw(tx, [await _one(tx, to_fair(fair), invitation_id)])


async def withdraw_these(tx: Transaction, fair: Fair, invitations: Collection[uuid.UUID]) -> int:
    """Those of them that nobody has used; gives how many."""
    links = await unused(tx, and_(to_fair(fair), tx.among(Link.id, invitations)), lock=True)
    await _withdraw(tx, links)
    return len(links)


async def take_back_booth(tx: Transaction, booth: Booth) -> bool:
    """The employer was invited by mistake: its booth leaves the fair. Its invitations open nothing any more, unless it
    is in another fair, where they stand in the list; says whether they are withdrawn."""
    fairs.demand_not_archived(booth.fair)
    employer_id = booth.employer_id
    await booths.give_up(tx, booth)
    if await booths.ids_of_employer(tx, employer_id):
        return False
    await _withdraw(tx, await unused(tx, _to_employer(employer_id), lock=True))
    return True


async def withdraw_with(tx: Transaction, fair: Fair) -> None:
    """The fair goes: what leads to it, or to nothing but one of its booths, opens nothing any more."""
    elsewhere = select(Booth.employer_id).where(Booth.fair_id != fair.id)
    is_here_alone = or_(Link.purpose != Purpose.EMPLOYER, Link.subject_id.not_in(elsewhere))
    await _withdraw(tx, await unused(tx, and_(to_fair(fair), is_here_alone), lock=True))


async def withdraw_for_employer(tx: Transaction, employer_id: uuid.UUID, invitation_id: uuid.UUID) -> None:
    await _withdraw(tx, [await _one(tx, _to_employer(employer_id), invitation_id)])


async def lock_of(tx: Transaction, *employers: uuid.UUID) -> None:
    """Nobody accepts an invitation of these employers until this is over."""
    await unused(tx, and_(Link.subject_id.in_(employers), Link.purpose == Purpose.EMPLOYER), lock=True)


async def withdraw_all_of(tx: Transaction, employer_id: uuid.UUID) -> None:
    await _withdraw(tx, await unused(tx, _to_employer(employer_id), lock=True))


async def withdraw_for_installation(tx: Transaction, invitation_id: uuid.UUID) -> None:
    await _withdraw(tx, [await _one(tx, _to_installation(), invitation_id)])


async def _withdraw(tx: Transaction, links: Sequence[Link]) -> None:
    for link in links:
        link.withdrawn_at = link.withdrawn_at or tx.now
    await outbox.withdraw(tx, [link.mail_id for link in links if link.mail_id])


async def _one(tx: Transaction, which: ColumnElement[bool], invitation_id: uuid.UUID) -> Link:
    query = select(Link).where(which, Link.id == invitation_id).with_for_update()
    link = (await tx.session.execute(query)).scalar_one_or_none()
    if link is None:
        raise NotFound("invitation")
    return link


async def send_again(tx: Transaction, by: Person, fair: Fair, invitation_id: uuid.UUID) -> None:
    """A new letter, with a new link; the one before opens nothing any more."""
    await _send_again(tx, by, await _one(tx, to_fair(fair), invitation_id), fair)


async def remind(tx: Transaction, by: Person, fair: Fair, invitations: Collection[uuid.UUID]) -> int:
    """Those of them whose letter has left, and who have not answered, get a new one that says so; gives how many."""
    fairs.demand_not_archived(fair)
    links = await unused(tx, and_(to_fair(fair), tx.among(Link.id, invitations)), lock=True)
    to_leave = await outbox.still_to_leave(tx, [link.mail_id for link in links if link.mail_id])
    sent = [link for link in links if link.sent_at and link.mail_id not in to_leave]
    for link in sent:
        link.invited_by_id, link.not_before = by.id, None
    await invitation_letters.write(tx, [(link, signin.renew(link)) for link in sent], fair, is_reminder=True)
    return len(sent)


async def send_again_for_employer(tx: Transaction, by: Person, booth: Booth, invitation_id: uuid.UUID) -> None:
    await _send_again(tx, by, await _one(tx, _to_employer(booth.employer_id), invitation_id), booth.fair)


async def send_again_for_installation(tx: Transaction, by: Person, invitation_id: uuid.UUID) -> None:
    await _send_again(tx, by, await _one(tx, _to_installation(), invitation_id), None)


async def _send_again(tx: Transaction, by: Person, link: Link, fair: Fair | None) -> None:
    if link.used_at or link.withdrawn_at:
        raise Conflict("invitation.over", N_("This invitation was used or withdrawn meanwhile."))
    if fair:
        fairs.demand_not_archived(fair)
    if link.purpose is Purpose.FAIR and fair and fair.state is FairState.DRAFT:
        raise Conflict("invitation.waits", N_("It goes out by itself when the fair is published."))
    link.invited_by_id, link.not_before = by.id, None
    await outbox.withdraw(tx, [link.mail_id] if link.mail_id else [])
    await invitation_letters.write(tx, [(link, signin.renew(link))], fair)
