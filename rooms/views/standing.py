"""What concerns a person at this moment, for every page of theirs: mostly nothing, which is found out by one look."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Exists, Select, select

from rooms.appointments import agenda
from rooms.appointments.appointment import Appointment
from rooms.core.transaction import Transaction
from rooms.lines import calls
from rooms.lines.call import Call
from rooms.lines.places import ACTIVE, Place
from rooms.meetings import under_way
from rooms.meetings.meeting import Meeting


@dataclass(frozen=True)
class Standing:
    call: Call | None
    """It rings for them."""
    meeting: Meeting | None
    """From a line: they are in it, or may come back to it."""
    appointment: Appointment | None
    """Its room is open."""
    waits: bool
    """They have a place in some line."""


async def standing_of(tx: Transaction, person_id: uuid.UUID) -> Standing:
    place = select(Place.id).where(Place.person_id == person_id, Place.state.in_(ACTIVE))
    asked = (
        _any(calls.rings_for(tx, person_id)),
        _any(under_way.goes_on_for(person_id)),
        _any(agenda.is_held_for(tx, person_id)),
        place.exists(),
    )
    rings, talks, is_expected, waits = (await tx.plain_rows(select(*asked)))[0]
    return Standing(
        call=await calls.ringing_for(tx, person_id) if rings else None,
        meeting=await under_way.current(tx, person_id) if talks else None,
        appointment=await agenda.next_of(tx, person_id) if is_expected else None,
        waits=waits,
    )


def _any(query: Select[Any]) -> Exists:
    """Whether there is one, without reading it."""
    entity = query.column_descriptions[0]["entity"]
    return query.with_only_columns(entity.id, maintain_column_froms=True).exists()
