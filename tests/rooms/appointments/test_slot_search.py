"""Which times somebody is shown: hours, pauses, what is booked, and whose people they are."""

from dataclasses import replace

import pytest

from rooms.appointments import appointment_types, hours, slot_search
from rooms.appointments.appointment import AppointmentState
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.appointments.search import SlotSearch
from rooms.caseload import caseload
from rooms.core.errors import Invalid
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from tests.cast import Cast, refusal
from tests.rooms.appointments.office import HALF, WEDNESDAY_NINE, Office, open_office


async def test_times_follow_hours_pauses_and_what_is_booked(office: Office) -> None:
    amina, karim = office.cast.amina, office.cast.karim
    assert await office.starts(amina) == ["09:00", "09:40", "10:20", "11:00"]
    await office.book(amina, WEDNESDAY_NINE + HALF)
    assert await office.starts(karim) == ["09:00", "10:20", "11:00"]
    assert await office.starts(karim, Mode.AUDIO) == []
    assert await office.starts(karim, Mode.PHONE) == ["09:00", "10:20", "11:00"]


async def test_a_time_across_midnight_can_be_booked_as_it_is_shown(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        await hours.add_weekly(tx, office.claire.id, 2, 22 * 60 + 20, 24 * 60, ("video",))
        await hours.add_weekly(tx, office.claire.id, 3, 0, 2 * 60, ("video",))
    across = WEDNESDAY_NINE.replace(hour=22, minute=40)
    async with office.cast.database.reading() as tx:
        appointment_type, amina = await office.fresh_type(tx), office.cast.amina.id
        found = await slot_search.free_times(
            tx, SlotSearch(appointment_type, Mode.VIDEO), amina, WEDNESDAY_NINE.date(), 2
        )
    assert across in [each.span.begins for each in found]
    row = await office.book(office.cast.amina, across)
    assert row.state is AppointmentState.BOOKED


async def test_a_follow_up_is_for_people_of_the_caseload(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        agency = await agencies.agency(tx, "Agence Nantes Centre")
        follow_up = await appointment_types.add(
            tx, agency, appointment_types.AppointmentTypeText("Follow-up", 30, ("video",), is_follow_up=True)
        )
        await caseload.follow(tx, office.claire.id, cast.amina.id)
        day = WEDNESDAY_NINE.date()
        assert len(await slot_search.free_times(tx, SlotSearch(follow_up, Mode.VIDEO), cast.amina.id, day, 1)) == 4
        assert await slot_search.free_times(tx, SlotSearch(follow_up, Mode.VIDEO), cast.karim.id, day, 1) == []


async def test_a_type_of_one_team_is_seen_to_by_that_team_alone(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        training = await agencies.team(tx, "Agence Nantes Centre", "Formation")
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        await agencies.add_member(tx, training.id, office.nadia)
        await hours.add_weekly(tx, office.nadia.id, 2, 600, 660, ("video",))
        text = AppointmentTypeText("Training", 30, ("video",), team_id=training.id)
        appointment_type = await appointment_types.add(tx, training.agency, text)
        with pytest.raises(Invalid):
            await appointment_types.add(tx, training.agency, replace(text, name="Other", team_id=elsewhere.id))
        await caseload.follow(tx, office.claire.id, cast.amina.id)
    async with cast.database.reading() as tx:
        found = await slot_search.free_times(
            tx, SlotSearch(appointment_type, Mode.VIDEO), cast.amina.id, WEDNESDAY_NINE.date(), 1
        )
        assert {each.counsellors for each in found} == {(office.nadia.id,)}
    async with cast.database.transaction() as tx:
        await agencies.add_member(tx, elsewhere.id, cast.sophie)
        await caseload.follow(tx, cast.sophie.id, cast.karim.id)
        found = await slot_search.free_times(
            tx, SlotSearch(appointment_type, Mode.VIDEO), cast.karim.id, WEDNESDAY_NINE.date(), 1
        )
        assert found == [], "who is followed goes to their counsellor's agency"


async def test_a_counsellor_meets_nobody_while_somebody_counsels_them_nor_ever_themselves(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(office.nadia, WEDNESDAY_NINE)
    assert row.led_by_id == office.claire.id
    async with cast.database.reading() as tx:
        appointment_type = await office.fresh_type(tx)
        free = await slot_search.free_times(
            tx, SlotSearch(appointment_type, Mode.VIDEO), cast.amina.id, WEDNESDAY_NINE.date(), 1
        )
    assert WEDNESDAY_NINE not in [each.span.begins for each in free]


async def test_whoever_is_followed_books_at_the_agency_of_their_counsellor_alone(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        await agencies.add_member(tx, elsewhere.id, office.nadia)
        await caseload.follow(tx, office.nadia.id, cast.amina.id)
    assert await office.starts(cast.amina) == []
    assert await refusal(office.hold(cast.amina, WEDNESDAY_NINE)) == "slot.taken"
    assert await office.starts(cast.karim) == ["09:00", "09:40", "10:20", "11:00"]
