"""One followed person as their counsellor sees them: what was, what lies ahead, notes, steps and suggestions."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rooms.appointments import agenda, appointment_types
from rooms.appointments.appointment import Appointment
from rooms.appointments.appointment_types import AppointmentType
from rooms.caseload import agreed_steps, notes, suggestions
from rooms.caseload.agreed_steps import AgreedStep
from rooms.caseload.notes import Note
from rooms.caseload.suggestions import Outcome, Suggestion
from rooms.chat import conversations, messages
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.meetings import follow_up
from rooms.meetings.meeting import Meeting
from rooms.organisations import agencies, referents
from rooms.organisations.agencies import Team
from rooms.organisations.referents import CaseloadEntry
from rooms.people.people import Person

KEPT_IN_VIEW = timedelta(days=730)


@dataclass(frozen=True)
class FollowedPerson:
    person: Person
    at: ZoneInfo
    follows: CaseloadEntry | None
    """None for whoever meets them but does not follow them: they see what is theirs and what both may know."""
    conversation: Conversation | None
    messages: list[Message]
    rows: list[Appointment]
    last_phone: str
    types: list[AppointmentType]
    notes: list[Note]
    talks: list[Meeting]
    """Of which the counsellor has kept notes."""
    steps: list[AgreedStep]
    suggestions: list[Suggestion]
    outcomes: dict[uuid.UUID, list[Outcome]]
    attended: dict[uuid.UUID, datetime]
    """Since when they were at a fair that was suggested and of which they share how it went, by suggestion."""
    fairs: list[tuple[Fair, list[Booth]]]
    colleagues: list[Person]


async def thread_with(tx: Transaction, counsellor_id: uuid.UUID, person: Person) -> Conversation | None:
    """What the two write to each other, if one follows the other and there is an address to tell of it."""
    is_followed = await referents.referent_of(tx, person.id) == counsellor_id
    return await conversations.with_counsellor(tx, person.id) if is_followed and person.email else None


async def of_person(
    tx: Transaction, counsellor_id: uuid.UUID, teams: list[Team], person: Person, thread: Conversation | None
) -> FollowedPerson:
    entry = await referents.entry_of(tx, person.id)
    follows = entry if entry and entry.counsellor_id == counsellor_id else None
    rows = await agenda.of_person(tx, person.id, since=tx.now - KEPT_IN_VIEW)
    given = [each for each in rows if each.candidate_id == person.id and not each.is_interview]
    phones = [each.phone for each in given if each.phone]
    suggested = await suggestions.of_person(tx, person.id) if follows else []
    return FollowedPerson(
        person=person,
        at=teams[0].agency.zone,
        follows=follows,
        conversation=thread,
        messages=await messages.messages_of(tx, thread.id) if thread else [],
        rows=[each for each in reversed(rows) if each.has(counsellor_id) or (follows and each in given)],
        last_phone=phones[-1] if phones else "",
        types=await _types_of(tx, teams),
        notes=await notes.notes_for_counsellor(tx, counsellor_id, person.id),
        talks=await follow_up.notes_on(tx, person.id, counsellor_id),
        steps=(await agreed_steps.of_people(tx, {person.id}))[person.id],
        suggestions=suggested,
        outcomes=await suggestions.outcomes(tx, suggested),
        attended=await suggestions.attended(tx, suggested),
        fairs=await suggestions.choices(tx) if follows else [],
        colleagues=await agencies.colleagues_of(tx, counsellor_id),
    )


async def _types_of(tx: Transaction, teams: list[Team]) -> list[AppointmentType]:
    """What a counsellor of these teams can book for somebody."""
    mine = {None, *(team.id for team in teams)}
    return [each for each in await appointment_types.all_of(tx, teams[0].agency) if each.team_id in mine]
