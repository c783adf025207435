"""What organisers say to everybody: in each language, changed, ended, kept by the archive."""

import pytest

from rooms.core.errors import Conflict, Invalid, NotFound
from rooms.core.model import new_id
from rooms.fairs import announcements, opening
from tests.cast import Cast
from tests.rooms.access.test_taken_back import fresh_fair


async def said(cast: Cast) -> list[str]:
    async with cast.database.reading() as tx:
        return [row.text for row in await announcements.of_fair(tx, cast.fair.id)]


async def test_it_is_read_in_ones_language_where_it_is_written_in_it(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        words = {"fr": "De la soupe à midi.", "en": " ", "de": "Suppe."}
        row = await announcements.announce(tx, await fresh_fair(tx, cast), "Soup at noon.", words)
        assert row.translations == {"fr": "De la soupe à midi."}
        assert [row.text_in(spoken) for spoken in ("fr", "en", "de")] == [
            "De la soupe à midi.", "Soup at noon.", "Soup at noon.",
        ]  # fmt: skip


async def test_it_is_changed_and_ended_and_ending_it_twice_is_ending_it_once(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        row = await announcements.announce(tx, await fresh_fair(tx, cast), "Soup at noon.")
    async with cast.database.transaction() as tx:
        mine = await announcements.one(tx, cast.fair.id, row.id)
        await announcements.change(tx, await fresh_fair(tx, cast), mine, "Soup at one.", {})
    assert await said(cast) == ["Soup at one."]
    for _ in range(2):
        async with cast.database.transaction() as tx:
            mine = await announcements.one(tx, cast.fair.id, row.id)
            await announcements.end(tx, await fresh_fair(tx, cast), mine)
            ended = mine.ended_at
        assert ended == cast.clock.now()
        cast.clock.pass_by(minutes=0)
    assert await said(cast) == []


async def test_what_cannot_be_said_is_refused_and_of_another_fair_there_is_nothing(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        fair = await fresh_fair(tx, cast)
        for text, words in (("", {}), ("x" * 501, {}), ("Soup.", {"fr": "x" * 501})):
            with pytest.raises(Invalid):
                await announcements.announce(tx, fair, text, words)
        row = await announcements.announce(tx, fair, "Soup.")
        await tx.session.flush()
        with pytest.raises(NotFound):
            await announcements.one(tx, new_id(), row.id)
        await opening.close_by_hand(tx, fair)
        await opening.archive(tx, fair)
        with pytest.raises(Conflict):
            await announcements.change(tx, fair, row, "Too late.", {})
