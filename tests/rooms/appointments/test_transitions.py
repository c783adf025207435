"""An appointment is cancelled, and how it went is recorded."""

import pytest
from sqlalchemy import select

from rooms.appointments import booking, transitions
from rooms.appointments.appointment import Attendance
from rooms.core.errors import Invalid
from rooms.core.outbox import Mail
from tests.cast import refusal
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, letters


async def test_cancelling_stops_the_reminders_and_the_link_still_shows_what_happened(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina), "My child is ill.")
    assert {what for _, what in await letters(office)} == {"booked", "cancelled"}
    async with cast.database.reading() as tx:
        query = select(Mail.values).where(Mail.once.startswith(f"cancelled:{row.id}"))
        assert {each["by"] for each in (await tx.session.execute(query)).scalars()} == {"Amina Benali"}
    assert "09:00" in await office.starts(cast.karim)
    async with cast.database.transaction() as tx:
        found = await office.fresh(tx, row)
        assert (found.attendance, found.sequence) == (Attendance.EXCUSED, 1)
        assert await refusal(booking.cancel(tx, found, cast.amina)) == "appointment.not_ahead"


async def test_a_technical_failure_never_becomes_absent_and_can_be_contested(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        assert (
            await refusal(transitions.end(tx, await office.fresh(tx, row), Attendance.CAME, cast.claire))
            == "appointment.ahead"
        )
    cast.clock.pass_by(hours=24)
    async with cast.database.transaction() as tx:
        found = await office.fresh(tx, row)
        assert await refusal(transitions.end(tx, found, Attendance.EXCUSED, cast.claire)) == "attendance.by_itself"
        await transitions.end(tx, found, Attendance.TECHNICAL, cast.claire)
        assert await refusal(transitions.end(tx, found, Attendance.ABSENT, cast.claire)) == "attendance.technical"
        await transitions.contest(tx, found, "I was there all the time.")
        await transitions.end(tx, found, Attendance.CAME, cast.claire)
        assert found.attendance is Attendance.CAME


@pytest.mark.parametrize("phone", ["06 12 34 56", "0612345", "061234567890", "12345"])
def test_a_number_with_a_digit_too_few_is_named(phone: str) -> None:  # C13
    with pytest.raises(Invalid):
        transitions.clean_phone(phone)


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("06 12 34 56 78", "0612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "0033612345678"),
        ("+4915112345678", "+4915112345678"),
        ("", ""),
    ],
)
def test_a_whole_number_is_taken(phone: str, kept: str) -> None:
    assert transitions.clean_phone(phone) == kept
