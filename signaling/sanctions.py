"""Somebody learns at once that they were warned, muted or excluded at a fair, or may again."""

from uuid import UUID

from rooms.fairs.sanctions import SanctionChanged
from signaling.contract import StreamEvent, server_event
from signaling.projections import as_it_is


@server_event("fair:sanction_changed")
class SanctionChangedEvent(StreamEvent):
    """What organisers have done about this person; the reason stands on the page that tells of it."""

    fair_id: UUID
    sanction_id: UUID


as_it_is("person", SanctionChanged, SanctionChangedEvent)
