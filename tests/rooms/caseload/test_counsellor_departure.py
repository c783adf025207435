"""Whoever leaves an agency leaves its people."""

import pytest

from rooms.caseload import caseload, counsellor_departure
from rooms.organisations import agencies, referents
from tests.cast import Cast
from tests.rooms.appointments.office import Office, open_office


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast)


async def test_who_leaves_the_last_team_follows_nobody(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        for name in ("Loire", "Erdre"):
            team = await agencies.team(tx, "Agence Nantes Centre", name)
            if name == "Erdre":
                await agencies.add_member(tx, team.id, office.claire)
        await caseload.follow(tx, office.claire.id, cast.amina.id)
    for name, follows in (("Loire", office.claire.id), ("Erdre", None)):
        async with cast.database.transaction() as tx:
            team = await agencies.team(tx, "Agence Nantes Centre", name)
            await counsellor_departure._leave_caseload(tx, team.id, office.claire.id)
            assert await referents.referent_of(tx, cast.amina.id) == follows
