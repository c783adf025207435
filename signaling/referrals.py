"""What may follow the end of a talk: it is taken up again, or its candidate is sent on."""

from datetime import datetime
from uuid import UUID

from rooms.core.events import PublishedEvent
from rooms.core.transaction import Transaction
from rooms.lines.referrals import Referral, ReferralChanged, ReferralState
from rooms.meetings.meeting import Meeting
from rooms.meetings.reopening import MeetingReopened
from signaling.contract import StreamEvent, server_event
from signaling.projections import as_it_is, head, projection


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
    candidate_id: UUID
    made_by: str
    """The name of whoever proposes it."""


async def _referral(tx: Transaction, published: PublishedEvent) -> StreamEvent:
    event = published.event
    assert isinstance(event, ReferralChanged)  # noqa: S101
    meeting = await tx.session.get_one(Meeting, event.meeting_id)
    sent = await tx.session.get_one(Referral, event.referral_id)
    more = {"candidate_id": meeting.candidate_id, "made_by": sent.made_by.name}
    return ReferralEvent(**head(published), **event.model_dump(), **more)


for area in ("meeting", "person"):
    as_it_is(area, MeetingReopened, ReopenedEvent)
    projection(area, ReferralChanged)(_referral)
