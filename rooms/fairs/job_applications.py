"""Applying for a vacancy with one's CV and without a talk, where the employer wants it so; and its answer."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import DomainEvent, line_stream
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import attendees
from rooms.fairs.booths import Booth
from rooms.organisations.vacancies import Vacancy
from rooms.people import documents
from rooms.people.people import Person

MOST_OF_ONE = 50
"""Applications of one person at one fair."""
MOST_SHOWN = 500


class Verdict(StrEnum):
    TALK = "talk"
    """They would like to talk with the candidate."""
    NO = "no"


class JobApplication(Base):
    """Owner of the data: the candidate, who may take it back. Purpose: to fill the vacancy. Goes with the fair."""

    __tablename__ = "job_application"
    __table_args__ = (UniqueConstraint("booth_id", "vacancy_id", "person_id"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    vacancy_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("vacancy.id"), index=True)
    booth_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("booth.id"))
    """At which they applied: its staff reads it."""
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    made_at: Mapped[datetime]
    verdict: Mapped[Verdict | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    vacancy: Mapped[Vacancy] = relationship(lazy="joined", innerjoin=True)
    booth: Mapped[Booth] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[person_id])


class JobApplied(DomainEvent):
    """Somebody has applied for a vacancy of the booth, or has taken that back."""

    kind: ClassVar[str] = "vacancy.applied"
    booth_id: uuid.UUID
    vacancy_id: uuid.UUID


async def apply(tx: Transaction, booth: Booth, vacancy: Vacancy, person: Person, words: str) -> JobApplication:
    """Apply with the CV that one shows, once at each fair. Applying again changes the words, until it is answered."""
    if vacancy.withdrawn_at or vacancy.employer_id != booth.employer_id:
        raise Conflict("vacancy.withdrawn", N_("This vacancy was withdrawn meanwhile."))
    if not vacancy.takes_applications:
        raise Conflict("vacancy.no_applications", N_("For this vacancy the employer wants to talk with you first."))
    if person.id not in await documents.cvs_of(tx, {person.id}):
        raise Invalid("cv.missing", N_("Please add your CV: it is what they read."), field="document")
    await attendees.demand_part(tx, booth.fair, person.id)
    words = clean_text(words, "words", 2000)
    mine = await of_vacancy(tx, booth.id, vacancy.id, person.id, lock=True)
    if mine and mine.answered_at:
        raise Conflict("application.answered", N_("They have answered your application already."))
    if mine:
        mine.words = words
        return mine
    at_fair = select(func.count(JobApplication.id)).join(Booth, Booth.id == JobApplication.booth_id)
    theirs = at_fair.where(Booth.fair_id == booth.fair_id, JobApplication.person_id == person.id)
    if (await tx.session.scalar(theirs) or 0) >= MOST_OF_ONE:
        message = N_("You have applied for %(most)s vacancies at this fair: that is the most.")
        raise Conflict("application.too_many", message, most=MOST_OF_ONE)
    values = {
        "id": new_id(), "vacancy_id": vacancy.id, "booth_id": booth.id, "person_id": person.id, "words": words,
        "made_at": tx.now, "answer": "",
    }  # fmt: skip
    await tx.insert_once(JobApplication, values)
    tx.record(JobApplied(booth_id=booth.id, vacancy_id=vacancy.id), line_stream(booth.id))
    made = await of_vacancy(tx, booth.id, vacancy.id, person.id)
    assert made is not None, "it was just written"  # noqa: S101
    return made


async def take_back(tx: Transaction, application: JobApplication) -> None:
    """As if one had not applied; what was answered stays."""
    if application.answered_at:
        raise Conflict("application.answered", N_("They have answered your application already."))
    tx.record(
        JobApplied(booth_id=application.booth_id, vacancy_id=application.vacancy_id), line_stream(application.booth_id)
    )
    await tx.session.delete(application)


async def answer(tx: Transaction, by: Person, application: JobApplication, verdict: Verdict, words: str) -> None:
    """Tell the candidate. A second, different answer is none: the first has been read."""
    words = clean_text(words, "answer", 1000)
    if application.answered_at:
        raise Conflict("application.answered", N_("A colleague has answered this application already."))
    if verdict is Verdict.NO and not words:
        raise Invalid("answer.missing", N_("Please say why, in a sentence the person can use."), field="answer")
    application.verdict, application.answer = verdict, words
    application.answered_at, application.answered_by_id = tx.now, by.id
    values: dict[str, object] = {
        "name": application.person.name,
        "employer": application.booth.employer.name,
        "vacancy": application.vacancy.title,
        "path": "/me/vacancies",
    }
    await outbox.post(tx, Letter(application.person.email, "job_answer", application.person.language, values))


async def of_vacancy(
    tx: Transaction, booth_id: uuid.UUID, vacancy_id: uuid.UUID, person_id: uuid.UUID, *, lock: bool = False
) -> JobApplication | None:
    at_booth = JobApplication.booth_id == booth_id, JobApplication.vacancy_id == vacancy_id
    query = select(JobApplication).where(*at_booth, JobApplication.person_id == person_id)
    query = query.with_for_update(of=JobApplication) if lock else query
    return (await tx.session.execute(query)).scalar_one_or_none()


async def one(tx: Transaction, booth_id: uuid.UUID, application_id: uuid.UUID, *, lock: bool = False) -> JobApplication:
    query = select(JobApplication).where(JobApplication.id == application_id, JobApplication.booth_id == booth_id)
    query = query.with_for_update(of=JobApplication) if lock else query
    row = (await tx.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("application")
    return row


async def of_person(tx: Transaction, person_id: uuid.UUID) -> Sequence[JobApplication]:
    """The latest first."""
    query = select(JobApplication).where(JobApplication.person_id == person_id).order_by(JobApplication.id.desc())
    return list((await tx.session.execute(query)).scalars())


async def of_booth(tx: Transaction, booth_id: uuid.UUID) -> Sequence[JobApplication]:
    """Those that wait for an answer first, the earliest first; then the others, the latest first."""
    open_first = JobApplication.answered_at.is_not(None), JobApplication.id
    query = select(JobApplication).where(JobApplication.booth_id == booth_id).order_by(*open_first)
    rows = list((await tx.session.execute(query.limit(MOST_SHOWN))).scalars())
    return [*(row for row in rows if not row.answered_at), *(row for row in reversed(rows) if row.answered_at)]


async def count_open(tx: Transaction, booth_id: uuid.UUID) -> int:
    """How many wait for an answer."""
    unanswered = JobApplication.booth_id == booth_id, JobApplication.answered_at.is_(None)
    return await tx.session.scalar(select(func.count()).where(*unanswered)) or 0
