"""Inviting people in, and what an accepted invitation gives them."""

import uuid

from sqlalchemy import Select, or_, select

from rooms import agencies, booths, employers, outbox, people, signin
from rooms.booths import Booth
from rooms.employers import Employer
from rooms.errors import N_, Conflict, NotFound
from rooms.fairs import Fair
from rooms.people import Person
from rooms.signin import Link, Purpose
from rooms.transaction import Transaction


async def invite_employer(tx: Transaction, fair: Fair, name: str, sector: str, email: str, language: str) -> Employer:
    """Reserve a booth for an employer and invite its first person, who will own it."""
    email = people.clean_email(email)
    employer = await employers.by_name(tx, name) or await employers.found(tx, name, sector)
    members = {person.email for person, _ in await employers.members_of(tx, employer.id)}
    if members and email not in members:
        message = N_("This employer has people of its own here. Invite one of them, or use another name.")
        raise Conflict("employer.known", message, field="email")
    await booths.reserve(tx, fair, employer)
    values: dict[str, object] = {"employer": employer.name, "fair": fair.name}
    await _send(tx, Purpose.EMPLOYER, email, language, values, subject=employer.id, is_owner=True)
    return employer


async def invite_colleague(tx: Transaction, employer: Employer, email: str, language: str, *, is_owner: bool) -> None:
    values: dict[str, object] = {"employer": employer.name}
    await _send(tx, Purpose.EMPLOYER, email, language, values, subject=employer.id, is_owner=is_owner)


async def invite_candidate(tx: Transaction, fair: Fair, name: str, email: str, language: str) -> None:
    await _send(tx, Purpose.FAIR, email, language, {"fair": fair.name}, subject=fair.id, name=name)


async def invite_organiser(tx: Transaction, email: str, language: str) -> None:
    await _send(tx, Purpose.ORGANISER, email, language, {})


async def invite_counsellor(tx: Transaction, agency: str, team: str, email: str, language: str) -> None:
    where = await agencies.team(tx, agency, team)
    await _send(tx, Purpose.COUNSELLOR, email, language, {"agency": agency}, subject=where.id)


async def _send(
    tx: Transaction,
    purpose: Purpose,
    email: str,
    language: str,
    values: dict[str, object],
    *,
    subject: uuid.UUID | None = None,
    is_owner: bool = False,
    name: str = "",
) -> None:
    email = people.clean_email(email)
    name = name.strip() or email.partition("@")[0].replace(".", " ").title()
    link, token = await signin.make_link(tx, purpose, email, name, subject=subject, is_owner=is_owner)
    values |= {"purpose": purpose.value, "path": f"/links/{token}"}
    await outbox.post(tx, link.email, "invitation", language, values)


def _to(fair: Fair) -> Select[Link]:
    invited = select(Booth.employer_id).where(Booth.fair_id == fair.id)
    return select(Link).where(
        or_(Link.subject == fair.id, Link.subject.in_(invited)),
        Link.purpose.in_((Purpose.FAIR, Purpose.EMPLOYER)),
    )


async def open_for(tx: Transaction, fair: Fair) -> list[Link]:
    """The invitations to this fair or to one of its booths that nobody has used yet, the latest first."""
    query = _to(fair).where(Link.used_at.is_(None), Link.withdrawn_at.is_(None), Link.expires_at > tx.now)
    return list((await tx.session.execute(query.order_by(Link.id.desc()))).scalars())


async def withdraw(tx: Transaction, fair: Fair, invitation: uuid.UUID) -> None:
    """The link opens nothing from now on."""
    link = (await tx.session.execute(_to(fair).where(Link.id == invitation))).scalar_one_or_none()
    if link is None:
        raise NotFound("invitation")
    link.withdrawn_at = link.withdrawn_at or tx.now


async def accept(tx: Transaction, token: str, language: str, name: str = "") -> tuple[Person, str]:
    """Use a link: returns its person and the path of the page it opens. `name` is what a new person is called."""
    person, link = await signin.use_link(tx, token, language, name)
    return person, await _grant(tx, person, link)


async def _grant(tx: Transaction, person: Person, link: Link) -> str:
    if link.purpose is Purpose.ORGANISER:
        person.is_organiser = True
        return "/organise"
    if link.subject is None:
        return await home_of(tx, person)
    if link.purpose is Purpose.EMPLOYER:
        await employers.add_member(tx, link.subject, person, is_owner=link.is_owner)
        if link.is_owner:
            await booths.staff_by_owner(tx, link.subject, person.id)
        unready = await booths.first_unready(tx, link.subject)
        return f"/booths/{unready}/set-up" if unready else "/desk"
    if link.purpose is Purpose.COUNSELLOR:
        await agencies.add_member(tx, link.subject, person)
        return "/"
    fair = await tx.session.get(Fair, link.subject)
    if fair is None:
        raise NotFound("fair")
    return f"/fairs/{fair.slug}"


async def home_of(tx: Transaction, person: Person) -> str:
    """Where somebody who signs in wants to be."""
    if await booths.staffed_by(tx, person.id):
        return "/desk"
    return "/organise" if person.is_organiser or person.is_administrator else "/"
