"""Letters that come back: what mail servers report (RFC 3464) is fetched from a mailbox by IMAP (RFC 3501) and noted on
the letter, so that whoever invited sees it. A report names its letter by the Message-ID that we gave it."""

import asyncio
import email
import imaplib
import re
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
LETTER = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]+>")


@dataclass(frozen=True)
class Bounce:
    mail_id: uuid.UUID
    status: str
    """As RFC 3463 has it: 5.1.1 is an address that is not known."""


def bounce_of(content: bytes) -> Bounce | None:
    """What a message reports of a letter of ours that will never arrive; one that is only late is not given up."""
    try:
        parts = list(email.message_from_bytes(content).walk())
        statuses = [status for part in parts for status in _failures(part)]
        ids = [found for part in parts if (found := _letter(part))]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # Whatever somebody sends to this address: it is no report.
        return None
    return Bounce(ids[0], statuses[0]) if statuses and ids else None


def _failures(part: Message) -> list[str]:
    if part.get_content_type() != "message/delivery-status" or not isinstance(part.get_payload(), list):
        return []
    groups = [each for each in part.get_payload() if isinstance(each, Message)]
    failed = [str(each["Status"] or "").strip() for each in groups if str(each["Action"]).strip().lower() == "failed"]
    return [status[:20] for status in failed if status.startswith("5.")]


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
        where = urlsplit(address)
        kind, port = (imaplib.IMAP4_SSL, 993) if where.scheme == "imaps" else (imaplib.IMAP4, 143)
        self._imap = kind(where.hostname or "", where.port or port, timeout=ANSWERS_WITHIN)
        self._imap.login(unquote(where.username or ""), unquote(where.password or ""))
        self._imap.select(unquote(where.path.strip("/")) or "INBOX")

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

    def mark_read(self, numbers: list[str]) -> None:
        if numbers:
            self._imap.uid("STORE", ",".join(numbers), "+FLAGS.SILENT", r"(\Seen)")

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
        mailbox = await asyncio.to_thread(Mailbox, self._address)
        try:
            reports = await asyncio.to_thread(mailbox.unread)
            count = 0
            for bounce in filter(None, reports.values()):
                async with self._database.transaction() as tx:
                    count += await outbox.came_back(tx, bounce.mail_id, f"came back: {bounce.status}")
            await asyncio.to_thread(mailbox.mark_read, list(reports))
        finally:
            await asyncio.to_thread(mailbox.close)
        return count
