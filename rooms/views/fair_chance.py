"""What hiding names did at a fair: of those who came for a vacancy, how many were called and asked to go on, where
their names were hidden and where they were not. Nothing is told of few."""

import uuid
from dataclasses import dataclass

from sqlalchemy import case, func, select

from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines.call import Call
from rooms.lines.places import Place
from rooms.meetings.meeting import FollowUp, Meeting, MeetingState, NextStep
from rooms.views.fair_report import FEWEST


@dataclass(frozen=True)
class Chances:
    """Of the places in lines for a vacancy. Shares are in percent, None where it would say something about few."""

    hides_name: bool
    places: int
    called: float | None
    """Whose talk took place."""
    asked_on: float | None
    """Of those answered: with whom the employer goes on."""


async def of_fair(tx: Transaction, fair_id: uuid.UUID) -> list[Chances]:
    """With names hidden and without; nothing where no vacancy of the fair hides names."""
    talked = func.count(func.distinct(case((Meeting.state == MeetingState.ENDED, Place.id))))
    answered = func.count(func.distinct(case((FollowUp.answered_at.is_not(None), Place.id))))
    went_on = FollowUp.answered_at.is_not(None) & (FollowUp.next_step == NextStep.GO_ON)
    asked_on = func.count(func.distinct(case((went_on, Place.id))))
    query = (
        select(
            Place.hides_name,
            func.count(func.distinct(Place.id)).label("places"),
            talked.label("talked"),
            answered.label("answered"),
            asked_on.label("asked_on"),
        )
        .join(Booth, Booth.id == Place.booth_id)
        .outerjoin(Call, Call.place_id == Place.id)
        .outerjoin(Meeting, Meeting.call_id == Call.id)
        .outerjoin(FollowUp, FollowUp.meeting_id == Meeting.id)
        .where(Booth.fair_id == fair_id, Place.vacancy_id.is_not(None))
        .group_by(Place.hides_name)
        .order_by(Place.hides_name.desc())
    )
    rows = await tx.plain_rows(query)
    if not any(row.hides_name for row in rows):
        return []
    return [
        Chances(row.hides_name, row.places, _share(row.talked, row.places), _share(row.asked_on, row.answered))
        for row in rows
    ]


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole >= FEWEST else None
