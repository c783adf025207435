"""The languages that are spoken here, and the choice between them."""

import re

LANGUAGES = ("fr", "en")
LONGEST_HEADER = 1000


def _by_weight(accept: str) -> list[str]:
    """What an Accept-Language header takes, the dearest first; a weight of 0 means "not this one"."""
    weighed = []
    for part in accept[:LONGEST_HEADER].split(","):
        name, _, weight = part.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*(\d(?:\.\d*)?)\s*", weight, re.IGNORECASE)
        weighed.append((float(found.group(1)) if found else 1.0, name.strip().lower().partition("-")[0]))
    return [name for weight, name in sorted(weighed, key=lambda each: -each[0]) if weight > 0]


def choose(accept: str, *chosen: str | None) -> str:
    """The first chosen language that is spoken here, else the dearest in `accept` (an Accept-Language header, RFC 9110,
    section 12.5.4); English for the rest of the world, French where nothing is said."""
    for language in (*chosen, *_by_weight(accept)):
        if language in LANGUAGES:
            return language
    return "en" if accept.strip() else "fr"
