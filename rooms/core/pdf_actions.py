"""Whether a PDF starts programs of whoever opens it (ISO 32000-2, 12.6.4.6), or holds one to be played (13.7).

Scripts are let through: the forms of every administration have them, and what reads a PDF shuts them in. Names are
looked for, not understood: in the file, in its object streams (7.5.7) and however they are spelled (7.3.5). What
another stream holds is drawn and does nothing.
"""

import re
import zlib

NAMES = re.compile(rb"/(?:Launch|RichMedia)(?![A-Za-z0-9])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b[^>]{0,400}>>\s*stream\r?\n")
MOST_UNPACKED = 8 * 2**20
"""Bytes of all object streams together: they hold names and numbers, and no pictures."""


def starts_programs(content: bytes) -> bool:
    if _names(content):
        return True
    left = MOST_UNPACKED
    for found in OBJECT_STREAM.finditer(content):
        unpacked = _unpacked(content, found.end(), left)
        left -= len(unpacked)
        if left <= 0 or _names(unpacked):
            # More than any document holds there: what is in it is not known.
            return True
    return False


def _names(content: bytes) -> bool:
    spelled = ESCAPED.sub(lambda each: bytes([int(each[1], 16)]), content) if b"#" in content else content
    return NAMES.search(spelled) is not None


def _unpacked(content: bytes, start: int, most: int) -> bytes:
    """Up to `most` bytes of a stream that begins at `start`; as it stands where it is not packed."""
    try:
        return zlib.decompressobj().decompress(content[start:], most)
    except zlib.error:
        return content[start : start + most].partition(b"endstream")[0]
