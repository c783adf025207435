"""An overrun pushes what comes after it, step by step, and whoever waits is told once for each change."""

from datetime import datetime, timedelta

from rooms.appointments import delays, room
from rooms.appointments.appointment import Appointment
from rooms.core.events import PublishedEvent, person_stream
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office


def after(minutes: float) -> datetime:
    return WEDNESDAY_NINE + timedelta(minutes=minutes)


async def look(office: Office) -> None:
    async with office.cast.database.transaction() as tx:
        for counsellor in await delays.counsellors(tx):
            await delays.look(tx, counsellor)


async def expected(office: Office, *rows: Appointment) -> list[datetime | None]:
    async with office.cast.database.reading() as tx:
        return [(await tx.session.get_one(Appointment, row.id)).expected_at for row in rows]


async def test_an_overrun_is_told_to_each_who_comes_later_until_the_pause_takes_it_up(office: Office) -> None:
    cast = office.cast
    first = await office.book(cast.amina, after(0))
    second = await office.book(cast.karim, after(40))
    third = await office.book(cast.luc, after(80))
    last = await office.book(cast.sophie, after(140))
    published: list[PublishedEvent] = []

    async def hear(some: list[PublishedEvent]) -> None:
        published.extend(some)

    cast.database.listeners.append(hear)
    await cast.pass_by(seconds=(after(0) - cast.clock.now()).total_seconds())
    async with cast.database.transaction() as tx:
        meeting = await room.enter(tx, await office.fresh(tx, first), await cast.fresh(tx, cast.amina))
    for person in (cast.amina, office.claire):
        async with cast.database.transaction() as tx:
            held = await tx.session.get_one(Meeting, meeting.id)
            await meetings.go_in(tx, await cast.fresh(tx, person), held)
    await look(office)
    assert await expected(office, second, third, last) == [None, None, None], "it is on time"
    await cast.pass_by(seconds=52 * 60)
    await look(office)
    await look(office)
    assert await expected(office, first, second, third, last) == [None, after(55), after(95), None]
    mine = [each for each in published if each.stream == person_stream(cast.karim.id)]
    delayed = [each.event for each in mine if isinstance(each.event, delays.AppointmentDelayed)]
    assert [event.expected_at for event in delayed] == [after(55)], "told once, though looked at twice"
    async with cast.database.transaction() as tx:
        await meetings.end(tx, await tx.session.get_one(Meeting, meeting.id))
    await look(office)
    assert await expected(office, second, third) == [None, None], "they are free again: nobody is told of a delay"


async def test_nobody_is_late_for_a_talk_that_is_prolonged_within_the_pause(office: Office) -> None:
    cast = office.cast
    first, second = await office.book(cast.amina, after(0)), await office.book(cast.karim, after(40))
    await cast.pass_by(seconds=(after(0) - cast.clock.now()).total_seconds())
    async with cast.database.transaction() as tx:
        meeting = await room.enter(tx, await office.fresh(tx, first), await cast.fresh(tx, cast.amina))
    for person in (cast.amina, office.claire):
        async with cast.database.transaction() as tx:
            held = await tx.session.get_one(Meeting, meeting.id)
            await meetings.go_in(tx, await cast.fresh(tx, person), held)
    for expects in (None, after(45)):
        async with cast.database.transaction() as tx:
            held = await tx.session.get_one(Meeting, meeting.id)
            await meetings.prolong(tx, held)
            await meetings.prolong(tx, held)
            if expects:
                await meetings.prolong(tx, held, -5)
        await look(office)
        assert await expected(office, second) == [expects]


async def test_what_nobody_recorded_is_not_looked_at_for_ever(office: Office) -> None:
    row = await office.book(office.cast.amina, WEDNESDAY_NINE)
    async with office.cast.database.transaction() as tx:
        (await office.fresh(tx, row)).expected_at = after(10)
    office.cast.clock.pass_by(days=2)
    async with office.cast.database.reading() as tx:
        assert await delays.counsellors(tx) == set()
