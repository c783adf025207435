"""Documents, for whoever may read or withdraw them."""

import uuid

from rooms.access import cv_readers
from rooms.access.actor import Actor
from rooms.access.fairs import booth_by_id, can_run, fair_by_id, to_booth
from rooms.access.meetings import appointment
from rooms.access.rights import Act as A
from rooms.access.rights import Relation as R
from rooms.access.rights import allows
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import RegistrationQuestion
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
    if row.registration_question_id:
        await _demand_answer(tx, actor, row)
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


async def _demand_answer(tx: Transaction, actor: Actor, row: Document) -> None:
    """What somebody has answered to a fair's question: for them, for whoever runs the fair, and, if the question says
    so, for the booths of this fair that may read their CV."""
    if row.fair_id is None or row.person_id is None or actor.person is None:
        raise NotFound("document")
    if actor.is_person(row.person_id):
        return
    fair = await tx.session.get_one(Fair, row.fair_id)
    if await can_run(tx, actor, fair):
        return
    question = await tx.session.get_one(RegistrationQuestion, row.registration_question_id)
    relations: set[R] = set()
    if question.is_shown_to_recruiters:
        for booth in await cv_readers.booths_that_may_read(tx, row.person_id):
            relations |= await to_booth(tx, actor, booth) & {R.STAFF} if booth.fair_id == fair.id else set()
    if not allows(A.DOCUMENT_READ, relations):
        raise NotFound("document")


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
