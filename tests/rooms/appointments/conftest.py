"""The office that most tests of appointments stand in: Claire alone. Others open one of their own."""

import pytest

from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast)
