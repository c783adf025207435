"""Text that people type: made plain and measured in one place. Every letter of every script stays."""

import re
import unicodedata
from urllib.parse import urlsplit

from rooms.core.errors import N_, Invalid

LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
EMBEDDINGS = re.compile("[\u202a-\u202e]")
"""Older controls of direction, which may turn what comes after them around."""
ISOLATES, ISOLATE_END = "\u2066\u2067\u2068", "\u2069"
FITZPATRICK = range(0x1F3FB, 0x1F400)
REGIONAL = range(0x1F1E6, 0x1F200)
JOINER = "\u200d"
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
"""Letters and signs of which nothing is seen (Unicode, Default_Ignorable_Code_Point; the blank of Braille)."""
MOST_MARKS = 8
"""Code points for each character that is counted: no script needs more."""


def slugged(name: str, otherwise: str) -> str:
    """The name as a part of an address, or `otherwise` where no letter of it can stand there."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or otherwise


def clean_text(text: str, field: str, longest: int, *, required: bool = False) -> str:
    """`text` in NFC, without control characters and outer space; empty when nothing of it is seen. Refused when longer
    than `longest` characters, as people count them."""
    text = plain(text)
    if required and not text:
        raise Invalid(f"{field}.missing", N_("Please fill in this field."), field=field)
    over = length(text) - longest
    if over > 0 or len(text) > MOST_MARKS * longest:
        message = N_("This is too long by %(over)s characters: at most %(longest)s.")
        raise Invalid(f"{field}.too_long", message, field=field, longest=longest, over=max(over, 1))
    return text


def clean_link(link: str, field: str) -> str:
    """A whole address on the web, or nothing."""
    link = clean_text(link, field, 500)
    # A browser reads a backslash as a slash, and what stands before an @ as a name: it would lead elsewhere.
    misleads = "\\" in link or "@" in urlsplit(link).netloc or any(map(str.isspace, link))
    if link and (misleads or not link.startswith("https://") or not urlsplit(link).hostname):
        message = N_("Please give a whole address that begins with https://")
        raise Invalid(f"{field}.invalid", message, field=field)
    return link


def plain(text: str) -> str:
    """Spaces of all kinds, joiners and marks stay; what only machines read, or what turns other text round, goes."""
    text = unicodedata.normalize("NFC", LINE_ENDS.sub("\n", text))
    text = "".join(c for c in text if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c != "\ufeff"))
    text = _balanced(EMBEDDINGS.sub("", text)).strip()
    return text if any(map(_is_seen, text)) else ""


def one_line(text: str) -> str:
    """A name, or whatever else stands on one line: spaces beside each other become one."""
    return " ".join(plain(text).split())


def sort_key(name: str) -> tuple[str, str]:
    """For putting names in order as people read them: Ömer stands beside Omar, not after Zoé."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return bare, name


def as_seen(text: str) -> str:
    """For comparing: the same for two names that nobody can tell apart but by the size of their letters."""
    return "".join(
        c for c in one_line(text).casefold() if c.isspace() or _is_seen(c) or unicodedata.category(c) == "Mn"
    )


def length(text: str) -> int:
    """Characters as people count them: a letter with its marks is one, and so is a flag or a family (after UAX 29)."""
    count, before, is_half_flag = 0, "", False
    for c in text:
        is_flag = ord(c) in REGIONAL
        follows = unicodedata.category(c) in ("Mn", "Mc", "Me", "Cf") or ord(c) in FITZPATRICK or before == JOINER
        if not follows and not (is_flag and is_half_flag):
            count += 1
        is_half_flag = is_flag and not is_half_flag
        before = c
    return count


def _balanced(text: str) -> str:
    """Isolates that end where they began, in each paragraph (UAX 9, 3.1.2): nothing leaks into what stands beside."""
    return "\n".join(map(_balanced_line, text.split("\n")))


def _balanced_line(line: str) -> str:
    kept, opened = [], 0
    for c in line:
        if c == ISOLATE_END and opened == 0:
            continue
        opened += (c in ISOLATES) - (c == ISOLATE_END)
        kept.append(c)
    return "".join(kept) + ISOLATE_END * opened


def _is_seen(c: str) -> bool:
    return not c.isspace() and c not in BLANK and unicodedata.category(c) not in ("Cf", "Mn", "Me", "Cc", "Zs")
