"""Inviting people in, and what an accepted invitation gives them."""

import uuid

from sqlalchemy import ColumnElement, and_, or_, select

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import booths, fairs
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.organisations import agencies, employers
from rooms.organisations.employers import Employer
from rooms.people import people, signin
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose


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
    await _send(tx, Purpose.EMPLOYER, email, language, values, subject_id=employer.id, is_owner=True)
    return employer


async def invite_colleague(tx: Transaction, employer: Employer, email: str, language: str, *, is_owner: bool) -> None:
    values: dict[str, object] = {"employer": employer.name}
    await _send(tx, Purpose.EMPLOYER, email, language, values, subject_id=employer.id, is_owner=is_owner)


async def invite_candidate(tx: Transaction, fair: Fair, name: str, email: str, language: str) -> None:
    await _send(
        tx, Purpose.FAIR, email, language, {"fair": fair.name}, subject_id=fair.id, name=name, field="candidate_email"
    )


async def invite_organiser(tx: Transaction, email: str, language: str) -> None:
    await _send(tx, Purpose.ORGANISER, email, language, {})


async def invite_to_run(tx: Transaction, fair: Fair, email: str, language: str) -> None:
    """Invite somebody to run this fair beside its organisers."""
    await _send(
        tx, Purpose.ORGANISER, email, language, {"fair": fair.name}, subject_id=fair.id, field="organiser_email"
    )


async def invite_counsellor(tx: Transaction, agency: str, team: str, email: str, language: str) -> None:
    where = await agencies.team(tx, agency, team)
    await _send(
        tx, Purpose.COUNSELLOR, email, language, {"agency": agency}, subject_id=where.id, field="counsellor_email"
    )


async def _send(
    tx: Transaction,
    purpose: Purpose,
    email: str,
    language: str,
    values: dict[str, object],
    *,
    subject_id: uuid.UUID | None = None,
    is_owner: bool = False,
    name: str = "",
    field: str = "email",
) -> None:
    email = people.clean_email(email, field)
    name = name.strip() or email.partition("@")[0].replace(".", " ").title()
    link, token = await signin.make_link(tx, purpose, email, name, subject_id=subject_id, is_owner=is_owner)
    values |= {"purpose": purpose.value, "path": f"/links/{token}"}
    await outbox.post(tx, Letter(link.email, "invitation", language, values))


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


async def open_for(tx: Transaction, fair: Fair) -> list[Link]:
    """The invitations to this fair that nobody has used yet, the latest first."""
    return await _open(tx, _to_fair(fair))


async def open_for_employer(tx: Transaction, employer_id: uuid.UUID) -> list[Link]:
    return await _open(tx, _to_employer(employer_id))


async def open_for_installation(tx: Transaction) -> list[Link]:
    return await _open(tx, _to_installation())


async def _open(tx: Transaction, which: ColumnElement[bool]) -> list[Link]:
    query = select(Link).where(which, Link.used_at.is_(None), Link.withdrawn_at.is_(None), Link.expires_at > tx.now)
    return list((await tx.session.execute(query.order_by(Link.id.desc()))).scalars())


async def withdraw(tx: Transaction, fair: Fair, invitation_id: uuid.UUID) -> None:
    """The link opens nothing from now on."""
    await _withdraw(tx, _to_fair(fair), invitation_id)


async def withdraw_for_employer(tx: Transaction, employer_id: uuid.UUID, invitation_id: uuid.UUID) -> None:
    await _withdraw(tx, _to_employer(employer_id), invitation_id)


async def withdraw_for_installation(tx: Transaction, invitation_id: uuid.UUID) -> None:
    await _withdraw(tx, _to_installation(), invitation_id)


async def _withdraw(tx: Transaction, which: ColumnElement[bool], invitation_id: uuid.UUID) -> None:
    link = (await tx.session.execute(select(Link).where(which, Link.id == invitation_id))).scalar_one_or_none()
    if link is None:
        raise NotFound("invitation")
    link.withdrawn_at = link.withdrawn_at or tx.now


class SignInBefore(Conflict):
    """An invitation lies in a mailbox for days: it may add a right to somebody who has others, but signs nobody in."""

    def __init__(self) -> None:
        message = N_("You have rights here already. Sign in first, then open this link again.")
        super().__init__("link.sign_in_before", message)


async def accept(
    tx: Transaction, token: str, language: str, name: str = "", *, signed_in_id: uuid.UUID | None = None
) -> tuple[Person, str]:
    """Use a link: returns its person and the path of the page it opens. `name` is what a new person is called."""
    link = await signin.look_at_link(tx, token, lock=True)
    known = await people.by_email(tx, link.email)
    if known and link.purpose is not Purpose.SIGN_IN and known.id != signed_in_id and await _has_rights(tx, known):
        raise SignInBefore()
    person, link = await signin.use_link(tx, token, language, name)
    return person, await _grant(tx, person, link)


async def _has_rights(tx: Transaction, person: Person) -> bool:
    """Whether an open door to this person's account would open other people's affairs too."""
    return (
        person.is_administrator
        or person.is_organiser
        or bool(await employers.of_member(tx, person.id))
        or bool(await agencies.teams_of(tx, person.id))
        or bool(await fairs.run_by(tx, person))
    )


async def _grant(tx: Transaction, person: Person, link: Link) -> str:
    if link.purpose is Purpose.ORGANISER and link.subject_id is None:
        person.is_organiser = True
        return "/organise"
    if link.subject_id is None:
        return await home_of(tx, person)
    if link.purpose is Purpose.EMPLOYER:
        await employers.add_member(tx, link.subject_id, person, is_owner=link.is_owner)
        if link.is_owner:
            await booths.staff_by_owner(tx, link.subject_id, person.id)
        unready = await booths.first_unready(tx, link.subject_id)
        return f"/booths/{unready}/set-up" if unready else "/desk"
    if link.purpose is Purpose.COUNSELLOR:
        await agencies.add_member(tx, link.subject_id, person)
        return "/counsel/hours"
    fair = await tx.session.get(Fair, link.subject_id)
    if fair is None:
        raise NotFound("fair")
    if link.purpose is Purpose.ORGANISER:
        await fairs.add_organiser(tx, fair, person)
        return f"/organise/{fair.slug}"
    return fair.path


async def home_of(tx: Transaction, person: Person) -> str:
    """Where somebody who signs in wants to be."""
    if await booths.staffed_by(tx, person.id):
        return "/desk"
    if await agencies.teams_of(tx, person.id):
        return "/counsel"
    return "/organise" if person.is_organiser or person.is_administrator else "/"
