"""With whom somebody has their appointment."""

from rooms.caseload import caseload
from tests.cast import Cast
from tests.rooms.appointments.office import HALF, WEDNESDAY_NINE, open_office


async def test_the_least_loaded_is_asked_first_and_the_referent_before_everybody(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    one = await office.book(cast.amina, WEDNESDAY_NINE)
    two = await office.book(cast.karim, WEDNESDAY_NINE + HALF)
    assert one.led_by_id != two.led_by_id
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, one.led_by_id, cast.luc.id)
    for n in (1, 2):
        row = await office.book([cast.luc, cast.luc][n - 1], WEDNESDAY_NINE + (n + 1) * HALF)
        assert row.led_by_id == one.led_by_id
