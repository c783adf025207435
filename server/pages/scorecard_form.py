"""The form of a scorecard, and of what is looked at."""

from collections.abc import Sequence

from rooms.core.transaction import Transaction
from rooms.meetings import scorecards
from rooms.meetings.meeting import Meeting
from rooms.meetings.scorecards import Criterion
from rooms.views import scorecard
from rooms.views.scorecard import Marked
from server.edits import Shown
from server.page_request import PageRequest


def typed_from(criteria: Sequence[Criterion]) -> str:
    """The criteria as they stand in a form, one a line."""
    return "\n".join(each.name for each in criteria)


def marks_shown(marked: Sequence[Marked]) -> Shown:
    """What the form of a scorecard shows, for its version."""
    return {f"mark-{each.criterion.id}": str(each.mine or "") for each in marked}


def has_marks(request: PageRequest) -> bool:
    return any(name.startswith("mark-") for name in request.form)


async def note_marks(tx: Transaction, request: PageRequest, row: Meeting) -> None:
    """The marks of a form, if it has a scorecard; a caller holds the follow-up locked."""
    if not has_marks(request):
        return
    criteria = [each for each in await scorecard.criteria_of(tx, row) if f"mark-{each.id}" in request.form]
    steps = {each.id: _step(request.typed(f"mark-{each.id}")) for each in criteria}
    await scorecards.mark(tx, row, request.actor.known, criteria, steps)


def _step(typed: str) -> int | None:
    """0 for what is no step: it is refused where steps are known."""
    if not typed:
        return None
    return int(typed) if typed in map(str, scorecards.STEPS) else 0
