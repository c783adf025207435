"""Tables to take away: as a spreadsheet, or as lines with semicolons that every spreadsheet program opens. Text is text
there, and never a formula (OWASP, CSV injection)."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_SHEET_NAME, NOT_IN_SHEET_NAMES = 31, "[]:*?/\\'"
"""What Excel allows as the name of a sheet."""
WIDEST, NARROWEST = 60, 8
"""Of a column, in characters."""


@dataclass(frozen=True)
class Table:
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """A sheet for each table (ECMA-376)."""
    out = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **never}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True})
        for number, table in enumerate(tables, start=1):
            sheet = book.add_worksheet(_sheet_name(number, table.title))
            for column, head in enumerate(table.heads):
                sheet.write_string(0, column, head, bold)
                sheet.set_column(column, column, _width(table, column))
            for line, row in enumerate(table.rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(line, column, cell)
                    elif cell is not None:
                        sheet.write_number(line, column, cell)
            sheet.freeze_panes(1, 1)
    return out.getvalue()


def _sheet_name(number: int, title: str) -> str:
    plain = "".join(c for c in title if c not in NOT_IN_SHEET_NAMES)
    return f"{number} {plain}"[:LONGEST_SHEET_NAME]


def _width(table: Table, column: int) -> int:
    longest = max([len(table.heads[column]) // 2, *(len(str(row[column])) for row in table.rows)], default=0)
    return min(WIDEST, max(NARROWEST, longest + 2))


def as_csv(tables: Sequence[Table]) -> bytes:
    """One table after the other; with the mark by which Excel knows Unicode."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([harmless(table.title)])
        writer.writerow([harmless(head) for head in table.heads])
        writer.writerows([[_cell(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode("utf-8-sig")


def _cell(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.1f}".replace(".", ",")
    return harmless(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
