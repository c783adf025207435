"""Sends what stands in the outbox: by SMTP, or nowhere in the demo, where the mailbox page shows it."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import aiosmtplib
import idna
import structlog
from jinja2 import Environment

from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.outbox import Channel, Mail
from server import calendars, language
from server.settings import Settings
from server.sms import Sms

log = structlog.get_logger()
MOMENTS = ("begins_at", "until")
SENDS_WITHIN = 40.0
LONGEST_PAUSE = 1.0
"""Seconds; less than a claim lasts, so that nobody else sends it meanwhile."""


class Post(Protocol):
    async def send(self, message: EmailMessage) -> None: ...


class SmtpPost:
    def __init__(self, settings: Settings) -> None:
        self._options: dict[str, Any] = {
            "hostname": settings.smtp_host,
            "port": settings.smtp_port,
            "username": settings.smtp_user or None,
            "password": settings.smtp_password.get_secret_value() or None,
            "use_tls": settings.smtp_security == "tls",
            "start_tls": settings.smtp_security == "starttls",
            "timeout": 20,
        }

    async def send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(message, **self._options)


class MailboxPost:
    """The demo's: a mail counts as sent once it can be read on the mailbox page."""

    async def send(self, message: EmailMessage) -> None:
        return None


def as_sent(address: str) -> str:
    """An address with its domain as mail servers know it (RFC 5890): `müller.example` is `xn--mller-kva.example`."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{idna.encode(domain, uts46=True).decode()}" if not domain.isascii() else address


class Writer:
    """Turns an outbox row into a message in its person's language."""

    def __init__(self, templates: Environment, settings: Settings) -> None:
        self._templates = templates
        self._settings = settings

    def _values(self, mail: Mail) -> dict[str, Any]:
        language.current.set(mail.language)
        values = {**mail.values, "url": self._settings.public_url.rstrip("/") + str(mail.values.get("path", "/"))}
        if "days" in values:
            values["days"] = [tuple(map(datetime.fromisoformat, day)) for day in values["days"]]
        return values | {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values.get(name)}

    def write_sms(self, mail: Mail) -> str:
        return self._templates.get_template(f"sms/{mail.template}.txt").render(self._values(mail)).strip()

    def write(self, mail: Mail) -> EmailMessage:
        values = self._values(mail)
        text = self._templates.get_template(f"mail/{mail.template}.txt").render(values).strip()
        subject, _, body = text.partition("\n")
        message = EmailMessage()
        message["From"], message["To"] = self._settings.mail_from, as_sent(mail.recipient)
        message["Subject"] = subject.strip()
        message["Date"] = mail.due_at
        message["Message-ID"] = f"<{mail.id}@{urlsplit(self._settings.public_url).hostname or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body.strip() + "\n")
        if "calendar" in values:
            self._add_calendar(message, values, body.strip())
        return message

    def _add_calendar(self, message: EmailMessage, values: dict[str, Any], body: str) -> None:
        """As an alternative for mail programs that act on it (RFC 6047), and as a file for all others."""
        calendar, sender = values["calendar"], self._settings.mail_from
        way_in = self._settings.public_url.rstrip("/") + f"/appointments/{calendar['uid']}"
        place = calendars.place(values["mode"], values["phone"], values["agency"], way_in)
        calendar |= {"location": place}
        entry = calendars.entry(calendar, calendars.summary(values), body, sender)
        # As bytes: as text its lines could lose their CRLF (RFC 5545, 3.1) on a way that carries seven bits.
        named = {"charset": "utf-8", "method": calendar["method"]}
        message.add_alternative(entry, maintype="text", subtype="calendar", params=named)
        message.add_attachment(
            entry,
            maintype="application",
            subtype="ics",
            filename=calendars.file_name(values["begins_at"].astimezone(ZoneInfo(values["zone"]))),
        )


class Pushes(Protocol):
    async def send(self, note: Mail) -> None: ...


@dataclass(frozen=True)
class Senders:
    """One for each channel."""

    post: Post
    pushes: Pushes
    sms: Sms

    @property
    def keeps_letters(self) -> bool:
        """Whether they are read here, and nowhere else."""
        return isinstance(self.post, MailboxPost)

    async def send(self, writer: Writer, mail: Mail) -> None:
        if mail.channel is Channel.PUSH:
            await self.pushes.send(mail)
        elif mail.channel is Channel.SMS:
            await self.sms.send(mail.recipient, writer.write_sms(mail))
        else:
            await self.post.send(writer.write(mail))


AT_ONCE = {Channel.MAIL: 1, Channel.PUSH: 8, Channel.SMS: 1}
"""How many of a channel are on their way at once. Pushes go to as many servers as there are browsers, of which some
may be slow on purpose."""


async def send_due(database: Database, writer: Writer, senders: Senders, channel: Channel) -> int:
    """Send what is due of one channel: what is slow in one delays no other."""
    async with database.reading() as tx:
        if not await outbox.any_due(tx, channel):
            return 0
    lanes = (_send_one_by_one(database, writer, senders, channel) for _ in range(AT_ONCE[channel]))
    return sum(await asyncio.gather(*lanes))


async def _send_one_by_one(database: Database, writer: Writer, senders: Senders, channel: Channel) -> int:
    """A worker that dies has at most one letter in its hands."""
    count = 0
    while True:
        async with database.transaction() as tx:
            mail = await outbox.claim(tx, channel)
        if mail is None:
            return count
        count += 1
        began = time.monotonic()
        await _send(database, writer, senders, mail)
        # A letter can wait, people who click cannot: letters take half of the time at most, and less under load.
        await asyncio.sleep(min(time.monotonic() - began, LONGEST_PAUSE))


async def _send(database: Database, writer: Writer, senders: Senders, mail: Mail) -> None:
    """A failure is noted on the row and tried again later: one letter holds up no other."""
    try:
        await asyncio.wait_for(senders.send(writer, mail), SENDS_WITHIN)
    except Exception as error:
        log.warning("mail_failed", mail=str(mail.id), reason=type(error).__name__)
        async with database.transaction() as tx:
            await outbox.failed(tx, mail, f"{type(error).__name__}: {error}")
        return
    async with database.transaction() as tx:
        await outbox.sent(tx, mail.id, is_kept=senders.keeps_letters)
