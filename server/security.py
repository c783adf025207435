"""What every answer carries and every question is checked for: headers, origin, proxies, form tokens, rates."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from rooms.core.errors import N_, Problem
from server.settings import Settings

log = structlog.get_logger()
LONGEST_HOP = 64
REDIS_WITHIN = 1.0
"""Seconds in which a count is answered."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TooOften(Problem):
    status = 429

    def __init__(self) -> None:
        super().__init__("too_often", N_("That was very often in a short time. Please wait a minute and try again."))


class Rates:
    """How often one address may do a thing in a minute: counted across processes where they have a Redis, and by each
    for itself while it is away."""

    def __init__(self, redis: str = "", installation: str = "parvis", secret: str = "") -> None:
        self._secret = secret
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._together = None
        if redis:
            options: dict[str, Any] = {"socket_timeout": REDIS_WITHIN, "socket_connect_timeout": REDIS_WITHIN}
            storage = RedisStorage(f"async+{redis}", implementation="redispy", key_prefix=installation, **options)
            self._together = FixedWindowRateLimiter(storage)

    async def count(self, what: str, who: str, per_minute: int) -> None:
        if not await self._hit(RateLimitItemPerMinute(per_minute), what, who):
            raise TooOften()

    async def _hit(self, item: RateLimitItem, what: str, who: str) -> bool:
        if self._together:
            try:
                # Who it is, an address or the token of a session, is not written down there.
                return await self._together.hit(item, what, _token(self._secret, "counted", who))
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("rates_counted_alone", error=type(error).__name__)
        return await self._alone.hit(item, what, who)


def form_token(secret: str, holder: str) -> str:
    """The token that a form of this browser must bring back."""
    return _token(secret, "form", holder)


def known_browser_token(secret: str, email: str) -> str:
    """What a browser keeps once somebody with this address has signed in with it: no way in, only that it was here."""
    return _token(secret, "known", email.strip().lower())


def _token(secret: str, purpose: str, about: str) -> str:
    """A token of one purpose proves nothing for another, whatever a stranger has it made of."""
    return hmac.new(secret.encode(), f"{purpose}:{about}".encode(), hashlib.sha256).hexdigest()[:40]


def masked(token: str) -> str:
    """The token under a new mask, as a page carries it: compressed pages of different lengths tell nobody what is the
    same in all of them (BREACH, 2013)."""
    content = bytes.fromhex(token)
    mask = secrets.token_bytes(len(content))
    return mask.hex() + bytes(a ^ b for a, b in zip(mask, content, strict=True)).hex()


def unmasked(brought: str) -> str:
    """The token that a form brought back, or nothing if it is none."""
    try:
        content = bytes.fromhex(brought)
    except ValueError:
        return ""
    mask, hidden = content[: len(content) // 2], content[len(content) // 2 :]
    return bytes(a ^ b for a, b in zip(mask, hidden, strict=False)).hex()


def same_origin(request: web.Request, public_url: str) -> bool:
    """Whether a browser sent this from one of our own pages (Fetch metadata, W3C; Origin, RFC 6454)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin in (public_url.rstrip("/"), f"{request.scheme}://{request.host}")


def content_policy(settings: Settings, *, runs_wasm: bool = False) -> str:
    """What a page may load and run; compiled code (WebAssembly) where it reads codes from the camera."""
    socket = settings.public_url.rstrip("/").replace("http", "ws", 1)
    wasm = " 'wasm-unsafe-eval'" if runs_wasm else ""
    return (
        f"default-src 'none'; script-src 'self'{wasm}; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        f"media-src 'self' blob:; connect-src 'self' {socket}; manifest-src 'self'; worker-src 'self'; "
        "frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    )


def headers(settings: Settings) -> dict[str, str]:
    found = {
        "Server": "Parvis",
        "Content-Security-Policy": content_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    }
    if settings.is_secure:
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found


def middleware(settings: Settings) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Take the client's address and scheme from proxies that are trusted, and add the headers to every answer."""
    trusted = [ipaddress.ip_network(network) for network in settings.trusted_proxies]

    @web.middleware
    async def secured(request: web.Request, handler: Handler) -> web.StreamResponse:
        request = _behind_proxy(request, trusted)

        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(headers(settings))
            raise
        if not response.prepared:
            for name, value in headers(settings).items():
                response.headers.setdefault(name, value)
        return response

    return secured


def _is_trusted(address: str, trusted: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        return any(ipaddress.ip_address(_host(address)) in network for network in trusted)
    except ValueError:
        return False


def _behind_proxy(request: web.Request, trusted: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> web.Request:
    if not request.remote or not _is_trusted(request.remote, trusted):
        return request
    hops = [_host(hop) for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if hop.strip()]
    client = next((hop for hop in reversed(hops) if not _is_trusted(hop, trusted)), _host(request.remote))
    # Each proxy adds what it was asked by: the first was asked by the person.
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme).split(",")[0].strip().lower()
    return request.clone(remote=client, scheme="https" if scheme == "https" else "http")


def _host(hop: str) -> str:
    """The address of a hop, however its proxy writes it: with a port, in brackets or quotes, as IPv4 inside IPv6."""
    hop = hop.strip().strip('"')
    bare = hop[1:].partition("]")[0] if hop.startswith("[") else hop
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return hop[:LONGEST_HOP]
    return str(getattr(found, "ipv4_mapped", None) or found)


def network_of(address: str) -> str:
    """Whom a limit counts as one: an address of IPv4, or the network that a household or a machine of IPv6 has whole
    (RFC 6177)."""
    try:
        found = ipaddress.ip_address(_host(address))
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
