"""Interviews at a booth by the machinery of appointments: who may book, when, with whom, and who hears of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from rooms import access
from rooms.access import cv_readers
from rooms.appointments import (
    agenda,
    allocation,
    booking,
    booking_rules,
    fair_days,
    hours,
    interviews,
    own_calendar,
    recruiter_departure,
    reservation,
    satisfaction,
    slot_search,
    transitions,
    waiting_list,
)
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.search import SlotSearch
from rooms.caseload import agreed_steps, caseload
from rooms.core.errors import Invalid, NotFound, Problem
from rooms.core.outbox import Mail
from rooms.fairs import booth_staff, opening, schedule
from rooms.fairs.fairs import Fair, FairState
from rooms.meetings.modes import Mode
from rooms.organisations import employers
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.interviews import Booth, open_booth
from tests.rooms.appointments.office import PARIS, open_office


@pytest.fixture
async def booth(cast: Cast) -> Booth:
    return await open_booth(cast)


async def test_the_booths_staff_is_offered_while_the_fair_is_open_and_nobody_else(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.reading() as tx:
        (day,) = await schedule.days_of(tx, cast.fair)
        appointment_type = await booth.fresh(tx)
        found = await slot_search.free_times(
            tx, SlotSearch(appointment_type, Mode.VIDEO), cast.amina.id, tx.now.date(), 2
        )
        assert (appointment_type.venue.name, appointment_type.venue.time_zone) == ("Hôtel Atlantique", "Europe/Paris")
    assert found
    assert {each.counsellors for each in found} == {(cast.luc.id,)}, "Sophie stands at another booth"
    assert all(day.opens_at <= each.span.begins and each.span.ends <= day.closes_at for each in found)
    assert day.closes_at - found[-1].span.ends < timedelta(minutes=30), "until the fair closes"


async def test_it_is_booked_once_and_can_be_waited_for(booth: Booth) -> None:
    cast = booth.cast
    first = (await booth.starts(cast.amina))[4]
    row = await booth.book(cast.amina, first)
    assert row.is_interview
    assert first not in await booth.starts(cast.karim)
    with pytest.raises(Problem) as refused:
        await booth.book(cast.karim, first)
    assert refused.value.code == "slot.taken"
    async with cast.database.transaction() as tx:
        karim, day = await cast.fresh(tx, cast.karim), tx.now.date()
        await waiting_list.wish(tx, karim, await booth.fresh(tx), Mode.VIDEO, day, day, PARIS)
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        await booking.cancel(tx, mine, await cast.fresh(tx, cast.amina))
    async with cast.database.reading() as tx:
        (proposed,) = await agenda.active_of(tx, cast.karim.id)
        assert (proposed.state, proposed.begins_at) == (AppointmentState.RESERVED, first)


async def test_only_while_the_booth_is_shown_and_the_fair_lies_ahead(booth: Booth) -> None:
    cast = booth.cast
    me = cast.actor(cast.amina)
    async with cast.database.transaction() as tx:
        assert (await access.appointment_type(tx, me, booth.appointment_type.id)).id == booth.appointment_type.id
        with pytest.raises(NotFound):
            await access.appointment_type(tx, cast.actor(None), booth.appointment_type.id)
        fair = (await cast.fresh_booth(tx, cast.atlantique)).fair
        for state in (FairState.DRAFT, FairState.CLOSED, FairState.ARCHIVED):
            fair.state = state
            with pytest.raises(NotFound):
                await access.appointment_type(tx, me, booth.appointment_type.id)
        fair.state = FairState.PUBLISHED
        await access.appointment_type(tx, me, booth.appointment_type.id)
        (await cast.fresh_booth(tx, cast.atlantique)).set_up_at = None
        with pytest.raises(NotFound):
            await access.appointment_type(tx, me, booth.appointment_type.id)


async def test_an_agency_does_not_hear_of_it_and_a_recruiter_is_no_counsellor(booth: Booth) -> None:
    cast = booth.cast
    office = await open_office(cast)
    row = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    async with cast.database.transaction() as tx:
        await caseload.follow(tx, office.claire.id, cast.amina.id)
        claire = await cast.fresh(tx, office.claire)
        step = await agreed_steps.propose(tx, claire, cast.amina.id, "Write to the bakery", None)
    async with cast.database.transaction() as tx:
        (line,) = await caseload.entries(tx, office.claire.id)
        assert (line.last_at, line.next_at) == (None, None)
        assert not await caseload.knows(tx, cast.luc.id, cast.amina.id)
        for refused in (
            access.agreed_step(tx, cast.actor(cast.luc), step.id),
            access.followed(tx, cast.actor(cast.luc), cast.amina.id),
            access.appointment(tx, cast.actor(office.claire), row.id),
            access.appointment(tx, cast.actor(cast.sophie), row.id),
        ):
            with pytest.raises(Problem):
                await refused
        assert (await access.appointment(tx, cast.actor(cast.luc), row.id)).id == row.id
        mine = await reservation.locked(tx, row.id)
        assert mine
        cast.clock.pass_by(hours=2)
        tx.now = cast.clock.now()
        await transitions.end(tx, mine, Attendance.CAME, await cast.fresh(tx, cast.luc))
        assert not satisfaction.is_asked(mine), "its two questions are those of an agency"
        assert await agenda.last_before(tx, {cast.amina.id}, tx.now) == {}


async def test_the_booth_may_read_the_cv_of_who_has_booked(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.reading() as tx:
        assert await cv_readers.booths_that_may_read(tx, cast.amina.id) == []
    await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    async with cast.database.reading() as tx:
        (booth,) = await cv_readers.booths_that_may_read(tx, cast.amina.id)
        assert booth.id == cast.atlantique.id


async def test_hours_are_kept_by_whoever_can_be_booked(booth: Booth) -> None:
    cast = booth.cast
    office = await open_office(cast)
    async with cast.database.reading() as tx:
        for person in (cast.luc, office.claire):
            assert (await access.keeps_hours(tx, cast.actor(person))).id == person.id
        for person in (cast.amina, cast.ines):
            with pytest.raises(Problem):
                await access.keeps_hours(tx, cast.actor(person))


async def test_a_type_belongs_to_one_venue(booth: Booth) -> None:
    cast = booth.cast
    office = await open_office(cast)
    for values in ({"agency_id": office.appointment_type.agency_id}, {"booth_id": None}):
        with pytest.raises(IntegrityError):
            async with cast.database.transaction() as tx:
                await tx.session.execute(
                    update(AppointmentType).where(AppointmentType.id == booth.appointment_type.id).values(**values)
                )


async def second_recruiter(booth: Booth) -> Person:
    """Fatou staffs the booth too, at the same hours as Luc."""
    async with booth.cast.database.transaction() as tx:
        fatou = await people.welcome(tx, "Fatou Ba", "fatou@example.org", "en")
        stand = await booth.cast.fresh_booth(tx, booth.cast.atlantique)
        await employers.add_member(tx, stand.employer_id, fatou, is_owner=True)
        await booth_staff.choose_staff(tx, stand, {booth.cast.luc.id, fatou.id})
        await hours.add_day(tx, fatou.id, tx.now.date(), (8 * 60, 20 * 60), ("video",))
        await booking_rules.change(tx, fatou.id, booking_rules.RulesText(0, 10, 0, 56, 40))
    return fatou


async def test_the_interviews_of_whoever_leaves_go_to_a_colleague_or_are_cancelled_with_a_letter(booth: Booth) -> None:
    cast = booth.cast
    starts = await booth.starts(cast.amina)
    first, second = await booth.book(cast.amina, starts[3]), await booth.book(cast.karim, starts[4])
    async with cast.database.transaction() as tx:
        token = await own_calendar.open_feed(tx, cast.luc.id)
    fatou = await second_recruiter(booth)
    async with cast.database.transaction() as tx:
        # Fatou has an appointment of her own at the time of the second.
        appointment_type, none = await booth.fresh(tx), timedelta(0)
        wanted = reservation.Reservation(appointment_type, cast.sophie.id, Mode.VIDEO, second.span, none, none, PARIS)
        await reservation.reserve(tx, fatou, wanted)
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        await recruiter_departure.dismiss(tx, booth.employer_id, cast.luc.id, await cast.fresh(tx, fatou))
    async with cast.database.transaction() as tx:
        for row in (first, second):
            with pytest.raises(NotFound):
                await access.appointment(tx, cast.actor(cast.luc), row.id)
        with pytest.raises(NotFound):
            await own_calendar.whose_feed(tx, token)
        passed_on = await access.appointment(tx, cast.actor(fatou), first.id)
        assert (passed_on.led_by_id, passed_on.state) == (fatou.id, AppointmentState.BOOKED)
        gone = await access.appointment(tx, cast.actor(cast.karim), second.id)
        assert gone.state is AppointmentState.CANCELLED
        once = (await tx.session.execute(select(Mail.once).where(Mail.recipient == cast.karim.email))).scalars()
        assert any(str(each).startswith("cancelled:") for each in once)


async def test_a_closed_fair_keeps_what_is_booked_and_offers_nothing_more(booth: Booth) -> None:
    cast = booth.cast
    starts = await booth.starts(cast.amina)
    row = await booth.book(cast.amina, starts[3])
    async with cast.database.transaction() as tx:
        day = tx.now.date()
        await waiting_list.wish(
            tx, await cast.fresh(tx, cast.karim), await booth.fresh(tx), Mode.VIDEO, day, day, PARIS
        )
        held = await allocation.reserve(
            tx, SlotSearch(await booth.fresh(tx), Mode.VIDEO), await cast.fresh(tx, cast.claire), starts[5], PARIS
        )
        await opening.close_by_hand(tx, (await cast.fresh_booth(tx, cast.atlantique)).fair)
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        assert mine.state is AppointmentState.BOOKED
        with pytest.raises(Problem):
            await booking.move(tx, mine, await cast.fresh(tx, cast.amina), starts[6])
    async with cast.database.transaction() as tx:
        waits = await reservation.locked(tx, held.id)
        assert waits
        with pytest.raises(Problem) as refused:
            await booking.book(tx, waits, await cast.fresh(tx, cast.claire))
        assert refused.value.code == "fair.closed"
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        await booking.cancel(tx, mine, await cast.fresh(tx, cast.luc))
        assert await agenda.active_of(tx, cast.karim.id) == [], "nobody is invited to a fair that is closed"


async def test_a_time_that_is_added_takes_no_weekly_hours_away(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.transaction() as tx:
        booth, day = await cast.fresh_booth(tx, cast.perrin), tx.now.date()
        before = await interviews.times_of(tx, booth, cast.sophie.id)
        with pytest.raises(Invalid) as closed:
            await interviews.be_there(tx, booth, cast.sophie.id, day, (5 * 60, 6 * 60), ("video",))
        assert (closed.value.field, set(closed.value.values)) == ("day_begins", {"opens", "closes"})
        await interviews.be_there(tx, booth, cast.sophie.id, day, (7 * 60, 11 * 60), ("video",))
        after = await interviews.times_of(tx, booth, cast.sophie.id)
        assert before
        assert before[0][0] == day
        assert (after[0][0], after[0][2]) == (day, before[0][2]), "the weekly hours booth"
        with pytest.raises(Invalid) as refused:
            await interviews.be_there(tx, booth, cast.sophie.id, day + timedelta(days=9), (540, 600), ("video",))
        assert refused.value.field == "day"


async def test_taking_a_day_out_of_the_fair_cancels_its_interviews_and_tells_both(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        later = tx.now + timedelta(days=1)
        extra = await schedule.add_day(tx, fair, later, later + timedelta(hours=9))
        await hours.add_day(tx, cast.luc.id, later.date(), (0, 1440), ("video",))
    today, *_, tomorrow = await booth.starts(cast.amina)
    stays, goes = await booth.book(cast.karim, today), await booth.book(cast.amina, tomorrow)
    async with cast.database.transaction() as tx:
        fair = await tx.session.get_one(Fair, cast.fair.id)
        gone = await fair_days.remove_day(tx, fair, extra.id, await cast.fresh(tx, cast.ines), "Not on this day.")
        assert [row.id for row in gone] == [goes.id]
    async with cast.database.reading() as tx:
        kept = await tx.session.get_one(Appointment, stays.id)
        assert kept.state is AppointmentState.BOOKED
        row = await tx.session.get_one(Appointment, goes.id)
        assert (row.state, row.cancel_words) == (AppointmentState.CANCELLED, "Not on this day.")
        mails = (await tx.session.execute(select(Mail).where(Mail.once.startswith(f"cancelled:{goes.id}")))).scalars()
        assert {mail.recipient for mail in mails} == {cast.amina.email, cast.luc.email}
