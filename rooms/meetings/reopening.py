"""A talk that was ended by mistake is taken up again, for both."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from rooms.core.errors import N_, Conflict
from rooms.core.events import DomainEvent, line_stream, meeting_stream, person_stream
from rooms.core.transaction import Transaction
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.meetings.meetings import move
from rooms.people import engagement

WITHIN = timedelta(minutes=5)
LASTS_AT_LEAST = timedelta(minutes=5)


class MeetingReopened(DomainEvent):
    """It goes on for whoever leads it; the candidate is out and may come back."""

    kind: ClassVar[str] = "meeting.reopened"
    meeting_id: uuid.UUID
    candidate_id: uuid.UUID
    planned_end_at: datetime


def reopens_until(meeting: Meeting, now: datetime) -> datetime | None:
    """Until when it can be taken up again, if it still can. Only a talk from a line: to an appointment one comes back
    by its page."""
    ended_at = meeting.ended_at if meeting.state is MeetingState.ENDED and meeting.call_id else None
    if ended_at is None or ended_at + WITHIN <= now or meeting.follow_up.answered_at:
        return None
    return ended_at + WITHIN


async def reopen(tx: Transaction, meeting: Meeting) -> None:
    """Raises Conflict once five minutes are over, the answer is given, or its recruiter is in another talk."""
    if reopens_until(meeting, tx.now) is None:
        raise Conflict("meeting.closed", N_("A talk can be taken up again for five minutes, until its answer is sent."))
    if not await engagement.engage_in_meeting(tx, meeting.led_by_id, meeting.id):
        raise Conflict("recruiter.in_meeting", N_("You are in another talk or call. Finish it first."))
    move(meeting, MeetingState.LIVE)
    meeting.ended_at = meeting.follow_up.answer_promised_by = None
    meeting.planned_end_at = max(meeting.planned_end_at or tx.now, tx.now + LASTS_AT_LEAST)
    if meeting.is_at_table:
        await _sit_down_again(tx, meeting)
    else:
        meeting.participant(meeting.candidate_id).went_out_at = tx.now
    people = [person_stream(each.person_id) for each in meeting.participants]
    line = [line_stream(meeting.booth_id)] if meeting.booth_id else []
    event = MeetingReopened(
        meeting_id=meeting.id, candidate_id=meeting.candidate_id, planned_end_at=meeting.planned_end_at
    )
    await tx.happened(event, meeting_stream(meeting.id), *line, *people)


async def _sit_down_again(tx: Transaction, meeting: Meeting) -> None:
    """At a table both are there; nobody else calls the candidate meanwhile."""
    if not await engagement.engage_in_meeting(tx, meeting.candidate_id, meeting.id):
        message = N_("They have gone on meanwhile: this talk cannot be taken up again.")
        raise Conflict("place.gone_on", message)
