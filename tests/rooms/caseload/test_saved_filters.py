"""The lists that a counsellor looks at again and again are kept under a name."""

import pytest

from rooms.caseload import saved_filters
from rooms.core.errors import NotFound
from tests.cast import Cast
from tests.rooms.appointments.office import open_office


async def test_a_filter_is_kept_under_its_name_and_written_anew(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    me = office.claire.id
    async with cast.database.transaction() as tx:
        await saved_filters.keep(tx, me, "Now", "ami", ["only_due", "made up"])
        await saved_filters.keep(tx, me, "Now", "", ["only_silent"])
    async with cast.database.transaction() as tx:
        (kept,) = await saved_filters.of_counsellor(tx, me)
        assert (kept.name, kept.words, kept.only) == ("Now", "", ["only_silent"])
        with pytest.raises(NotFound):
            await saved_filters.forget(tx, office.nadia.id, kept.id)
        await saved_filters.forget(tx, me, kept.id)
    async with cast.database.reading() as tx:
        assert await saved_filters.of_counsellor(tx, me) == []
