"""Sends what stands in the outbox: by SMTP, or nowhere in the demo, where the mailbox page shows it."""

from email.message import EmailMessage
from typing import Any, Protocol

import aiosmtplib
import structlog
from jinja2 import Environment

from rooms import outbox
from rooms.database import Database
from rooms.outbox import Channel, Mail
from server import language
from server.settings import Settings

log = structlog.get_logger()


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


class Writer:
    """Turns an outbox row into a message in its person's language."""

    def __init__(self, templates: Environment, settings: Settings) -> None:
        self._templates = templates
        self._settings = settings

    def write(self, mail: Mail) -> EmailMessage:
        language.current.set(mail.language)
        values = {**mail.values, "url": self._settings.public_url.rstrip("/") + str(mail.values.get("path", "/"))}
        text = self._templates.get_template(f"mail/{mail.template}.txt").render(values).strip()
        subject, _, body = text.partition("\n")
        message = EmailMessage()
        message["From"], message["To"] = self._settings.mail_from, mail.recipient
        message["Subject"] = subject.strip()
        message["Message-ID"] = f"<{mail.id}@parvis>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body.strip() + "\n")
        return message


class Pushes(Protocol):
    async def send(self, note: Mail) -> None: ...


async def send_due(database: Database, writer: Writer, post: Post, pushes: Pushes) -> int:
    """Send what is due; a failure is noted on the row and tried again later."""
    async with database.reading() as tx:
        if not await outbox.any_due(tx):
            return 0
    async with database.transaction() as tx:
        mails = await outbox.claim(tx)
    for mail in mails:
        try:
            await (pushes.send(mail) if mail.channel is Channel.PUSH else post.send(writer.write(mail)))
        except Exception as error:
            # Whatever goes wrong with one letter must not hold up the others.
            log.warning("mail_failed", mail=str(mail.id), reason=type(error).__name__)
            async with database.transaction() as tx:
                await outbox.failed(tx, mail, f"{type(error).__name__}: {error}")
            continue
        async with database.transaction() as tx:
            await outbox.sent(tx, mail.id)
    return len(mails)
