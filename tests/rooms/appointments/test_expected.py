"""Whoever has an interview at a fair does not wait in its entrance hall when its hour comes."""

import pytest

from rooms import access
from rooms.appointments import expected
from rooms.fairs import admission, entrance_hall
from rooms.fairs.admission import Passing
from rooms.fairs.fairs import Fair
from tests.cast import Cast
from tests.rooms.appointments.interviews import Booth, open_booth


@pytest.fixture
async def booth(cast: Cast) -> Booth:
    return await open_booth(cast)


async def waits(cast: Cast) -> bool:
    async with cast.database.reading() as tx:
        return bool(await admission.waiting_of(tx, cast.fair.id, [cast.amina.id]))


async def test_they_are_let_in_an_hour_before_wherever_they_are(booth: Booth) -> None:
    cast = booth.cast
    begins_at = (await booth.starts(cast.amina))[-1]
    await booth.book(cast.amina, begins_at)
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        await entrance_hall.set_capacity(tx, fair, 1, 600)
        for person in (cast.karim, cast.amina):
            await entrance_hall.arrive(tx, fair, {person.id: Passing.IN_TURN})
    await cast.connect(cast.amina)
    minutes = (begins_at - cast.clock.now()).total_seconds() / 60
    for wait, is_waiting in ((minutes - 61, True), (2, False)):
        await cast.pass_by(minutes=wait)
        async with cast.database.transaction() as tx:
            await expected.let_in(tx)
        assert await waits(cast) is is_waiting
    async with cast.database.reading() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        amina = cast.actor(await cast.fresh(tx, cast.amina))
        assert await access.passing(tx, amina, fair) is Passing.EXPECTED
