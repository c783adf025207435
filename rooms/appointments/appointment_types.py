"""What somebody can come for: an agency's counselling, or an interview at a booth.

It carries the length, the modes, what is asked beforehand and what to bring."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.appointments.availability import STEP_MINUTES
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.text import as_seen, clean_text
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth, BoothStaff
from rooms.meetings.modes import Mode
from rooms.organisations.agencies import Agency, Team, TeamMember, teams_in


@dataclass(frozen=True)
class Venue:
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


class AppointmentType(Base):
    """What somebody comes for: it carries the length, the modes, what is asked beforehand and what to bring."""

    __tablename__ = "appointment_type"
    __table_args__ = (
        UniqueConstraint("agency_id", "name"),
        UniqueConstraint("booth_id", "name", name="uq_appointment_type_booth"),
        CheckConstraint("(agency_id IS NULL) <> (booth_id IS NULL)", name="ck_appointment_type_one_venue"),
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
    """Only for people of the counsellor's caseload."""
    team_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("team.id"), index=True)
    """Only this team sees people for it; None for the whole agency."""
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    agency: Mapped[Agency | None] = relationship(lazy="joined")
    booth: Mapped[Booth | None] = relationship(lazy="selectin")

    @property
    def venue(self) -> Venue:
        of = self.agency
        if of is not None:
            return Venue(of.name, of.time_zone, of.country, of.region, of.address, of.phone)
        if self.booth is None:
            raise ValueError("an appointment type belongs to an agency or to a booth")
        return venue_of(self.booth)

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
            return self.booth.path
        return "/appointments/new"

    def of_host(self) -> ColumnElement[bool]:
        """Which appointment types share this one's venue."""
        return (
            AppointmentType.booth_id == self.booth_id if self.booth_id else AppointmentType.agency_id == self.agency_id
        )


def venue_of(booth: Booth) -> Venue:
    return Venue(booth.employer.name, booth.fair.time_zone)


@dataclass(frozen=True)
class AppointmentTypeText:
    name: str
    minutes: int
    modes: tuple[str, ...]
    question: str = ""
    bring: str = ""
    is_follow_up: bool = False
    team_id: uuid.UUID | None = None


async def ids_for(tx: Transaction, appointment_type: AppointmentType) -> list[uuid.UUID]:
    """Who sees people for this appointment type: its team, the counsellors of the whole agency, or the staff of the
    booth."""
    if appointment_type.booth_id:
        staff = select(BoothStaff.person_id).where(BoothStaff.booth_id == appointment_type.booth_id)
        return list((await tx.session.execute(staff)).scalars())
    query = select(TeamMember.person_id).join(Team, Team.id == TeamMember.team_id)
    query = query.where(
        Team.id == appointment_type.team_id
        if appointment_type.team_id
        else Team.agency_id == appointment_type.agency_id
    )
    return list((await tx.session.execute(query.distinct())).scalars())


async def add(tx: Transaction, where: Agency | Booth, text: AppointmentTypeText) -> AppointmentType:
    """An appointment type that people can come for. One of this name that was withdrawn stands again, as it is written
    now."""
    appointment_type = await _named(tx, where, text)
    if appointment_type and not appointment_type.is_withdrawn:
        raise _known()
    if appointment_type is None:
        appointment_type = AppointmentType(id=new_id())
        appointment_type.agency, appointment_type.booth = (None, where) if isinstance(where, Booth) else (where, None)
    await _check_team(tx, where, text)
    appointment_type.is_withdrawn = False
    write(appointment_type, text)
    tx.session.add(appointment_type)
    await tx.session.flush()
    return appointment_type


async def _named(tx: Transaction, where: Agency | Booth, text: AppointmentTypeText) -> AppointmentType | None:
    """The appointment type that people would take for this one: capitals and spaces tell nothing apart."""
    wanted = as_seen(_clean_name(text.name))
    rows = (await tx.session.execute(select(AppointmentType).where(_belongs_to(where)))).scalars()
    return next((row for row in rows if as_seen(row.name) == wanted), None)


def _clean_name(name: str) -> str:
    return " ".join(clean_text(name, "appointment_type", 120, required=True).split())


def _known() -> Invalid:
    return Invalid("appointment_type.known", N_("A reason of this name stands already."), field="appointment_type")


async def _check_team(tx: Transaction, where: Agency | Booth, text: AppointmentTypeText) -> None:
    if text.team_id and text.team_id not in {team.id for team in await teams_in(tx, where.id)}:
        raise Invalid("team.unknown", N_("Please choose a team of this agency."), field="team")


def write(appointment_type: AppointmentType, text: AppointmentTypeText) -> None:
    if not 10 <= text.minutes <= 180 or text.minutes % STEP_MINUTES:
        message = N_("Between 10 and 180 minutes, in steps of five.")
        raise Invalid("minutes.range", message, field="minutes")
    modes: list[str] = [mode.value for mode in Mode if mode.value in text.modes]
    if not modes:
        raise Invalid("modes.none", N_("Please choose at least one way to meet."), field="modes")
    appointment_type.name = _clean_name(text.name)
    appointment_type.minutes, appointment_type.modes = text.minutes, modes
    appointment_type.question = clean_text(text.question, "question", 300)
    appointment_type.bring = clean_text(text.bring, "bring", 300)
    appointment_type.is_follow_up, appointment_type.team_id = text.is_follow_up, text.team_id


def _belongs_to(where: Agency | Booth) -> ColumnElement[bool]:
    return AppointmentType.booth_id == where.id if isinstance(where, Booth) else AppointmentType.agency_id == where.id


async def of_venue(tx: Transaction, where: Agency | Booth, appointment_type_id: uuid.UUID) -> AppointmentType:
    """An appointment type of this venue that stands."""
    row = await _of(tx, where, appointment_type_id)
    if row.is_withdrawn:
        raise NotFound("appointment_type")
    return row


async def _of(tx: Transaction, where: Agency | Booth, appointment_type_id: uuid.UUID) -> AppointmentType:
    row = await tx.session.get(AppointmentType, appointment_type_id)
    if row is None or where.id not in (row.agency_id, row.booth_id):
        raise NotFound("appointment_type")
    return row


async def change(
    tx: Transaction, where: Agency | Booth, appointment_type_id: uuid.UUID, text: AppointmentTypeText
) -> None:
    """Write it anew for whoever comes from now on; what is booked for it keeps its time and its length."""
    row = await of_venue(tx, where, appointment_type_id)
    await _check_team(tx, where, text)
    other = await _named(tx, where, text)
    if other and other is not row and other.is_withdrawn:
        message = N_("A reason of this name was withdrawn: add it again to bring it back.")
        raise Invalid("appointment_type.withdrawn", message, field="appointment_type")
    if other and other is not row:
        raise _known()
    write(row, text)


async def withdraw(tx: Transaction, where: Agency | Booth, appointment_type_id: uuid.UUID) -> None:
    """Nobody takes it any more; what is booked for it stands."""
    (await _of(tx, where, appointment_type_id)).is_withdrawn = True


async def active(tx: Transaction, appointment_type_id: uuid.UUID) -> AppointmentType:
    row = await tx.session.get(AppointmentType, appointment_type_id)
    if row is None or row.is_withdrawn:
        raise NotFound("appointment_type")
    return row


async def all_of(tx: Transaction, where: Agency | Booth) -> list[AppointmentType]:
    """The appointment types that stand, in the order they were made."""
    query = (
        select(AppointmentType)
        .where(_belongs_to(where), AppointmentType.is_withdrawn.is_(False))
        .order_by(AppointmentType.id)
    )
    return list((await tx.session.execute(query)).scalars())
