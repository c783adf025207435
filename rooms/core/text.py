"""Text that people type: made plain and measured in one place."""

import re
import unicodedata

from rooms.core.errors import N_, Invalid


def slugged(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "x"


def clean_text(text: str, field: str, longest: int, *, required: bool = False) -> str:
    """`text` without control characters and outer space; refused when longer than `longest` characters."""
    text = "".join(c for c in text.strip() if c.isprintable() or c in "\n\t")
    if required and not text:
        raise Invalid(f"{field}.missing", N_("Please fill in this field."), field=field)
    if len(text) > longest:
        message = N_("This is too long: at most %(longest)s characters.")
        raise Invalid(f"{field}.too_long", message, field=field, longest=longest)
    return text
