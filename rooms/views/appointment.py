"""One appointment as one of its people sees it: what was said and passed on, and what was recorded of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rooms.appointments import agenda, evidence, papers, room, satisfaction
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentChange, AppointmentState
from rooms.appointments.evidence import Evidence
from rooms.appointments.satisfaction import Satisfaction, Verdict
from rooms.chat import messages
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.transaction import Transaction
from rooms.meetings import cobrowsing, meetings
from rooms.meetings.cobrowsing import Cobrowsing
from rooms.meetings.meeting import Meeting
from rooms.people import documents
from rooms.people.documents import Document


@dataclass(frozen=True)
class AppointmentView:
    """An employer who comes too reads what the three share, and nothing of what is between the two others."""

    row: Appointment
    at: ZoneInfo
    leads: bool
    is_guest: bool
    is_ahead: bool
    has_begun: bool
    room_open: bool
    room_opens_at: datetime
    turns_at: datetime | None
    """When the page is to look otherwise by the clock alone."""
    comes_next: Appointment | None
    """Whom the counsellor sees next on the same day, once this one is over."""
    evidence: list[Evidence]
    consents: list[Cobrowsing]
    changes: list[AppointmentChange]
    papers: list[Document]
    cv: Document | None
    names: dict[uuid.UUID, str]
    conversation: Conversation | None
    messages: list[Message]
    notes: list[str]
    """What the reader wrote for themselves."""
    talk: Meeting | None
    """The interview that took place, of which an employer says what comes next."""
    is_asked: bool
    said: Satisfaction | None
    verdicts: tuple[str, ...] = tuple(each.value for each in Verdict)


def _turns_at(row: Appointment, now: datetime) -> datetime | None:
    moments = (row.begins_at - ROOM_OPENS_BEFORE, row.begins_at, row.ends_at, row.ends_at + room.OPEN_AFTER)
    return next((moment for moment in moments if moment > now), None)


async def of_appointment(
    tx: Transaction, row: Appointment, reader_id: uuid.UUID, thread: Conversation | None
) -> AppointmentView:
    is_candidate, leads, is_guest = (reader_id == each for each in (row.candidate_id, row.led_by_id, row.guest_id))
    held = await meetings.of_appointment(tx, row.id)
    mine = [each.follow_up.notes for each in held if reader_id == each.led_by_id]
    return AppointmentView(
        row=row,
        at=zone_for(row, reader_id),
        leads=leads,
        is_guest=is_guest,
        is_ahead=row.is_ahead(tx.now),
        has_begun=row.begins_at <= tx.now,
        room_open=room.is_open(row, tx.now),
        room_opens_at=row.begins_at - ROOM_OPENS_BEFORE,
        turns_at=_turns_at(row, tx.now),
        comes_next=await _after(tx, row) if leads and row.state is AppointmentState.OVER else None,
        evidence=await evidence.of_appointment(tx, row.id) if not is_guest else [],
        consents=await cobrowsing.consents_of(tx, [each.id for each in held]) if not is_guest else [],
        changes=await agenda.changes_of(tx, row.id) if not is_guest else [],
        papers=await papers.of_appointment(tx, row.id),
        cv=await cv_of(tx, row) if leads else None,
        names={person.id: person.name for person in row.people},
        conversation=thread,
        messages=await messages.messages_of(tx, thread.id) if thread else [],
        notes=[each for each in mine if each],
        talk=next((each for each in reversed(held) if each.follow_up.answer_promised_by), None),
        is_asked=satisfaction.is_asked(row) and is_candidate,
        said=await satisfaction.of_appointment(tx, row.id) if is_candidate else None,
    )


def zone_for(row: Appointment, reader_id: uuid.UUID) -> ZoneInfo:
    """Whom it is for reads times in the zone they booked in, everybody else in that of the agency or the fair."""
    return ZoneInfo(row.time_zone) if reader_id == row.candidate_id else row.venue.zone


async def cv_of(tx: Transaction, row: Appointment) -> Document | None:
    """An employer reads the CV of whoever comes to an interview."""
    return (await documents.cvs_of(tx, {row.candidate_id})).get(row.candidate_id) if row.is_interview else None


async def _after(tx: Transaction, row: Appointment) -> Appointment | None:
    zone = row.venue.zone
    ahead = await agenda.seen_by(tx, row.led_by_id, row.begins_at.astimezone(zone).date(), zone)
    return next((each for each in ahead if each.begins_at > row.begins_at), None)
