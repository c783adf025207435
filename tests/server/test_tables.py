"""Tables to take away: text stays text, whatever spreadsheet program opens it."""

import io
from datetime import UTC, datetime

from python_calamine import CalamineWorkbook

from rooms.fairs.fairs import Fair
from rooms.views.fair_report import Coming, Figures, Origin, Part, Report
from server import language, report_tables, tables
from server.tables import Table

HOSTILE = ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "00123", "https://example.org")


def test_a_text_is_no_formula_in_either_format() -> None:
    table = Table("[=Names]", ["=Head"], [[text] for text in HOSTILE])
    book = CalamineWorkbook.from_filelike(io.BytesIO(tables.as_xlsx([table])))
    assert book.sheet_names == ["1 =Names"]
    head, *rows = book.get_sheet_by_index(0).to_python()
    assert (head, [row[0] for row in rows]) == (["=Head"], list(HOSTILE))
    lines = tables.as_csv([table]).decode("utf-8-sig").splitlines()
    assert lines[0] == "'=Head"
    assert [line.strip('"')[0] for line in lines[1:6]] == ["'"] * 5


def test_a_report_is_taken_away_whole_and_with_how_it_is_counted() -> None:
    language.current.set("en")
    figures = Figures(people=7, talks=6, wait_minutes=4.5)
    report = Report(
        datetime(2026, 11, 24, 18, tzinfo=UTC),
        Coming(10, 9, 8, 7, 1, 0),
        figures,
        employers=[Part("=Évil", figures)],
        sectors=[Part("hospitality", figures)],
        days=[Part("2026-11-24", figures)],
        hours=[Part("09", figures)],
        origins=[Origin("", 6)],
    )
    found = report_tables.tables_of(report)
    book = CalamineWorkbook.from_filelike(io.BytesIO(tables.as_xlsx(found)))
    assert len(book.sheet_names) == len(found) == 7
    first = {row[0]: row[1] for row in book.get_sheet_by_index(0).to_python()[1:]}
    assert (first["Came"], first["Talks"], first["Wait, in minutes"]) == (7, 6, 4.5)
    assert book.get_sheet_by_index(1).to_python()[1][0] == "=Évil"
    assert "Talks;6" in tables.as_csv(found).decode("utf-8-sig")
    fair = Fair(name="Forum", time_zone="Europe/Paris")
    assert report_tables.as_pdf("Forum Été", report, fair).startswith(b"%PDF-")
