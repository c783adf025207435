"""The form of an answer after a talk: the next step that was chosen, and the answers that an employer keeps ready."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from rooms.core.errors import N_, Invalid
from rooms.core.transaction import Transaction
from rooms.meetings import answer_templates
from rooms.meetings.meeting import Meeting, NextStep
from server.page_request import PageRequest


def next_step(request: PageRequest) -> NextStep:
    if request.typed("next_step") not in list(NextStep):
        raise Invalid("next_step.missing", N_("Please choose what comes next."), field="next_step")
    return NextStep(request.typed("next_step"))


@dataclass(frozen=True)
class ReadyAnswer:
    id: UUID
    name: str
    next_step: NextStep
    text: str
    """As the candidate reads it, where it is one candidate."""


class ReadyAnswers(TypedDict):
    templates: Sequence[ReadyAnswer]
    filled_by: ReadyAnswer | None
    """The one with which the form begins."""


async def ready(
    tx: Transaction, request: PageRequest, employer_id: UUID | None, meeting: Meeting | None = None
) -> ReadyAnswers:
    """None of them where nobody speaks for an employer."""
    rows = await answer_templates.of_employer(tx, employer_id) if employer_id else ()
    found = [
        ReadyAnswer(
            row.id, row.name, row.next_step, answer_templates.filled(row.text, meeting) if meeting else row.text
        )
        for row in rows
    ]
    wanted = request.query.get("template", "")
    return ReadyAnswers(templates=found, filled_by=next((each for each in found if str(each.id) == wanted), None))
