"""Answers of the help desk: of one fair, so many, and taken along to the next."""

import pytest

from rooms.chat import help_answers
from rooms.core.errors import Conflict, NotFound
from tests.cast import Cast
from tests.rooms.access.test_invitations import draft
from tests.rooms.access.test_taken_back import fresh_fair


async def test_answers_are_kept_ready_for_one_fair_and_copied_with_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(help_answers, "MOST", 1)
    async with cast.database.transaction() as tx:
        fair, other = await fresh_fair(tx, cast), await draft(tx, cast)
        kept = await help_answers.keep(tx, fair, "Camera", "Allow it in your browser.")
        with pytest.raises(Conflict, match=r"help_answer\.too_many"):
            await help_answers.keep(tx, fair, "Sound", "Louder.")
        await help_answers.copy(tx, fair, other)
        await tx.session.flush()
        assert [each.text for each in await help_answers.of_fair(tx, other.id)] == ["Allow it in your browser."]
        with pytest.raises(NotFound):
            await help_answers.remove(tx, other, kept.id)
        await help_answers.remove(tx, fair, kept.id)
        assert list(await help_answers.of_fair(tx, fair.id)) == []
