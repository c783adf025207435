"""Invitations as the calendar programs take them: what Thunderbird, Outlook and Google are known to ask of them.

Each program here does what is known of the real one, and after every step has in it exactly what stands.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from rooms.appointments import booking, handover, hours
from rooms.appointments.appointment import Appointment
from rooms.core.outbox import Mail
from rooms.people.people import Person
from server.mail_writer import Writer
from server.rendering import environment
from server.settings import load
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, Office, open_office

# What is written depends on no database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET = "kP3vX8mQ1rT6wZ0yB5nD2gH7jL4sF9cA"
LONGEST_LINE = 75
SEVEN_BITS = SMTP.clone(cte_type="7bit")
"""As a letter goes through a server that carries no more."""


@dataclass
class Invitation:
    """A letter with an entry for a calendar, read as a mail program reads it."""

    message: EmailMessage
    text: bytes
    header_method: str
    calendar: Any
    event: Any

    @classmethod
    def read(cls, raw: bytes) -> "Invitation":
        message = BytesParser(policy=SMTP).parsebytes(raw)
        assert isinstance(message, EmailMessage)
        (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert part.get_content_charset() == "utf-8"
        text = part.get_payload(decode=True)
        calendar = Calendar.from_ical(text)
        (event,) = calendar.walk("VEVENT")
        return cls(message, text, str(part.get_param("method", "")), calendar, event)

    @property
    def uid(self) -> str:
        return str(self.event["UID"])

    @property
    def revision(self) -> tuple[int, datetime]:
        return int(self.event["SEQUENCE"]), self.event["DTSTAMP"].dt

    @property
    def invited(self) -> list[str]:
        found = self.event.get("ATTENDEE", [])
        return [str(each).lower() for each in (found if isinstance(found, list) else [found])]


@dataclass
class Program(ABC):
    """The calendar of whoever reads mail at this address."""

    address: str
    entries: dict[str, Invitation] = field(default_factory=dict)

    @property
    def stands(self) -> list[datetime]:
        return sorted(each.event["DTSTART"].dt for each in self.entries.values())

    @property
    def me(self) -> str:
        return f"mailto:{self.address}"

    @abstractmethod
    def take(self, letter: Invitation) -> None: ...


class Thunderbird(Program):
    """calendar/base/modules/utils/calItipUtils.sys.mjs of mozilla/releases-comm-central: the method is that of the
    header; without the reader among the invited nothing is entered; SEQUENCE, then DTSTAMP say what is newer; a CANCEL
    deletes whatever has its UID."""

    def take(self, letter: Invitation) -> None:
        known = self.entries.get(letter.uid)
        if letter.header_method == "CANCEL":
            self.entries.pop(letter.uid, None)
        elif self.me in letter.invited and (known is None or letter.revision > known.revision):
            self.entries[letter.uid] = letter


class Outlook(Program):
    """[MS-OXCICAL] and [MS-STANOICAL] V0239, V0240: a meeting has one VEVENT, an ORGANIZER and the METHOD in
    the body too; a request or cancellation finds its entry by the UID, and one of a lower SEQUENCE is out of date. What
    is CANCELLED goes when its reader removes it, as the mail offers."""

    def take(self, letter: Invitation) -> None:
        assert str(letter.calendar["METHOD"]) == letter.header_method
        assert "ORGANIZER" in letter.event
        known = self.entries.get(letter.uid)
        if known and letter.revision[0] < known.revision[0]:
            return
        if letter.header_method == "CANCEL":
            assert str(letter.event["STATUS"]) == "CANCELLED"
            self.entries.pop(letter.uid, None)
        else:
            self.entries[letter.uid] = letter


class Google(Program):
    """As others found out (https://stackoverflow.com/q/14712929, adamgibbons/ics 199, nextcloud/calendar 1280,
    Couchers-org/couchers 8557): the part stands among the alternatives and is no attachment; the organizer is a bare
    address, the sender's, and not the guest's; the guest is named; an update has a higher SEQUENCE."""

    def take(self, letter: Invitation) -> None:
        (alternatives,) = [p for p in letter.message.walk() if p.get_content_type() == "multipart/alternative"]
        last = alternatives.get_payload()[-1]
        assert (last.get_content_type(), last.get_content_disposition()) == ("text/calendar", None)
        _, sender = parseaddr(letter.message["From"])
        assert str(letter.event["ORGANIZER"]) == f"mailto:{sender}" != self.me
        assert self.me in letter.invited
        known = self.entries.get(letter.uid)
        if letter.header_method == "CANCEL":
            self.entries.pop(letter.uid, None)
        elif known is None or letter.revision[0] > known.revision[0]:
            self.entries[letter.uid] = letter


class Mailroom:
    """Reads out what is written, letter by letter, to everybody's program."""

    def __init__(self, cast: Cast, program: Callable[[str], Program]) -> None:
        self.cast, self._program = cast, program
        self._writer = Writer(environment(), load(mode="demo", secret=SECRET, public_url="https://parvis.example.org"))
        self._read: set[str] = set()
        self.programs: dict[str, Program] = {}

    async def new_letters(self) -> list[tuple[str, Invitation]]:
        """(to, letter) of what has been written since, the oldest first."""
        async with self.cast.database.reading() as tx:
            mails = (await tx.session.execute(select(Mail).order_by(Mail.id))).scalars().all()
        new = [mail for mail in mails if "calendar" in mail.values and str(mail.id) not in self._read]
        self._read.update(str(mail.id) for mail in new)
        return [(mail.recipient, Invitation.read(self._writer.write(mail).as_bytes(policy=SEVEN_BITS))) for mail in new]

    async def deliver(self, *, latest_first: bool = False) -> None:
        letters = await self.new_letters()
        for to, letter in reversed(letters) if latest_first else letters:
            self.programs.setdefault(to, self._program(to)).take(letter)

    def stands(self, person: Person) -> list[datetime]:
        assert person.email
        return self.programs[person.email].stands


async def move(office: Office, row: Appointment, begins: datetime) -> None:
    async with office.cast.database.transaction() as tx:
        await booking.move(tx, await office.fresh(tx, row), await office.cast.fresh(tx, office.cast.amina), begins)


async def pass_on(office: Office, row: Appointment, colleague: Person) -> None:
    async with office.cast.database.transaction() as tx:
        by = await office.cast.fresh(tx, office.cast.paul)
        assert await handover.pass_on(tx, await office.fresh(tx, row), by, await office.cast.fresh(tx, colleague))


async def cancel(office: Office, row: Appointment, by: Person) -> None:
    async with office.cast.database.transaction() as tx:
        await booking.cancel(tx, await office.fresh(tx, row), await office.cast.fresh(tx, by))


PROGRAMS = pytest.mark.parametrize("program", [Thunderbird, Outlook, Google])


@PROGRAMS
async def test_after_every_step_each_calendar_holds_what_stands(cast: Cast, program: Callable[[str], Program]) -> None:
    office, mailroom = await open_office(cast, counsellors=2), Mailroom(cast, program)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    has, other = (office.claire, office.nadia) if row.led_by_id == office.claire.id else (office.nadia, office.claire)
    await mailroom.deliver()
    assert mailroom.stands(cast.amina) == mailroom.stands(has) == [WEDNESDAY_NINE]
    for minutes in (40, 80):
        moved = WEDNESDAY_NINE + timedelta(minutes=minutes)
        await move(office, row, moved)
        await mailroom.deliver()
        async with cast.database.reading() as tx:
            has = (await tx.session.get_one(Appointment, row.id)).led_by
        other = office.nadia if has.id == office.claire.id else office.claire
        assert mailroom.stands(cast.amina) == mailroom.stands(has) == [moved]
    await pass_on(office, row, other)
    await mailroom.deliver()
    assert mailroom.stands(cast.amina) == mailroom.stands(other) == [moved]
    assert mailroom.stands(has) == [], "whoever gave it away has the time free"
    await pass_on(office, row, has)
    await mailroom.deliver()
    assert (mailroom.stands(has), mailroom.stands(other)) == ([moved], []), "and back again"
    await cancel(office, row, cast.amina)
    await mailroom.deliver()
    assert mailroom.stands(cast.amina) == mailroom.stands(has) == mailroom.stands(other) == []


@PROGRAMS
async def test_a_letter_that_was_overtaken_changes_nothing(cast: Cast, program: Callable[[str], Program]) -> None:
    office, mailroom = await open_office(cast), Mailroom(cast, program)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    moved = WEDNESDAY_NINE + timedelta(minutes=40)
    await move(office, row, moved)
    await mailroom.deliver(latest_first=True)
    assert mailroom.stands(cast.amina) == mailroom.stands(office.claire) == [moved]


@PROGRAMS
async def test_an_employer_who_cannot_come_has_the_time_free(cast: Cast, program: Callable[[str], Program]) -> None:
    office, mailroom = await open_office(cast), Mailroom(cast, program)
    async with cast.database.transaction() as tx:
        await hours.add_weekly(tx, cast.luc.id, 2, 9 * 60, 12 * 60, ("video",))
    row = await office.book_three(cast.amina, cast.luc, cast.atlantique, WEDNESDAY_NINE)
    await mailroom.deliver()
    for person in (cast.amina, office.claire, cast.luc):
        assert mailroom.stands(person) == [WEDNESDAY_NINE]
    async with cast.database.transaction() as tx:
        await booking.excuse_guest(tx, await office.fresh(tx, row), await cast.fresh(tx, cast.luc))
    await mailroom.deliver()
    assert mailroom.stands(cast.luc) == []
    assert mailroom.stands(cast.amina) == mailroom.stands(office.claire) == [WEDNESDAY_NINE]


async def test_the_form_is_one_that_every_program_reads(cast: Cast) -> None:
    office, mailroom = await open_office(cast), Mailroom(cast, Thunderbird)
    async with cast.database.transaction() as tx:
        (await cast.fresh(tx, cast.amina)).name = "Amina d’Orves, née “Éléonore” ; l'aînée " * 2
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    await cancel(office, row, cast.amina)
    letters = [letter for _, letter in await mailroom.new_letters()]
    assert {letter.header_method for letter in letters} == {"REQUEST", "CANCEL"}
    assert len({letter.uid for letter in letters}) == 1
    for letter in letters:
        lines = letter.text.split(b"\r\n")
        assert lines.pop() == b"", "it ends with the line of its end and no other"
        assert lines[-1] == b"END:VCALENDAR"
        assert not any(b"\n" in line or b"\r" in line or len(line) > LONGEST_LINE for line in lines), "RFC 5545, 3.1"
        assert all(letter.event[name].to_ical().endswith(b"Z") for name in ("DTSTART", "DTEND", "DTSTAMP"))
        assert letter.event["ATTENDEE"].params.get("RSVP", "FALSE") == "FALSE", "nobody reads what would be answered"
        (file,) = letter.message.iter_attachments()
        assert (file.get_filename(), file.get_payload(decode=True)) == ("appointment-2026-11-25-0900.ics", letter.text)
