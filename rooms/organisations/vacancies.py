"""Vacancies: the jobs that an employer wants to fill."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, false, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.model import Base, new_id
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.organisations.employers import Employer


class Contract(StrEnum):
    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    SEASONAL = "seasonal"
    TEMPORARY = "temporary"
    APPRENTICESHIP = "apprenticeship"
    INTERNSHIP = "internship"


class Vacancy(Base):
    __tablename__ = "vacancy"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    employer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("employer.id"), index=True)
    title: Mapped[str]
    location: Mapped[str]
    contract: Mapped[Contract]
    description: Mapped[str]
    pay: Mapped[str] = mapped_column(default="", server_default="")
    """As people say it: an amount, a range, a collective agreement."""
    hours: Mapped[str] = mapped_column(default="", server_default="")
    starts: Mapped[str] = mapped_column(default="", server_default="")
    """When the work begins."""
    experience: Mapped[str] = mapped_column(default="", server_default="")
    how_to_apply: Mapped[str] = mapped_column(default="", server_default="")
    takes_applications: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether one can apply with a CV and without a talk."""
    is_fair_chance: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether recruiters see whoever comes for it without name, place and papers until the call is accepted."""
    withdrawn_at: Mapped[datetime | None]


@dataclass(frozen=True)
class VacancyText:
    title: str
    location: str
    contract: str
    description: str
    pay: str = ""
    hours: str = ""
    starts: str = ""
    experience: str = ""
    how_to_apply: str = ""
    takes_applications: bool = False
    is_fair_chance: bool = False


MOST_OF_EMPLOYER = 1000
SHORT_TEXTS = ("pay", "hours", "starts", "experience")
"""Each of a few words; the names of their fields are those of the columns."""


async def add(tx: Transaction, employer: Employer, text: VacancyText) -> Vacancy:
    standing = Vacancy.employer_id == employer.id, Vacancy.withdrawn_at.is_(None)
    if (await tx.session.scalar(select(func.count()).where(*standing)) or 0) >= MOST_OF_EMPLOYER:
        message = N_("At most %(most)s vacancies stand at once. Withdraw some first.")
        raise Conflict("vacancy.too_many", message, field="title", most=MOST_OF_EMPLOYER)
    vacancy = Vacancy(id=new_id(), employer_id=employer.id)
    write(vacancy, text)
    tx.session.add(vacancy)
    return vacancy


def write(vacancy: Vacancy, text: VacancyText) -> None:
    if text.contract not in list(Contract):
        raise Invalid("contract.unknown", N_("Please choose a contract from the list."), field="contract")
    vacancy.title = clean_text(text.title, "title", 120, required=True)
    vacancy.location = clean_text(text.location, "vacancy_location", 80)
    vacancy.contract = Contract(text.contract)
    vacancy.description = clean_text(text.description, "text", 4000)
    for name in SHORT_TEXTS:
        setattr(vacancy, name, clean_text(one_line(getattr(text, name)), name, 120))
    vacancy.how_to_apply = clean_text(text.how_to_apply, "how_to_apply", 600)
    if text.takes_applications and text.is_fair_chance:
        message = N_("An application with a CV shows the name: choose one of the two.")
        raise Invalid("fair_chance.applications", message, field="is_fair_chance")
    vacancy.takes_applications, vacancy.is_fair_chance = text.takes_applications, text.is_fair_chance


async def withdraw(tx: Transaction, vacancy: Vacancy) -> None:
    if vacancy.withdrawn_at:
        raise Conflict("vacancy.withdrawn", N_("This vacancy was withdrawn already."))
    vacancy.withdrawn_at = tx.now


async def with_some(tx: Transaction, employers: list[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these employers who seek somebody now."""
    query = select(Vacancy.employer_id).where(Vacancy.employer_id.in_(employers), Vacancy.withdrawn_at.is_(None))
    return {row.employer_id for row in await tx.plain_rows(query.distinct())}


async def of_employers(tx: Transaction, employers: list[uuid.UUID]) -> dict[uuid.UUID, list[Vacancy]]:
    """The vacancies that stand, by employer: one query for any number of employers."""
    by_employer: dict[uuid.UUID, list[Vacancy]] = {employer: [] for employer in employers}
    query = select(Vacancy).where(Vacancy.employer_id.in_(employers), Vacancy.withdrawn_at.is_(None))
    for vacancy in (await tx.session.execute(query.order_by(Vacancy.title))).scalars():
        by_employer[vacancy.employer_id].append(vacancy)
    return by_employer
