"""What concerns a person at this moment, for every page of theirs: mostly nothing, which is found out by one look."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Exists, Select, select

from rooms.appointments import agenda
from rooms.appointments.appointment import Appointment
from rooms.chat import help_requests
from rooms.core.transaction import Transaction
from rooms.fairs import sanctions
from rooms.fairs.sanctions import Sanction
from rooms.lines import calls, referrals
from rooms.lines.call import Call
from rooms.lines.places import ACTIVE, Place
from rooms.lines.referrals import Referral
from rooms.meetings import under_way
from rooms.meetings.meeting import Meeting


@dataclass(frozen=True)
class Standing:
    call: Call | None = None
    """It rings for them."""
    meeting: Meeting | None = None
    """From a line: they are in it, or may come back to it."""
    appointment: Appointment | None = None
    """Its room is open."""
    waits: bool = False
    """They have a place in some line."""
    proposal: Referral | None = None
    """Somebody proposes that they go on to somebody else."""
    decisions: Sequence[Sanction] = ()
    """What organisers have decided about them, which they are to see."""
    asks_help_at: Collection[uuid.UUID] = ()
    """The fairs at which they have asked for help that is not done."""


NOTHING = Standing()


async def standing_of(tx: Transaction, person_id: uuid.UUID) -> Standing:
    place = select(Place.id).where(Place.person_id == person_id, Place.state.in_(ACTIVE))
    asked = (
        _any(calls.rings_for(tx, person_id)),
        _any(under_way.goes_on_for(person_id)),
        _any(agenda.is_held_for(tx, person_id)),
        place.exists(),
        _any(sanctions.to_be_told(tx, person_id)),
        _any(help_requests.unfinished(person_id)),
        _any(referrals.offered_to(person_id)),
    )
    rings, talks, is_expected, waits, is_told, asks_help, is_proposed = (await tx.plain_rows(select(*asked)))[0]
    return Standing(
        call=await calls.ringing_for(tx, person_id) if rings else None,
        meeting=await under_way.current(tx, person_id) if talks else None,
        appointment=await agenda.next_of(tx, person_id) if is_expected else None,
        waits=waits,
        proposal=(await tx.session.execute(referrals.offered_to(person_id))).scalars().first() if is_proposed else None,
        decisions=(await tx.session.execute(sanctions.to_be_told(tx, person_id))).scalars().all() if is_told else (),
        asks_help_at=await _helped_at(tx, person_id) if asks_help else (),
    )


async def _helped_at(tx: Transaction, person_id: uuid.UUID) -> set[uuid.UUID]:
    return {row.fair_id for row in (await tx.session.execute(help_requests.unfinished(person_id))).scalars()}


def _any(query: Select[Any]) -> Exists:
    """Whether there is one, without reading it."""
    entity = query.column_descriptions[0]["entity"]
    return query.with_only_columns(entity.id, maintain_column_froms=True).exists()
