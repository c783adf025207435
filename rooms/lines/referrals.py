"""A recruiter sends a candidate on: to a colleague at the same booth, or to another booth. The candidate decides."""

import uuid
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Select, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid, NotFound
from rooms.core.events import DomainEvent, meeting_stream, person_stream
from rooms.core.model import Base, new_id
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, fairs, schedule
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairState
from rooms.lines import joining, places
from rooms.lines.call import place_of_call
from rooms.lines.places import Place, PlaceState
from rooms.meetings.meeting import Meeting, MeetingState, Part, Participant
from rooms.people.people import Person


class ReferralState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_OFFERED = text("state = 'offered'")


class Referral(Base):
    """Owner of the data: the candidate. Purpose: to be received by those to whom they are sent. Goes with the talk."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ux_referral_one_offered", "meeting_id", unique=True, postgresql_where=_OFFERED, sqlite_where=_OFFERED),
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    """The talk in which the candidate was told of it."""
    booth_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("booth.id"), index=True)
    """Where they are sent."""
    recruiter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The colleague, where it is the same booth."""
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    words: Mapped[str]
    """What those who receive the candidate read, and the candidate too."""
    state: Mapped[ReferralState] = mapped_column(default=ReferralState.OFFERED)
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("place.id"), index=True)
    """The place that came of it."""
    booth: Mapped[Booth] = relationship(lazy="joined", innerjoin=True)
    recruiter: Mapped[Person | None] = relationship(lazy="joined", foreign_keys=[recruiter_id])
    made_by: Mapped[Person] = relationship(lazy="joined", innerjoin=True, foreign_keys=[made_by_id])


class ReferralChanged(DomainEvent):
    """A candidate is to be sent on, or has said yes or no to it."""

    kind: ClassVar[str] = "referral.changed"
    referral_id: uuid.UUID
    meeting_id: uuid.UUID
    state: ReferralState


def _publish(tx: Transaction, meeting: Meeting, row: Referral) -> None:
    event = ReferralChanged(referral_id=row.id, meeting_id=meeting.id, state=row.state)
    tx.record(event, meeting_stream(meeting.id), *(person_stream(each.person_id) for each in meeting.participants))


async def offer(
    tx: Transaction, meeting: Meeting, by: Person, booth: Booth, recruiter_id: uuid.UUID | None, words: str
) -> Referral:
    """Propose it to the candidate of a talk that goes on or has ended; what was proposed before is taken back."""
    own = meeting.employers_booth
    if own is None or meeting.state not in (MeetingState.LIVE, MeetingState.ENDED):
        raise Conflict("referral.no_talk", N_("Somebody is sent on from a talk that has begun."))
    if booth.fair_id != own.fair_id or booth.set_up_at is None:
        raise NotFound("booth")
    if booth.fair.state is not FairState.OPEN:
        raise fairs.not_open()
    colleague = await _colleague(tx, booth, recruiter_id, by) if booth.id == own.id else None
    await _withdraw_offered(tx, meeting)
    row = Referral(
        id=new_id(),
        meeting_id=meeting.id,
        booth_id=booth.id,
        recruiter_id=colleague.id if colleague else None,
        made_by_id=by.id,
        words=clean_text(words, "referral_words", 600),
        state=ReferralState.OFFERED,
        made_at=tx.now,
    )
    row.booth, row.recruiter = booth, colleague
    tx.session.add(row)
    await tx.session.flush()
    _publish(tx, meeting, row)
    if meeting.is_over:
        await _write(tx, row, meeting.candidate, own)
    return row


def offered_to(person_id: uuid.UUID) -> Select[Referral]:
    """What this candidate has not answered, at fairs that are open: the latest first."""
    query = select(Referral).join(Participant, Participant.meeting_id == Referral.meeting_id)
    query = query.join(Booth, Booth.id == Referral.booth_id).join(Fair, Fair.id == Booth.fair_id)
    theirs = Participant.person_id == person_id, Participant.part == Part.CANDIDATE
    query = query.where(*theirs, Referral.state == ReferralState.OFFERED, Fair.state == FairState.OPEN)
    return query.order_by(Referral.id.desc())


async def _colleague(tx: Transaction, booth: Booth, recruiter_id: uuid.UUID | None, by: Person) -> Person:
    for person in await booth_staff.staff_of(tx, booth.id):
        if person.id == recruiter_id and person.id != by.id:
            return person
    message = N_("Please choose a colleague of your booth, or another booth.")
    raise Invalid("referral.colleague", message, field="to")


async def _write(tx: Transaction, row: Referral, candidate: Person, own: Booth) -> None:
    """They may have gone elsewhere by now. Proposing the same again and again is written of once."""
    to = row.recruiter.name if row.recruiter else row.booth.employer.name
    values: dict[str, object] = {
        "name": candidate.name, "employer": own.employer.name, "to": to, "path": "/me/talks",
    }  # fmt: skip
    once = f"referral:{row.meeting_id}:{row.booth_id}:{row.recruiter_id}"
    await outbox.post(tx, Letter(candidate.email, "referral", candidate.language, values, once))


async def withdraw(tx: Transaction, meeting: Meeting) -> None:
    """Whoever proposed it thinks better of it, before it is answered."""
    await _withdraw_offered(tx, meeting)


async def _withdraw_offered(tx: Transaction, meeting: Meeting) -> None:
    query = select(Referral).where(Referral.meeting_id == meeting.id, Referral.state == ReferralState.OFFERED)
    for row in (await tx.session.execute(query.with_for_update(of=Referral))).scalars().all():
        row.state, row.answered_at = ReferralState.WITHDRAWN, tx.now
        _publish(tx, meeting, row)
    await tx.session.flush()


async def answer(tx: Transaction, row: Referral, meeting: Meeting, *, accepts: bool) -> Place | None:
    """The candidate says yes or no. With a yes, a place at another booth is taken at once, at the end of its line; for
    a colleague they stand where they stood, once the talk is over. Gives the place that they have by it now."""
    await tx.lock(row)
    if row.state is not ReferralState.OFFERED:
        raise Conflict("referral.answered", N_("This proposal was answered or taken back already."))
    row.state, row.answered_at = (ReferralState.ACCEPTED if accepts else ReferralState.DECLINED), tx.now
    _publish(tx, meeting, row)
    keeps_place = row.recruiter_id is not None and meeting.call_id is not None
    if not accepts or (keeps_place and not meeting.is_over):
        return None
    return await _stand(tx, row, meeting)


async def _stand(tx: Transaction, row: Referral, meeting: Meeting) -> Place:
    if row.booth.fair.state is not FairState.OPEN:
        raise fairs.not_open()
    if row.booth.set_up_at is None or row.booth.left_at:
        raise Conflict("booth.left", N_("This booth takes part in the fair no longer."))
    place = await place_of_call(tx, meeting.call_id) if row.recruiter_id and meeting.call_id else None
    stands = {each.booth_id for each in await places.of_person(tx, meeting.candidate_id, row.booth.fair_id)}
    if place and place.state is PlaceState.SERVED and row.booth_id not in stands:
        await places.stand_again(tx, place, PlaceState.WAITING)
    else:
        # Whoever stands there already keeps that place.
        is_there = meeting.is_at_table and await schedule.on_site_now(tx, row.booth.fair)
        place = await joining.join(tx, meeting.candidate, row.booth, is_on_site=True if is_there else None)
        await tx.session.flush()
    place.kept_for_id, place.passed_over_until, place.missed = row.recruiter_id, None, 0
    row.place_id = place.id
    return place


async def goes_on(tx: Transaction, meeting: Meeting, place: Place) -> bool:
    """Whether the candidate of a talk that has ended has agreed to wait on for a colleague, for the first time or once
    more where the talk was taken up again; if so, the place is kept for them."""
    agreed = Referral.state == ReferralState.ACCEPTED, Referral.recruiter_id.is_not(None)
    query = select(Referral).where(Referral.meeting_id == meeting.id, *agreed).order_by(Referral.id.desc())
    row = (await tx.session.execute(query)).scalars().first()
    if row is None or (row.place_id and place.kept_for_id != row.recruiter_id):
        return False
    place.kept_for_id, row.place_id = row.recruiter_id, place.id
    return True


async def by_id(tx: Transaction, meeting_id: uuid.UUID, referral_id: uuid.UUID) -> Referral:
    row = await tx.session.get(Referral, referral_id)
    if row is None or row.meeting_id != meeting_id:
        raise NotFound("referral")
    return row


async def latest_of(tx: Transaction, meetings: Collection[uuid.UUID]) -> dict[uuid.UUID, Referral]:
    """What was proposed last in each of these talks, unless it was taken back."""
    query = select(Referral).where(Referral.meeting_id.in_(meetings), Referral.state != ReferralState.WITHDRAWN)
    return {row.meeting_id: row for row in (await tx.session.execute(query.order_by(Referral.id))).scalars()}


async def to_places(tx: Transaction, held: Collection[uuid.UUID]) -> dict[uuid.UUID, Referral]:
    """Who sent those who stand in these places."""
    query = select(Referral).where(Referral.place_id.in_(held)).order_by(Referral.id)
    return {row.place_id: row for row in (await tx.session.execute(query)).scalars() if row.place_id}
