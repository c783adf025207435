"""Vacancies that somebody keeps to look at again."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core.model import Base
from rooms.core.transaction import Transaction
from rooms.organisations.vacancies import Vacancy
from rooms.people.people import Person


class KeptVacancy(Base):
    """Owner of the data: the person, who alone sees it."""

    __tablename__ = "kept_vacancy"
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    vacancy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vacancy.id"), index=True, primary_key=True)
    kept_at: Mapped[datetime]


async def keep(tx: Transaction, person: Person, vacancy: Vacancy) -> None:
    await tx.insert_once(KeptVacancy, {"person_id": person.id, "vacancy_id": vacancy.id, "kept_at": tx.now})


async def let_go(tx: Transaction, person_id: uuid.UUID, vacancy_id: uuid.UUID) -> None:
    mine = KeptVacancy.person_id == person_id, KeptVacancy.vacancy_id == vacancy_id
    await tx.session.execute(delete(KeptVacancy).where(*mine))


async def is_kept(tx: Transaction, person_id: uuid.UUID, vacancy_id: uuid.UUID) -> bool:
    return await tx.session.get(KeptVacancy, (person_id, vacancy_id)) is not None


async def of_person(tx: Transaction, person_id: uuid.UUID) -> list[Vacancy]:
    """The latest kept first, withdrawn ones too: whoever kept one is told that it is gone."""
    query = select(Vacancy).join(KeptVacancy, KeptVacancy.vacancy_id == Vacancy.id)
    query = query.where(KeptVacancy.person_id == person_id).order_by(KeptVacancy.kept_at.desc(), Vacancy.id)
    return list((await tx.session.execute(query)).scalars())
