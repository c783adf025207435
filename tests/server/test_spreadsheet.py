"""Lists as spreadsheet programs write them, as people paste them, and as nobody should bring them."""

import asyncio
import io
import json
import zipfile
from xml.sax.saxutils import escape

import pytest

from rooms.core.errors import Invalid
from rooms.core.uploads import Upload
from rooms.fairs.list_imports import MOST_LINES, Read
from server.spreadsheet import LARGEST, read, rows_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def workbook(sheet: str) -> bytes:
    """An XLSX file with this one sheet (ECMA-376 part 1, 18.3)."""
    content = io.BytesIO()
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.{kind}+xml"/>'
        for name, kind in (("workbook", "spreadsheetml.sheet.main"), ("sheet1", "spreadsheetml.worksheet"))
    )
    part = f'<Relationship Id="r1" Type="{RELATIONS}/%s" Target="%s"/>'
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{types}</Types>')
        for name, kind, target in (
            ("_rels/.rels", "officeDocument", "xl/workbook.xml"),
            ("xl/_rels/workbook.xml.rels", "worksheet", "sheet1.xml"),
        ):
            file.writestr(
                name, f'<Relationships xmlns="{PACKAGE}/relationships">{part % (kind, target)}</Relationships>'
            )
        sheets = '<sheets><sheet name="Liste" sheetId="1" r:id="r1"/></sheets>'
        file.writestr("xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{sheets}</workbook>')
        file.writestr("xl/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>')
    return content.getvalue()


def row(number: int, *cells: str | int) -> str:
    written = "".join(
        f'<c r="{chr(65 + at)}{number}"><v>{cell}</v></c>'
        if isinstance(cell, int)
        else f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        for at, cell in enumerate(cells)
    )
    return f'<row r="{number}">{written}</row>'


async def brought(content: bytes | str) -> Read:
    content = content.encode() if isinstance(content, str) else content
    return await read(Upload("liste.csv", content), asyncio.Semaphore(1))


async def refused(content: bytes) -> str:
    with pytest.raises(Invalid) as problem:
        await read(Upload("x", content), asyncio.Semaphore(1))
    assert problem.value.field == "document"
    return problem.value.code


async def test_text_with_a_mark_and_in_the_letters_of_windows() -> None:  # S2
    for text, encoding in (
        ("Entreprise;Secteur;Courriel\r\nAteliers Müller;industry;rh@ateliers.example.org\r\n", "utf-8-sig"),
        ("Entreprise;Secteur;Courriel\nAteliers Müller;industry;rh@ateliers.example.org", "cp1252"),
        ("Entreprise\tSecteur\tCourriel\nAteliers Müller\tindustry\trh@ateliers.example.org", "utf-16"),
    ):
        found = await brought(text.encode(encoding))
        assert found.heads == ("Entreprise", "Secteur", "Courriel"), encoding
        assert found.lines == [(2, ("Ateliers Müller", "industry", "rh@ateliers.example.org"))], encoding
    found = await brought(
        "Société;Courriel\nSociété Générique;a@example.org\nInès & Cie;b@example.org".encode("cp1252")
    )
    assert [cells[0] for _, cells in found.lines] == ["Société Générique", "Inès & Cie"]


async def test_a_first_line_that_names_the_separator_and_fields_that_hold_it() -> None:  # S2
    found = await brought(
        'sep=;\nNom;Courriel;\n"Dupont, frères; associés";a@example.org;;\n\n"zwei\nZeilen";b@example.org;'
    )
    assert found.heads == ("Nom", "Courriel")
    assert found.lines == [
        (3, ("Dupont, frères; associés", "a@example.org")),
        (5, ("zwei\nZeilen", "b@example.org")),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "one@example.org; two@example.org",
        "one@example.org, two@example.org,",
        "one@example.org\ntwo@example.org\n\n",
    ],
)
async def test_addresses_one_after_the_other(text: str) -> None:  # S2
    assert [cells for _, cells in (await brought(text)).lines] == [("one@example.org",), ("two@example.org",)]


async def test_addresses_with_names() -> None:  # S2
    found = await brought('"Martin, Lea" <lea@example.org>; Bob <bob@example.org>')
    assert [cells for _, cells in found.lines] == [("lea@example.org", "Martin, Lea"), ("bob@example.org", "Bob")]


async def test_lines_that_end_as_on_an_old_macintosh() -> None:
    found = await brought("Nom;Courriel\rLéa;lea@example.org\rBob;bob@example.org".encode("mac_roman"))
    assert found.lines == [(2, ("Léa", "lea@example.org")), (3, ("Bob", "bob@example.org"))]


async def test_empty_rows_between_those_that_say_something_lose_nobody() -> None:
    sheet = "".join(row(2 * number, f"p{number}@example.org") for number in range(1, 7001))
    found = await brought(workbook(sheet))
    assert (len(found.lines), found.lines[-1]) == (7000, (14000, ("p7000@example.org",)))


async def test_a_cell_is_bounded_above_the_columns_too() -> None:
    assert await refused(b"x" * 3000 + b";Courriel\nA;a@example.org") == "list.too_large"


async def test_a_workbook_keeps_its_numbers_and_the_places_of_its_lines() -> None:
    sheet = row(1, "Nom", "Téléphone", "E-mail") + row(3, "Léa & Co", 33612345678, "lea@example.org")
    found = await brought(workbook(sheet))
    assert found.heads == ("Nom", "Téléphone", "E-mail")
    assert found.lines == [(3, ("Léa & Co", "33612345678", "lea@example.org"))]


async def test_what_is_no_list_is_said_to_be_none() -> None:
    assert await refused(b"") == "list.missing"
    assert await refused(b"PK\x03\x04 no archive") == "list.kind"
    assert await refused(b"\x89PNG\r\n\x1a\n\0\0\0") == "list.kind"
    assert await refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) in ("list.kind", "list.locked")
    assert await refused(b"a" * (LARGEST + 1)) == "list.too_large"
    assert await refused("".join(f"p{n}@example.org\n" for n in range(MOST_LINES + 1)).encode()) == "list.too_long"


async def test_an_archive_that_unpacks_to_anything_ends_within_its_limits() -> None:
    bomb = workbook(row(1, "x" * 1000) * 1_000_000)
    assert len(bomb) < LARGEST
    assert await refused(bomb) in ("list.endless", "list.too_large", "list.too_long", "list.kind")


def test_ten_thousand_lines_are_read_at_once() -> None:
    rows = rows_of("".join(f"Person {n};p{n}@example.org\n" for n in range(MOST_LINES)).encode())
    assert (len(rows), rows[-1]) == (MOST_LINES, ["Person 9999", "p9999@example.org"])
    assert json.loads(json.dumps(rows[:1])) == rows[:1]


async def test_titles_above_the_heads_are_no_heads() -> None:
    found = await brought("Liste des exposants 2026\n\nÉdition de printemps;;\nNom;Courriel\nLéa;lea@example.org")
    assert (found.heads, found.lines) == (("Nom", "Courriel"), [(5, ("Léa", "lea@example.org"))])
    alone = await brought("Nom\nLéa\nBob")
    assert (alone.heads, [cells for _, cells in alone.lines]) == (("Nom",), [("Léa",), ("Bob",)])
    pasted = await brought("Mes contacts\nLéa;lea@example.org")
    assert pasted.heads == ("Mes contacts",), "whether it names a column is seen by whoever reads it"
