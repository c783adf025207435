"""A list that somebody brings, from a workbook, a text file or pasted lines, read in a process of its own with limits
of time and memory: a stranger's archive may unpack to anything.

`python -m server.spreadsheet` reads the bytes of the file from its input and writes JSON.
"""

import asyncio
import contextlib
import csv
import io
import json
import os
import resource
import sys
from collections.abc import Sequence
from datetime import date, datetime
from email.utils import getaddresses
from typing import Any

from rooms.core.errors import N_, Invalid
from rooms.core.text import plain
from rooms.core.uploads import OLD_OFFICE, Upload
from rooms.fairs.list_columns import has_heads
from rooms.fairs.list_imports import MOST_LINES, Read

LARGEST = 8 * 2**20
SECONDS = 20
MEMORY = 1024 * 2**20
PATIENCE = 60
BESIDE = 10
"""Niceness: people who click come first."""
AT_ONCE = 2
"""Readers that may take so much at one time."""
MOST_COLUMNS = 60
MOST_TITLES = 4
LONGEST_CELL = 2000
MOST_TEXT = 4 * 2**20
"""Characters of all cells."""
MOST_ROWS = 20 * MOST_LINES
"""Of a sheet, the empty ones too."""
DELIMITERS = (";", ",", "\t", "|")
ENCODINGS = ["cp1252", "mac_roman", "cp850", "cp1251", "cp1256"]
"""In which spreadsheet programs write text where it is not Unicode. None that differs from the first in a few letters
alone: a short list would be guessed wrong."""
Row = list[str]


class _Unreadable(ValueError):
    """Why, as the reading process says it."""


async def read(upload: Upload, turns: asyncio.Semaphore) -> Read:
    """The lines of a list; each reader waits for one of `turns`. Raises Invalid with the field `document`."""
    if not upload.content.strip():
        raise Invalid("list.missing", N_("Please choose a file, or paste the lines."), field="document")
    if len(upload.content) > LARGEST:
        message = N_("This file is too large: at most %(most)s MB.")
        raise Invalid("list.too_large", message, field="document", most=LARGEST // 2**20)
    async with turns:
        said = await _ask(upload.content)
    try:
        answer: dict[str, Any] = await asyncio.to_thread(json.loads, said)
    except ValueError:
        answer = {"problem": "endless"}
    if answer["problem"]:
        raise _refusal(answer["problem"])
    lines = [(int(each[0]), tuple(map(str, each[1]))) for each in answer["lines"]]
    return Read(plain(upload.name)[-90:], tuple(answer["heads"]), lines)


async def _ask(content: bytes) -> bytes:
    """What a process of its own says of the file; nothing if it came to its limits."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server.spreadsheet",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            return (await process.communicate(content))[0]
    except TimeoutError:
        return b""
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _refusal(why: str) -> Invalid:
    message = {
        "locked": N_("This file is locked with a password. Please save it without one."),
        "kind": N_("This is no list: please give a CSV, XLSX or ODS file, or paste the lines."),
        "too_long": N_("This list is too long: at most %(most)s lines at a time."),
    }.get(why, N_("This file is more than a list needs: please save the sheet alone, or as CSV."))
    return Invalid(f"list.{why}", message, field="document", most=MOST_LINES)


def main() -> None:
    os.nice(BESIDE)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answer: dict[str, Any] = {"problem": ""}
    try:
        rows = rows_of(sys.stdin.buffer.read())
        lines = [(number, _trimmed(cells)) for number, cells in enumerate(rows, 1) if any(map(str.strip, cells))]
        sizes = [len(cell) for _, cells in lines for cell in cells]
        if sum(sizes) > MOST_TEXT or max(sizes, default=0) > LONGEST_CELL:
            raise _Unreadable("too_large")
        lines = lines[_titles(lines) :]
        heads = lines.pop(0)[1] if lines and has_heads(lines[0][1]) else []
        if len(lines) > MOST_LINES:
            raise _Unreadable("too_long")
        answer |= {"heads": heads, "lines": lines}
    except _Unreadable as error:
        answer["problem"] = str(error)
    except csv.Error:
        answer["problem"] = "kind"
    json.dump(answer, sys.stdout)


def _titles(lines: Sequence[tuple[int, Row]]) -> int:
    """How many lines stand above the heads to name the list: each of one cell, and heads of several below them."""
    for number, (_, cells) in enumerate(lines[: MOST_TITLES + 1]):
        if sum(map(bool, cells)) > 1:
            return number if has_heads(cells) else 0
        if not has_heads(cells):
            return 0
    return 0


def _trimmed(cells: Sequence[str]) -> Row:
    """Without the empty cells at the end of a line."""
    kept = [cell.strip() for cell in cells[:MOST_COLUMNS]]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def rows_of(content: bytes) -> list[Row]:
    """The cells of each line, the empty ones too: a line's number is what a spreadsheet program shows beside it."""
    if content.startswith((b"PK\x03\x04", OLD_OFFICE)):
        return _workbook(content)
    return _text_rows(_decoded(content).replace("\r\n", "\n").replace("\r", "\n"))


def _workbook(content: bytes) -> list[Row]:
    """The first sheet of it that holds something and is shown."""
    from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

    try:
        book = load_workbook(io.BytesIO(content))
        for about in book.sheets_metadata:
            if about.visible is not SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if sheet.height > MOST_ROWS:
                raise _Unreadable("too_long")
            found = sheet.to_python(skip_empty_area=False)
            rows = [[_cell_text(cell) for cell in row] for row in found]
            if any(map(any, rows)):
                return rows
    except PasswordError:
        raise _Unreadable("locked") from None
    except CalamineError:
        raise _Unreadable("kind") from None
    return []


def _cell_text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else str(cell)
    return cell.isoformat() if isinstance(cell, date | datetime) else str(cell)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise _Unreadable("kind")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\n" not in content and b"\r" in content:
            # Lines that end as on an old Macintosh are written in its letters too.
            return content.decode("mac_roman")
        from charset_normalizer import from_bytes

        found = from_bytes(content, cp_isolation=ENCODINGS).best()
        return str(found) if found else content.decode("cp1252", "replace")


def _text_rows(text: str) -> list[Row]:
    lines = text.splitlines()
    named = lines[0].strip().lower() if lines else ""
    if named.startswith("sep=") and len(named) == len("sep=") + 1:
        # What a spreadsheet program writes for itself: the line counts, and says nothing.
        return [[], *_rows(text.partition("\n")[2], named[-1])]
    return _addresses(text) or max((_rows(text, each) for each in DELIMITERS), key=_columns)


def _rows(text: str, delimiter: str) -> list[Row]:
    csv.field_size_limit(LARGEST)
    # A field may hold line ends: a row is numbered as a program shows it.
    return list(csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True))


def _columns(rows: list[Row]) -> float:
    """How much this looks like a table: columns, as most lines have them."""
    widths = sorted(len(row) for row in rows if any(map(str.strip, row)))
    return widths[len(widths) // 2] if widths else 0


def _addresses(text: str) -> list[Row]:
    """Addresses one after the other, as they are copied from a letter; nothing if it is a table."""
    pieces = [
        piece.strip()
        for line in text.splitlines()
        for row in csv.reader([line.replace(";", ",")], skipinitialspace=True)
        for piece in row
        if piece.strip()
    ]
    if not pieces or not all("@" in piece for piece in pieces):
        return []
    return [
        [address, name] for name, address in getaddresses([",".join(text.replace(";", ",").splitlines())]) if address
    ]


if __name__ == "__main__":
    main()
