"""Taking somebody into a caseload: whoever is known already is asked first."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Select, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.caseload.caseload import FollowedElsewhere, KnownHere, Namesake, asked_about, follow, knows, of_nobody
from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.organisations import agencies, referents
from rooms.organisations.referents import CaseloadEntry
from rooms.people import name_search, people
from rooms.people.people import Person


class FollowRequest(Base):
    """A counsellor asks somebody who is known already whether they may follow them. Ends with the answer."""

    __tablename__ = "follow_request"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    counsellor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    asked_at: Mapped[datetime]


async def take(
    tx: Transaction, counsellor: Person, name: str, email: str | None, language: str, *, is_another: bool = False
) -> tuple[Person, bool]:
    """Take somebody into the caseload; says whether they are in it now.

    Whoever is new, has met the counsellor in an appointment, or is followed by nobody at the counsellor's agency, is
    followed at once. Somebody else who is known here is asked first. Whom another one follows must be handed over by
    that one. A name that is in the caseload or at the agency already is another person's only if `is_another` says so.
    Raises Namesake, KnownHere.
    """
    if email is None and not is_another:
        await _refuse_namesake(tx, counsellor.id, name)
    known = await people.by_email(tx, email) if email else None
    if known and known.id == counsellor.id:
        raise Invalid("email.own", N_("This is your own address."), field="email")
    person = known or await people.welcome(tx, name, email, language)
    referent = await referents.referent_of(tx, person.id)
    if referent not in (None, counsellor.id):
        raise FollowedElsewhere()
    if known is None or await _may_follow_at_once(tx, counsellor.id, person.id):
        await follow(tx, counsellor.id, person.id)
        return person, True
    values = {"person_id": person.id, "counsellor_id": counsellor.id, "asked_at": tx.now}
    if await tx.insert_once(FollowRequest, values):
        told: dict[str, object] = {"name": person.name, "counsellor": counsellor.name, "path": "/appointments#asks"}
        # Whoever said no is not written to again.
        once = asked_about(counsellor.id, person.id)
        await outbox.post(tx, Letter(person.email, "following", person.language, told, once))
    return person, False


async def _may_follow_at_once(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    if await knows(tx, counsellor_id, person_id):
        return True
    return (await tx.session.execute(of_nobody(counsellor_id).where(Person.id == person_id))).first() is not None


async def _refuse_namesake(tx: Transaction, counsellor_id: uuid.UUID, name: str) -> None:
    followed = select(Person).join(CaseloadEntry, CaseloadEntry.person_id == Person.id)
    if await _is_named(tx, followed.where(CaseloadEntry.counsellor_id == counsellor_id), name):
        raise Namesake()
    if await _is_named(tx, of_nobody(counsellor_id), name):
        raise KnownHere()
    for colleague in await agencies.colleagues_of(tx, counsellor_id):
        if await _is_named(tx, followed.where(CaseloadEntry.counsellor_id == colleague.id), name):
            raise FollowedByColleague(colleague)


class FollowedByColleague(Conflict):
    """Written down twice, somebody would have two files and two counsellors."""

    def __init__(self, colleague: Person) -> None:
        message = N_("%(name)s follows somebody of this name. Ask them before you write down a second person.")
        super().__init__("followed.by_colleague", message, field="name", name=colleague.name)


async def _is_named(tx: Transaction, people: Select[Person], name: str) -> bool:
    """Whether one of these people has just this name."""
    words = name_search.words_of(name)
    found = (await tx.session.execute(people.where(name_search.begin_with(Person.id, name)))).scalars()
    return any(name_search.words_of(each.name) == words for each in found)


async def of_counsellor(tx: Transaction, counsellor_id: uuid.UUID) -> list[tuple[Person, datetime]]:
    """Whom the counsellor has asked whether they may follow them, and when; the longest ago first."""
    query = select(Person, FollowRequest.asked_at).join(FollowRequest, FollowRequest.person_id == Person.id)
    query = query.where(FollowRequest.counsellor_id == counsellor_id).order_by(FollowRequest.asked_at)
    return [(person, asked_at) for person, asked_at in await tx.session.execute(query)]


async def take_back(tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID) -> None:
    row = await tx.session.get(FollowRequest, (person_id, counsellor_id))
    if row is None:
        raise NotFound("request")
    await tx.session.delete(row)
    # A letter that has not gone yet does not go any more; one that has is not written again.
    await outbox.take_back(tx, asked_about(counsellor_id, person_id))


async def to_person(tx: Transaction, person_id: uuid.UUID) -> list[Person]:
    """The counsellors who ask whether they may follow this person."""
    query = select(Person).join(FollowRequest, FollowRequest.counsellor_id == Person.id)
    query = query.where(FollowRequest.person_id == person_id).order_by(FollowRequest.asked_at)
    return list((await tx.session.execute(query)).scalars())


async def answer(tx: Transaction, person_id: uuid.UUID, counsellor_id: uuid.UUID, *, may: bool) -> None:
    """The person says yes or no. A yes answers everybody else who asked."""
    row = await tx.session.get(FollowRequest, (person_id, counsellor_id))
    if row is None:
        raise NotFound("request")
    ended = delete(FollowRequest).where(FollowRequest.person_id == person_id)
    await tx.session.execute(ended if may else ended.where(FollowRequest.counsellor_id == counsellor_id))
    if may and await referents.referent_of(tx, person_id) is None:
        await follow(tx, counsellor_id, person_id)
