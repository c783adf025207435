"""Who knocks: what of a request is needed until its connection is let in."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from signaling.cookies import LANGUAGE_COOKIE, session_cookie

NetworkOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Visitor:
    token: str
    """Of the session, empty for a passer-by."""
    network: str
    accepts: str
    """Languages, as the browser asks for them (RFC 9110, 12.5.4)."""
    chose: str | None
    """The language chosen on a page."""


class Door:
    """Reads of a request who knocks, and whether a page of ours sent them."""

    def __init__(self, public_url: str, network_of: NetworkOf) -> None:
        self._public, self._cookie = urlsplit(public_url), session_cookie(public_url)
        self._network_of = network_of

    def is_ours(self, request: web.Request) -> bool:
        """Whether a page of ours opens the connection (Origin, RFC 6454); a program that is no browser names none."""
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc in (self._public.netloc, request.host)

    def visitor_of(self, request: web.Request) -> Visitor:
        return Visitor(
            token=request.cookies.get(self._cookie, ""),
            network=self._network_of(request.remote or "?"),
            accepts=request.headers.get("Accept-Language", ""),
            chose=request.cookies.get(LANGUAGE_COOKIE),
        )
