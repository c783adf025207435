"""Three questions after a fair, for those who came and for those who stood at a booth: how useful it was from 1 to 5,
a yes or no, and words. Open for fourteen days; who has said what is shown to nobody."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text, one_line
from rooms.core.transaction import Transaction
from rooms.fairs.attendees import Attendee
from rooms.fairs.booths import Booth, BoothStaff
from rooms.fairs.fairs import Fair, FairState, demand_not_archived
from rooms.fairs.schedule import FairDay
from rooms.people import mail_refusals
from rooms.people.people import Person

LASTS = timedelta(days=14)
USEFULNESS = range(1, 6)
NUMBERS = range(1, 4)
TEMPLATE = "survey"


class Audience(StrEnum):
    CANDIDATE = "candidate"
    EMPLOYER = "employer"


class Survey(Base):
    """Begins when the last day of a fair is over."""

    __tablename__ = "survey"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    candidates_asked: Mapped[int]
    employers_asked: Mapped[int]

    def asked(self, audience: Audience) -> int:
        return self.candidates_asked if audience is Audience.CANDIDATE else self.employers_asked


class SurveyQuestion(Base):
    """The fair's own words for one of the three; without them the usual ones are asked."""

    __tablename__ = "survey_question"
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), primary_key=True)
    audience: Mapped[Audience] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]


class SurveyAnswer(Base):
    """Owner of the data: whoever answers. Purpose: better fairs. Goes with its fair; told without names, not of few."""

    __tablename__ = "survey_answer"
    __table_args__ = (
        UniqueConstraint("fair_id", "audience", "person_id"),
        CheckConstraint("usefulness BETWEEN 1 AND 5", name="ck_survey_usefulness"),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    audience: Mapped[Audience]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    usefulness: Mapped[int | None]
    said_yes: Mapped[bool | None]
    words: Mapped[str]
    answered_at: Mapped[datetime | None]
    """None where it was before this was noted."""


async def begin_due(tx: Transaction) -> None:
    """Ask after each fair whose last day is over; once more where it has had another day since. For the worker."""
    last = select(func.max(FairDay.closes_at)).where(FairDay.fair_id == Fair.id).scalar_subquery()
    over = Fair.state.in_((FairState.CLOSED, FairState.ARCHIVED)), Fair.is_rehearsal.is_(False)
    query = select(Fair).where(*over, last <= tx.now, last > tx.now - LASTS)
    unasked = ~select(Survey.fair_id).where(Survey.fair_id == Fair.id, Survey.opened_at >= last).exists()
    for fair in (await tx.session.execute(query.where(unasked).with_for_update(of=Fair))).scalars().all():
        await begin(tx, fair)


async def begin(tx: Transaction, fair: Fair) -> Survey:
    people = {audience: await _asked(tx, fair.id, audience) for audience in Audience}
    row = await of_fair(tx, fair.id) or Survey(fair_id=fair.id)
    row.opened_at, row.closes_at = tx.now, tx.now + LASTS
    row.candidates_asked = len(people[Audience.CANDIDATE])
    row.employers_asked = len(people[Audience.EMPLOYER])
    tx.session.add(row)
    await tx.session.flush()
    # Whoever came as both gets one letter.
    to = {person.id: person for each in people.values() for person in each if not person.is_simulated}
    refused = await mail_refusals.refusing(tx, TEMPLATE, {person.email for person in to.values() if person.email})
    values: dict[str, object] = {"fair": fair.name, "until": row.closes_at.isoformat(), "zone": fair.time_zone}
    letters = [
        Letter(
            person.email,
            TEMPLATE,
            person.language,
            values | {"name": person.name, "path": f"{fair.path}/survey"},
            f"survey:{fair.id}:{row.opened_at:%Y-%m-%d}:{person.id}",
            useless_at=row.closes_at,
        )
        for person in to.values()
        if person.email not in refused
    ]
    await outbox.post(tx, *letters)
    return row


def _who(fair_id: uuid.UUID, audience: Audience) -> tuple[Any, ColumnElement[bool]]:
    """The column of their ids, and which of its rows count."""
    if audience is Audience.CANDIDATE:
        return Attendee.person_id, (Attendee.fair_id == fair_id) & Attendee.came_at.is_not(None)
    stood = select(Booth.id).where(Booth.fair_id == fair_id, Booth.set_up_at.is_not(None))
    return BoothStaff.person_id, BoothStaff.booth_id.in_(stood)


async def _asked(tx: Transaction, fair_id: uuid.UUID, audience: Audience) -> Sequence[Any]:
    ids, which = _who(fair_id, audience)
    query = select(Person.id, Person.email, Person.name, Person.language, Person.is_simulated)
    return await tx.plain_rows(query.where(Person.id.in_(select(ids).where(which))))


async def audiences_of(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID) -> list[Audience]:
    """As what this person is asked."""
    found = []
    for audience in Audience:
        ids, which = _who(fair_id, audience)
        if await tx.session.scalar(select(ids).where(which, ids == person_id).limit(1)):
            found.append(audience)
    return found


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> Survey | None:
    return await tx.session.get(Survey, fair_id)


async def to_answer(tx: Transaction, person_id: uuid.UUID) -> Sequence[tuple[Survey, Fair]]:
    """The questions that are open to this person and that they have not answered since the fair was held last."""
    query = select(Survey, Fair).join(Fair, Fair.id == Survey.fair_id).where(Survey.closes_at > tx.now)
    came = select(Attendee.fair_id).where(Attendee.person_id == person_id, Attendee.came_at.is_not(None))
    stood = select(Booth.fair_id).join(BoothStaff, BoothStaff.booth_id == Booth.id)
    stood = stood.where(BoothStaff.person_id == person_id, Booth.set_up_at.is_not(None))
    since = SurveyAnswer.answered_at.is_(None) | (SurveyAnswer.answered_at >= Survey.opened_at)
    answered = select(SurveyAnswer.id).where(
        SurveyAnswer.fair_id == Fair.id, SurveyAnswer.person_id == person_id, since
    )
    asked = Fair.id.in_(came.union(stood)), ~answered.exists()
    return [(row, fair) for row, fair in (await tx.session.execute(query.where(*asked))).all()]


async def own_words(tx: Transaction, fair_id: uuid.UUID) -> dict[tuple[Audience, int], str]:
    """Of the questions that this fair words itself."""
    rows = await tx.session.execute(select(SurveyQuestion).where(SurveyQuestion.fair_id == fair_id))
    return {(row.audience, row.number): row.words for row in rows.scalars()}


async def word(tx: Transaction, fair: Fair, wanted: Mapping[tuple[Audience, int], str]) -> None:
    """Ask in these words; where they are empty, in the usual ones. Nothing changes once people are asked."""
    demand_not_archived(fair)
    await tx.lock(fair, key_share=True)
    if await of_fair(tx, fair.id):
        raise Conflict("survey.begun", N_("People are being asked already: the questions stay as they are."))
    await tx.session.execute(delete(SurveyQuestion).where(SurveyQuestion.fair_id == fair.id))
    for (audience, number), words in wanted.items():
        cleaned = clean_text(one_line(words), f"{audience}_{number}", 200)
        if cleaned:
            tx.session.add(SurveyQuestion(fair_id=fair.id, audience=audience, number=number, words=cleaned))
    await tx.session.flush()


async def answer_of(
    tx: Transaction, fair_id: uuid.UUID, audience: Audience, person_id: uuid.UUID
) -> SurveyAnswer | None:
    mine = (
        SurveyAnswer.fair_id == fair_id,
        SurveyAnswer.audience == audience,
        SurveyAnswer.person_id == person_id,
    )
    return (await tx.session.execute(select(SurveyAnswer).where(*mine))).scalar_one_or_none()


async def answer(
    tx: Transaction,
    fair: Fair,
    audience: Audience,
    person: Person,
    usefulness: int | None,
    said_yes: bool | None,
    words: str,
) -> SurveyAnswer:
    """Each of the three may be left out; answering again replaces what was said before, until it closes. Raises
    NotFound for whoever is not asked."""
    if audience not in await audiences_of(tx, fair.id, person.id):
        raise NotFound("survey")
    survey = await of_fair(tx, fair.id)
    if survey is None or survey.closes_at <= tx.now:
        raise Conflict("survey.closed", N_("These questions are closed. Thank you all the same."))
    if usefulness is not None and usefulness not in USEFULNESS:
        raise Invalid("survey.usefulness", N_("Please choose a number from 1 to 5."), field="usefulness")
    cleaned = clean_text(words, "words", 2000)
    if usefulness is None and said_yes is None and not cleaned:
        raise Invalid("survey.empty", N_("Please answer at least one of the questions."), field="usefulness")
    # Two tabs answer one after the other.
    await tx.lock(await tx.session.get_one(Person, person.id), key_share=True)
    row = await answer_of(tx, fair.id, audience, person.id)
    if row is None:
        row = SurveyAnswer(id=new_id(), fair_id=fair.id, audience=audience, person_id=person.id)
        tx.session.add(row)
    row.usefulness, row.said_yes, row.words, row.answered_at = usefulness, said_yes, cleaned, tx.now
    await tx.session.flush()
    return row
