"""The loop around a fair: a counsellor suggests a fair or a booth, and learns how it went if the person agrees."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import fairs
from rooms.fairs.attendees import Attendee
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines.places import Place
from rooms.meetings.meeting import Meeting, MeetingState, NextStep, Part, Participant
from rooms.organisations import referents
from rooms.people.people import Person


class Suggestion(Base):
    """Owner: the person. Purpose: counselling; kept 2 years after the last contact."""

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("ux_suggestion_booth", "person_id", "booth_id", unique=True),
        Index(
            "ux_suggestion_fair", "person_id", "fair_id", unique=True,
            postgresql_where=text("booth_id IS NULL"), sqlite_where=text("booth_id IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    fair_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fair.id"), index=True)
    booth_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("booth.id"), index=True)
    words: Mapped[str]
    made_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    """Since when the person lets their counsellor see how the fair went; None again once they do not."""
    fair: Mapped[Fair] = relationship(lazy="joined", innerjoin=True)
    booth: Mapped[Booth | None] = relationship(lazy="joined")
    by: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[by_id])

    @property
    def name(self) -> str:
        return f"{self.booth.employer.name}, {self.fair.name}" if self.booth else self.fair.name

    @property
    def path(self) -> str:
        return self.booth.path if self.booth else self.fair.path


@dataclass(frozen=True)
class Outcome:
    """What came of a fair at one booth; never what was said there."""

    employer: str
    came: bool
    """Whether there was a talk, or only a place in line."""
    at: datetime
    next_step: NextStep | None
    """Only once the employer has answered."""


async def choices(tx: Transaction) -> list[tuple[Fair, list[Booth]]]:
    """The fairs that lie ahead, with the booths one can go to: two queries for any number of them."""
    ahead = [fair for fair in await fairs.shown(tx) if fair.lies_ahead]
    query = select(Booth).where(Booth.fair_id.in_([fair.id for fair in ahead]), Booth.set_up_at.is_not(None))
    rows = sorted((await tx.session.execute(query)).unique().scalars(), key=lambda booth: booth.employer.name)
    return [(fair, [booth for booth in rows if booth.fair_id == fair.id]) for fair in ahead]


async def suggest(
    tx: Transaction, by: Person, person: Person, fair: Fair, booth: Booth | None, words: str
) -> Suggestion:
    """Suggest a fair or one of its booths; suggesting it again changes the words."""
    if not fair.lies_ahead or (booth and booth.fair_id != fair.id):
        raise Conflict("suggestion.over", N_("This fair does not lie ahead any more."))
    row = await find(tx, person.id, fair, booth)
    is_new = row is None
    if row is None:
        row = Suggestion(id=new_id(), person_id=person.id, fair_id=fair.id, booth_id=booth.id if booth else None)
        row.fair, row.booth = fair, booth
        tx.session.add(row)
    row.by_id, row.by, row.words, row.made_at = by.id, by, clean_text(words, "suggestion_words", 600), tx.now
    await tx.session.flush()
    if is_new:
        values: dict[str, object] = {"name": person.name, "by": by.name, "what": row.name, "words": row.words}
        await outbox.post(tx, Letter(person.email, "suggestion", person.language, values | {"path": row.path}))
    return row


async def find(tx: Transaction, person_id: uuid.UUID, fair: Fair, booth: Booth | None) -> Suggestion | None:
    """What was suggested to a person already of this fair, or of this booth."""
    query = select(Suggestion).where(
        Suggestion.person_id == person_id,
        Suggestion.fair_id == fair.id,
        Suggestion.booth_id == booth.id if booth else Suggestion.booth_id.is_(None),
    )
    return (await tx.session.execute(query)).scalar_one_or_none()


async def of_person(tx: Transaction, person_id: uuid.UUID) -> list[Suggestion]:
    """The latest first."""
    query = select(Suggestion).where(Suggestion.person_id == person_id).order_by(Suggestion.made_at.desc())
    return list((await tx.session.execute(query.limit(50))).unique().scalars())


async def share(tx: Transaction, person_id: uuid.UUID, suggestion_id: uuid.UUID, *, is_shared: bool) -> Suggestion:
    """The person lets their counsellor see how the fair went, or no longer."""
    row = await tx.session.get(Suggestion, suggestion_id)
    if row is None or row.person_id != person_id:
        raise NotFound("suggestion")
    row.shared_at = (row.shared_at or tx.now) if is_shared else None
    return row


async def shared(
    tx: Transaction, counsellor_id: uuid.UUID, person_id: uuid.UUID, suggestion_id: uuid.UUID
) -> Suggestion:
    """One of which the person lets the counsellor who follows them see how it went."""
    row = await tx.session.get(Suggestion, suggestion_id)
    if row is None or row.person_id != person_id or row.shared_at is None:
        raise NotFound("suggestion")
    if await referents.referent_of(tx, person_id) != counsellor_id:
        raise NotFound("suggestion")
    return row


async def attended(tx: Transaction, rows: Sequence[Suggestion]) -> dict[uuid.UUID, datetime]:
    """Since when those were at the fair who share it, by suggestion."""
    wanted = {(row.person_id, row.fair_id) for row in rows if row.shared_at}
    query = select(Attendee.person_id, Attendee.fair_id, Attendee.came_at).where(
        Attendee.came_at.is_not(None),
        Attendee.person_id.in_({person_id for person_id, _ in wanted}),
        Attendee.fair_id.in_({fair_id for _, fair_id in wanted}),
    )
    came = {(row.person_id, row.fair_id): row.came_at for row in await tx.plain_rows(query)}
    return {row.id: came[key] for row in rows if row.shared_at and (key := (row.person_id, row.fair_id)) in came}


async def outcomes(tx: Transaction, rows: list[Suggestion]) -> dict[uuid.UUID, list[Outcome]]:
    """How each fair went whose person shares it, by suggestion: two queries for any number of them."""
    shared = [row for row in rows if row.shared_at]
    gone_to, people = {row.fair_id for row in shared}, {row.person_id for row in shared}
    places = select(Place).join(Booth, Booth.id == Place.booth_id)
    places = places.where(Place.person_id.in_(people), Booth.fair_id.in_(gone_to))
    led = select(Participant.meeting_id).join(Booth).where(Participant.part == Part.LEADER, Booth.fair_id.in_(gone_to))
    query = select(Meeting).join(Participant, Participant.meeting_id == Meeting.id).where(
        Participant.person_id.in_(people), Participant.part == Part.CANDIDATE,
        Meeting.id.in_(led), Meeting.state == MeetingState.ENDED,
    )  # fmt: skip
    talks = (await tx.session.execute(query.order_by(Meeting.id))).unique().scalars()
    found = [(each.candidate_id, booth, _held(each, booth)) for each in talks if (booth := each.employers_booth)]
    for place in (await tx.session.execute(places.order_by(Place.joined_at))).unique().scalars():
        if not any((person_id, booth) == (place.person_id, place.booth) for person_id, booth, _ in found):
            found.append((place.person_id, place.booth, _stood(place)))
    return {row.id: sorted(_of(row, found), key=lambda each: each.at) for row in shared}


def _of(row: Suggestion, found: list[tuple[uuid.UUID, Booth, Outcome]]) -> list[Outcome]:
    return [
        outcome
        for person_id, booth, outcome in found
        if person_id == row.person_id and booth.fair_id == row.fair_id and row.booth_id in (None, booth.id)
    ]


def _stood(place: Place) -> Outcome:
    return Outcome(place.booth.employer.name, came=False, at=place.joined_at, next_step=None)


def _held(meeting: Meeting, booth: Booth) -> Outcome:
    answered = meeting.follow_up.next_step if meeting.follow_up.answered_at else None
    return Outcome(booth.employer.name, came=True, at=meeting.opened_at, next_step=answered)
