"""Documents, for whoever may read or withdraw them."""

import uuid

from rooms.access import cv_readers
from rooms.access.actor import Actor
from rooms.access.fairs import booth_by_id, fair_by_id, to_booth
from rooms.access.meetings import appointment
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.access.rights import allows
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.people.documents import Document


async def document(tx: Transaction, actor: Actor, document_id: uuid.UUID) -> Document:
    """A document that stands: a booth's or a fair's for whoever sees it, a person's for that person and for the staff
    of booths whose line the person joined."""
    row = await tx.session.get(Document, document_id)
    if row is None or row.withdrawn_at:
        raise NotFound("document")
    if row.booth_id:
        await booth_by_id(tx, actor, row.booth_id)
        return row
    if row.fair_id:
        await fair_by_id(tx, actor, row.fair_id)
        return row
    if row.appointment_id:
        await appointment(tx, actor, row.appointment_id)
        return row
    if actor.person is None or row.person_id is None:
        raise NotFound("document")
    relations = {R.SELF} if actor.is_person(row.person_id) else set()
    for booth in await cv_readers.booths_that_may_read(tx, row.person_id):
        relations |= await to_booth(tx, actor, booth) & {R.STAFF}
    if not allows(A.DOCUMENT_READ, relations):
        raise NotFound("document")
    return row


async def own_document(tx: Transaction, actor: Actor, document_id: uuid.UUID) -> Document:
    """A document that the actor may withdraw: what they passed in an appointment, or one of a booth they set up."""
    row = await tx.session.get(Document, document_id)
    if row:
        actor.reach(row.appointment_id)
    me = actor.known.id
    if row and row.appointment_id and row.person_id == me and row.withdrawn_at is None:
        return row
    if row is None or row.withdrawn_at or row.booth_id is None:
        raise NotFound("document")
    await booth_by_id(tx, actor, row.booth_id, A.BOOTH_SET_UP)
    return row
