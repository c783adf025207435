"""Agencies of the employment service, their teams of counsellors, and the reasons people come for.

An employer's booth at a fair has reasons too: the interviews that can be booked there.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms import people
from rooms.booths import Booth, BoothStaff
from rooms.errors import N_, Invalid, NotFound
from rooms.model import Base, new_id
from rooms.people import Person, clean_text
from rooms.public_holidays import regions_of
from rooms.transaction import Transaction

STEP_MINUTES = 5
"""Every length and every beginning is a multiple of it."""


class Mode(StrEnum):
    VIDEO = "video"
    AUDIO = "audio"
    CHAT = "chat"
    PHONE = "phone"


@dataclass(frozen=True)
class Host:
    """Whom somebody comes to: an agency, or an employer at a fair. It decides the zone of hours, and holidays."""

    name: str
    time_zone: str
    country: str = ""
    region: str = ""
    address: str = ""
    phone: str = ""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


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
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)


class Reason(Base):
    """What somebody comes for: it carries the length, the modes, what is asked beforehand and what to bring."""

    __tablename__ = "reason"
    __table_args__ = (
        UniqueConstraint("agency_id", "name"),
        UniqueConstraint("booth_id", "name", name="uq_reason_booth"),
        CheckConstraint("(agency_id IS NULL) <> (booth_id IS NULL)", name="ck_reason_one_host"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("agency.id"), index=True)
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    """An interview at this booth, with one of its staff, while the fair is open; otherwise it belongs to an agency."""
    name: Mapped[str]
    minutes: Mapped[int]
    modes: Mapped[list[str]]
    question: Mapped[str] = mapped_column(default="")
    bring: Mapped[str] = mapped_column(default="")
    is_follow_up: Mapped[bool] = mapped_column(default=False)
    """Only for people of the counsellor's portfolio."""
    team_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("team.id"))
    """Only this team sees people for it; None for the whole agency."""
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    agency: Mapped[Agency | None] = relationship(lazy="joined")
    booth: Mapped[Booth | None] = relationship(lazy="selectin")

    @property
    def host(self) -> Host:
        of = self.agency
        if of is not None:
            return Host(of.name, of.time_zone, of.country, of.region, of.address, of.phone)
        if self.booth is None:
            raise ValueError("a reason belongs to an agency or to a booth")
        return host_of(self.booth)

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def desk_path(self) -> str:
        """The page from which whoever sees people for it works."""
        return f"/booths/{self.booth_id}/interviews" if self.booth_id else "/counsel"

    @property
    def stands(self) -> bool:
        """Whether people can come for it, as far as it and its fair go."""
        return not self.is_withdrawn and (self.booth is None or self.booth.fair.lies_ahead)

    @property
    def choice_path(self) -> str:
        """The page on which it is chosen."""
        if self.booth:
            return f"/fairs/{self.booth.fair.slug}/booths/{self.booth.employer.slug}"
        return "/appointments/new"

    def of_host(self) -> ColumnElement[bool]:
        """Which reasons share this one's host."""
        return Reason.booth_id == self.booth_id if self.booth_id else Reason.agency_id == self.agency_id


def host_of(booth: Booth) -> Host:
    return Host(booth.employer.name, booth.fair.time_zone)


@dataclass(frozen=True)
class ReasonText:
    name: str
    minutes: int
    modes: tuple[str, ...]
    question: str = ""
    bring: str = ""
    is_follow_up: bool = False
    team: uuid.UUID | None = None


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


async def remove_member(tx: Transaction, where: uuid.UUID, person: uuid.UUID) -> None:
    found = TeamMember.team_id == where, TeamMember.person_id == person
    await tx.session.execute(delete(TeamMember).where(*found))


async def teams_of(tx: Transaction, person: uuid.UUID) -> list[Team]:
    query = select(Team).join(TeamMember).where(TeamMember.person_id == person).order_by(Team.name)
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


async def counsellors_of(tx: Transaction, where: uuid.UUID) -> list[Person]:
    """Every counsellor of an agency, whatever the team."""
    members = select(TeamMember.person_id).join(Team, Team.id == TeamMember.team_id).where(Team.agency_id == where)
    query = select(Person).where(Person.id.in_(members)).order_by(Person.name)
    return list((await tx.session.execute(query)).scalars())


async def teams_in(tx: Transaction, where: uuid.UUID) -> list[Team]:
    return list((await tx.session.execute(select(Team).where(Team.agency_id == where).order_by(Team.name))).scalars())


async def agencies_of(tx: Transaction, counsellors: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """The agencies in which each of these counsellors works, in whatever team."""
    if not counsellors:
        return {}
    query = select(TeamMember.person_id, Team.agency_id).join(Team, Team.id == TeamMember.team_id)
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for counsellor, where in await tx.session.execute(query.where(tx.among(TeamMember.person_id, counsellors))):
        found.setdefault(counsellor, set()).add(where)
    return {counsellor: frozenset(where) for counsellor, where in found.items()}


async def ids_for(tx: Transaction, reason: Reason) -> list[uuid.UUID]:
    """Who sees people for this reason: its team, the counsellors of the whole agency, or the staff of the booth."""
    if reason.booth_id:
        staff = select(BoothStaff.person_id).where(BoothStaff.booth_id == reason.booth_id)
        return list((await tx.session.execute(staff)).scalars())
    query = select(TeamMember.person_id).join(Team, Team.id == TeamMember.team_id)
    query = query.where(Team.id == reason.team_id if reason.team_id else Team.agency_id == reason.agency_id)
    return list((await tx.session.execute(query.distinct())).scalars())


async def add_member(tx: Transaction, where: uuid.UUID, person: Person) -> None:
    await tx.insert_once(TeamMember, {"team_id": where, "person_id": person.id})


async def all_agencies(tx: Transaction) -> list[Agency]:
    return list((await tx.session.execute(select(Agency).order_by(Agency.name))).scalars())


async def add_reason(tx: Transaction, where: Agency | Booth, text: ReasonText) -> Reason:
    """A reason that people can come for. One of this name that was withdrawn stands again, as it is written now."""
    reason = await _named(tx, where, text)
    if reason and not reason.is_withdrawn:
        raise _known()
    if reason is None:
        reason = Reason(id=new_id())
        reason.agency, reason.booth = (None, where) if isinstance(where, Booth) else (where, None)
    await _check_team(tx, where, text)
    reason.is_withdrawn = False
    write_reason(reason, text)
    tx.session.add(reason)
    await tx.session.flush()
    return reason


async def _named(tx: Transaction, where: Agency | Booth, text: ReasonText) -> Reason | None:
    """The reason that people would take for this one: capitals and spaces tell nothing apart."""
    wanted = _clean_name(text.name).casefold()
    rows = (await tx.session.execute(select(Reason).where(_belongs_to(where)))).scalars()
    return next((row for row in rows if row.name.casefold() == wanted), None)


def _clean_name(name: str) -> str:
    return " ".join(clean_text(name, "reason", 120, required=True).split())


def _known() -> Invalid:
    return Invalid("reason.known", N_("A reason of this name stands already."), field="reason")


async def _check_team(tx: Transaction, where: Agency | Booth, text: ReasonText) -> None:
    if text.team and text.team not in {team.id for team in await teams_in(tx, where.id)}:
        raise Invalid("team.unknown", N_("Please choose a team of this agency."), field="team")


def write_reason(reason: Reason, text: ReasonText) -> None:
    if not 10 <= text.minutes <= 180 or text.minutes % STEP_MINUTES:
        message = N_("Between 10 and 180 minutes, in steps of five.")
        raise Invalid("minutes.range", message, field="minutes")
    modes: list[str] = [mode.value for mode in Mode if mode.value in text.modes]
    if not modes:
        raise Invalid("modes.none", N_("Please choose at least one way to meet."), field="modes")
    reason.name = _clean_name(text.name)
    reason.minutes, reason.modes = text.minutes, modes
    reason.question = clean_text(text.question, "question", 300)
    reason.bring = clean_text(text.bring, "bring", 300)
    reason.is_follow_up, reason.team_id = text.is_follow_up, text.team


def _belongs_to(where: Agency | Booth) -> ColumnElement[bool]:
    return Reason.booth_id == where.id if isinstance(where, Booth) else Reason.agency_id == where.id


async def reason_of(tx: Transaction, where: Agency | Booth, reason: uuid.UUID) -> Reason:
    """A reason of this host that stands."""
    row = await _of(tx, where, reason)
    if row.is_withdrawn:
        raise NotFound("reason")
    return row


async def _of(tx: Transaction, where: Agency | Booth, reason: uuid.UUID) -> Reason:
    row = await tx.session.get(Reason, reason)
    if row is None or where.id not in (row.agency_id, row.booth_id):
        raise NotFound("reason")
    return row


async def change_reason(tx: Transaction, where: Agency | Booth, reason: uuid.UUID, text: ReasonText) -> None:
    """Write it anew for whoever comes from now on; what is booked for it keeps its time and its length."""
    row = await reason_of(tx, where, reason)
    await _check_team(tx, where, text)
    other = await _named(tx, where, text)
    if other and other is not row and other.is_withdrawn:
        message = N_("A reason of this name was withdrawn: add it again to bring it back.")
        raise Invalid("reason.withdrawn", message, field="reason")
    if other and other is not row:
        raise _known()
    write_reason(row, text)


async def withdraw_reason(tx: Transaction, where: Agency | Booth, reason: uuid.UUID) -> None:
    """Nobody takes it any more; what is booked for it stands."""
    (await _of(tx, where, reason)).is_withdrawn = True


async def standing_reason(tx: Transaction, reason: uuid.UUID) -> Reason:
    row = await tx.session.get(Reason, reason)
    if row is None or row.is_withdrawn:
        raise NotFound("reason")
    return row


async def reasons_of(tx: Transaction, where: Agency | Booth) -> list[Reason]:
    """The reasons that stand, in the order they were made."""
    query = select(Reason).where(_belongs_to(where), Reason.is_withdrawn.is_(False)).order_by(Reason.id)
    return list((await tx.session.execute(query)).scalars())
