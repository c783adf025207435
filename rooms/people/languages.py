"""The languages that are spoken here, and the choice between them."""

LANGUAGES = ("fr", "en")


def choose(accept: str, *chosen: str | None) -> str:
    """The first chosen language that is spoken here, else the first in `accept` (an Accept-Language header, RFC 9110,
    section 12.5.4); English for the rest of the world, French where nothing is said."""
    for language in (*chosen, *(part.split(";")[0].strip()[:2].lower() for part in accept.split(","))):
        if language in LANGUAGES:
            return language
    return "en" if accept.strip() else "fr"
