"""What a report of a fair is counted from: its places, calls, talks, interviews, questions and applications as they
stand, each kind read in one query however many there are."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select

from rooms.appointments.appointment import SHOWN, Appointment
from rooms.appointments.appointment_types import AppointmentType
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.core.text import sort_key
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.job_applications import JobApplication
from rooms.lines.call import Call
from rooms.lines.places import Place
from rooms.meetings.meeting import FollowUp, Meeting, Part, Participant
from rooms.organisations.employers import Employer


@dataclass(frozen=True)
class BoothOf:
    """A booth of the fair, whether or not it is still shown."""

    id: uuid.UUID
    employer: str
    sector: str


@dataclass(frozen=True)
class Rows:
    booths: Sequence[BoothOf]
    places: Sequence[Row[*tuple[Any, ...]]]
    """booth_id, person_id, joined_at, state, was_called."""
    calls: Sequence[Row[*tuple[Any, ...]]]
    """booth_id, state, rang_at."""
    talks: Sequence[Row[*tuple[Any, ...]]]
    """booth_id, place_id, joined_at, rang_at, live_at, ended_at, state."""
    answers: Sequence[Row[*tuple[Any, ...]]]
    """Of talks from a line and interviews: booth_id, opened_at, next_step, answered_at, answer_promised_by, rating."""
    interviews: Sequence[Row[*tuple[Any, ...]]]
    """booth_id, candidate_id, begins_at, state, attendance."""
    questions: Sequence[Row[*tuple[Any, ...]]]
    """booth_id, how many."""
    applications: Sequence[Row[*tuple[Any, ...]]]
    """booth_id, how many, how many answered."""


async def booths_of(tx: Transaction, fair_id: uuid.UUID) -> list[BoothOf]:
    query = select(Booth.id, Employer.name, Employer.sector).join(Employer, Employer.id == Booth.employer_id)
    rows = await tx.plain_rows(query.where(Booth.fair_id == fair_id))
    return [BoothOf(row.id, row.name, row.sector) for row in sorted(rows, key=lambda each: sort_key(each.name))]


async def read(tx: Transaction, booths: Sequence[BoothOf]) -> Rows:
    ids = [booth.id for booth in booths]
    was_called = select(Call.id).where(Call.place_id == Place.id).exists()
    return Rows(
        booths,
        places=await tx.plain_rows(
            select(Place.booth_id, Place.person_id, Place.joined_at, Place.state, was_called.label("was_called")).where(
                tx.among(Place.booth_id, ids)
            )
        ),
        calls=await tx.plain_rows(
            select(Place.booth_id, Call.state, Call.rang_at)
            .join(Place, Place.id == Call.place_id)
            .where(tx.among(Place.booth_id, ids))
        ),
        talks=await _talks(tx, ids),
        answers=await _answers(tx, ids),
        interviews=await _interviews(tx, ids),
        questions=await tx.plain_rows(
            select(Conversation.booth_id, func.count().label("times"))
            .where(Conversation.kind == ConversationKind.QUESTION, tx.among(Conversation.booth_id, ids))
            .group_by(Conversation.booth_id)
        ),
        applications=await _applications(tx, ids),
    )


async def _talks(tx: Transaction, ids: Collection[uuid.UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those that came from a line."""
    columns = (
        Place.booth_id, Call.place_id, Place.joined_at, Call.rang_at, Meeting.live_at, Meeting.ended_at, Meeting.state,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Call, Call.id == Meeting.call_id)
        .join(Place, Place.id == Call.place_id)
        .where(tx.among(Place.booth_id, ids))
    )
    return await tx.plain_rows(query)


async def _answers(tx: Transaction, ids: Collection[uuid.UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was promised after a talk, or said of one."""
    columns = (
        Participant.booth_id, Meeting.opened_at, FollowUp.next_step, FollowUp.answered_at,
        FollowUp.answer_promised_by, FollowUp.rating,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Meeting, Meeting.id == Participant.meeting_id)
        .join(FollowUp, FollowUp.meeting_id == Meeting.id)
        .where(Participant.part == Part.LEADER, tx.among(Participant.booth_id, ids))
    )
    return await tx.plain_rows(query.where(or_(FollowUp.answer_promised_by.is_not(None), FollowUp.rating.is_not(None))))


async def _applications(tx: Transaction, ids: Collection[uuid.UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    times, answered = func.count().label("times"), func.count(JobApplication.answered_at).label("answered")
    query = select(JobApplication.booth_id, times, answered).where(tx.among(JobApplication.booth_id, ids))
    return await tx.plain_rows(query.group_by(JobApplication.booth_id))


async def _interviews(tx: Transaction, ids: Collection[uuid.UUID]) -> Sequence[Row[*tuple[Any, ...]]]:
    columns = (
        AppointmentType.booth_id, Appointment.candidate_id, Appointment.begins_at, Appointment.state,
        Appointment.attendance,
    )  # fmt: skip
    query = select(*columns).join(AppointmentType, AppointmentType.id == Appointment.appointment_type_id)
    return await tx.plain_rows(query.where(tx.among(AppointmentType.booth_id, ids), Appointment.state.in_(SHOWN)))
