"""What is written about an appointment, to whom, and until when."""

import pytest

from rooms.appointments import booking
from rooms.core import outbox
from rooms.core.errors import Invalid
from rooms.core.outbox import Channel
from rooms.meetings.modes import Mode
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, letters


async def test_a_phone_appointment_needs_a_number_and_gets_a_message(office: Office) -> None:
    held = await office.hold(office.cast.amina, WEDNESDAY_NINE, Mode.PHONE)
    async with office.cast.database.transaction() as tx:
        row = await office.fresh(tx, held)
        with pytest.raises(Invalid) as refused:
            await booking.book(tx, row, office.cast.amina)
        assert refused.value.field == "phone"
    async with office.cast.database.transaction() as tx:
        await booking.book(tx, await office.fresh(tx, held), office.cast.amina, "", "06 12 34 56 78")
    assert await letters(office, "reminder") == [("0612345678", "remind_hours"), ("0612345678", "remind_now")]


async def test_a_reminder_that_comes_too_late_is_not_sent(office: Office) -> None:
    await office.book(office.cast.amina, WEDNESDAY_NINE)
    office.cast.clock.pass_by(hours=22, minutes=50)
    due = []
    async with office.cast.database.transaction() as tx:
        while mail := await outbox.claim(tx, Channel.MAIL, 300):
            due.append(str(mail.values["what"]))
    assert due == ["booked", "booked", "remind_now"]
