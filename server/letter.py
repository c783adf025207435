"""The letter that somebody without internet gets: date, way there or number to call, on one page to print."""

from fpdf import FPDF

from rooms.agencies import Mode
from rooms.appointments.booking import Appointment
from server import language, words

FONT = "Helvetica"


def of(row: Appointment) -> bytes:
    """A PDF of one A4 page, in the language that is current."""
    zone = row.host.zone
    when = f"{language.day(row.begins_at, zone)}, {language.clock(row.begins_at, zone)}"
    lines = [
        language.gettext("Hello %(name)s,", name=row.candidate.name),
        language.gettext("You have an appointment with %(other)s.", other=row.partners(row.candidate_id)),
        f"{row.reason.name} · {words.label(row.mode.value)}",
    ]
    if row.mode is Mode.PHONE:
        lines.append(language.gettext("You are called on %(phone)s.", phone=row.phone))
    if row.reason.bring:
        lines.append(language.gettext("To have ready: %(bring)s", bring=row.reason.bring))
    if row.host.phone:
        lines.append(language.gettext("To move or cancel it, call %(phone)s.", phone=row.host.phone))
    page = FPDF(format="A4")
    page.set_margin(25)
    page.add_page()
    page.set_title(language.gettext("Your appointment: %(when)s", when=when))
    _text(page, row.host.name, 12)
    _text(page, row.host.address, 12)
    page.ln(18)
    _text(page, when, 20, bold=True)
    page.ln(6)
    for line in lines:
        _text(page, line, 14)
        page.ln(3)
    return bytes(page.output())


def _text(page: FPDF, text: str, size: int, *, bold: bool = False) -> None:
    page.set_font(FONT, "B" if bold else "", size)
    # The built-in fonts know Latin-1; what lies outside is written as near as it goes.
    page.multi_cell(0, size * 0.55, text.replace("’", "'").encode("latin-1", "replace").decode("latin-1"),
                    new_x="LMARGIN", new_y="NEXT")  # fmt: skip
