"""Help at a fair: whoever runs it sees who asks, and whoever asks sees that somebody has taken it."""

from uuid import UUID

from rooms.chat.help_requests import HelpChanged, HelpState
from signaling.contract import StreamEvent, server_event
from signaling.projections import as_it_is


@server_event("help:changed")
class HelpEvent(StreamEvent):
    """Help is asked for, given or no longer needed, or something was written about it."""

    fair_id: UUID
    help_request_id: UUID
    state: HelpState


for area in ("moderation", "person"):
    as_it_is(area, HelpChanged, HelpEvent)
