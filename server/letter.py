"""The letter that somebody without internet gets: date, way there or number to call, on one page to print."""

from functools import partial
from io import BytesIO

import segno
from fpdf import FPDF

from rooms.agencies import Mode
from rooms.appointments.booking import ROOM_OPENS_BEFORE, Appointment
from server import language, words
from server.rendering import STATIC

FONT = "DejaVu"
FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
SQUARE = 42
"""Millimetres: read from a table by a phone held over it."""


def of(row: Appointment, address: str) -> bytes:
    """A PDF of one A4 page, in the language that is current. `address` leads into the talk without signing in."""
    zone = row.host.zone
    when = f"{language.day(row.begins_at, zone)}, {language.clock(row.begins_at, zone)}"
    page = FPDF(format="A4")
    for style, name in FILES.items():
        page.add_font(FONT, style, STATIC / "vendor" / name)
    page.set_margin(25)
    page.add_page()
    page.set_lang(language.current.get())
    page.set_title(language.gettext("Your appointment: %(when)s", when=when))
    write = partial(_write, page)
    for line in filter(None, (row.host.name, row.host.address, row.host.phone)):
        write(line, 11)
    page.ln(18)
    write(language.gettext("Hello %(name)s,", name=row.candidate.name), 13)
    write(language.gettext("You have an appointment with %(other)s.", other=row.partners(row.candidate_id)), 13)
    page.ln(6)
    write(when, 20, bold=True)
    write(f"{row.reason.name} · {words.label(row.mode.value)} · {language.zone_name(zone, row.begins_at)}", 13)
    page.ln(6)
    if row.mode is Mode.PHONE:
        write(language.gettext("You are called on %(phone)s.", phone=row.phone), 13)
    else:
        _way_in(page, row, address)
    if row.reason.bring:
        write(language.gettext("To have ready: %(bring)s", bring=row.reason.bring), 13)
    if row.host.phone:
        write(language.gettext("To move or cancel it, call %(phone)s.", phone=row.host.phone), 13)
    return bytes(page.output())


def _way_in(page: FPDF, row: Appointment, address: str) -> None:
    """What to type, and the same as a square for a phone (ISO/IEC 18004)."""
    opens = language.clock(row.begins_at - ROOM_OPENS_BEFORE, row.host.zone)
    _write(page, language.gettext("Open this address in the browser of any phone, tablet or computer:"), 13)
    _write(page, address.removeprefix("https://"), 15, bold=True)
    _write(page, language.gettext("Or point a phone's camera at the square:"), 13)
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=8, border=2)
    page.image(picture, w=SQUARE, alt_text=address)
    page.ln(3)
    said = language.gettext(
        "The waiting room opens at %(time)s. You need neither an account nor a program.", time=opens
    )
    _write(page, said, 13)


def _write(page: FPDF, text: str, size: int, *, bold: bool = False) -> None:
    page.set_font(FONT, "B" if bold else "", size)
    page.multi_cell(0, size * 0.55, text, align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(2)
