"""A person's appointments: what lies ahead, what was, what was agreed, and the thread with their counsellor."""

from dataclasses import dataclass

from rooms.appointments import agenda, waiting_list
from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.appointments.waiting_list import Wish
from rooms.caseload import agreed_steps, follow_requests, notes, suggestions
from rooms.caseload.agreed_steps import AgreedStep
from rooms.caseload.notes import Note
from rooms.caseload.suggestions import Suggestion
from rooms.chat import conversations, messages
from rooms.chat.conversations import Conversation
from rooms.chat.messages import Message
from rooms.core.transaction import Transaction
from rooms.organisations import referents
from rooms.organisations.agencies import Agency
from rooms.organisations.referents import CaseloadEntry
from rooms.people.people import Person
from rooms.views.followed import KEPT_IN_VIEW


@dataclass(frozen=True)
class Appointments:
    ahead: list[Appointment]
    past: list[Appointment]
    """The last one first."""
    steps: list[AgreedStep]
    notes: list[Note]
    wishes: list[Wish]
    proposed: list[Appointment]
    follows: CaseloadEntry | None
    without: Agency | None
    """The agency whose person they are while none of its counsellors follows them."""
    requests: list[Person]
    """Counsellors who ask to follow."""
    suggestions: list[Suggestion]
    counsellor: Person | None
    conversation: Conversation | None
    messages: list[Message]


async def thread_of(tx: Transaction, person: Person) -> Conversation | None:
    """What a person and whoever follows them write to each other."""
    referent = await referents.referent_of(tx, person.id)
    return await conversations.with_counsellor(tx, person.id) if referent else None


async def of_person(tx: Transaction, person: Person, thread: Conversation | None) -> Appointments:
    rows = await agenda.of_person(tx, person.id, since=tx.now - KEPT_IN_VIEW)
    entry = await referents.entry_of(tx, person.id)
    referent = entry.counsellor_id if entry else None
    return Appointments(
        ahead=[row for row in rows if row.state is AppointmentState.BOOKED and row.ends_at > tx.now],
        past=[row for row in reversed(rows) if row.state is not AppointmentState.BOOKED or row.ends_at <= tx.now],
        steps=(await agreed_steps.of_people(tx, {person.id}))[person.id],
        notes=await notes.notes_for_person(tx, person.id),
        wishes=await waiting_list.of_person(tx, person.id),
        proposed=await agenda.proposed_to(tx, person.id),
        follows=entry if referent else None,
        without=await tx.session.get(Agency, entry.agency_id) if entry and entry.agency_id else None,
        requests=await follow_requests.to_person(tx, person.id),
        suggestions=await suggestions.of_person(tx, person.id),
        counsellor=await tx.session.get_one(Person, referent) if referent else None,
        conversation=thread,
        messages=await messages.messages_of(tx, thread.id) if thread else [],
    )
