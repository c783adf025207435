"""An appointment type is changed or withdrawn while people have booked for it, hold a time, or wait for one."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from rooms.access import batch_booking
from rooms.access.batch_booking import ActorBooking
from rooms.appointments import agenda, appointment_types, booking, choices, slot_search
from rooms.appointments.appointment import Appointment, AppointmentState, Lapsed
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.appointments.search import SlotSearch
from rooms.caseload import caseload, counsellor_departure
from rooms.core.errors import Invalid, NotFound
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from tests.cast import Cast, refusal
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office

A_MONTH_ON = date(2026, 12, 25)
LONGER = AppointmentTypeText("My way to work", 45, ("phone", "chat"), "Which way?", "A plan")


async def write(office: Office, text: AppointmentTypeText) -> None:
    async with office.cast.database.transaction() as tx:
        appointment_type = await office.fresh_type(tx)
        assert appointment_type.agency
        await appointment_types.change(tx, appointment_type.agency, appointment_type.id, text)


async def withdraw(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        appointment_type = await office.fresh_type(tx)
        assert appointment_type.agency
        await appointment_types.withdraw(tx, appointment_type.agency, appointment_type.id)


async def cancel(office: Office, row: Appointment) -> Appointment | None:
    """Cancel it as its candidate; what is proposed to who waits."""
    async with office.cast.database.transaction() as tx:
        fresh = await office.fresh(tx, row)
        await booking.cancel(tx, fresh, fresh.candidate)
    async with office.cast.database.reading() as tx:
        query = select(Appointment).where(
            Appointment.state == AppointmentState.RESERVED, Appointment.wish_id.is_not(None)
        )
        return (await tx.session.execute(query)).scalar_one_or_none()


async def test_whoever_books_from_now_on_comes_as_it_is_written_now(office: Office) -> None:
    before = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await write(office, LONGER)
    after = await office.book(office.cast.karim, WEDNESDAY_NINE + timedelta(hours=1), Mode.PHONE, "06 11 22 33 44")
    async with office.cast.database.transaction() as tx:
        first, second = await office.fresh(tx, before), await office.fresh(tx, after)
        assert (first.minutes, first.mode) == (30, Mode.VIDEO)
        assert (second.minutes, second.mode) == (45, Mode.PHONE)
        assert first.appointment_type.name == second.appointment_type.name == "My way to work"


@pytest.mark.parametrize("name", ["Training", " training ", "TRAINING"])
async def test_two_types_do_not_share_a_name(office: Office, name: str) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        agency = (await office.fresh_type(tx)).agency
        assert agency
        other = await appointment_types.add(tx, agency, AppointmentTypeText("Training", 30, ("video",)))
    with pytest.raises(Invalid, match=r"appointment_type\.known"):
        await write(office, AppointmentTypeText(name, 30, ("video",)))
    async with cast.database.transaction() as tx:
        agency = (await office.fresh_type(tx)).agency
        assert agency
        await appointment_types.withdraw(tx, agency, other.id)
    with pytest.raises(Invalid, match=r"appointment_type\.withdrawn"):
        await write(office, AppointmentTypeText(name, 30, ("video",)))


async def test_only_a_type_of_this_agency_that_stands_is_changed(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        elsewhere = (await agencies.team(tx, "Agence de Rezé", "Sud")).agency
        with pytest.raises(NotFound):
            await appointment_types.change(tx, elsewhere, office.appointment_type.id, LONGER)
    await withdraw(office)
    with pytest.raises(NotFound):
        await write(office, LONGER)


async def test_who_waits_for_a_way_to_meet_that_is_gone_is_told_of_another(office: Office) -> None:
    booked = await office.book(office.cast.amina, WEDNESDAY_NINE + timedelta(days=7))
    await office.wait(office.cast.karim, last=A_MONTH_ON)
    await write(office, AppointmentTypeText("My project", 30, ("phone",)))
    proposed = await cancel(office, booked)
    assert proposed
    assert (proposed.candidate_id, proposed.mode) == (office.cast.karim.id, Mode.PHONE)


async def test_who_waits_is_told_of_whichever_way_to_meet_there_is(office: Office) -> None:
    booked = await office.book(office.cast.amina, WEDNESDAY_NINE + timedelta(days=7))
    await office.wait(office.cast.karim, last=A_MONTH_ON)
    await write(office, AppointmentTypeText("My project", 30, ("chat", "phone")))
    proposed = await cancel(office, booked)
    assert proposed
    assert proposed.mode is Mode.PHONE, "Claire does not see people in writing"


async def test_what_is_booked_moves_as_it_was(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await write(office, AppointmentTypeText("My project", 60, ("phone",)))
    async with cast.database.transaction() as tx:
        fresh = await office.fresh(tx, row)
        day = WEDNESDAY_NINE.date()
        found = await slot_search.free_times(
            tx, SlotSearch(fresh.appointment_type, Mode.VIDEO, moving=fresh), cast.amina.id, day, 1
        )
        assert {each.span.length for each in found} == {timedelta(minutes=30)}
        await booking.move(tx, fresh, fresh.candidate, WEDNESDAY_NINE + timedelta(minutes=40))
        assert (fresh.mode, fresh.minutes) == (Mode.VIDEO, 30)


async def test_what_is_held_is_booked_as_it_was_even_late(office: Office) -> None:
    cast = office.cast
    row = await office.hold(cast.amina, WEDNESDAY_NINE)
    await write(office, AppointmentTypeText("My project", 60, ("phone",)))
    cast.clock.pass_by(minutes=6)
    async with cast.database.transaction() as tx:
        held = await office.fresh(tx, row)
        assert await booking.reserve_again(tx, held)
        await booking.book(tx, held, await cast.fresh(tx, cast.amina))
        assert (held.mode, held.minutes) == (Mode.VIDEO, 30)


async def test_a_colleague_takes_what_is_booked_at_its_length(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE + timedelta(hours=2, minutes=30))
    await write(office, AppointmentTypeText("My project", 60, ("video",)))
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        left = await counsellor_departure.leave_team(tx, team.id, row.led_by_id, await cast.fresh(tx, cast.paul))
        fresh = await office.fresh(tx, row)
        assert left == 1
        assert fresh.led_by_id != row.led_by_id


async def test_an_answer_stands_under_the_question_it_was_given_to(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    await write(office, AppointmentTypeText("My project", 30, ("video",), "Do you drive?"))
    async with office.cast.database.reading() as tx:
        fresh = await tx.session.get_one(Appointment, row.id)
        assert (fresh.question, fresh.said) == ("What is it about?", "I bake.")


async def test_a_name_is_the_same_with_letters_that_nobody_sees(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        agency = (await office.fresh_type(tx)).agency
        assert agency
        await appointment_types.add(tx, agency, AppointmentTypeText("Training", 30, ("video",)))
    with pytest.raises(Invalid, match=r"appointment_type\.known"):
        await write(office, AppointmentTypeText("Train\u00ading", 30, ("video",)))


async def test_who_waits_for_what_was_withdrawn_keeps_the_turn_until_it_stands_again(office: Office) -> None:
    rows = [await office.book(office.cast.amina, WEDNESDAY_NINE + timedelta(days=7, hours=hours)) for hours in (0, 1)]
    await office.wait(office.cast.karim, last=A_MONTH_ON)
    await withdraw(office)
    assert await cancel(office, rows[0]) is None, "nobody can take it"
    async with office.cast.database.transaction() as tx:
        agency = (await office.fresh_type(tx)).agency
        assert agency
        await appointment_types.add(tx, agency, AppointmentTypeText("My project", 30, ("video",)))
    proposed = await cancel(office, rows[1])
    assert proposed
    assert proposed.candidate_id == office.cast.karim.id


async def test_a_follow_up_with_another_team_is_not_offered(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, office.claire.id, cast.amina.id)
        erdre = await agencies.team(tx, "Agence Nantes Centre", "Erdre")
        await appointment_types.add(
            tx, erdre.agency, AppointmentTypeText("Theirs", 30, ("video",), is_follow_up=True, team_id=erdre.id)
        )
        await appointment_types.add(tx, erdre.agency, AppointmentTypeText("Ours", 30, ("video",), is_follow_up=True))
        offered = await choices.types_for(tx, await cast.fresh(tx, cast.amina))
    assert [appointment_type.name for _, types in offered for appointment_type in types] == ["My project", "Ours"]


async def test_what_is_held_with_who_is_not_there_any_more_is_let_go_when_it_is_booked(office: Office) -> None:
    cast = office.cast
    row = await office.hold(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        erdre = await agencies.team(tx, "Agence Nantes Centre", "Erdre")
    await write(office, AppointmentTypeText("My project", 30, ("video",), team_id=erdre.id))
    async with cast.database.transaction() as tx:
        (said,) = await batch_booking.book_all(tx, [ActorBooking(cast.actor(cast.amina), row.id, "", "")])
    assert isinstance(said, Lapsed)
    async with cast.database.reading() as tx:
        assert await agenda.reserved_by(tx, cast.amina.id) is None


async def test_two_types_have_two_names_and_a_withdrawn_one_can_stand_again(office: Office) -> None:
    text = AppointmentTypeText("My project", 45, ("phone",))
    async with office.cast.database.transaction() as tx:
        appointment_type = await office.fresh_type(tx)
        assert await refusal(appointment_types.add(tx, appointment_type.agency, text)) == "appointment_type.known"
        await appointment_types.withdraw(tx, appointment_type.agency, appointment_type.id)
        again = await appointment_types.add(tx, appointment_type.agency, text)
        assert (again.id, again.minutes, again.is_withdrawn) == (appointment_type.id, 45, False)
