"""What people say of an appointment: two questions and an open answer, read by team and appointment type and never
beside a name.

It says something about the service, never about the person: nothing here ranks anybody.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.appointments.appointment import Appointment, AppointmentState, Attendance
from rooms.appointments.appointment_types import AppointmentType
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.model import Base
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.organisations.agencies import Team, TeamMember

LEAST_SHOWN = 5
"""People. Below it only the number of answers is told, so that nobody is recognised."""
ASKED_AFTER = frozenset({Attendance.CAME, Attendance.LATE, Attendance.TECHNICAL})


class Verdict(StrEnum):
    YES = "verdict_yes"
    RATHER = "verdict_rather"
    RATHER_NOT = "verdict_rather_not"
    NO = "verdict_no"


CONTENT = frozenset({Verdict.YES, Verdict.RATHER})


class Satisfaction(Base):
    """Owner: the candidate. Purpose: better appointments. Kept 2 years."""

    __tablename__ = "satisfaction"
    appointment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appointment.id"), primary_key=True)
    helped: Mapped[Verdict]
    heard: Mapped[Verdict]
    words: Mapped[str]
    given_at: Mapped[datetime]


@dataclass(frozen=True)
class Result:
    """What was answered about a team and an appointment type. Shares are 0 to 1; None where too few have answered."""

    team: str
    appointment_type: str
    count: int
    helped: float | None
    heard: float | None
    words: tuple[str, ...]


def is_asked(row: Appointment) -> bool:
    return not row.is_interview and row.state is AppointmentState.OVER and row.attendance in ASKED_AFTER


async def say(tx: Transaction, row: Appointment, helped: str, heard: str, words: str) -> None:
    """Answer the two questions; answering again changes what was said."""
    if not is_asked(row):
        raise Conflict("satisfaction.not_asked", N_("This is asked once the appointment has taken place."))
    for field, typed in (("helped", helped), ("heard", heard)):
        if typed not in list(Verdict):
            raise Invalid(f"{field}.missing", N_("Please choose one of the answers."), field=field)
    said = await of_appointment(tx, row.id)
    if said is None:
        said = Satisfaction(appointment_id=row.id)
        tx.session.add(said)
    said.helped, said.heard = Verdict(helped), Verdict(heard)
    said.words, said.given_at = clean_text(words, "satisfied_words", 1000), tx.now
    await tx.session.flush()


async def of_appointment(tx: Transaction, appointment_id: uuid.UUID) -> Satisfaction | None:
    return await tx.session.get(Satisfaction, appointment_id)


async def results(tx: Transaction, agency_id: uuid.UUID) -> list[Result]:
    """By team and appointment type of an agency: one query. A counsellor of two teams counts in both."""
    query = (
        select(Team.name, AppointmentType.name, Appointment.candidate_id, Satisfaction)
        .join(Appointment, Appointment.id == Satisfaction.appointment_id)
        .join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
        .join(TeamMember, TeamMember.person_id == Appointment.led_by_id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(AppointmentType.agency_id == agency_id, Team.agency_id == agency_id)
    )
    found: dict[tuple[str, str], list[Satisfaction]] = {}
    people: dict[tuple[str, str], set[uuid.UUID]] = {}
    for team, appointment_type, person, said in await tx.session.execute(query):
        found.setdefault((team, appointment_type), []).append(said)
        people.setdefault((team, appointment_type), set()).add(person)
    return [_result(*where, found[where], len(people[where])) for where in sorted(found)]


def _result(team: str, appointment_type: str, said: Sequence[Satisfaction], people: int) -> Result:
    if people < LEAST_SHOWN:
        return Result(team, appointment_type, len(said), None, None, ())
    helped, heard = ([getattr(each, name) in CONTENT for each in said] for name in ("helped", "heard"))
    # In the order of the alphabet: when something was said would tell by whom.
    words = tuple(sorted(each.words for each in said if each.words))
    return Result(team, appointment_type, len(said), sum(helped) / len(said), sum(heard) / len(said), words)
