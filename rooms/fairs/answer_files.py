"""Files that somebody gives as an answer to a question of a fair's registration."""

import uuid

from sqlalchemy import ColumnElement, delete, select

from rooms.core.errors import N_, Conflict, NotFound
from rooms.core.transaction import Transaction
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs import attendees, registration
from rooms.fairs.fairs import Fair
from rooms.fairs.registration_questions import QuestionKind, RegistrationAnswer, RegistrationQuestion
from rooms.people import documents
from rooms.people.documents import Document
from rooms.people.people import Person


async def keep(
    tx: Transaction, fair: Fair, person: Person, question_id: uuid.UUID, checked: Checked, document_id: uuid.UUID
) -> list[uuid.UUID]:
    """The person's answer from now on; returns what may be forgotten."""
    if not fair.lies_ahead:
        raise Conflict("fair.not_ahead", N_("This fair is over, or not announced: one cannot register for it now."))
    question = await tx.session.get(RegistrationQuestion, question_id)
    is_asked = question and question.fair_id == fair.id and question.withdrawn_at is None
    if question is None or not is_asked or question.kind is not QuestionKind.FILE:
        raise NotFound("question")
    await attendees.attach(tx, fair.id, {person.id: person})
    mine = await registration.attendee_of(tx, fair, person)
    assert mine is not None, "whoever was attached stands on the list"  # noqa: S101
    await tx.lock(mine)
    stale = await _withdraw(tx, person.id, Document.registration_question_id == question.id)
    row = documents.document(tx, DocumentKind.ANSWER, checked, document_id, person_id=person.id, fair_id=fair.id)
    row.registration_question_id = question.id
    tx.session.add(row)
    before = RegistrationAnswer.attendee_id == mine.id, RegistrationAnswer.question_id == question.id
    await tx.session.execute(delete(RegistrationAnswer).where(*before))
    answers = [str(document_id), checked.name]
    tx.session.add(RegistrationAnswer(attendee_id=mine.id, question_id=question.id, answers=answers, given_at=tx.now))
    await tx.session.flush()
    return stale


async def withdraw_all(tx: Transaction, fair: Fair, person: Person) -> list[uuid.UUID]:
    """Whoever does not come after all leaves no file behind; returns what may be forgotten."""
    return await _withdraw(tx, person.id, Document.fair_id == fair.id)


async def _withdraw(tx: Transaction, person_id: uuid.UUID, which: ColumnElement[bool]) -> list[uuid.UUID]:
    stands = Document.person_id == person_id, Document.kind == DocumentKind.ANSWER, Document.withdrawn_at.is_(None)
    rows = list((await tx.session.execute(select(Document).where(which, *stands))).scalars())
    for row in rows:
        await documents.withdraw(tx, row)
    return [row.id for row in rows]
