"""Sheets of A4 to print or keep. DejaVu is embedded: names come from everywhere, the fonts of PDF know Latin-1."""

from fpdf import FPDF

from server import language
from server.rendering import STATIC

FONT = "DejaVu"
FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}


class Sheet(FPDF):
    """One document in the language that is current."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        for style, name in FILES.items():
            self.add_font(FONT, style, STATIC / "vendor" / name)
        self.set_margin(25)
        self.set_lang(language.current.get())
        self.set_title(title)
        self.add_page()

    def say(self, text: str, size: int = 13, *, bold: bool = False) -> None:
        """A paragraph, `size` in points."""
        self.set_font(FONT, "B" if bold else "", size)
        self.multi_cell(0, size * 0.55, text, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(2)
