"""What a person has written at a fair and what was done about it, for whoever runs the fair."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from rooms.chat.conversations import Conversation, ConversationKind
from rooms.chat.messages import Message
from rooms.chat.moderation import Report
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import registration, sanctions
from rooms.fairs.attendees import Attendee
from rooms.fairs.fairs import Fair
from rooms.fairs.sanctions import Sanction, SanctionKind
from rooms.people.people import Person

MOST = 100
PUBLIC = (ConversationKind.FAIR, ConversationKind.BOOTH)


@dataclass(frozen=True)
class Written:
    """A message that everybody could read, or that was reported."""

    message: Message
    where: Conversation
    reporters: Sequence[str]
    """Everybody who reported it, whether or not that was looked at."""


@dataclass(frozen=True)
class Conduct:
    person: Person
    attendee: Attendee | None
    written: Sequence[Written]
    """The latest first."""
    sanctions: Sequence[Sanction]
    kinds: Sequence[SanctionKind]
    """What can be done about them."""


async def of_person(tx: Transaction, fair: Fair, person_id: uuid.UUID) -> Conduct:
    """Raises NotFound for somebody who has nothing to do with the fair."""
    person = await tx.session.get(Person, person_id)
    attendee = await registration.attendee_of(tx, fair, person) if person else None
    written = await _written(tx, fair.id, person_id)
    done = await sanctions.of_person(tx, fair.id, person_id)
    if person is None or not (attendee or written or done):
        raise NotFound("person")
    return Conduct(person, attendee, written, done, await sanctions.possible(tx, fair, person))


async def _written(tx: Transaction, fair_id: uuid.UUID, person_id: uuid.UUID) -> list[Written]:
    reported = select(Report.message_id).where(Report.message_id == Message.id).exists()
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.fair_id == fair_id, Message.author_id == person_id)
        .where(or_(Conversation.kind.in_(PUBLIC), reported))
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    rows = (await tx.session.execute(query)).all()
    names = await _reporters(tx, [message.id for message, _ in rows])
    return [Written(message, where, names.get(message.id, ())) for message, where in rows]


async def _reporters(tx: Transaction, messages: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    query = select(Report.message_id, Person.name).join(Person, Person.id == Report.person_id)
    found: dict[uuid.UUID, list[str]] = {}
    for message_id, name in await tx.plain_rows(query.where(tx.among(Report.message_id, messages))):
        found.setdefault(message_id, []).append(name)
    return found


@dataclass(frozen=True)
class Removal:
    message: Message
    where: Conversation
    by: str
    """Empty where it was not written down."""


async def removals(tx: Transaction, fair_id: uuid.UUID) -> Sequence[Removal]:
    """The messages of a fair that were taken off everybody's screen, the latest first."""
    query = (
        select(Message, Conversation, Person.name)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Person, Person.id == Message.removed_by_id)
        .where(Conversation.fair_id == fair_id, Message.removed_at.is_not(None))
        .order_by(Message.removed_at.desc())
        .limit(MOST)
    )
    return [Removal(message, where, name or "") for message, where, name in (await tx.session.execute(query)).all()]
