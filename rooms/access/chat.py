"""Conversations and messages, for whoever may reach them."""

import uuid

from rooms.access.actor import Actor
from rooms.access.fairs import to_booth, to_fair
from rooms.access.meetings import has_left
from rooms.access.rights import Act, Relation, SignInFirst, allows
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.appointments.appointment import Appointment
from rooms.chat import moderation
from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import Message
from rooms.core.errors import NotFound, Refused
from rooms.core.transaction import Transaction
from rooms.fairs import admission, attendees
from rooms.fairs.booths import Booth
from rooms.meetings.meeting import Meeting
from rooms.organisations import referents


async def to_conversation(tx: Transaction, actor: Actor, row: Conversation) -> set[Relation]:
    """What the actor is to a conversation. A private one knows only its own people."""
    if row.meeting_id or row.appointment_id:
        return await _to_what_it_is_held_in(tx, actor, row)
    if row.person_id:
        return await _to_followed(tx, actor, row.person_id)
    if row.kind is ConversationKind.FAIR and row.fair:
        return await to_fair(tx, actor, row.fair)
    if row.kind is ConversationKind.HELP and row.fair:
        runs = allows(A.FAIR_RUN, await to_fair(tx, actor, row.fair), row.fair.state)
        return ({R.HELPER} if runs else set()) | ({R.SELF} if actor.is_person(row.asker_id) else set())
    booth = await tx.session.get(Booth, row.booth_id)
    relations = await to_booth(tx, actor, booth) if booth else set()
    if row.kind is ConversationKind.BOOTH:
        return relations
    return ({R.SELF} if actor.is_person(row.asker_id) else set()) | (relations & {R.STAFF})


async def _to_what_it_is_held_in(tx: Transaction, actor: Actor, row: Conversation) -> set[Relation]:
    """What is written in a talk or an appointment belongs to its people."""
    held: Meeting | Appointment | None = (
        await tx.session.get(Meeting, row.meeting_id)
        if row.meeting_id
        else await tx.session.get(Appointment, row.appointment_id)
    )
    actor.reach(row.appointment_id)
    if held is None or actor.person is None or not held.has(actor.person.id):
        return set()
    return set() if await has_left(tx, held, actor.person.id) else {R.SELF}


async def _to_followed(tx: Transaction, actor: Actor, person_id: uuid.UUID) -> set[Relation]:
    """The thread of a followed person belongs to them and to whoever follows them now."""
    referent = await referents.referent_of(tx, person_id)
    if referent is None or actor.person is None:
        return set()
    return ({R.SELF} if actor.is_person(person_id) else set()) | (
        {R.COUNSELLOR} if actor.is_person(referent) else set()
    )


async def conversation(
    tx: Transaction, actor: Actor, conversation_id: uuid.UUID, act: Act = A.CHAT_READ
) -> tuple[Conversation, set[Relation]]:
    """A conversation and what the actor is to it."""
    row = await tx.session.get(Conversation, conversation_id)
    relations = await to_conversation(tx, actor, row) if row else set()
    state = row.fair.state if row and row.fair else None
    if row is None or not allows(A.CHAT_READ, relations, state):
        raise NotFound("conversation")
    if not allows(act, relations, state):
        raise Refused() if actor.person else SignInFirst()
    if act is A.CHAT_WRITE and relations == {R.ANYONE, R.SIGNED_IN}:
        await _demand_part(tx, row, actor.known.id)
    return row, relations


async def _demand_part(tx: Transaction, row: Conversation, person_id: uuid.UUID) -> None:
    """Whoever writes where everybody reads takes part in the fair, and is in it."""
    booth = await tx.session.get(Booth, row.booth_id) if row.booth_id else None
    fair = booth.fair if booth else row.fair
    if fair:
        await attendees.demand_part(tx, fair, person_id)
    if fair and row.kind is ConversationKind.FAIR:
        await admission.demand_inside(tx, fair, person_id)


async def message(tx: Transaction, actor: Actor, message_id: uuid.UUID, act: Act) -> tuple[Message, Conversation]:
    row = await tx.session.get(Message, message_id)
    if row is None:
        raise NotFound("message")
    if act is A.CHAT_MODERATE and await moderation.is_reported(tx, row.id):
        where = await tx.session.get_one(Conversation, row.conversation_id)
        if where.fair and allows(A.FAIR_RUN, await to_fair(tx, actor, where.fair)):
            # Whoever runs the fair acts on what was reported, wherever it was written.
            return row, where
        if row.is_staff:
            raise moderation.OwnReport()
    where, _ = await conversation(tx, actor, row.conversation_id, act)
    return row, where


def speaks_as_staff(where: Conversation, relations: set[Relation]) -> bool:
    """Whether what this person writes here is marked as coming from the booth, the organisers or the counsellor."""
    staff = {
        ConversationKind.FAIR: R.ORGANISER,
        ConversationKind.HELP: R.HELPER,
        ConversationKind.COUNSEL: R.COUNSELLOR,
    }.get(where.kind, R.STAFF)
    return staff in relations
