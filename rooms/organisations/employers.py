"""Employers, their people and their vacancies. They outlive a fair."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ForeignKey, false, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import as_seen, clean_text, slugged
from rooms.core.transaction import Transaction
from rooms.people.people import Person

COLOURS = ("rust", "blue", "violet", "forest", "wine", "ochre", "teal", "slate", "plum", "moss", "navy", "brick")


class Employer(Base):
    __tablename__ = "employer"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sector: Mapped[str]
    location: Mapped[str] = mapped_column(default="")
    colour: Mapped[str] = mapped_column(default="slate")
    siret: Mapped[str] = mapped_column(default="", server_default="")
    """The fourteen digits of a French establishment (INSEE), if they are known."""
    is_rehearsal: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Takes part in a rehearsal and goes with it."""

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isupper() or word[0].isdigit()] or self.name.split()
        return "".join(word[0] for word in words[:2]).upper()


class EmployerMember(Base):
    """A recruiter of an employer. An owner also says who else belongs and who staffs the booths."""

    __tablename__ = "employer_member"
    employer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employer.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)
    is_owner: Mapped[bool] = mapped_column(default=False)


async def found(
    tx: Transaction, name: str, sector: str, location: str = "", colour: str = "slate", *, siret: str = ""
) -> Employer:
    name = clean_text(name, "employer", 120, required=True)
    if sector not in SECTORS:
        raise Invalid("sector.unknown", N_("Please choose a sector from the list."), field="sector")
    slug = slugged(name, "employer")
    if (await tx.session.execute(select(Employer.id).where(Employer.slug == slug))).first():
        slug = f"{slug}-{str(new_id())[-6:]}"
    employer = Employer(id=new_id(), slug=slug, name=name, sector=sector, location=location, colour=colour, siret=siret)
    tx.session.add(employer)
    await tx.session.flush()
    return employer


def one_of(known: Sequence[Employer], name: str, siret: str = "") -> Employer | None:
    """The one of `known` that is meant: by its SIRET, or by its name as people see it, where capitals and spaces tell
    nothing apart. The same name with another SIRET is another establishment. Raises Conflict where several may be
    meant."""
    if siret and (same := next((employer for employer in known if employer.siret == siret), None)):
        return same
    seen = as_seen(name)
    named = [employer for employer in known if as_seen(employer.name) == seen]
    fitting = [employer for employer in named if siret in ("", employer.siret) or not employer.siret]
    if len(fitting) > 1:
        message = N_("Several employers of this name are known here. A list can say which one by its SIRET.")
        raise Conflict("employer.several", message, field="employer")
    return fitting[0] if fitting else None


async def present(tx: Transaction, employer: Employer, sector: str, location: str, colour: str) -> None:
    """Change how the employer shows itself."""
    if sector not in SECTORS:
        raise Invalid("sector.unknown", N_("Please choose a sector from the list."), field="sector")
    if colour not in COLOURS:
        raise Invalid("colour.unknown", N_("Please choose a colour from the list."), field="colour")
    employer.sector, employer.colour = sector, colour
    employer.location = clean_text(location, "location", 80)


async def add_member(tx: Transaction, employer_id: uuid.UUID, person: Person, *, is_owner: bool) -> None:
    """Whoever belongs already may become an owner by it, and never less than they are."""
    row = {"employer_id": employer_id, "person_id": person.id, "is_owner": is_owner}
    if not await tx.insert_once(EmployerMember, row) and is_owner:
        (await tx.session.get_one(EmployerMember, (employer_id, person.id))).is_owner = True


async def has_owner(tx: Transaction, employer_id: uuid.UUID) -> bool:
    owning = EmployerMember.employer_id == employer_id, EmployerMember.is_owner
    return (await tx.session.execute(select(EmployerMember.person_id).where(*owning).limit(1))).first() is not None


async def remove_member(tx: Transaction, employer_id: uuid.UUID, person_id: uuid.UUID) -> None:
    """The person belongs to this employer no longer. An owner always remains."""
    # Locked: two owners who remove each other at the same moment must not both succeed.
    await tx.session.get_one(Employer, employer_id, with_for_update=True)
    owners = {known.id for known, member in await members_of(tx, employer_id) if member.is_owner}
    if owners <= {person_id}:
        raise Conflict("owner.last", N_("An owner must remain. Invite another owner first."))
    member = await tx.session.get(EmployerMember, (employer_id, person_id))
    if member is None:
        raise NotFound("member")
    await tx.session.delete(member)
    await tx.session.flush()


async def members_of(tx: Transaction, employer_id: uuid.UUID) -> list[tuple[Person, EmployerMember]]:
    query = (
        select(Person, EmployerMember)
        .join(EmployerMember, EmployerMember.person_id == Person.id)
        .where(EmployerMember.employer_id == employer_id)
        .order_by(Person.name)
    )
    return [(person, member) for person, member in (await tx.session.execute(query)).all()]


async def of_member(tx: Transaction, person_id: uuid.UUID) -> list[uuid.UUID]:
    query = select(EmployerMember.employer_id).where(EmployerMember.person_id == person_id)
    return list((await tx.session.execute(query)).scalars())


SECTORS = ("hospitality", "retail", "health", "industry", "building", "transport", "office", "farming")
