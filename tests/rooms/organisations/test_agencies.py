"""An agency and its name."""

import pytest

from rooms.core.errors import Invalid
from rooms.organisations import agencies
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast)


async def test_an_agency_is_renamed_unless_another_one_has_the_name(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        agency = await agencies.agency(tx, "Agence Nantes Centre")
        await agencies.agency(tx, "Agence de Rezé")
        for name, code in (("", "agency.missing"), ("Agence de Rezé", "agency.known")):
            with pytest.raises(Invalid) as refused:
                await agencies.rename(tx, agency, name)
            assert (refused.value.code, refused.value.field) == (code, "agency")
        await agencies.rename(tx, agency, "Agence Nantes Centre")
        await agencies.rename(tx, agency, "Agence Nantes Malakoff")
        assert {each.name for each in await agencies.all_agencies(tx)} == {"Agence Nantes Malakoff", "Agence de Rezé"}
