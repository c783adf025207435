"""What may follow the end of a talk: it is taken up again, or its candidate is sent on."""

from datetime import datetime
from uuid import UUID

from rooms.lines.referrals import ReferralChanged, ReferralState
from rooms.meetings.reopening import MeetingReopened
from signaling.contract import StreamEvent, server_event
from signaling.projections import as_it_is


@server_event("meeting:reopened")
class ReopenedEvent(StreamEvent):
    """A talk that had ended goes on: whoever leads it is in, and the candidate may come back."""

    meeting_id: UUID
    candidate_id: UUID
    planned_end_at: datetime


@server_event("referral:changed")
class ReferralEvent(StreamEvent):
    """The candidate is to be sent on to a colleague or another booth, or has answered to that."""

    referral_id: UUID
    meeting_id: UUID
    state: ReferralState


for area in ("meeting", "person", "line"):
    as_it_is(area, MeetingReopened, ReopenedEvent)
for area in ("meeting", "person"):
    as_it_is(area, ReferralChanged, ReferralEvent)
