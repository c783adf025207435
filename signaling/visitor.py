"""Who knocks: what of a request is needed until its connection is let in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    token: str
    """Of the session, empty for a passer-by."""
    network: str
    accepts: str
    """Languages, as the browser asks for them (RFC 9110, 12.5.4)."""
    chose: str | None
    """The language chosen on a page."""
