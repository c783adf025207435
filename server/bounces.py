"""Letters that come back: what mail servers report (RFC 3464) is fetched from a mailbox by IMAP (RFC 3501) and noted on
the letter, so that whoever invited sees it. A report names its letter by the Message-ID that we gave it."""

import asyncio
import email
import imaplib
import re
import ssl
import time
import uuid
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote, urlsplit

from rooms.core import outbox
from rooms.core.database import Database
from server.settings import Settings

LOOK_EVERY = 60.0
ANSWERS_WITHIN = 20.0
MOST_AT_ONCE = 100
READ_OF_EACH = 64 * 1024
"""Bytes: the report stands before the letter that it returns, and its headers are enough."""
MOST_PARTS = 20
"""Parts that have parts: a report has two. Each costs as much as all that is in it."""
ROUND_WITHIN = 120.0
STATUS = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
LETTER = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>")


@dataclass(frozen=True)
class Bounce:
    mail_id: uuid.UUID
    status: str
    """As RFC 3463 has it: 5.1.1 is an address that is not known."""


def bounce_of(content: bytes) -> Bounce | None:
    """What a message reports of a letter of ours that will never arrive; one that is only late is not given up."""
    head = content.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0].lower()
    if b"multipart/report" not in head or content.lower().count(b"boundary=") > MOST_PARTS:
        return None
    try:
        parts = list(email.message_from_bytes(content).walk())
        statuses = [status for part in parts for status in _failures(part)]
        ids = [found for part in parts if (found := _letter(part))]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # Whatever somebody sends to this address: it is no report.
        return None
    return Bounce(ids[0], statuses[0]) if statuses and ids else None


def _failures(part: Message) -> list[str]:
    """The statuses of recipients that a server has given up (RFC 3464, 2.3.3), also because it was never reached."""
    if part.get_content_type() != "message/delivery-status" or not isinstance(part.get_payload(), list):
        return []
    groups = [each for each in part.get_payload() if isinstance(each, Message)]
    failed = [str(each["Status"]).strip() for each in groups if str(each["Action"]).strip().lower() == "failed"]
    return [found[0] for status in failed if (found := STATUS.match(status))]


def _letter(part: Message) -> uuid.UUID | None:
    kind, payload = part.get_content_type(), part.get_payload()
    if kind == "message/rfc822" and isinstance(payload, list) and isinstance(payload[0], Message):
        returned = payload[0]
    elif kind == "text/rfc822-headers" and isinstance(payload, str):
        returned = email.message_from_string(payload)
    else:
        return None
    found = LETTER.search(str(returned["Message-ID"] or ""))
    return uuid.UUID(found[1]) if found else None


class Mailbox:
    """One connection to the mailbox; every method waits for the other side."""

    def __init__(self, address: str) -> None:
        """Raises OSError, imaplib.IMAP4.error or ValueError where it does not open."""
        where = urlsplit(address)
        if where.scheme == "imaps":
            port, context = where.port or 993, ssl.create_default_context()
            self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                where.hostname or "", port, ssl_context=context, timeout=ANSWERS_WITHIN
            )
        else:
            self._imap = imaplib.IMAP4(where.hostname or "", where.port or 143, timeout=ANSWERS_WITHIN)
        self._imap.login(unquote(where.username or ""), unquote(where.password or ""))
        folder = unquote(where.path.strip("/")) or "INBOX"
        said, _ = self._imap.select('"{}"'.format(folder.replace("\\", r"\\").replace('"', r"\"")))
        if said != "OK":
            raise imaplib.IMAP4.error(f"there is no folder {folder}")

    def unread(self) -> dict[str, Bounce | None]:
        """What the messages report that nobody has read, by their numbers. They are parsed here, beside the loop: a
        stranger wrote them."""
        _, (numbers, *_) = self._imap.uid("SEARCH", "UNSEEN")
        found: dict[str, Bounce | None] = {}
        for number in (numbers or b"").decode().split()[:MOST_AT_ONCE]:
            _, answer = self._imap.uid("FETCH", number, f"(BODY.PEEK[]<0.{READ_OF_EACH}>)")
            content = next((each[1] for each in answer if isinstance(each, tuple)), b"")
            found[number] = bounce_of(content[:READ_OF_EACH])
        return found

    def mark_read(self, number: str) -> None:
        self._imap.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")

    def close(self) -> None:
        self._imap.logout()


class Bounces:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._address = settings.bounces.get_secret_value()
        self._look_at = 0.0

    async def read_new(self) -> int:
        """Once a minute. A message is marked as read only after what it says is noted."""
        if not self._address or time.monotonic() < self._look_at:
            return 0
        self._look_at = time.monotonic() + LOOK_EVERY
        async with asyncio.timeout(ROUND_WITHIN):
            mailbox = await asyncio.to_thread(Mailbox, self._address)
            try:
                return await self._read(mailbox)
            finally:
                await asyncio.to_thread(mailbox.close)

    async def _read(self, mailbox: Mailbox) -> int:
        count = 0
        for number, bounce in (await asyncio.to_thread(mailbox.unread)).items():
            if bounce:
                async with self._database.transaction() as tx:
                    count += await outbox.came_back(tx, bounce.mail_id, f"came back: {bounce.status}")
            await asyncio.to_thread(mailbox.mark_read, number)
        return count
