"""A meeting as one of its people sees it: whom they meet, what is written, and who comes next."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rooms.appointments import agenda, papers, room
from rooms.appointments.appointment import Appointment
from rooms.chat import messages
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.transaction import Transaction
from rooms.fairs import booth_staff, booths, registration_answers
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import Answered
from rooms.lines import line_status, referrals, talks
from rooms.lines.line_status import Position
from rooms.lines.places import Place
from rooms.lines.referrals import Referral
from rooms.meetings import reopening
from rooms.meetings.meeting import Meeting
from rooms.organisations.vacancies import Vacancy
from rooms.people import documents
from rooms.people.documents import Document
from rooms.people.people import Person


@dataclass(frozen=True)
class MeetingView:
    meeting: Meeting
    appointment: Appointment | None
    place: Place | None
    booth: Booth | None
    """For which its recruiter speaks."""
    fair: Fair | None
    leads: bool
    is_guest: bool
    other: Person
    third: Person | None
    conversation: Conversation
    messages: list[Message]
    cv: Document | None
    answered: Sequence[Answered]
    """To the fair's questions, as far as recruiters may read it."""
    papers: list[Document]
    names: dict[uuid.UUID, str]
    modes: list[str]
    next_in_line: Position | None
    """Whom the recruiter can call next."""
    next_interview: Appointment | None
    """What the recruiter has promised next."""
    wanted: Vacancy | None
    """The job for which the candidate came."""
    referral: Referral | None
    """To whom the candidate was to be sent on last."""
    colleagues: Sequence[Person]
    booths: Sequence[Booth]
    """To whom they can be sent."""
    reopens_until: datetime | None


async def of_meeting(tx: Transaction, row: Meeting, reader: Person, thread: Conversation) -> MeetingView:
    appointment = await room.appointment_of(tx, row)
    leads, place = row.led_by_id == reader.id, await talks.place_of(tx, row)
    line = await line_status.of_line(tx, row.booth) if leads and row.booth else []
    other, *third = row.others(reader.id)
    return MeetingView(
        meeting=row,
        appointment=appointment,
        place=place,
        booth=row.employers_booth,
        fair=row.employers_booth.fair if row.employers_booth else None,
        leads=leads,
        is_guest=row.guest_id == reader.id,
        other=other,
        third=third[0] if third else None,
        conversation=thread,
        messages=await messages.messages_of(tx, thread.id),
        cv=await _cv(tx, row) if leads else None,
        answered=await _answered(tx, row) if leads else (),
        papers=await papers.of_appointment(tx, row.appointment_id) if row.appointment_id else [],
        names={person.id: person.name for person in row.people},
        modes=[mode.value for mode in room.modes_of(row)],
        next_in_line=line_status.next_for(line, reader.id),
        next_interview=await _next_interview(tx, row, reader) if leads else None,
        wanted=await tx.session.get(Vacancy, place.vacancy_id) if place and place.vacancy_id else None,
        referral=(await referrals.latest_of(tx, [row.id])).get(row.id),
        colleagues=await _colleagues(tx, row, reader) if leads else (),
        booths=await _other_booths(tx, row) if leads else (),
        reopens_until=reopening.reopens_until(row, tx.now) if leads else None,
    )


async def _answered(tx: Transaction, row: Meeting) -> Sequence[Answered]:
    booth = row.employers_booth
    if booth is None:
        return ()
    shown = await registration_answers.shown_to_recruiters(tx, booth.fair_id, [row.candidate_id])
    return shown.get(row.candidate_id, ())


async def _next_interview(tx: Transaction, row: Meeting, reader: Person) -> Appointment | None:
    booth = row.employers_booth
    ahead = await agenda.next_at_booth(tx, booth.id, reader.id) if booth else []
    return next((each for each in ahead if each.id != row.appointment_id), None)


async def _colleagues(tx: Transaction, row: Meeting, reader: Person) -> Sequence[Person]:
    booth = row.employers_booth
    staff = await booth_staff.staff_of(tx, booth.id) if booth else []
    return [person for person in staff if person.id != reader.id]


async def _other_booths(tx: Transaction, row: Meeting) -> Sequence[Booth]:
    own = row.employers_booth
    all_booths = await booths.of_fair(tx, own.fair_id) if own else []
    return [each for each in all_booths if own and each.id != own.id and each.set_up_at]


async def _cv(tx: Transaction, row: Meeting) -> Document | None:
    """The CV is shown to employers; to a counsellor somebody passes the paper they choose."""
    if row.employers_booth is None:
        return None
    return (await documents.cvs_of(tx, {row.candidate_id})).get(row.candidate_id)
