"""The letters of invitations: written when somebody is invited, when a fair is published, and again on demand."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from rooms.core import outbox
from rooms.core.events import reacts_to
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import fairs, schedule
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.schedule import FairDay, FairTurned
from rooms.organisations.agencies import Team
from rooms.organisations.employers import Employer
from rooms.people import people, signin
from rooms.people.people import Person
from rooms.people.signin import INVITATION_LIFE, Link, Purpose

AFTER_ITS_FAIR = timedelta(days=1)


async def write(
    tx: Transaction, invitations: Sequence[tuple[Link, str]], fair: Fair | None, *, is_reminder: bool = False
) -> None:
    """Write the letters of these links, each with its secret token. An invitation to a fair lasts as long as the
    fair."""
    days = await schedule.days_of(tx, fair) if fair else []
    for link, _ in invitations:
        link.sent_at = max(tx.now, link.not_before or tx.now)
        link.expires_at = max([link.sent_at + INVITATION_LIFE, *(day.closes_at + AFTER_ITS_FAIR for day in days)])
        link.opened_at = None
    letters = [await _letter(tx, link, token, fair, days, is_reminder=is_reminder) for link, token in invitations]
    for (link, _), letter_id in zip(invitations, await outbox.post(tx, *letters), strict=True):
        link.mail_id = letter_id


async def _letter(
    tx: Transaction, link: Link, token: str, fair: Fair | None, days: Sequence[FairDay], *, is_reminder: bool
) -> Letter:
    by = await _inviter(tx, link, fair)
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
        **(schedule.told(fair, days) if fair else {"fair": "", "zone": ""}),
        "until": link.expires_at.isoformat(),
        "is_reminder": is_reminder,
    }
    language = fair.languages[0] if fair else by.language
    return Letter(link.email, "invitation", language, values, due_at=link.sent_at, useless_at=link.expires_at)


@reacts_to(FairTurned)
async def send_waiting(tx: Transaction, turned: FairTurned) -> None:
    """A fair is published: the invitations that waited for it go out."""
    if turned.state is FairState.DRAFT:
        return
    of_fair = Link.purpose == Purpose.FAIR, Link.subject_id == turned.fair_id
    waits = Link.sent_at.is_(None), Link.used_at.is_(None), Link.withdrawn_at.is_(None)
    waiting = list((await tx.session.execute(select(Link).where(*of_fair, *waits).order_by(Link.id))).scalars())
    if waiting:
        fair = await tx.session.get_one(Fair, turned.fair_id)
        await write(tx, [(link, signin.renew(link)) for link in waiting], fair)


async def _inviter(tx: Transaction, link: Link, fair: Fair | None) -> Person:
    """Whoever invited; somebody who runs the fair, if they are gone."""
    by = await tx.session.get(Person, link.invited_by_id) if link.invited_by_id else None
    if by is None:
        by, *_ = [*(await fairs.organisers_of(tx, fair) if fair else []), *await people.organisers(tx)]
    return by
