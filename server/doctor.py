"""`parvis doctor`: tries each thing this installation stands on, and says how to mend what fails."""

import asyncio
import base64
import hashlib
import imaplib
import importlib.metadata
import resource
import tempfile
import zoneinfo
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import aiohttp.http
import aiosmtplib
from aioice.stun import TransactionError
from aioice.turn import create_turn_endpoint
from sqlalchemy import text

from rooms.core.clock import SystemClock
from rooms.core.database import Database
from server import migrating, rendering
from server.bounces import Mailbox
from server.settings import SHORTEST_SECRET, Settings, SettingsError, load
from signaling.ice import IceServers

FEWEST_FILES = 4096
TURN_ANSWERS_WITHIN = 8.0


@dataclass(frozen=True)
class Finding:
    name: str
    is_well: bool
    says: str
    mend: str = ""


Check = Callable[[Settings], Awaitable[Finding]]


async def database(settings: Settings) -> Finding:
    found = Database(settings.database, settings.clock)
    try:
        async with found.transaction() as tx:
            await tx.session.execute(text("SELECT 1"))
        current = await migrating.is_current(found.engine)
    except Exception as error:
        return Finding("database", False, f"{type(error).__name__}: {error}".splitlines()[0],
                       "Check PARVIS_DATABASE and that the server runs.")  # fmt: skip
    finally:
        await found.close()
    if not current:
        return Finding("database", False, "reached, but migrations are missing", "Run: parvis migrate")
    return Finding("database", True, f"{found.engine.dialect.name}, reached and migrated")


async def secret(settings: Settings) -> Finding:
    value = settings.secret.get_secret_value()
    varied = len(set(value)) >= SHORTEST_SECRET // 3
    if len(value) < SHORTEST_SECRET or not varied:
        return Finding("secret", False, "too short or too plain", "Set PARVIS_SECRET: openssl rand -base64 48")
    return Finding("secret", True, "long enough")


async def mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding(
            "mail", False, "nobody gets mail", "Set PARVIS_SMTP_HOST, PARVIS_SMTP_USER, PARVIS_SMTP_PASSWORD."
        )
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        timeout=10,
    )
    try:
        await client.connect()
        if settings.smtp_user:
            await client.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        await client.quit()
    except (OSError, aiosmtplib.SMTPException) as error:
        return Finding("mail", False, f"{type(error).__name__}: {error}", "Check the PARVIS_SMTP_… settings.")
    return Finding("mail", True, f"{settings.smtp_host} answers and lets us in")


async def bounces(settings: Settings) -> Finding:
    address = settings.bounces.get_secret_value()
    if not address:
        return Finding("bounces", True, "letters that come back are not read: PARVIS_BOUNCES is not set")
    try:
        mailbox = await asyncio.to_thread(Mailbox, address)
        await asyncio.to_thread(mailbox.close)
    except (OSError, ValueError, imaplib.IMAP4.error) as error:
        return Finding("bounces", False, f"{type(error).__name__}: {error}", "Check PARVIS_BOUNCES.")
    return Finding("bounces", True, "the mailbox answers and lets us in")


async def turn(settings: Settings) -> Finding:
    """Asks each TURN server for a relay address, with credentials as a meeting's members get them (RFC 8656)."""
    if not settings.turn_urls:
        return Finding("turn", False, "none set: 15 to 22 % of people cannot talk by video",
                       "Run coturn and set PARVIS_TURN_URLS and PARVIS_TURN_SECRET.")  # fmt: skip
    servers = IceServers((), settings.turn_urls, settings.turn_secret.get_secret_value())
    (server,) = servers.of("doctor", SystemClock().now())
    credentials = str(server["username"]), str(server["credential"])
    refusals = [f"{url}: {why}" for url in settings.turn_urls if (why := await _refusal(url, *credentials))]
    if refusals:
        return Finding("turn", False, "; ".join(refusals),
                       "Check the address, the firewall, and that PARVIS_TURN_SECRET is coturn's.")  # fmt: skip
    return Finding("turn", True, f"{len(settings.turn_urls)} relay for us")


async def _refusal(url: str, username: str, password: str) -> str:
    """Why this TURN server relays nothing for us; empty when it does."""
    scheme, _, rest = url.partition(":")
    server = urlsplit(f"//{rest}")
    is_secure = scheme == "turns"
    try:
        async with asyncio.timeout(TURN_ANSWERS_WITHIN):
            relayed, _ = await create_turn_endpoint(
                asyncio.DatagramProtocol,
                (server.hostname or "", server.port or (5349 if is_secure else 3478)),
                username,
                password,
                ssl=is_secure or None,
                transport="tcp" if is_secure or "transport=tcp" in server.query else "udp",
            )
            relayed.close()
    except TimeoutError:
        return "no answer"
    except (OSError, TransactionError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


async def proxies(settings: Settings) -> Finding:
    """Goes in by the public address, as a visitor does, and asks what the server saw of it."""
    if not settings.is_secure:
        return Finding("proxies", False, "public_url is not https: browsers give no camera outside this machine",
                       "Put nginx with TLS in front and set PARVIS_PUBLIC_URL.")  # fmt: skip
    try:
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            answer = await session.get(f"{settings.public_url.rstrip('/')}/healthz")
            seen = await answer.json()
            scheme = seen["scheme"]
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
        return Finding("proxies", False, f"{settings.public_url}: {type(error).__name__}: {error}",
                       "Start parvis serve, and check the proxy and its certificate.")  # fmt: skip
    if scheme != "https":
        return Finding("proxies", False, "the proxy is not believed: all visitors look alike, and as if without TLS",
                       "Set PARVIS_TRUSTED_PROXIES to its address, e.g. 127.0.0.1, and let it send "
                       "X-Forwarded-For and X-Forwarded-Proto.")  # fmt: skip
    return Finding("proxies", True, f"{settings.public_url} reaches us, and the proxy is believed")


async def open_files(_: Settings) -> Finding:
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FEWEST_FILES:
        return Finding("open files", False, f"{soft}: about {soft // 2} people at once", "Set LimitNOFILE=65536.")
    return Finding("open files", True, str(soft))


async def time_zones(_: Settings) -> Finding:
    try:
        zoneinfo.ZoneInfo("America/Guadeloupe")
        version = importlib.metadata.version("tzdata")
    except (zoneinfo.ZoneInfoNotFoundError, importlib.metadata.PackageNotFoundError):
        return Finding("time zones", False, "no time-zone data", "Run: pip install tzdata")
    return Finding("time zones", True, f"tzdata {version}")


async def files(settings: Settings) -> Finding:
    try:
        settings.files.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=settings.files) as probe:
            probe.write(b"1")
    except OSError as error:
        return Finding("files", False, f"{settings.files}: {error.strerror}", "Set PARVIS_FILES to a folder of ours.")
    return Finding("files", True, str(settings.files))


async def assets(_: Settings) -> Finding:
    script = rendering.STATIC / "vendor" / "socket.io.js"
    if not script.exists():
        return Finding("assets", False, f"{Path(script).name} is missing", "Install the wheel, or run make demo once.")
    digest = base64.b32encode(hashlib.sha256(script.read_bytes()).digest()).decode()[:8].lower()
    return Finding("assets", True, f"socket.io.js {digest}")


async def http(_: Settings) -> Finding:
    name = aiohttp.http.HttpRequestParser.__module__
    if "_http_parser" not in name:
        return Finding("http", False, "aiohttp runs without its C parser", "Reinstall aiohttp from a wheel.")
    return Finding("http", True, f"aiohttp {importlib.metadata.version('aiohttp')}, C parser")


CHECKS: tuple[Check, ...] = (
    database,
    secret,
    mail,
    bounces,
    turn,
    proxies,
    open_files,
    time_zones,
    files,
    assets,
    http,
)


async def main() -> int:
    try:
        settings = load()
    except SettingsError as error:
        print(f"✗ settings     {error}")
        return 1
    findings = [await check(settings) for check in CHECKS]
    for finding in findings:
        print(f"{'✓' if finding.is_well else '✗'} {finding.name:<12} {finding.says}")
        if finding.mend:
            print(f"  → {finding.mend}")
    return 0 if all(finding.is_well for finding in findings) else 1
