"""Sends what stands in the outbox: by SMTP, or nowhere in the demo, where the mailbox page shows it."""

import asyncio
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol

import aiosmtplib
import structlog

from rooms.core import outbox
from rooms.core.database import Database
from rooms.core.outbox import Channel, Mail
from rooms.people import mail_refusals
from server.mail_writer import Writer
from server.settings import Settings
from server.sms import Sms

log = structlog.get_logger()
SENDS_WITHIN = 40.0
PERMANENT = 500
REFUSED = "refused by its reader"
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
        } | ({"sender": settings.bounce_address} if settings.bounce_address else {})

    async def send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(message, **self._options)


class MailboxPost:
    """The demo's: a mail counts as sent once it can be read on the mailbox page."""

    async def send(self, message: EmailMessage) -> None:
        return None


class Pushes(Protocol):
    async def send(self, note: Mail) -> None: ...


@dataclass(frozen=True)
class Senders:
    """One for each channel."""

    post: Post
    pushes: Pushes
    sms: Sms

    invitations_a_minute: int
    """How many letters leave at most of those that are written by the thousand."""

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
            mail = await outbox.claim(tx, channel, senders.invitations_a_minute)
        if mail is None:
            return count
        count += 1
        began = time.monotonic()
        await _send(database, writer, senders, mail)
        # A letter can wait, people who click cannot: letters take half of the time at most, and less under load.
        await asyncio.sleep(min(time.monotonic() - began, LONGEST_PAUSE))


async def _send(database: Database, writer: Writer, senders: Senders, mail: Mail) -> None:
    """A failure is noted on the row and tried again later: one letter holds up no other."""
    async with database.reading() as tx:
        is_refused = await mail_refusals.is_refused(tx, mail.recipient, mail.template)
    if is_refused:
        async with database.transaction() as tx:
            await outbox.failed(tx, mail, REFUSED, for_good=True)
        return
    try:
        await asyncio.wait_for(senders.send(writer, mail), SENDS_WITHIN)
    except Exception as error:
        log.warning("mail_failed", mail=str(mail.id), reason=type(error).__name__)
        async with database.transaction() as tx:
            await outbox.failed(tx, mail, f"{type(error).__name__}: {error}", for_good=_is_for_good(error))
        return
    async with database.transaction() as tx:
        await outbox.sent(tx, mail.id, is_kept=senders.keeps_letters)


def _is_for_good(error: Exception) -> bool:
    """The other side has said that it will never take it (RFC 5321, 4.2.1): nobody waits for it in vain."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= PERMANENT for each in error.recipients)
    return isinstance(error, aiosmtplib.SMTPDataError) and error.code >= PERMANENT
