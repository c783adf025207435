"""A booth where one books an interview, and two who hold it."""

from dataclasses import dataclass
from datetime import datetime

from rooms.appointments import (
    allocation,
    appointment_types,
    booking,
    booking_rules,
    hours,
    reservation,
    room,
    slot_search,
)
from rooms.appointments.appointment import Appointment
from rooms.appointments.appointment_types import AppointmentType, AppointmentTypeText
from rooms.appointments.search import SlotSearch
from rooms.core.transaction import Transaction
from rooms.meetings import meetings
from rooms.meetings.meeting import Meeting
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from tests.cast import Cast
from tests.rooms.appointments.office import PARIS

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


async def open_booth(cast: Cast) -> Booth:
    async with cast.database.transaction() as tx:
        appointment_type = await appointment_types.add(tx, await cast.fresh_booth(tx, cast.atlantique), KIND)
        await hours.add_day(tx, cast.luc.id, tx.now.date(), (8 * 60, 20 * 60), ("video",))
        await booking_rules.change(tx, cast.luc.id, booking_rules.RulesText(0, 10, 0, 56, 40))
        await hours.add_weekly(tx, cast.sophie.id, 1, 8 * 60, 20 * 60, ("video",))
    return Booth(cast, appointment_type)


async def both_in(cast: Cast, row: Appointment) -> Meeting:
    async with cast.database.transaction() as tx:
        mine = await reservation.locked(tx, row.id)
        assert mine
        for person in (cast.amina, cast.luc):
            meeting = await room.enter(tx, mine, await cast.fresh(tx, person))
            await meetings.go_in(tx, await cast.fresh(tx, person), meeting)
    return meeting


async def held(booth: Booth, row: Appointment) -> Meeting:
    """Both have gone in; then the recruiter finishes."""
    cast = booth.cast
    meeting = await both_in(cast, row)
    async with cast.database.transaction() as tx:
        found = await room.locked_meeting(tx, meeting.id)
        assert found
        await meetings.end(tx, found)
        return found
