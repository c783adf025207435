"""A counsellor leaves a team: nothing that is booked is left with nobody."""

import pytest

from rooms import agencies
from rooms.access import Actor
from rooms.appointments import booking, leaving, rush
from rooms.appointments.booking import Lapsed
from rooms.appointments.rush import Confirmed
from rooms.errors import Conflict
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office


async def leave(office: Office) -> int:
    async with office.cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        by = await office.cast.fresh(tx, office.cast.paul)
        return await leaving.leave_team(tx, team.id, office.claire.id, by)


async def test_what_is_booked_goes_to_a_colleague_who_is_free(cast: Cast) -> None:
    office = await open_office(cast)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        await agencies.add_member(tx, team.id, office.nadia)
    assert await leave(office) == 1
    async with cast.database.reading() as tx:
        (found,) = await booking.of_person(tx, cast.amina.id, since=tx.now)
        assert (found.id, found.counsellor_id, found.begins_at) == (row.id, office.nadia.id, WEDNESDAY_NINE)
        assert await agencies.teams_of(tx, office.claire.id) == []


async def test_whoever_cannot_hand_over_does_not_leave(cast: Cast) -> None:
    office = await open_office(cast)
    await office.book(cast.amina, WEDNESDAY_NINE)
    with pytest.raises(Conflict) as refused:
        await leave(office)
    assert (refused.value.code, refused.value.values) == ("appointments.left", {"count": 1})
    async with cast.database.reading() as tx:
        (team,) = await agencies.teams_of(tx, office.claire.id)
        assert team.name == "Loire"


async def test_whoever_stays_in_the_agency_keeps_what_is_booked(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        other = await agencies.team(tx, "Agence Nantes Centre", "Erdre")
        await agencies.add_member(tx, other.id, office.claire)
    assert await leave(office) == 0
    async with cast.database.reading() as tx:
        (found,) = await booking.of_person(tx, cast.amina.id, since=tx.now)
        assert found.counsellor_id == row.counsellor_id


async def test_what_is_only_held_with_whoever_leaves_is_free_again_and_not_booked(cast: Cast) -> None:
    office = await open_office(cast)
    held = await office.hold(cast.amina, WEDNESDAY_NINE)
    assert await leave(office) == 0
    async with cast.database.transaction() as tx:
        (refused,) = await rush.book_all(tx, [Confirmed(Actor(cast.amina), held.id, "", "")])
        assert isinstance(refused, Lapsed)
