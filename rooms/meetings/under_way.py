"""The meetings that go on now: of a person, of a recruiter, at a booth."""

import uuid

from sqlalchemy import Select, and_, func, or_, select

from rooms.core.transaction import Transaction
from rooms.meetings.meeting import GOES_ON, Meeting, MeetingState, Part, Participant, takes_part
from rooms.people.people import Person

MEASURED_TALKS = 12


async def current(tx: Transaction, person_id: uuid.UUID) -> Meeting | None:
    """The meeting from a line that this person is in now, or has left and may come back to. The room of an appointment
    is entered from its page."""
    query = goes_on_for(person_id).order_by(Participant.went_out_at.is_not(None), Meeting.id.desc()).limit(1)
    return (await tx.session.execute(query)).scalars().first()


def goes_on_for(person_id: uuid.UUID) -> Select[Meeting]:
    theirs = Participant.meeting_id == Meeting.id, Participant.person_id == person_id
    from_line = Meeting.call_id.is_not(None), Meeting.state.in_(GOES_ON)
    return select(Meeting).join(Participant, and_(*theirs)).where(*from_line)


async def led_now_by(tx: Transaction, person_id: uuid.UUID) -> Meeting | None:
    """The talk that the recruiter is in now: from a line, or an interview under way."""
    query = select(Meeting).where(takes_part(person_id, Part.LEADER), Meeting.state == MeetingState.LIVE)
    found = await current(tx, person_id)
    if found and person_id not in found.gone_out:
        return found
    return (await tx.session.execute(query)).scalars().first()


async def talking_at(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    """The recruiters who talk for each booth now, from its line or in an interview: one query for any number."""
    from_line = Meeting.call_id.is_not(None) & Meeting.state.in_(GOES_ON)
    query = (
        select(Participant.booth_id, Person)
        .join(Person, Person.id == Participant.person_id)
        .join(Meeting, Meeting.id == Participant.meeting_id)
        .where(Participant.booth_id.in_(booths), Participant.part == Part.LEADER)
        .where(or_(from_line, Meeting.state == MeetingState.LIVE))
    )
    found: dict[uuid.UUID, list[Person]] = {booth: [] for booth in booths}
    for booth, person in await tx.session.execute(query):
        if booth:
            found[booth].append(person)
    return found


async def spoken_in(tx: Transaction, booth_id: uuid.UUID, person_id: uuid.UUID) -> list[uuid.UUID]:
    """The meetings in which this person speaks for the booth now: from its line, or in an appointment."""
    query = (
        select(Participant.meeting_id)
        .join(Meeting, Meeting.id == Participant.meeting_id)
        .where(Participant.booth_id == booth_id, Participant.person_id == person_id)
        .where(Meeting.state.in_(GOES_ON))
    )
    return list((await tx.session.execute(query.order_by(Participant.meeting_id))).scalars())


async def measured(tx: Transaction, booths: list[uuid.UUID]) -> dict[uuid.UUID, list[float]]:
    """The latest talks' lengths in minutes at each booth, from acceptance to end: what one person in line costs."""
    latest = (
        select(
            Meeting.booth_id,
            Meeting.opened_at,
            Meeting.ended_at,
            func.row_number().over(partition_by=Meeting.booth_id, order_by=Meeting.ended_at.desc()).label("nth"),
        )
        .where(Meeting.booth_id.in_(booths), Meeting.state == MeetingState.ENDED)
        .subquery()
    )
    lengths: dict[uuid.UUID, list[float]] = {booth: [] for booth in booths}
    rows = await tx.session.execute(select(latest).where(latest.c.nth <= MEASURED_TALKS))
    for booth, opened_at, ended_at, _ in rows:
        lengths[booth].append((ended_at - opened_at).total_seconds() / 60)
    return lengths
