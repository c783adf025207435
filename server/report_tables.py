"""The report of a fair as tables, with how each number is counted, and as a sheet to print."""

from collections.abc import Sequence
from dataclasses import fields

from rooms.core.text import sort_key
from rooms.fairs.fairs import Fair
from rooms.views.fair_report import Coming, Figures, Part, Report
from rooms.views.survey_results import SurveyResults
from server import language, words
from server.paper import Sheet
from server.tables import Cell, Table

FIGURES = tuple(each.name for each in fields(Figures))
COMING = tuple(each.name for each in fields(Coming))


def tables_of(report: Report, surveys: Sequence[SurveyResults] = ()) -> list[Table]:
    """The whole of it, then each part; last what each number means."""
    figures = [words.label(f"report_{name}") for name in FIGURES]
    _ = language.gettext
    found = [
        Table(
            _("The fair"),
            [_("What is counted"), _("Number")],
            [
                *(_numbers(COMING, report.coming, "coming_") if report.coming else []),
                *_numbers(FIGURES, report.total, "report_"),
            ],
        ),
        Table(_("By employer"), [_("Employer"), *figures], _rows(report.employers)),
        Table(_("By sector"), [_("Sector"), *figures], _rows(report.sectors, is_label=True)),
        Table(_("By day"), [_("Day"), *figures], _rows(report.days)),
        Table(_("By hour"), [_("Hour"), *figures], _rows(report.hours)),
        Table(
            _("Where people live"),
            [_("Location"), _("People")],
            [[each.location or _("elsewhere, or not said"), each.people] for each in report.origins],
        ),
        Table(
            _("What people said afterwards"),
            [_("Of whom"), _("What is counted"), _("Number")],
            [row for each in surveys for row in _said(each)],
        ),
        Table(
            _("How it is counted"),
            [_("Number"), _("How it is counted")],
            [[words.label(f"report_{name}"), words.label(f"report_how_{name}")] for name in FIGURES],
        ),
    ]
    return [table for table in found if table.rows]


def _said(found: SurveyResults) -> list[list[Cell]]:
    whose = words.label(f"survey_{found.audience}")
    _ = language.gettext

    def asked(number: int) -> str:
        return found.questions.get(number) or words.label(f"survey_{found.audience}_{number}")

    rows: list[list[Cell]] = [[whose, _("Asked"), found.asked], [whose, _("Answered"), found.answered]]
    if found.usefulness:
        rows += [[whose, f"{asked(1)} – {step}", count] for step, count in found.usefulness.items()]
    if found.yes is not None:
        rows += [[whose, f"{asked(2)} – {_('Yes')}", found.yes], [whose, f"{asked(2)} – {_('No')}", found.no]]
    return rows + [[whose, asked(3), said] for said in found.words]


def _numbers(names: Sequence[str], of: Coming | Figures, prefix: str) -> list[list[Cell]]:
    return [[words.label(prefix + name), getattr(of, name)] for name in names]


def _rows(parts: Sequence[Part], *, is_label: bool = False) -> list[list[Cell]]:
    rows = by_label(parts) if is_label else parts
    return [
        [words.label(part.name) if is_label else part.name, *(getattr(part.figures, name) for name in FIGURES)]
        for part in rows
    ]


def by_label(parts: Sequence[Part]) -> Sequence[Part]:
    """In the order of what the reader sees."""
    return sorted(parts, key=lambda part: sort_key(words.label(part.name)))


def as_pdf(title: str, report: Report, fair: Fair, surveys: Sequence[SurveyResults] = ()) -> bytes:
    """On A4, in the language that is current: the whole of it, and each employer in a few lines."""
    page = Sheet(title)
    page.say(title, 20, bold=True)
    made = f"{language.day(report.made_at, fair.zone)}, {language.clock(report.made_at, fair.zone)}"
    page.say(language.gettext("As of %(when)s", when=made), 11)
    page.ln(4)
    for table in tables_of(report)[:1]:
        for name, number in table.rows:
            page.say(_named(name, number), 12)
    if report.employers:
        page.ln(4)
        page.say(language.gettext("By employer"), 16, bold=True)
    for part in report.employers:
        page.say(part.name, 12, bold=True)
        told = ("people", "talks", "wait_minutes", "missed", "interviews_kept", "unanswered", "applications")
        said = (_named(words.label(f"report_{name}"), getattr(part.figures, name)) for name in told)
        page.say(" · ".join(said), 10)
    for found in surveys:
        page.ln(4)
        page.say(words.label(f"survey_{found.audience}"), 16, bold=True)
        for _whose, name, number in _said(found):
            page.say(_named(name, number), 10)
    return bytes(page.output())


def _named(name: Cell, number: Cell) -> str:
    return language.gettext("%(name)s: %(number)s", name=name, number=_text(number))


def _text(number: Cell) -> str:
    if number is None:
        return "–"
    return language.decimal(number) if isinstance(number, float) else str(number)
