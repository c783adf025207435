"""Mails for whoever has not answered in the thread between a person and their counsellor."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from rooms.chat.conversations import Conversation
from rooms.chat.messages import ChatSent, Message
from rooms.core import outbox
from rooms.core.events import reacts_to
from rooms.core.outbox import Letter
from rooms.core.transaction import Transaction
from rooms.organisations import referents
from rooms.people.people import Person

UNANSWERED_FOR = timedelta(minutes=10)
"""Whoever is in the thread now answers sooner, and is not written to."""


async def no_longer_written_to(tx: Transaction, where: Conversation, person_id: uuid.UUID) -> None:
    """Somebody has answered in the thread of a person and their counsellor, or has nothing to do with it any more."""
    await outbox.take_back(tx, f"thread:{where.id}:{person_id}:")


@reacts_to(ChatSent)
async def _write_to_the_other(tx: Transaction, event: ChatSent) -> None:
    """A mail for whoever has not answered after a while in the thread of a person and their counsellor: one for all
    that was written since they wrote last, without what it says."""
    where = await tx.session.get_one(Conversation, event.conversation_id)
    if where.person_id is None:
        return
    message = await tx.session.get_one(Message, event.message_id)
    other = where.person_id if message.is_staff else await referents.referent_of(tx, where.person_id)
    reader = await tx.session.get(Person, other) if other else None
    await no_longer_written_to(tx, where, message.author_id)
    if reader is None:
        return
    theirs = select(Message.id).where(Message.conversation_id == where.id, Message.is_staff.is_not(message.is_staff))
    last = (await tx.session.execute(theirs.order_by(Message.id.desc()).limit(1))).scalar_one_or_none()
    path = "/appointments" if message.is_staff else f"/counsel/people/{where.person_id}"
    values: dict[str, object] = {"name": reader.name, "by": message.author.name, "path": path}
    once = f"thread:{where.id}:{reader.id}:{last}"
    await outbox.post(
        tx, Letter(reader.email, "written", reader.language, values, once, due_at=tx.now + UNANSWERED_FOR)
    )
