"""The answers that an employer keeps ready, as a form of an answer shows them."""

from collections.abc import Sequence
from typing import TypedDict
from uuid import UUID

from rooms.core.transaction import Transaction
from rooms.meetings import answer_templates
from rooms.meetings.answer_templates import AnswerTemplate
from server.page_request import PageRequest


class ReadyAnswers(TypedDict):
    templates: Sequence[AnswerTemplate]
    filled_by: AnswerTemplate | None
    """The one with which the form begins."""


async def of_employer(tx: Transaction, request: PageRequest, employer_id: UUID | None) -> ReadyAnswers:
    """None of them where nobody speaks for an employer."""
    if employer_id is None:
        return ReadyAnswers(templates=(), filled_by=None)
    found = await answer_templates.of_employer(tx, employer_id)
    wanted = request.query.get("template", "")
    return ReadyAnswers(templates=found, filled_by=next((each for each in found if str(each.id) == wanted), None))
