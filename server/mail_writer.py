"""What a letter looks like: text and HTML that say the same, who writes and for whom, whom to ask, how to stop it."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import idna
from jinja2 import Environment

from rooms.core.outbox import Mail
from rooms.people.mail_refusals import REFUSABLE
from server import calendars, language, tickets
from server.settings import Settings

MOMENTS = ("begins_at", "before", "until", "due")
TICKET = "ticket@parvis"
"""The name of the picture inside a letter (RFC 2392)."""
FOR_WHOM = ("agency", "fair", "employer")
"""Names that a letter is written for, the first that is known."""


@dataclass(frozen=True)
class Block:
    """A paragraph of a letter, or the address that it leads to."""

    lines: tuple[str, ...] = ()
    path: str = ""


def as_sent(address: str) -> str:
    """An address with its domain as mail servers know it (RFC 5890): `müller.example` is `xn--mller-kva.example`."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{idna.encode(domain, uts46=True).decode()}" if not domain.isascii() else address


def unsubscribe_path(settings: Settings, mail_id: uuid.UUID) -> str:
    """Whoever has this letter may refuse others like it (RFC 8058), and nothing else."""
    secret = settings.secret.get_secret_value().encode()
    token = hmac.new(secret, f"unsubscribe:{mail_id}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"/unsubscribe/{mail_id}/{token}"


class Writer:
    """Turns an outbox row into a message in its person's language."""

    def __init__(self, templates: Environment, settings: Settings) -> None:
        self._templates = templates
        self._settings = settings
        self._house = settings.public_url.rstrip("/")
        self._operator = settings.operator or parseaddr(settings.mail_from)[0] or "Parvis"

    def _values(self, mail: Mail) -> dict[str, Any]:
        language.current.set(mail.language)
        values = {**mail.values, "url": self._house + str(mail.values.get("path", "/"))}
        if values.get("ticket"):
            values["ticket_url"] = self._house + tickets.path_of(self._settings, uuid.UUID(values["ticket"]))
        if "days" in values:
            values["days"] = [tuple(map(datetime.fromisoformat, day)) for day in values["days"]]
        return values | {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values.get(name)}

    def write_sms(self, mail: Mail) -> str:
        return self._templates.get_template(f"sms/{mail.template}.txt").render(self._values(mail)).strip()

    def write(self, mail: Mail) -> EmailMessage:
        values = self._values(mail)
        text = self._templates.get_template(f"mail/{mail.template}.txt").render(values).strip()
        subject, _, body = (part.strip() for part in text.partition("\n"))
        message = EmailMessage()
        message["From"], message["To"] = self._settings.mail_from, as_sent(mail.recipient)
        message["Subject"] = subject
        message["Date"] = mail.due_at
        message["Message-ID"] = f"<{mail.id}@{urlsplit(self._settings.public_url).hostname or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        footer, stop = self._footer(values), ""
        if mail.template in REFUSABLE:
            stop = self._house + unsubscribe_path(self._settings, mail.id)
            message["List-Unsubscribe"] = f"<{stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        last = [language.gettext("No more mails of this kind: %(path)s", path=stop)] if stop else []
        message.set_content("\n".join([body, "", "-- ", *footer, *last]) + "\n")
        message.add_alternative(self._html(mail, subject, body, footer, stop), subtype="html")
        if "ticket_url" in values:
            self._add_ticket(message, values["ticket_url"])
        if "calendar" in values:
            self._add_calendar(message, values, body)
        return message

    def _footer(self, values: dict[str, Any]) -> list[str]:
        whom = next((str(values[name]) for name in FOR_WHOM if values.get(name)), "")
        by = self._operator
        lines = [language.gettext("%(operator)s, for %(whom)s", operator=by, whom=whom) if whom else by]
        if self._settings.help_contact:
            lines.append(language.gettext("Any question: %(contact)s", contact=self._settings.help_contact))
        return lines

    def _add_ticket(self, message: EmailMessage, address: str) -> None:
        """The QR code stands in the letter itself: at the door there may be no network."""
        page = message.get_body(("html",))
        if page:
            page.add_related(tickets.as_png(address), "image", "png", cid=f"<{TICKET}>", filename="ticket.png")

    def _html(self, mail: Mail, subject: str, body: str, footer: list[str], stop: str) -> str:
        return self._templates.get_template("mail/letter.html").render(
            ticket=TICKET if mail.values.get("ticket") else "",
            language=mail.language,
            subject=subject,
            operator=self._operator,
            blocks=self._blocks(body),
            footer=footer,
            unsubscribe=stop,
        )

    def _blocks(self, body: str) -> list[Block]:
        """The paragraphs of a letter. A line that is an address of ours alone is where it leads."""
        found: list[Block] = []
        for paragraph in body.split("\n\n"):
            lines = tuple(line.strip() for line in paragraph.strip().split("\n") if line.strip())
            words = tuple(line for line in lines if not self._is_ours(line))
            found += [Block(words)] if words else []
            found += [Block(path=line) for line in lines if self._is_ours(line)]
        return found

    def _is_ours(self, line: str) -> bool:
        return line.startswith(f"{self._house}/") and " " not in line

    def _add_calendar(self, message: EmailMessage, values: dict[str, Any], body: str) -> None:
        """As an alternative for mail programs that act on it (RFC 6047), and as a file for all others."""
        calendar, sender = values["calendar"], self._settings.mail_from
        way_in = self._house + f"/appointments/{calendar['uid']}"
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
