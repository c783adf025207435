"""Meetings where nobody is any more, or to which whoever left has not come back."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from rooms.appointments import room
from rooms.core.transaction import Transaction
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting, MeetingState
from rooms.people import presence

APPOINTMENT_GRACE = timedelta(minutes=10)
AT_TABLE_UNTIL_AFTER = timedelta(minutes=30)
"""After its planned end a talk at a table that nobody has looked at since was left unfinished."""
BACK_WITHIN = timedelta(minutes=5)
"""How long a talk waits for whoever has left it."""


async def now_abandoned(tx: Transaction) -> list[uuid.UUID]:
    """Meetings where nobody has been seen for longer than the fair's grace, or whose leader was left alone. For the
    worker."""
    query = select(Meeting).where(Meeting.state.in_((MeetingState.WAITING, MeetingState.LIVE)))
    going_on = list((await tx.session.execute(query)).scalars())
    ends_at = await room.ends_of(tx, going_on)
    people = {person.id for meeting in going_on for person in meeting.people}
    reach = await presence.reach(tx, people)
    return [
        meeting.id
        for meeting in going_on
        if _is_left_alone(tx, meeting) or _is_abandoned(tx, meeting, reach, ends_at.get(meeting.id))
    ]


def _is_left_alone(tx: Transaction, meeting: Meeting) -> bool:
    """Where a guest is in, the two may go on."""
    # Who has stood up from a table is seen by whoever sits there.
    left_at = None if meeting.is_at_table else meeting.gone_out.get(meeting.candidate_id)
    return left_at is not None and left_at + BACK_WITHIN <= tx.now and meeting.guest_id not in meeting.gone_in


def _is_abandoned(
    tx: Transaction, meeting: Meeting, reach: dict[uuid.UUID, presence.Reach], ends_at: datetime | None
) -> bool:
    seen = [reach[person.id] for person in meeting.people]
    since = max(filter(None, (meeting.opened_at, *(each.last_seen for each in seen))))
    grace = timedelta(minutes=meeting.booth.fair.grace_minutes) if meeting.booth else APPOINTMENT_GRACE
    if meeting.is_at_table:
        # A page that is closed says nothing of two who sit together.
        ends_at = max(meeting.planned_end_at or meeting.opened_at, since) + AT_TABLE_UNTIL_AFTER
    if ends_at and tx.now < ends_at:
        return False
    return not any(each.is_here for each in seen) and since + grace <= tx.now


async def end_abandoned(tx: Transaction, meeting_id: uuid.UUID) -> None:
    """Nobody is there: it cuts off nobody, and sets both free for other lines."""
    row = await room.locked_meeting(tx, meeting_id)
    if row and meeting_id in await now_abandoned(tx):
        await meetings.end(tx, row)
