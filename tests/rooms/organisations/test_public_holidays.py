"""Holidays are those of an agency's region, and nobody is booked on them."""

from datetime import date

import pytest

from rooms.appointments import slot_search
from rooms.appointments.search import SlotSearch
from rooms.core.errors import Invalid
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.organisations.public_holidays import holidays_of, regions_of
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast)


async def test_holidays_are_those_of_the_region(office: Office) -> None:
    """May 27 is a holiday in Guadeloupe, 20 December in La Réunion: the abolition of slavery."""
    assert date(2027, 5, 27) in holidays_of("FR", "971", 2027)
    assert date(2027, 5, 27) not in holidays_of("FR", "", 2027)
    assert date(2026, 12, 20) in holidays_of("FR", "974", 2026)
    async with office.cast.database.transaction() as tx:
        agency = await agencies.agency(tx, "Agence Nantes Centre")
        with pytest.raises(Invalid) as refused:
            await agencies.place(tx, agency, "America/Guadeloupe", "XX", "", "")
        assert refused.value.field == "region"
        await agencies.place(tx, agency, "America/Guadeloupe", "971", "Pointe-à-Pitre", "")
        may_26 = date(2027, 5, 26)
        assert may_26.weekday() == 2
        found = await slot_search.free_times(
            tx, SlotSearch(await office.fresh_type(tx), Mode.VIDEO), office.cast.amina.id, may_26, 1
        )
        assert found == []


def test_the_regions_that_can_be_chosen_have_names_and_holidays() -> None:
    regions = regions_of("FR")
    assert (regions["974"], regions["971"], regions["57"]) == ("La Réunion", "Guadeloupe", "Moselle")
    assert all(holidays_of("FR", code, 2027) for code in regions)
