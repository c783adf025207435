"""A mailed link opens one appointment, until it ends or is withdrawn."""

import pytest
from sqlalchemy import select

from rooms.appointments import booking, links
from rooms.core.errors import NotFound
from rooms.core.outbox import Mail
from tests.cast import refusal
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, letters


async def test_a_link_opens_one_appointment_until_it_ends(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        token = links.make(tx, row).rsplit("/", 1)[-1]
        assert (await links.opened(tx, token)).id == row.id
    async with office.cast.database.transaction() as tx:
        await links.withdraw_all(tx, row.id)
    async with office.cast.database.reading() as tx:
        assert await refusal(links.opened(tx, token)) == "appointment_link.not_found"
    async with office.cast.database.transaction() as tx:
        fresh = links.make(tx, row).rsplit("/", 1)[-1]
    office.cast.clock.pass_by(days=2)
    async with office.cast.database.reading() as tx:
        with pytest.raises(NotFound):
            await links.opened(tx, fresh)


async def test_links_that_are_withdrawn_open_nothing_and_what_is_still_to_come_brings_new_ones(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    before = await letters(office)
    async with cast.database.transaction() as tx:
        old = links.make(tx, row).rsplit("/", 1)[-1]
        await booking.withdraw_links(tx, await office.fresh(tx, row))
        assert await refusal(links.opened(tx, old)) == "appointment_link.not_found"
    assert await letters(office) == before
    async with cast.database.reading() as tx:
        mails = (await tx.session.execute(select(Mail).where(Mail.template == "appointment"))).scalars()
        reminders = [
            each for each in mails if each.recipient == cast.amina.email and "remind" in str(each.values["what"])
        ]
        assert reminders
        for each in reminders:
            assert (await links.opened(tx, str(each.values["path"]).rsplit("/", 1)[-1])).id == row.id


async def test_a_printed_code_opens_it_however_it_is_typed(office: Office) -> None:  # K13
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        token = links.make_spelled(tx, await office.fresh(tx, row)).removeprefix("/a/")
        await tx.session.flush()
        for typed in (token, token.upper(), token.replace("-", ""), token.replace("-", " ").upper()):
            assert (await links.opened(tx, typed)).id == row.id
