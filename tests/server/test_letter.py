"""The letter to print: a name from anywhere, and a way into the talk that can be typed."""

import re
from io import BytesIO

from pypdf import PdfReader

from rooms.agencies import Mode
from rooms.appointments import booking, desk, links
from rooms.appointments.booking import ChangeKind
from rooms.people import Person
from server import letter
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
        path = desk.print_link(tx, row, await cast.fresh(tx, cast.claire))
        text = read(letter.of(row, HOUSE + path))
    assert "Nguyễn Łukasz Ђорђе" in text
    typed = re.search(r"fair\.example\.org(/a/[2-9a-z]{4}-[2-9a-z]{4}-[2-9a-z]{4})", text)
    assert typed is not None
    async with cast.database.transaction() as tx:
        opened = await links.opened(tx, typed.group(1).removeprefix("/a/"))
        changes = await booking.changes_of(tx, booked.id)
    assert opened.id == booked.id
    assert [(each.by.name, each.kind) for each in changes][-1] == (cast.claire.name, ChangeKind.PRINTED)


async def test_whoever_is_called_reads_on_which_number_and_no_address(cast: Cast) -> None:
    office = await open_office(cast)
    booked = await office.book(cast.amina, WEDNESDAY_NINE, Mode.PHONE, "0240001122")
    text = read(letter.of(booked, f"{HOUSE}/a/nothing"))
    assert "0240001122" in text
    assert "/a/" not in text
