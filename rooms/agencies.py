"""Agencies of the employment service and their teams of counsellors."""

import uuid

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.transaction import Transaction


class Team(Base):
    """Counsellors of one agency who share work."""

    __tablename__ = "team"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency: Mapped[str]
    name: Mapped[str]


class TeamMember(Base):
    __tablename__ = "team_member"
    team_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


async def team(tx: Transaction, agency: str, name: str) -> Team:
    """The team of this name in this agency, founded if it is new."""
    agency = clean_text(agency, "agency", 120, required=True)
    name = clean_text(name, "team", 120, required=True)
    found = await tx.session.execute(select(Team).where(Team.agency == agency, Team.name == name))
    row = found.scalar_one_or_none()
    if row is None:
        row = Team(id=new_id(), agency=agency, name=name)
        tx.session.add(row)
        await tx.session.flush()
    return row


async def remove_member(tx: Transaction, where: uuid.UUID, person: uuid.UUID) -> None:
    found = TeamMember.team_id == where, TeamMember.person_id == person
    await tx.session.execute(delete(TeamMember).where(*found))


async def teams_of(tx: Transaction, person: uuid.UUID) -> list[Team]:
    query = select(Team).join(TeamMember).where(TeamMember.person_id == person).order_by(Team.agency, Team.name)
    return list((await tx.session.execute(query)).scalars())


async def members(tx: Transaction) -> list[tuple[Team, Person]]:
    """Every counsellor with their team, by agency and team."""
    query = (
        select(Team, Person)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Person, Person.id == TeamMember.person_id)
        .order_by(Team.agency, Team.name, Person.name)
    )
    return [(team, person) for team, person in (await tx.session.execute(query)).all()]


async def add_member(tx: Transaction, where: uuid.UUID, person: Person) -> None:
    await tx.insert_once(TeamMember, {"team_id": where, "person_id": person.id})
