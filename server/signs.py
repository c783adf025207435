"""Signs to print for the tables of a fair that is held on site: each booth's name, and its QR code to stand in line."""

import io
from collections.abc import Sequence

from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from server import language, tickets
from server.paper import Sheet

SIDE = 110
"""Of a QR code, in millimetres: read from two metres."""


def of(fair: Fair, rows: Sequence[tuple[Booth, str]]) -> bytes:
    """A PDF with a page for each booth; with it the address that its code leads to. In the languages of the fair."""
    page = Sheet(fair.name)
    for number, (booth, address) in enumerate(rows):
        if number:
            page.add_page()
        page.say(fair.name, 14)
        page.ln(8)
        page.say(booth.employer.name, 34, bold=True)
        page.ln(8)
        page.image(io.BytesIO(tickets.as_png(address)), x=(page.w - SIDE) / 2, w=SIDE)
        page.ln(8)
        for spoken in fair.languages:
            page.say(_words_in(spoken), 16, bold=True)
        page.say(address, 11)
    return bytes(page.output())


def _words_in(spoken: str) -> str:
    shown = language.current.get()
    language.current.set(spoken)
    try:
        return language.gettext("Read this code with your phone to take a place in line.")
    finally:
        language.current.set(shown)
