"""A time is held, booked, moved and cancelled; nobody else has it meanwhile, and who waits is asked in order."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from rooms import access
from rooms.access import Actor
from rooms.appointments import (
    agenda,
    appointment_types,
    booking,
    booking_rules,
    hours,
    links,
    own_calendar,
    reservation,
    slot_search,
    transitions,
    waiting_list,
)
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance, ChangeKind, OccupiedPiece
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.appointments.availability import Span
from rooms.caseload import caseload, counsellor_departure, follow_requests
from rooms.core import outbox
from rooms.core.errors import Conflict, Invalid, NotFound, Problem, Refused
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies, referents
from rooms.organisations.public_holidays import holidays_of, regions_of
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office

HALF = timedelta(minutes=40)
"""From one beginning to the next: thirty minutes and a pause of ten."""


@pytest.fixture
async def office(cast: Cast) -> Office:
    return await open_office(cast)


async def refusal(awaitable: Awaitable[object]) -> str:
    with pytest.raises(Problem) as refused:
        await awaitable
    return refused.value.code


async def letters(office: Office, template: str = "appointment") -> list[tuple[str, str]]:
    """(to, what) of what stands in the outbox, by the moment it is due."""
    async with office.cast.database.reading() as tx:
        query = select(Mail).where(Mail.template == template).order_by(Mail.due_at, Mail.id)
        rows = (await tx.session.execute(query)).scalars()
        return [(row.recipient.partition(".")[0], str(row.values["what"])) for row in rows]


async def test_times_follow_hours_pauses_and_what_is_booked(office: Office) -> None:
    amina, karim = office.cast.amina, office.cast.karim
    assert await office.starts(amina) == ["09:00", "09:40", "10:20", "11:00"]
    await office.book(amina, WEDNESDAY_NINE + HALF)
    assert await office.starts(karim) == ["09:00", "10:20", "11:00"]
    assert await office.starts(karim, Mode.AUDIO) == []
    assert await office.starts(karim, Mode.PHONE) == ["09:00", "10:20", "11:00"]


async def test_a_held_time_is_kept_for_five_minutes_and_then_free(office: Office) -> None:
    amina, karim = office.cast.amina, office.cast.karim
    held = await office.hold(amina, WEDNESDAY_NINE)
    assert "09:00" not in await office.starts(karim)
    assert await refusal(office.hold(karim, WEDNESDAY_NINE)) == "slot.taken"
    office.cast.clock.pass_by(minutes=5)
    assert "09:00" in await office.starts(karim)
    await office.book(karim, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        row = await office.fresh(tx, held)
        assert row.state is AppointmentState.LAPSED
        assert await refusal(booking.book(tx, row, amina)) == "appointment.lapsed"


async def test_looking_for_another_time_lets_the_held_one_go(office: Office) -> None:
    amina = office.cast.amina
    await office.hold(amina, WEDNESDAY_NINE)
    await office.hold(amina, WEDNESDAY_NINE + HALF)
    assert "09:00" in await office.starts(office.cast.karim)


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


async def test_moving_and_booking_the_same_time_at_once(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)

    async def move() -> None:
        async with office.cast.database.transaction() as tx:
            found = await office.fresh(tx, row)
            await booking.move(tx, found, await office.cast.fresh(tx, office.cast.amina), WEDNESDAY_NINE + 2 * HALF)

    found = await asyncio.gather(
        move(), office.book(office.cast.karim, WEDNESDAY_NINE + 2 * HALF), return_exceptions=True
    )
    assert len([each for each in found if isinstance(each, Conflict)]) == 1
    expected = ["09:40", "11:00"] if isinstance(found[0], Conflict) else ["09:00", "09:40", "11:00"]
    assert await office.starts(office.cast.luc) == expected


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


async def test_a_follow_up_is_for_people_of_the_portfolio(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        agency = await agencies.agency(tx, "Agence Nantes Centre")
        follow_up = await appointment_types.add(
            tx, agency, appointment_types.AppointmentTypeText("Follow-up", 30, ("video",), is_follow_up=True)
        )
        await caseload.follow(tx, office.claire.id, cast.amina.id)
        day = WEDNESDAY_NINE.date()
        assert len(await slot_search.free_times(tx, follow_up, Mode.VIDEO, cast.amina.id, day, 1)) == 4
        assert await slot_search.free_times(tx, follow_up, Mode.VIDEO, cast.karim.id, day, 1) == []


async def test_moving_keeps_the_thread_tells_both_and_takes_old_reminders_back(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        found = await office.fresh(tx, row)
        await booking.move(tx, found, await cast.fresh(tx, cast.amina), WEDNESDAY_NINE + timedelta(minutes=15))
        assert (found.id, found.sequence, found.said) == (row.id, 1, "I bake.")
    assert await office.starts(cast.karim) == ["09:55", "10:35", "11:15"]
    async with cast.database.reading() as tx:
        changes = await agenda.changes_of(tx, row.id)
        assert [(each.kind, each.begins_at) for each in changes] == [
            (ChangeKind.BOOKED, WEDNESDAY_NINE),
            (ChangeKind.MOVED, WEDNESDAY_NINE),
        ]
        waiting = (
            (await tx.session.execute(select(Mail).where(Mail.once.startswith(f"remind:{row.id}")))).scalars().all()
        )
        assert {mail.values["begins_at"] for mail in waiting} == {"2026-11-25T08:15:00+00:00"}
    assert ("claire", "moved") in await letters(office)


async def test_a_counsellor_moves_within_their_own_times_and_whoever_gives_one_up_is_told_which(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    mine, other = (office.claire, office.nadia) if row.led_by_id == office.claire.id else (office.nadia, office.claire)
    async with cast.database.transaction() as tx:
        await hours.add_day(tx, mine.id, WEDNESDAY_NINE.date(), (9 * 60, 10 * 60), ("video",))
    later = WEDNESDAY_NINE + 3 * HALF
    async with cast.database.transaction() as tx:
        found, me = await office.fresh(tx, row), await cast.fresh(tx, mine)
        assert await refusal(booking.move(tx, found, me, later)) == "slot.taken", "only the colleague is free then"
    async with cast.database.transaction() as tx:
        await booking.move(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina), later)
    async with cast.database.reading() as tx:
        assert (await office.fresh(tx, row)).led_by_id == other.id
        assert (await agenda.changes_of(tx, row.id))[-1].words == other.name
        query = select(Mail).where(Mail.once.startswith(f"taken:{row.id}"))
        (told,) = (await tx.session.execute(query)).scalars()
        assert (told.recipient, told.values["begins_at"]) == (mine.email, WEDNESDAY_NINE.isoformat())


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


async def test_a_freed_time_is_proposed_in_order_each_with_a_fair_while(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        appointment_type, day = await office.fresh_type(tx), WEDNESDAY_NINE.date()
        for person in (cast.karim, cast.luc):
            someone = await cast.fresh(tx, person)
            await waiting_list.wish(tx, someone, appointment_type, Mode.VIDEO, day, day, PARIS)
            cast.clock.pass_by(seconds=1)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    assert await held_by(office) == ["Karim Diallo"]
    assert "09:00" not in await office.starts(cast.sophie)
    cast.clock.pass_by(hours=2, seconds=1)
    async with cast.database.transaction() as tx:
        for lapsed in await agenda.expired_reservations(tx):
            await booking.lapse(tx, lapsed)
    assert await held_by(office) == ["Luc Moreau"]
    async with cast.database.transaction() as tx:
        (held,) = (await tx.session.execute(select(Appointment.id).where(Appointment.state == "reserved"))).scalars()
        found = await reservation.locked(tx, held)
        assert found is not None
        await booking.book(tx, found, await cast.fresh(tx, cast.luc))
        assert await waiting_list.of_person(tx, cast.luc.id) == []
        assert len(await waiting_list.of_person(tx, cast.karim.id)) == 1
    assert [what for who, what in await letters(office) if what == "proposed"] == ["proposed"] * 2


async def test_a_proposal_takes_nothing_from_who_just_fills_in_a_form(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await office.wait(cast.karim)
    form = await office.hold(cast.karim, WEDNESDAY_NINE + 2 * HALF)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    async with cast.database.transaction() as tx:
        assert (await office.fresh(tx, form)).state is AppointmentState.RESERVED
        await booking.book(tx, await office.fresh(tx, form), await cast.fresh(tx, cast.karim))
    assert await held_by(office) == [], "what was proposed is given back"
    await office.hold(cast.luc, WEDNESDAY_NINE)


async def test_a_proposal_that_has_run_out_is_the_workers_to_pass_on(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await office.wait(cast.karim)
    async with cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    cast.clock.pass_by(hours=2, seconds=1)
    assert await refusal(office.hold(cast.luc, WEDNESDAY_NINE)) == "slot.taken"
    async with cast.database.transaction() as tx:
        for lapsed in await agenda.expired_reservations(tx):
            await booking.lapse(tx, lapsed)
    await office.hold(cast.luc, WEDNESDAY_NINE)


async def two_wait_for_two(office: Office) -> None:
    """Karim and Luc, in this order, while two appointments are cancelled: each is asked about one of the times."""
    cast = office.cast
    rows = [await office.book(who, WEDNESDAY_NINE + n * HALF) for n, who in enumerate((cast.amina, cast.sophie))]
    for person in (cast.karim, cast.luc):
        await office.wait(person)
        cast.clock.pass_by(seconds=1)
    for row in rows:
        async with cast.database.transaction() as tx:
            fresh = await office.fresh(tx, row)
            await booking.cancel(tx, fresh, fresh.candidate)
    assert await held_by(office) == ["Karim Diallo", "Luc Moreau"]


async def the_proposal(office: Office, tx: Transaction, person: Person) -> Appointment:
    query = select(Appointment.id).where(Appointment.candidate_id == person.id, Appointment.wish_id.is_not(None))
    row = await reservation.locked(tx, (await tx.session.execute(query)).scalar_one())
    assert row
    return row


async def test_whoever_waits_no_longer_gives_back_what_was_proposed(office: Office) -> None:
    await two_wait_for_two(office)
    cast = office.cast
    async with cast.database.transaction() as tx:
        (wish,) = await waiting_list.of_person(tx, cast.karim.id)
        await booking.wait_no_longer(tx, await cast.fresh(tx, cast.karim), wish.id)
    assert await held_by(office) == ["Luc Moreau"]
    assert "09:00" in await office.starts(cast.amina)


async def test_a_proposal_that_is_declined_goes_to_the_next_and_the_turn_is_kept(office: Office) -> None:
    await two_wait_for_two(office)
    cast = office.cast
    async with cast.database.transaction() as tx:
        (wish,) = await waiting_list.of_person(tx, cast.luc.id)
        await booking.wait_no_longer(tx, await cast.fresh(tx, cast.luc), wish.id)
    await office.wait(cast.amina)
    async with cast.database.transaction() as tx:
        await booking.decline(tx, await the_proposal(office, tx, cast.karim))
        assert len(await waiting_list.of_person(tx, cast.karim.id)) == 1
    assert await held_by(office) == ["Amina Benali"]


async def test_the_same_wish_at_the_same_instant_is_one(office: Office) -> None:
    cast = office.cast
    await asyncio.gather(*(office.wait(cast.karim) for _ in range(4)))
    async with cast.database.reading() as tx:
        assert len(await waiting_list.of_person(tx, cast.karim.id)) == 1


async def test_one_may_wait_for_today_where_it_is_still_today(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        agency = (await office.fresh_type(tx)).agency
        assert agency
        await agencies.place(tx, agency, "Pacific/Tahiti", "", "", "")
    four_in_the_afternoon = datetime(2026, 11, 25, 2, tzinfo=UTC)
    cast.clock.pass_by(seconds=(four_in_the_afternoon - cast.clock.now()).total_seconds())
    async with cast.database.transaction() as tx:
        day, appointment_type = date(2026, 11, 24), await office.fresh_type(tx)
        await waiting_list.wish(
            tx, await cast.fresh(tx, cast.karim), appointment_type, Mode.VIDEO, day, day, "Pacific/Tahiti"
        )


async def test_a_late_booking_and_somebody_elses_hold_do_not_wait_for_each_other(office: Office) -> None:
    cast = office.cast
    await office.hold(cast.amina, WEDNESDAY_NINE)
    late = await office.hold(cast.karim, WEDNESDAY_NINE + HALF)
    cast.clock.pass_by(minutes=6)
    is_locked, has_held = asyncio.Event(), asyncio.Event()

    async def book_late() -> bool:
        async with cast.database.transaction() as tx:
            row = await reservation.locked(tx, late.id)
            assert row
            is_locked.set()
            if not tx.is_sqlite:
                await has_held.wait()
            return await booking.reserve_again(tx, row)

    async def hold_another() -> None:
        await is_locked.wait()
        await office.hold(cast.luc, WEDNESDAY_NINE + 2 * HALF)
        has_held.set()

    async with asyncio.timeout(10):
        renewed, _ = await asyncio.gather(book_late(), hold_another())
    assert renewed
    assert sorted(await held_by(office)) == ["Karim Diallo", "Luc Moreau"]


async def test_nobody_books_themselves(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        claire = await cast.fresh(tx, office.claire)
        assert claire.email
        with pytest.raises(Invalid):
            await follow_requests.take(tx, claire, claire.name, claire.email, "fr")
        with pytest.raises(Conflict):
            await booking.book_for(tx, claire, claire, await office.fresh_type(tx), Mode.VIDEO, WEDNESDAY_NINE)


async def held_by(office: Office) -> list[str]:
    async with office.cast.database.reading() as tx:
        query = select(Appointment).where(Appointment.state == AppointmentState.RESERVED)
        return [row.candidate.name for row in (await tx.session.execute(query)).scalars()]


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
        while mail := await outbox.claim(tx):
            due.append(str(mail.values["what"]))
    assert due == ["booked", "booked", "remind_now"]


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


async def test_hours_refuse_what_overlaps_or_makes_no_sense(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        claire = office.claire.id
        assert await refusal(hours.add_weekly(tx, claire, 2, 600, 660, ("video",))) == "hours.overlap"
        assert await refusal(hours.add_weekly(tx, claire, 1, 600, 540, ("video",))) == "ends.before"
        assert await refusal(hours.add_weekly(tx, claire, 1, 601, 660, ("video",))) == "begins.step"
        assert await refusal(hours.add_weekly(tx, claire, 1, 600, 660, ("smoke",))) == "modes.none"
        assert (
            await refusal(booking_rules.change(tx, claire, booking_rules.RulesText(3, 0, 0, 1, 1)))
            == "before_minutes.range"
        )


async def test_holidays_are_those_of_the_region(office: Office) -> None:
    """May 27 is a holiday in Guadeloupe, 20 December in La Réunion: the abolition of slavery."""
    assert date(2027, 5, 27) in holidays_of("FR", "971", 2027)
    assert date(2027, 5, 27) not in holidays_of("FR", "", 2027)
    assert date(2026, 12, 20) in holidays_of("FR", "974", 2026)
    async with office.cast.database.transaction() as tx:
        agency = await agencies.agency(tx, "Agence Nantes Centre")
        with pytest.raises(Invalid) as refused:
            await agencies.place(tx, agency, "America/Guadeloupe", "XX", "", "")
        assert refused.value.field == "region"
        await agencies.place(tx, agency, "America/Guadeloupe", "971", "Pointe-à-Pitre", "")
        may_26 = date(2027, 5, 26)
        assert may_26.weekday() == 2
        found = await slot_search.free_times(
            tx, await office.fresh_type(tx), Mode.VIDEO, office.cast.amina.id, may_26, 1
        )
        assert found == []


def test_the_regions_that_can_be_chosen_have_names_and_holidays() -> None:
    regions = regions_of("FR")
    assert (regions["974"], regions["971"], regions["57"]) == ("La Réunion", "Guadeloupe", "Moselle")
    assert all(holidays_of("FR", code, 2027) for code in regions)


async def test_an_agency_is_renamed_unless_another_one_has_the_name(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        agency = await agencies.agency(tx, "Agence Nantes Centre")
        await agencies.agency(tx, "Agence de Rezé")
        for name, code in (("", "agency.missing"), ("Agence de Rezé", "agency.known")):
            with pytest.raises(Invalid) as refused:
                await agencies.rename(tx, agency, name)
            assert (refused.value.code, refused.value.field) == (code, "agency")
        await agencies.rename(tx, agency, "Agence Nantes Centre")
        await agencies.rename(tx, agency, "Agence Nantes Malakoff")
        assert {each.name for each in await agencies.all_agencies(tx)} == {"Agence Nantes Malakoff", "Agence de Rezé"}


async def test_moving_to_a_colleague_tells_who_had_it_and_frees_their_calendar(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    had = row.led_by_id
    async with cast.database.transaction() as tx:
        busy = await booking_rules.of_person(tx, had)
        await own_calendar.keep_busy(tx, busy.person_id, "", [Span(WEDNESDAY_NINE + HALF, WEDNESDAY_NINE + 2 * HALF)])
        found = await office.fresh(tx, row)
        await booking.move(tx, found, await cast.fresh(tx, cast.amina), WEDNESDAY_NINE + HALF)
        assert found.led_by_id != had
    who = "claire" if had == office.claire.id else "nadia"
    assert (who, "cancelled") in await letters(office)


async def test_an_appointment_moves_to_the_phone_only_with_a_number_to_call(office: Office) -> None:
    cast = office.cast
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        found, amina = await office.fresh(tx, row), await cast.fresh(tx, cast.amina)
        assert await refusal(booking.move(tx, found, amina, WEDNESDAY_NINE + HALF, Mode.PHONE)) == "phone.missing"


async def test_two_reasons_have_two_names_and_a_withdrawn_one_can_stand_again(office: Office) -> None:
    text = appointment_types.AppointmentTypeText("My project", 45, ("phone",))
    async with office.cast.database.transaction() as tx:
        appointment_type = await office.fresh_type(tx)
        assert await refusal(appointment_types.add(tx, appointment_type.agency, text)) == "appointment_type.known"
        await appointment_types.withdraw(tx, appointment_type.agency, appointment_type.id)
        again = await appointment_types.add(tx, appointment_type.agency, text)
        assert (again.id, again.minutes, again.is_withdrawn) == (appointment_type.id, 45, False)


async def test_nobody_books_on_behalf_for_a_reason_of_another_agency(office: Office) -> None:
    cast = office.cast
    async with cast.database.transaction() as tx:
        elsewhere = await agencies.team(tx, "Agence de Rezé", "Sud")
        appointment_type = await appointment_types.add(
            tx, elsewhere.agency, appointment_types.AppointmentTypeText("Training", 30, ("video",))
        )
        claire, amina = await cast.fresh(tx, cast.claire), await cast.fresh(tx, cast.amina)
        booking_it = booking.book_for(tx, claire, amina, appointment_type, Mode.VIDEO, WEDNESDAY_NINE)
        assert await refusal(booking_it) == "appointment_type.not_found"


async def test_a_held_time_is_nothing_that_its_counsellor_sees_or_knows_somebody_by(office: Office) -> None:
    cast = office.cast
    row = await office.hold(cast.amina, WEDNESDAY_NINE)
    async with cast.database.reading() as tx:
        assert await refusal(access.appointment(tx, Actor(office.claire), row.id)) == "appointment.not_found"
        assert (await access.appointment(tx, Actor(cast.amina), row.id)).id == row.id
        assert not await caseload.knows(tx, office.claire.id, cast.amina.id)
    async with cast.database.transaction() as tx:
        await booking.book(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
        assert await caseload.knows(tx, office.claire.id, cast.amina.id)


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


async def test_a_counsellor_meets_nobody_while_somebody_counsels_them_nor_ever_themselves(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(office.nadia, WEDNESDAY_NINE)
    assert row.led_by_id == office.claire.id
    async with cast.database.reading() as tx:
        appointment_type = await office.fresh_type(tx)
        free = await slot_search.free_times(tx, appointment_type, Mode.VIDEO, cast.amina.id, WEDNESDAY_NINE.date(), 1)
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


async def test_a_time_across_midnight_can_be_booked_as_it_is_shown(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        await hours.add_weekly(tx, office.claire.id, 2, 22 * 60 + 20, 24 * 60, ("video",))
        await hours.add_weekly(tx, office.claire.id, 3, 0, 2 * 60, ("video",))
    across = WEDNESDAY_NINE.replace(hour=22, minute=40)
    async with office.cast.database.reading() as tx:
        appointment_type, amina = await office.fresh_type(tx), office.cast.amina.id
        found = await slot_search.free_times(tx, appointment_type, Mode.VIDEO, amina, WEDNESDAY_NINE.date(), 2)
    assert across in [each.span.begins for each in found]
    row = await office.book(office.cast.amina, across)
    assert row.state is AppointmentState.BOOKED


async def test_a_reason_of_one_team_is_seen_to_by_that_team_alone(office: Office) -> None:
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
        found = await slot_search.free_times(tx, appointment_type, Mode.VIDEO, cast.amina.id, WEDNESDAY_NINE.date(), 1)
        assert {each.counsellors for each in found} == {(office.nadia.id,)}
    async with cast.database.transaction() as tx:
        await agencies.add_member(tx, elsewhere.id, cast.sophie)
        await caseload.follow(tx, cast.sophie.id, cast.karim.id)
        found = await slot_search.free_times(tx, appointment_type, Mode.VIDEO, cast.karim.id, WEDNESDAY_NINE.date(), 1)
        assert found == [], "who is followed goes to their counsellor's agency"


async def test_a_day_that_is_closed_is_closed_whatever_else_was_said_of_it(office: Office) -> None:
    day = WEDNESDAY_NINE.date()
    async with office.cast.database.transaction() as tx:
        await hours.add_day(tx, office.claire.id, day, (9 * 60, 12 * 60), ("video",))
    assert "09:00" in await office.starts(office.cast.amina)
    async with office.cast.database.transaction() as tx:
        await hours.add_day(tx, office.claire.id, day, None)
    assert await office.starts(office.cast.amina) == []


async def test_what_would_be_void_is_not_said_of_a_day(office: Office) -> None:
    day, claire = WEDNESDAY_NINE.date(), office.claire.id
    async with office.cast.database.transaction() as tx:
        with pytest.raises(Invalid, match=r"day\.past"):
            await hours.add_day(tx, claire, day - timedelta(days=30), None)
        await hours.add_day(tx, claire, day, None)
        with pytest.raises(Invalid, match=r"day\.closed"):
            await hours.add_day(tx, claire, day, (9 * 60, 12 * 60), ("video",))
