"""Whether a PDF starts programs of whoever opens it (ISO 32000-2, 12.6.4.6), or holds one to be played (13.7).

Scripts are let through: the forms of every administration have them, and what reads a PDF shuts them in. Names are
looked for, not understood: in the file and in its object streams (7.5.7), if these are packed by Flate as all programs
do it, and however they are spelled (7.3.5). Whatever the file says, it is gone through once.
"""

import re
import zlib
from collections.abc import Iterator

MOST_UNPACKED = 8 * 2**20
"""Bytes of all object streams together: they hold names and numbers, and no pictures."""
LONGEST_DICTIONARY = 1000
"""Bytes between an object stream's name and its beginning."""


def _spelled(name: bytes) -> bytes:
    """A pattern for a name, of which each letter may be written by its number."""
    return b"".join(b"(?:%c|#%02x|#%02X)" % (letter, letter, letter) for letter in name)


ACTION = b"/%b\\s{0,20}/%b(?![A-Za-z0-9#])" % (_spelled(b"S"), _spelled(b"Launch"))
PLAYED = b"/%b\\s{0,20}/%b(?![A-Za-z0-9#])" % (_spelled(b"Subtype"), _spelled(b"RichMedia"))
FOUND = re.compile(ACTION + b"|" + PLAYED)
OBJECT_STREAM = re.compile(b"/" + _spelled(b"ObjStm"))


def starts_programs(content: bytes) -> bool:
    if FOUND.search(content):
        return True
    left = MOST_UNPACKED
    for packed in _object_streams(content):
        unpacked = _unpacked(packed, left)
        left -= len(unpacked)
        if left <= 0 or FOUND.search(unpacked):
            # More than any document holds there: what is in it is not known.
            return True
    return False


def _object_streams(content: bytes) -> Iterator[bytes]:
    at = 0
    while found := OBJECT_STREAM.search(content, at):
        at = found.end()
        begins = content.find(b"stream", at, at + LONGEST_DICTIONARY)
        if begins < 0:
            continue
        ends = content.find(b"endstream", begins)
        if ends < 0:
            return
        yield content[begins + len(b"stream") : ends].lstrip(b"\r\n")
        at = ends


def _unpacked(packed: bytes, most: int) -> bytes:
    """Up to `most` bytes; as they stand where they are not packed."""
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return packed
