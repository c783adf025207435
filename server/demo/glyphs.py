"""Letters of five by seven points, to write names into a picture without a font library."""

import unicodedata
from collections.abc import Iterator

WIDTH, HEIGHT = 6, 12
"""Points of one letter with the space after it, and of a line with its accents."""
TOP = 3

_ROWS = {
    "A": "0E11111F111111", "B": "1E11111E11111E", "C": "0E11101010110E", "D": "1E11111111111E",
    "E": "1F10101E10101F", "F": "1F10101E101010", "G": "0E11101711110F", "H": "1111111F111111",
    "I": "0E04040404040E", "J": "0702020202120C", "K": "11121418141211", "L": "1010101010101F",
    "M": "111B1515111111", "N": "11111915131111", "O": "0E11111111110E", "P": "1E11111E101010",
    "Q": "0E11111115120D", "R": "1E11111E141211", "S": "0F10100E01011E", "T": "1F040404040404",
    "U": "1111111111110E", "V": "11111111110A04", "W": "1111111515150A", "X": "11110A040A1111",
    "Y": "1111110A040404", "Z": "1F01020408101F", "0": "0E11131519110E", "1": "040C040404040E",
    "2": "0E11010204081F", "3": "1F02040201110E", "4": "02060A121F0202", "5": "1F101E0101110E",
    "6": "0608101E11110E", "7": "1F010204080808", "8": "0E11110E11110E", "9": "0E11110F01020C",
    "'": "04040800000000", "-": "0000001F000000", ".": "0000000000000C", "&": "0C12140815120D",
}  # fmt: skip
_MARKS = {"\u0301": "0204", "\u0300": "0804", "\u0302": "040A", "\u0308": "0A00", "\u0303": "0D16"}
_CEDILLA = "\u0327"


def points(text: str) -> Iterator[tuple[int, int]]:
    """The (column, row) of every point of a line of capitals; its width is `len(text) * WIDTH`."""
    column = -WIDTH
    for sign in unicodedata.normalize("NFD", text.upper().replace("’", "'")):
        if unicodedata.combining(sign):
            rows, top = ("0408", TOP + 7) if sign == _CEDILLA else (_MARKS.get(sign, ""), 0)
        else:
            column += WIDTH
            rows, top = _ROWS.get(sign, ""), TOP
        for row, bits in enumerate(bytes.fromhex(rows)):
            yield from ((column + bit, top + row) for bit in range(5) if bits >> (4 - bit) & 1)
