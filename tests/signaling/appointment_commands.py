"""What is done to an appointment, from the first held time to what is recorded of it."""

from datetime import timedelta

import pytest

from rooms.appointments import allocation, booking_rules, delays, hours, own_calendar, papers, room, transitions
from rooms.appointments import booking as appointments
from rooms.appointments.appointment import Appointment, Attendance
from rooms.appointments.availability import Span
from rooms.appointments.own_calendar import Read
from rooms.appointments.search import SlotSearch
from rooms.caseload import caseload
from rooms.core.errors import Conflict
from rooms.core.model import new_id
from rooms.core.uploads import DocumentKind, Upload, check
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.meetings.modes import Mode
from rooms.people import documents
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS, WEDNESDAY_NINE, Office, open_office
from tests.signaling.onlookers import Onlookers


async def an_appointment_from_holding_to_what_was_recorded(o: Onlookers, cast: Cast) -> None:
    office = await open_office(cast)
    begins = WEDNESDAY_NINE
    async with o.during() as tx:
        appointment_type = await office.fresh_type(tx)
        held = await allocation.reserve(
            tx, SlotSearch(appointment_type, Mode.VIDEO), await cast.fresh(tx, cast.amina), begins, PARIS
        )
    async with o.during() as tx:
        await appointments.book(tx, await office.fresh(tx, held), await cast.fresh(tx, cast.amina), "I bake.")
    async with o.during() as tx:
        row = await office.fresh(tx, held)
        await appointments.move(tx, row, await cast.fresh(tx, cast.amina), begins + timedelta(minutes=80))
    async with o.during() as tx:
        row = await office.fresh(tx, held)
        with pytest.raises(Conflict):
            transitions.confirm(tx, row, row.candidate, begins)
        transitions.confirm(tx, row, row.candidate, row.begins_at)
    cast.clock.pass_by(days=1, hours=2)
    async with o.during() as tx:
        await transitions.end(tx, await office.fresh(tx, held), Attendance.CAME, await cast.fresh(tx, cast.claire))


async def an_appointment_that_moves_to_a_colleague(o: Onlookers, cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    o.watched.append(f"person:{office.nadia.id}")
    async with cast.database.transaction() as tx:
        taken = Span(WEDNESDAY_NINE + timedelta(minutes=40), WEDNESDAY_NINE + timedelta(minutes=80))
        await booking_rules.of_person(tx, row.led_by_id)
        await own_calendar.keep_busy(tx, row.led_by_id, "", Read([taken]))
    async with o.during() as tx:
        found = await office.fresh(tx, row)
        await appointments.move(tx, found, await cast.fresh(tx, cast.amina), taken.begins)


async def _book_three(office: Office, cast: Cast) -> Appointment:
    async with cast.database.transaction() as tx:
        await hours.add_weekly(tx, cast.luc.id, 2, 9 * 60, 12 * 60, ("video",))
    return await office.book_three(cast.amina, cast.luc, cast.atlantique, WEDNESDAY_NINE)


async def the_room_of_an_appointment(o: Onlookers, cast: Cast) -> None:
    """Of three: the employer comes too, and goes before the others."""
    office = await open_office(cast)
    row = await _book_three(office, cast)
    await office.book(cast.karim, WEDNESDAY_NINE + timedelta(minutes=40))
    excused = await office.book_three(cast.sophie, cast.luc, cast.atlantique, WEDNESDAY_NINE + timedelta(minutes=80))
    async with o.during() as tx:
        await appointments.excuse_guest(tx, await office.fresh(tx, excused), await cast.fresh(tx, cast.luc))
    async with o.during() as tx:
        await caseload.follow(tx, cast.claire.id, cast.amina.id)
    passed = new_id()
    async with o.during() as tx:
        paper = check(DocumentKind.PAPER, Upload("cv.pdf", b"%PDF-1.7\n%%EOF\n"))
        await papers.pass_on(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina), paper, passed)
    async with o.during() as tx:
        await documents.withdraw(tx, await tx.session.get_one(documents.Document, passed))
    cast.clock.pass_by(hours=23)
    async with o.during() as tx:
        meeting = await room.enter(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
    o.watched.append(f"meeting:{meeting.id}")
    async with o.during() as tx:
        await room.enter(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.claire))
    for person in (cast.amina, cast.luc, cast.claire):
        async with o.during() as tx:
            held = await tx.session.get_one(Meeting, meeting.id)
            await meetings.go_in(tx, await cast.fresh(tx, person), held)
    async with o.during() as tx:
        held = await tx.session.get_one(Meeting, meeting.id)
        await meetings.go_out(tx, await cast.fresh(tx, cast.luc), held)
    for way in (meetings.go_out, meetings.go_in, meetings.go_out):
        async with o.during() as tx:
            held = await tx.session.get_one(Meeting, meeting.id)
            await way(tx, await cast.fresh(tx, cast.amina), held)
    cast.clock.pass_by(minutes=50)
    async with o.during() as tx:
        await delays.look(tx, cast.claire.id)
    async with o.during() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))


async def a_guest_who_does_not_come(o: Onlookers, cast: Cast) -> None:
    office = await open_office(cast)
    row = await _book_three(office, cast)
    async with o.during() as tx:
        await appointments.excuse_guest(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.luc))


async def a_held_time_that_lapses_and_a_cancelled_appointment(o: Onlookers, cast: Cast) -> None:
    office = await open_office(cast)
    held = await office.hold(cast.karim, WEDNESDAY_NINE)
    cast.clock.pass_by(minutes=6)
    async with o.during() as tx:
        await appointments.lapse(tx, held.id)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    async with o.during() as tx:
        await appointments.cancel(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.amina))
