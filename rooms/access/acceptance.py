"""What an invitation that is accepted, or a link that signs in, gives its person; and where each has their home."""

import uuid

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.fairs import attendees, booth_staff, booths, fairs, registration, registration_questions
from rooms.fairs.fairs import SHOWN, Fair
from rooms.lines import calls
from rooms.lines.call import Answer
from rooms.lines.places import Place
from rooms.organisations import agencies, employers
from rooms.organisations.employers import Employer
from rooms.people import people, signin
from rooms.people.people import Person
from rooms.people.signin import Link, Purpose


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
    await _demand_seen(tx, link)
    known = await people.by_email(tx, link.email)
    if known and link.purpose is not Purpose.SIGN_IN and known.id != signed_in_id and await _has_rights(tx, known):
        raise SignInBefore()
    person, link = await signin.use_link(tx, token, language, name)
    return person, await _grant(tx, person, link)


async def _demand_seen(tx: Transaction, link: Link) -> None:
    """An invitation to a fair that nobody may see yet is not used up."""
    fair = await tx.session.get(Fair, link.subject_id) if link.purpose is Purpose.FAIR else None
    if fair and fair.state not in SHOWN:
        message = N_("This fair cannot be visited now. Your invitation stays good: open this link again later.")
        raise Conflict("fair.not_shown", message)


async def leads_to(tx: Transaction, link: Link) -> str:
    """The page that a link opened, for whoever uses it once more; its own door says whether they may."""
    if link.purpose is Purpose.EMPLOYER:
        return "/desk"
    if link.purpose is Purpose.PLACE and link.subject_id:
        return f"{(await tx.session.get_one(Place, link.subject_id)).booth.fair.path}/lines"
    if link.purpose is Purpose.COUNSELLOR:
        return "/counsel"
    fair = await tx.session.get(Fair, link.subject_id) if link.subject_id else None
    if link.purpose is Purpose.ORGANISER:
        return f"/organise/{fair.slug}" if fair else "/organise"
    return fair.path if fair else "/"


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
    if link.purpose is Purpose.PLACE and link.subject_id:
        return await _answer(tx, link.subject_id)
    if link.subject_id is None:
        return await home_of(tx, person)
    if link.purpose is Purpose.EMPLOYER:
        await _join(tx, person, link.subject_id, is_owner=link.is_owner)
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
    questions = await registration_questions.of_fair(tx, fair.id) if fair.lies_ahead else []
    if any(question.is_required for question in questions):
        # They take part once they have answered what must be answered.
        await attendees.attach(tx, fair.id, {person.id: person})
        return f"{fair.path}/take-part"
    if fair.lies_ahead:
        await registration.register(tx, fair, person)
    if questions and not fair.is_open_now:
        return f"{fair.path}/take-part"
    return fair.path


async def _answer(tx: Transaction, place_id: uuid.UUID) -> str:
    """Into the call that rings for this place; otherwise to the lines, where the place stands."""
    call = await calls.ringing_for_place(tx, place_id)
    meeting = await calls.answer(tx, call, Answer.JOIN) if call else None
    place = await tx.session.get_one(Place, place_id)
    return meeting.path if meeting else f"{place.booth.fair.path}/lines"


async def _join(tx: Transaction, person: Person, employer_id: uuid.UUID, *, is_owner: bool) -> None:
    """Whoever was invited to an employer's booth stands there at once, and its owners are told."""
    owners = [each for each, member in await employers.members_of(tx, employer_id) if member.is_owner]
    await employers.add_member(tx, employer_id, person, is_owner=is_owner)
    await booth_staff.staff_by_member(tx, employer_id, person.id)
    employer = await tx.session.get_one(Employer, employer_id)
    for owner in owners:
        if owner.id != person.id:
            values: dict[str, object] = {
                "name": owner.name, "other": person.name, "employer": employer.name, "path": "/desk",
            }  # fmt: skip
            await outbox.post(tx, Letter(owner.email, "joined", owner.language, values))


async def home_of(tx: Transaction, person: Person) -> str:
    """Where somebody who signs in wants to be."""
    if await booth_staff.staffed_by(tx, person.id):
        return "/desk"
    if await agencies.teams_of(tx, person.id):
        return "/counsel"
    return "/organise" if person.is_organiser or person.is_administrator else "/"
