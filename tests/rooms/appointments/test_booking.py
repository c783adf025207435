"""A time is booked once, whoever wants it and for whomever."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from rooms.appointments import appointment_types, booking
from rooms.appointments.appointment import Appointment, AppointmentState, OccupiedPiece
from rooms.caseload import caseload, follow_requests
from rooms.core.errors import Conflict, Invalid, Refused
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people import people
from tests.cast import Cast, refusal
from tests.rooms.appointments.office import HALF, WEDNESDAY_NINE, Office, letters, open_office


async def test_booking_twice_is_booking_once(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        await booking.book(tx, await office.fresh(tx, row), office.cast.amina)
    assert await letters(office) == [
        ("amina", "booked"), ("claire", "booked"), ("amina", "remind_hours"), ("amina", "remind_now"),
    ]  # fmt: skip


async def test_fifty_want_the_same_time_and_one_has_it(office: Office) -> None:
    """Held by a primary key: on PostgreSQL the fifty really run side by side."""
    async with office.cast.database.transaction() as tx:
        crowd = [await people.welcome(tx, f"Person {n}", f"p{n}@example.org", "en") for n in range(50)]
    found = await asyncio.gather(*(office.book(person, WEDNESDAY_NINE) for person in crowd), return_exceptions=True)
    booked = [each for each in found if isinstance(each, Appointment)]
    refused = [each.code for each in found if isinstance(each, Conflict)]
    assert (len(booked), refused) == (1, ["slot.taken"] * 49)
    async with office.cast.database.reading() as tx:
        count = select(func.count()).select_from(OccupiedPiece).where(OccupiedPiece.person_id == office.claire.id)
        assert (await tx.session.execute(count)).scalar_one() == 8


async def test_everybody_wants_some_time_and_every_time_is_given_once(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        crowd = [await people.welcome(tx, f"Person {n}", f"p{n}@example.org", "en") for n in range(24)]
    begins = [WEDNESDAY_NINE + n * HALF for n in range(4)]
    found = await asyncio.gather(
        *(office.book(person, begins[n % 4]) for n, person in enumerate(crowd)), return_exceptions=True
    )
    given = [(row.led_by_id, row.begins_at) for row in found if isinstance(row, Appointment)]
    assert len(given) == len(set(given)) == 8


async def test_one_person_books_two_overlapping_times_at_once_and_has_one(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    found = await asyncio.gather(
        office.book(cast.amina, WEDNESDAY_NINE),
        office.book(cast.amina, WEDNESDAY_NINE + timedelta(minutes=5)),
        return_exceptions=True,
    )
    assert len([row for row in found if isinstance(row, Appointment)]) == 1


async def test_nobody_books_themselves(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        claire = await cast.fresh(tx, office.claire)
        assert claire.email
        with pytest.raises(Invalid):
            await follow_requests.take(tx, claire, claire.name, claire.email, "fr")
        with pytest.raises(Conflict):
            await booking.book_for(tx, claire, claire, await office.fresh_type(tx), Mode.VIDEO, WEDNESDAY_NINE)


async def test_nobody_books_on_behalf_for_a_type_of_another_agency(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        appointment_type = await appointment_types.add(
            tx, elsewhere.agency, appointment_types.AppointmentTypeText("Training", 30, ("video",))
        )
        claire, amina = await cast.fresh(tx, cast.claire), await cast.fresh(tx, cast.amina)
        booking_it = booking.book_for(tx, claire, amina, appointment_type, Mode.VIDEO, WEDNESDAY_NINE)
        assert await refusal(booking_it) == "appointment_type.not_found"


async def test_nobody_needs_an_address_to_have_an_appointment(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        someone = await people.welcome(tx, "Fatou Ba", None, "fr")
        appointment_type = await office.fresh_type(tx)
        claire = await cast.fresh(tx, cast.claire)
        row = await booking.book_for(tx, claire, someone, appointment_type, Mode.PHONE, WEDNESDAY_NINE, "0240000000")
    assert row.state is AppointmentState.BOOKED
    assert await letters(office) == [("claire", "booked")]
    assert len(await letters(office, "reminder")) == 2


async def test_whoever_follows_somebody_gives_them_an_address_and_what_is_booked_is_written_to_it(
    office: Office,
) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        someone = await people.welcome(tx, "Fatou Ba", None, "fr")
        appointment_type, claire = await office.fresh_type(tx), await cast.fresh(tx, cast.claire)
        row = await booking.book_for(tx, claire, someone, appointment_type, Mode.VIDEO, WEDNESDAY_NINE)
        await booking.move(tx, row, claire, WEDNESDAY_NINE + HALF)
        with pytest.raises(Refused):
            await booking.give_email(tx, claire, someone, "fatou@example.org")
        await caseload.follow(tx, claire.id, someone.id)
        for wrong in ("fatou@", str(cast.amina.email)):
            with pytest.raises(Invalid) as refused:
                await booking.give_email(tx, claire, someone, wrong)
            assert refused.value.field == "email"
        await booking.give_email(tx, claire, someone, "Fatou@example.org")
        with pytest.raises(Conflict):
            await booking.give_email(tx, claire, someone, "other@example.org")
    assert sorted(what for who, what in await letters(office) if who.startswith("fatou")) == [
        "booked", "remind_hours", "remind_now",
    ]  # fmt: skip
    assert sorted(what for who, what in await letters(office) if who.startswith("claire")) == ["booked", "moved"]
