"""Interviews at a booth by the machinery of appointments: who may book, when, with whom, and who hears of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from rooms import access
from rooms.access import cv_readers
from rooms.appointments import (
    agenda,
    allocation,
    appointment_types,
    booking,
    booking_rules,
    delays,
    fair_days,
    hours,
    interviews,
    own_calendar,
    recruiter_departure,
    reservation,
    room,
    satisfaction,
    slot_search,
    transitions,
    waiting_list,
)
from rooms.appointments.appointment import Appointment, AppointmentState, Attendance
from rooms.appointments.appointment_types import AppointmentType, AppointmentTypeText
from rooms.appointments.search import SlotSearch
from rooms.caseload import agreed_steps, caseload, suggestions
from rooms.core.errors import Invalid, NotFound, Problem
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.fairs import booths, schedule
from rooms.fairs.fairs import Fair, FairState
from rooms.lines import line_status
from rooms.meetings import follow_up, meetings, under_way
from rooms.meetings.meeting import Meeting, NextStep
from rooms.meetings.modes import Mode
from rooms.organisations import employers
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, open_office

KIND = AppointmentTypeText("Interview", 20, ("video", "phone"), "Which job?", "Your CV")


@dataclass
class Booth:
    """Luc is at the Atlantique's booth for interviews from 8 to 20, and the fair is open from 8 to 18."""

    cast: Cast
    appointment_type: AppointmentType

    async def fresh(self, tx: Transaction) -> AppointmentType:
        return await tx.session.get_one(AppointmentType, self.appointment_type.id)

    async def starts(self, person: Person) -> list[datetime]:
        async with self.cast.database.reading() as tx:
            appointment_type = await self.fresh(tx)
            found = await slot_search.free_times(
                tx, SlotSearch(appointment_type, Mode.VIDEO), person.id, tx.now.date(), 2
            )
        return [each.span.begins for each in found]

    async def book(self, person: Person, begins: datetime) -> Appointment:
        async with self.cast.database.transaction() as tx:
            someone = await self.cast.fresh(tx, person)
            row = await allocation.reserve(tx, SlotSearch(await self.fresh(tx), Mode.VIDEO), someone, begins, PARIS)
            await booking.book(tx, row, someone, "Cook", "")
            return row


@pytest.fixture
async def booth(cast: Cast) -> Booth:
    async with cast.database.transaction() as tx:
        appointment_type = await appointment_types.add(tx, await cast.fresh_booth(tx, cast.atlantique), KIND)
        await hours.add_day(tx, cast.luc.id, tx.now.date(), (8 * 60, 20 * 60), ("video",))
        await booking_rules.change(tx, cast.luc.id, booking_rules.RulesText(0, 10, 0, 56, 40))
        await hours.add_weekly(tx, cast.sophie.id, 1, 8 * 60, 20 * 60, ("video",))
    return Booth(cast, appointment_type)


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
        await booths.choose_staff(tx, stand, {booth.cast.luc.id, fatou.id})
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
        await schedule.close_by_hand(tx, (await cast.fresh_booth(tx, cast.atlantique)).fair)
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


async def both_in(cast: Cast, row: Appointment) -> Meeting:
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        for person in (cast.amina, cast.luc):
            meeting = await room.enter(tx, mine, await cast.fresh(tx, person))
            await meetings.go_in(tx, await cast.fresh(tx, person), meeting)
    return meeting


async def test_who_is_in_an_interview_is_there_and_late_for_the_next_one(booth: Booth) -> None:
    cast = booth.cast
    starts = await booth.starts(cast.amina)
    row, later = await booth.book(cast.amina, starts[0]), await booth.book(cast.karim, starts[1])
    await both_in(cast, row)
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.atlantique)
        assert [each.id for each in (await line_status.of_booths(tx, [booth]))[booth.id].staff] == [cast.luc.id]
        held = await under_way.led_now_by(tx, cast.luc.id)
        assert held
        assert held.appointment_id == row.id
    cast.clock.pass_by(minutes=45)
    async with cast.database.transaction() as tx:
        assert await delays.counsellors(tx) == {cast.luc.id}
        await delays.look(tx, cast.luc.id)
        waits = await reservation.locked(tx, later.id)
        assert waits
        assert waits.expected_at
        assert waits.expected_at > later.begins_at


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


async def held(booth: Booth, row: Appointment) -> Meeting:
    """Both have gone in; then the recruiter finishes."""
    cast = booth.cast
    meeting = await both_in(cast, row)
    async with cast.database.transaction() as tx:
        found = await room.locked_meeting(tx, meeting.id)
        assert found
        await meetings.end(tx, found)
        return found


async def test_an_interview_leads_to_a_next_step_and_an_answer(booth: Booth) -> None:  # O11
    cast = booth.cast
    row = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    talk = await held(booth, row)
    async with cast.database.transaction() as tx:
        (due,) = await follow_up.unanswered(tx, cast.atlantique.id, cast.luc.id)
        assert due.id == talk.id
        assert due.follow_up.answer_promised_by == tx.now + timedelta(days=cast.fair.answer_days)
        await follow_up.answer(tx, due, NextStep.GO_ON, "Come on Monday.")
    async with cast.database.reading() as tx:
        assert await follow_up.unanswered(tx, cast.atlantique.id, cast.luc.id) == []
        assert [each.id for each in await follow_up.of_booth(tx, cast.atlantique.id)] == [talk.id]
        (mine,) = await follow_up.talks_of(tx, cast.amina.id)
        assert (mine.id, mine.follow_up.answer) == (talk.id, "Come on Monday.")
        assert mine.employers_booth
        assert mine.employers_booth.employer.name == "Hôtel Atlantique"
        letter = (await tx.session.execute(select(Mail).where(Mail.template == "answer"))).scalar_one()
    assert (letter.recipient, letter.values["employer"]) == (cast.amina.email, "Hôtel Atlantique")


async def test_whoever_suggested_a_fair_sees_each_talk_of_it_with_its_answer(booth: Booth) -> None:
    cast = booth.cast
    async with cast.database.transaction() as tx:
        fair, amina = await tx.session.get_one(Fair, cast.fair.id), await cast.fresh(tx, cast.amina)
        row = await suggestions.suggest(tx, await cast.fresh(tx, cast.ines), amina, fair, None, "")
        await suggestions.share(tx, amina.id, row.id, is_shared=True)
    first = await held(booth, await booth.book(cast.amina, (await booth.starts(cast.amina))[0]))
    async with cast.database.transaction() as tx:
        await follow_up.answer(tx, await tx.session.get_one(Meeting, first.id), NextStep.GO_ON, "Come on Monday.")
    again = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    cast.clock.pass_by(seconds=(again.begins_at - cast.clock.now()).total_seconds())
    await held(booth, again)
    async with cast.database.reading() as tx:
        (seen,) = (await suggestions.outcomes(tx, await suggestions.of_person(tx, cast.amina.id))).values()
    assert [(each.employer, each.came, each.next_step) for each in seen] == [
        ("Hôtel Atlantique", True, NextStep.GO_ON),
        ("Hôtel Atlantique", True, None),
    ]


async def test_what_was_written_before_a_room_was_opened_again_goes_on(booth: Booth) -> None:  # O11, K15
    cast = booth.cast
    row = await booth.book(cast.amina, (await booth.starts(cast.amina))[0])
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        alone = await room.enter(tx, mine, await cast.fresh(tx, cast.luc))
        await follow_up.note(tx, alone, "Knows bread.", NextStep.KEEP)
        await meetings.end(tx, alone)
    talk = await held(booth, row)
    assert talk.id != alone.id
    async with cast.database.reading() as tx:
        (due,) = await follow_up.unanswered(tx, cast.atlantique.id, cast.luc.id)
        assert (due.id, due.follow_up.notes, due.follow_up.next_step) == (talk.id, "Knows bread.", NextStep.KEEP)
        assert [each.id for each in await follow_up.talks_of(tx, cast.amina.id)] == [talk.id]
        assert [each.id for each in await follow_up.notes_on(tx, cast.amina.id, cast.luc.id)] == [talk.id]
        assert await follow_up.notes_on(tx, cast.amina.id, cast.sophie.id) == []
