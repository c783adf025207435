"""What follows a meeting: private notes, the next step, the answer, what the candidate thinks of it."""

import uuid
from typing import ClassVar

from sqlalchemy import select

from rooms.core import outbox
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import DomainEvent, person_stream
from rooms.core.outbox import Letter
from rooms.core.text import clean_text
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState, NextStep, Part, takes_part


class AnswerGiven(DomainEvent):
    kind: ClassVar[str] = "meeting.answered"
    meeting_id: uuid.UUID
    next_step: NextStep


async def note(tx: Transaction, meeting: Meeting, notes: str, intends: NextStep | None = None) -> None:
    """Private notes, and the next step that the recruiter has in mind; nobody is told of either."""
    written = meeting.follow_up
    written.notes = clean_text(notes, "notes", 4000)
    if intends and written.answered_at is None:
        written.next_step = intends


async def answer(tx: Transaction, meeting: Meeting, next_step: NextStep, words: str) -> None:
    """Tell the candidate what comes next. A "no" says why."""
    words = clean_text(words, "answer", 1000)
    if meeting.booth is None:
        raise Conflict("meeting.no_booth", N_("This talk belongs to an appointment: nothing is answered after it."))
    if next_step is NextStep.NO and not words:
        raise Invalid("answer.missing", N_("Please say why, in a sentence the person can use."), field="answer")
    if meeting.state is not MeetingState.ENDED:
        raise Conflict("meeting.not_ended", N_("Finish the talk first."))
    written = meeting.follow_up
    written.next_step, written.answer, written.answered_at = next_step, words, tx.now
    tx.record(AnswerGiven(meeting_id=meeting.id, next_step=next_step), person_stream(meeting.candidate_id))
    values: dict[str, object] = {
        "name": meeting.candidate.name,
        "employer": meeting.line_booth.employer.name,
        "path": "/me/talks",
    }
    await outbox.post(tx, Letter(meeting.candidate.email, "answer", meeting.candidate.language, values))


async def rate(tx: Transaction, meeting: Meeting, rating: int, words: str) -> None:
    if not 1 <= rating <= 5:
        raise Invalid("rating.range", N_("Please choose from 1 to 5."), field="rating")
    meeting.follow_up.rating, meeting.follow_up.rating_words = rating, clean_text(words, "rating_words", 600)


async def talks_of(tx: Transaction, candidate_id: uuid.UUID) -> list[Meeting]:
    """The candidate's talks at booths, the latest first."""
    query = (
        select(Meeting)
        .where(takes_part(candidate_id, Part.CANDIDATE), Meeting.call_id.is_not(None))
        .order_by(Meeting.id.desc())
    )
    return list((await tx.session.execute(query)).scalars())


async def of_booth(tx: Transaction, booth_id: uuid.UUID) -> list[Meeting]:
    """The talks held at a booth, the latest first."""
    query = select(Meeting).where(Meeting.booth_id == booth_id, Meeting.state == MeetingState.ENDED)
    return list((await tx.session.execute(query.order_by(Meeting.id.desc()).limit(100))).scalars())


async def unanswered(tx: Transaction, booth_id: uuid.UUID, recruiter_id: uuid.UUID) -> list[Meeting]:
    """The recruiter's talks at a booth whose candidate waits for an answer, the soonest promised first."""
    query = (
        select(Meeting)
        .join(FollowUp, FollowUp.meeting_id == Meeting.id)
        .where(Meeting.booth_id == booth_id, takes_part(recruiter_id, Part.LEADER))
        .where(Meeting.state == MeetingState.ENDED, FollowUp.answered_at.is_(None))
    )
    return list((await tx.session.execute(query.order_by(FollowUp.answer_promised_by).limit(20))).scalars())
