"""An agency in Nantes with two counsellors and their hours: what the tests of appointments stand on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from rooms.appointments import allocation, appointment_types, booking, booking_rules, hours, slot_search, waiting_list
from rooms.appointments.appointment import Appointment, AppointmentState, Guest
from rooms.appointments.appointment_types import AppointmentType, AppointmentTypeText
from rooms.appointments.search import SlotSearch
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.people import people
from rooms.people.people import Person
from tests.cast import Cast

PARIS = "Europe/Paris"
HALF = timedelta(minutes=40)
"""From one beginning to the next: thirty minutes and a pause of ten."""
WEDNESDAY_NINE = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
"""9 o'clock in Nantes, the day after the tests' clock begins."""


@dataclass
class Office:
    """Claire and Nadia counsel; Amina and Karim come."""

    cast: Cast
    appointment_type: AppointmentType
    claire: Person
    nadia: Person

    async def hold(self, person: Person, begins: datetime, mode: Mode = Mode.VIDEO) -> Appointment:
        async with self.cast.database.transaction() as tx:
            appointment_type = await self.fresh_type(tx)
            return await allocation.reserve(
                tx, SlotSearch(appointment_type, mode), await self.cast.fresh(tx, person), begins, PARIS
            )

    async def book(self, person: Person, begins: datetime, mode: Mode = Mode.VIDEO, phone: str = "") -> Appointment:
        async with self.cast.database.transaction() as tx:
            someone, appointment_type = await self.cast.fresh(tx, person), await self.fresh_type(tx)
            row = await allocation.reserve(tx, SlotSearch(appointment_type, mode), someone, begins, PARIS)
            await booking.book(tx, row, someone, "I bake.", phone)
            return row

    async def book_three(self, person: Person, guest: Person, booth: Booth, begins: datetime) -> Appointment:
        """Claire books for somebody, with an employer's recruiter who comes too."""
        async with self.cast.database.transaction() as tx:
            someone, appointment_type = await self.cast.fresh(tx, person), await self.fresh_type(tx)
            asked = Guest(await self.cast.fresh(tx, guest), await self.cast.fresh_booth(tx, booth))
            claire = await self.cast.fresh(tx, self.claire)
            return await booking.book_for(tx, claire, someone, appointment_type, Mode.VIDEO, begins, guest=asked)

    async def wait(self, person: Person, mode: Mode = Mode.VIDEO, last: date | None = None) -> None:
        """Somebody waits for a time on that Wednesday, or on any day until the last."""
        first = WEDNESDAY_NINE.date()
        async with self.cast.database.transaction() as tx:
            someone, appointment_type = await self.cast.fresh(tx, person), await self.fresh_type(tx)
            await waiting_list.wish(tx, someone, appointment_type, mode, first, last or first, PARIS)

    async def fresh_type(self, tx: Transaction) -> AppointmentType:
        return await tx.session.get_one(AppointmentType, self.appointment_type.id)

    async def fresh(self, tx: Transaction, row: Appointment) -> Appointment:
        return await tx.session.get_one(Appointment, row.id, with_for_update={"of": Appointment})

    async def starts(self, person: Person, mode: Mode = Mode.VIDEO) -> list[str]:
        """The local times that this person may book on that Wednesday."""
        async with self.cast.database.reading() as tx:
            appointment_type = await self.fresh_type(tx)
            found = await slot_search.free_times(
                tx, SlotSearch(appointment_type, mode), person.id, WEDNESDAY_NINE.date(), 1
            )
        return [each.span.begins.astimezone(appointment_type.venue.zone).strftime("%H:%M") for each in found]


async def open_office(cast: Cast, *, counsellors: int = 1) -> Office:
    """Claire, and Nadia if there are two, on Wednesdays from 9 to 12 by video and phone, 30 minutes each."""
    async with cast.database.transaction() as tx:
        team = await agencies.team(tx, "Agence Nantes Centre", "Loire")
        nadia = await people.welcome(tx, "Nadia Haddad", "nadia.haddad@example.org", "fr")
        for person in [cast.claire, nadia][:counsellors]:
            await agencies.add_member(tx, team.id, person)
            await hours.add_weekly(tx, person.id, 2, 9 * 60, 12 * 60, ("video", "phone"))
            await booking_rules.change(tx, person.id, booking_rules.RulesText(0, 10, 2, 56, 12))
        appointment_type = await appointment_types.add(
            tx,
            team.agency,
            AppointmentTypeText("My project", 30, ("video", "audio", "phone"), "What is it about?", "Your CV"),
        )
    return Office(cast, appointment_type, cast.claire, nadia)


async def letters(office: Office, template: str = "appointment") -> list[tuple[str, str]]:
    """(to, what) of what stands in the outbox, by the moment it is due."""
    async with office.cast.database.reading() as tx:
        query = select(Mail).where(Mail.template == template).order_by(Mail.due_at, Mail.id)
        rows = (await tx.session.execute(query)).scalars()
        return [(row.recipient.partition(".")[0], str(row.values["what"])) for row in rows]


async def held_by(office: Office) -> list[str]:
    """Whose names stand on the times that are kept for somebody."""
    async with office.cast.database.reading() as tx:
        query = select(Appointment).where(Appointment.state == AppointmentState.RESERVED).order_by(Appointment.id)
        return [row.candidate.name for row in (await tx.session.execute(query)).scalars()]
