"""What is printed or kept: a name from anywhere, a way into the talk that can be typed, what was recorded in words."""

import re
from io import BytesIO

from pypdf import PdfReader

from rooms.appointments import agenda, booking, evidence, links, room, transitions
from rooms.appointments.appointment import Attendance, ChangeKind
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from server import language, letter, receipt
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, open_office

HOUSE = "https://fair.example.org"


def read(printed: bytes) -> str:
    (page,) = PdfReader(BytesIO(printed)).pages
    return page.extract_text()


async def test_it_names_anybody_and_its_address_opens_the_appointment(cast: Cast) -> None:
    office = await open_office(cast)
    booked = await office.book(cast.amina, WEDNESDAY_NINE)
    async with cast.database.transaction() as tx:
        (await tx.session.get_one(Person, cast.amina.id)).name = "Nguyễn Łukasz Ђорђе"
        row = await office.fresh(tx, booked)
        path = booking.print_link(tx, row, await cast.fresh(tx, cast.claire))
        text = read(letter.of(row, HOUSE + path))
    assert "Nguyễn Łukasz Ђорђе" in text
    typed = re.search(r"fair\.example\.org(/a/[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4})", text)
    assert typed is not None
    async with cast.database.transaction() as tx:
        opened = await links.opened(tx, typed.group(1).removeprefix("/a/"))
        changes = await agenda.changes_of(tx, booked.id)
    assert opened.id == booked.id
    assert [(each.by.name, each.kind) for each in changes][-1] == (cast.claire.name, ChangeKind.PRINTED)


async def test_whoever_is_called_reads_on_which_number_and_no_address(cast: Cast) -> None:
    office = await open_office(cast)
    booked = await office.book(cast.amina, WEDNESDAY_NINE, Mode.PHONE, "0240001122")
    text = read(letter.of(booked, f"{HOUSE}/a/nothing"))
    assert "02 40 00 11 22" in text
    assert "/a/" not in text


async def test_it_is_written_in_the_language_of_whoever_gets_it(cast: Cast) -> None:
    office = await open_office(cast)
    booked = await office.book(cast.amina, WEDNESDAY_NINE)
    language.current.set("en")
    booked.candidate.language = "fr"
    assert "Bonjour Amina" in read(letter.of(booked, f"{HOUSE}/a/nothing"))
    assert language.current.get() == "en"


async def test_the_receipt_says_in_words_what_was_recorded_and_what_is_contested(cast: Cast) -> None:
    office = await open_office(cast)
    booked = await office.book(cast.amina, WEDNESDAY_NINE)
    cast.clock.pass_by(seconds=(WEDNESDAY_NINE - cast.clock.now()).total_seconds() - 60)
    async with cast.database.transaction() as tx:
        row = await office.fresh(tx, booked)
        await room.enter(tx, row, await cast.fresh(tx, cast.amina))
        await evidence.note(tx, row, cast.amina.id, evidence.What.FAILED)
    cast.clock.pass_by(hours=1)
    async with cast.database.transaction() as tx:
        row = await office.fresh(tx, booked)
        await room.record(tx, row, Attendance.TECHNICAL, await cast.fresh(tx, cast.claire))
        await transitions.contest(tx, row, "I was there.")
        seen = await evidence.of_appointment(tx, row.id)
        language.current.set("en")
        text = read(receipt.of(row, seen, row.venue.zone))
    for words in ("Technical failure", "I was there.", "08:59", "Amina Benali – came to the waiting room"):
        assert words in text
