"""Agencies of the employment service, their teams of counsellors, and the appointment types people come for.

An employer's booth at a fair has appointment types too: the interviews that can be booked there.
"""

import uuid
from collections.abc import Collection
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core.errors import N_, Invalid
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, sort_key
from rooms.core.transaction import Transaction
from rooms.organisations.public_holidays import regions_of
from rooms.people import people
from rooms.people.people import Person


class Agency(Base):
    """An office of the employment service. Its time zone and region decide hours and holidays."""

    __tablename__ = "agency"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    time_zone: Mapped[str] = mapped_column(default="Europe/Paris")
    country: Mapped[str] = mapped_column(default="FR")
    region: Mapped[str] = mapped_column(default="")
    """A subdivision of the country with holidays of its own, such as GP or RE (ISO 3166-2)."""
    address: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    area: Mapped[str] = mapped_column(default="", server_default="")
    """The beginnings of the postcodes it serves, separated by spaces; empty for everybody."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def serves(self, postcode: str) -> bool:
        return not self.area or postcode.startswith(tuple(self.area.split()))


class Team(Base):
    """Counsellors of one agency who share work."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("agency_id", "name"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    agency: Mapped[Agency] = relationship(lazy="joined", innerjoin=True)


class TeamMember(Base):
    __tablename__ = "team_member"
    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True, primary_key=True)


async def agency(tx: Transaction, name: str) -> Agency:
    """The agency of this name, founded if it is new."""
    name = clean_text(name, "agency", 120, required=True)
    row = (await tx.session.execute(select(Agency).where(Agency.name == name))).scalar_one_or_none()
    if row is None:
        row = Agency(id=new_id(), name=name, time_zone="Europe/Paris", country="FR", region="", address="", phone="")
        tx.session.add(row)
        await tx.session.flush()
    return row


async def team(tx: Transaction, agency_name: str, name: str) -> Team:
    """The team of this name in this agency, founded if it is new."""
    where = await agency(tx, agency_name)
    name = clean_text(name, "team", 120, required=True)
    found = await tx.session.execute(select(Team).where(Team.agency_id == where.id, Team.name == name))
    row = found.scalar_one_or_none()
    if row is None:
        row = Team(id=new_id(), agency_id=where.id, name=name)
        row.agency = where
        tx.session.add(row)
        await tx.session.flush()
    return row


async def rename(tx: Transaction, where: Agency, name: str) -> None:
    name = clean_text(name, "agency", 120, required=True)
    others = select(Agency.id).where(Agency.name == name, Agency.id != where.id)
    if (await tx.session.execute(others)).first():
        raise Invalid("agency.known", N_("There is an agency of this name already."), field="agency")
    where.name = name


async def place(
    tx: Transaction, where: Agency, time_zone: str, region: str, address: str, phone: str, area: str = ""
) -> None:
    """Say where the agency is: its time zone, the region whose holidays it keeps (a code of `regions_of`), the way
    there, its number, and whom it serves."""
    if time_zone not in available_timezones():
        raise Invalid("time_zone.unknown", N_("This time zone is not known. Example: Europe/Paris"), field="time_zone")
    if region and region not in regions_of(where.country):
        raise Invalid("region.unknown", N_("Please choose one of the regions."), field="region")
    where.time_zone, where.region = time_zone, region
    where.address = clean_text(address, "address", 300)
    where.phone = clean_text(phone, "phone", 40)
    where.area = " ".join(people.clean_postcode(each, "area") for each in area.replace(",", " ").split())


async def remove_member(tx: Transaction, team_id: uuid.UUID, person_id: uuid.UUID) -> None:
    found = TeamMember.team_id == team_id, TeamMember.person_id == person_id
    await tx.session.execute(delete(TeamMember).where(*found))


async def teams_of(tx: Transaction, person_id: uuid.UUID) -> list[Team]:
    query = select(Team).join(TeamMember).where(TeamMember.person_id == person_id).order_by(Team.name)
    return list((await tx.session.execute(query)).scalars())


async def members(tx: Transaction) -> list[tuple[Team, Person]]:
    """Every counsellor with their team, by agency and team."""
    query = (
        select(Team, Person)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Person, Person.id == TeamMember.person_id)
        .join(Agency, Agency.id == Team.agency_id)
        .order_by(Agency.name, Team.name, Person.name)
    )
    return [(team, person) for team, person in (await tx.session.execute(query)).all()]


async def counsellors_of(tx: Transaction, agency_id: uuid.UUID) -> list[Person]:
    """Every counsellor of an agency, whatever the team."""
    members = select(TeamMember.person_id).join(Team, Team.id == TeamMember.team_id).where(Team.agency_id == agency_id)
    query = select(Person).where(Person.id.in_(members)).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())


async def teams_in(tx: Transaction, agency_id: uuid.UUID) -> list[Team]:
    return list(
        (await tx.session.execute(select(Team).where(Team.agency_id == agency_id).order_by(Team.name))).scalars()
    )


async def agencies_of(tx: Transaction, counsellors: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """The agencies in which each of these counsellors works, in whatever team."""
    if not counsellors:
        return {}
    query = select(TeamMember.person_id, Team.agency_id).join(Team, Team.id == TeamMember.team_id)
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for counsellor, where in await tx.session.execute(query.where(tx.among(TeamMember.person_id, counsellors))):
        found.setdefault(counsellor, set()).add(where)
    return {counsellor: frozenset(where) for counsellor, where in found.items()}


async def add_member(tx: Transaction, team_id: uuid.UUID, person: Person) -> None:
    await tx.insert_once(TeamMember, {"team_id": team_id, "person_id": person.id})


async def staffed(tx: Transaction) -> list[Agency]:
    """Those with a counsellor: where nobody works, nobody can be met."""
    at = select(Team.agency_id).join(TeamMember, TeamMember.team_id == Team.id)
    query = select(Agency).where(Agency.id.in_(at)).order_by(Agency.name)
    return list((await tx.session.execute(query)).scalars())


async def all_agencies(tx: Transaction) -> list[Agency]:
    return list((await tx.session.execute(select(Agency).order_by(Agency.name))).scalars())


async def colleague_of(tx: Transaction, counsellor_id: uuid.UUID, colleague_id: uuid.UUID) -> Person:
    """The colleague who is to take something over."""
    for each in await colleagues_of(tx, counsellor_id):
        if each.id == colleague_id:
            return each
    raise Invalid("colleague.unknown", N_("Please choose a colleague of your agency."), field="colleague")


async def colleagues_of(tx: Transaction, counsellor_id: uuid.UUID) -> list[Person]:
    """The other counsellors of the counsellor's agencies."""
    found: dict[uuid.UUID, Person] = {}
    for team in await teams_of(tx, counsellor_id):
        for each in await counsellors_of(tx, team.agency_id):
            if each.id != counsellor_id:
                found[each.id] = each
    return sorted(found.values(), key=lambda each: sort_key(each.name))
