"""Reads people's own calendars, so that nobody is booked over them. Addresses of private networks are refused."""

import socket
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from rooms.appointments import hours, own_calendar
from rooms.appointments.availability import Span
from rooms.core.database import Database
from rooms.core.errors import N_
from server import outside_calendar
from server.outside_calendar import EndlessCalendar, UnreadableCalendar
from server.public_addresses import is_public

log = structlog.get_logger()
LARGEST = 4 * 2**20
AHEAD = timedelta(days=180)
ENDLESS = N_("This calendar is too long, or an entry of it repeats without end: it is not read.")
PRIVATE = N_("This address lies in a private network and is not read.")


class PrivateAddress(OSError):
    """The calendar's address lies in a private network."""


class PublicResolver(AbstractResolver):
    """Names only public addresses: the check and the connection use the same answer, so it cannot change between."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise PrivateAddress(host)
        return found

    async def close(self) -> None:
        await self._resolver.close()


class BusyCalendars:
    def __init__(self, database: Database, *, may_be_private: bool, seconds: int = outside_calendar.SECONDS) -> None:
        """`seconds` of a processor's time are what one calendar may take."""
        self._database = database
        self._seconds = seconds
        self._may_be_private = may_be_private

    async def read_due(self) -> int:
        """Read the calendars that were not read lately; what cannot be read keeps what was known, and says so."""
        async with self._database.reading() as tx:
            due = await own_calendar.due(tx)
        for person, address in due:
            try:
                await self._read(person, address)
            except Exception:
                # Whatever one calendar holds must not keep the others from being read.
                log.exception("calendar_failed", person=str(person))
                await self._note(person, address, N_("What this address gives is no calendar."))
        return len(due)

    async def _read(self, person_id: uuid.UUID, address: str) -> None:
        now = self._database.clock.now()
        try:
            text = await self._fetch(address)
            async with self._database.reading() as tx:
                zone = await hours.zone_of(tx, person_id)
            found = await outside_calendar.read(text, now, now + AHEAD, zone, seconds=self._seconds)
        except PrivateAddress:
            await self._note(person_id, address, PRIVATE)
        except EndlessCalendar:
            await self._note(person_id, address, ENDLESS)
        except UnreadableCalendar:
            await self._note(person_id, address, N_("What this address gives is no calendar."))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # aiohttp wraps what the resolver has said.
            if isinstance(getattr(error, "os_error", None), PrivateAddress):
                await self._note(person_id, address, PRIVATE)
                return
            log.info("calendar_unread", person=str(person_id), reason=type(error).__name__)
            await self._note(person_id, address, N_("This calendar could not be reached. It is tried again."))
        else:
            async with self._database.transaction() as tx:
                await own_calendar.keep_busy(tx, person_id, address, [Span(begins, ends) for begins, ends in found])

    async def _note(self, person_id: uuid.UUID, address: str, trouble: str) -> None:
        async with self._database.transaction() as tx:
            await own_calendar.note_trouble(tx, person_id, address, trouble)

    async def _fetch(self, address: str) -> bytes:
        url = urlsplit(address)
        if not self._may_be_private and (url.scheme != "https" or _is_private(url.hostname or "")):
            raise PrivateAddress(url.hostname)
        options: dict[str, Any] = {} if self._may_be_private else {"resolver": PublicResolver()}
        timeout = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(**options), timeout=timeout) as session,
            session.get(address, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise aiohttp.ClientError(f"status {answer.status}")
            text = await answer.content.read(LARGEST + 1)
            while len(text) <= LARGEST and (more := await answer.content.read(LARGEST)):
                text += more
        if len(text) > LARGEST:
            raise UnreadableCalendar("too large")
        return text


def _is_private(host: str) -> bool:
    """Whether the host is written as an address that is not public; a name is looked up later."""
    try:
        return not is_public(host)
    except ValueError:
        return False
