"""Reads people's own calendars, so that nobody is booked over them. Addresses of private networks are refused."""

import asyncio
import os
import uuid
from datetime import timedelta

import aiohttp
import structlog

from rooms.appointments import own_calendar
from rooms.appointments.availability import Span
from rooms.appointments.own_calendar import Read
from rooms.core.database import Database
from rooms.core.errors import N_
from server import outside, outside_calendar
from server.outside_calendar import EndlessCalendar, Question, UnreadableCalendar

log = structlog.get_logger()
LARGEST = 4 * 2**20
AHEAD = timedelta(days=180)
FETCHED_WITHIN = 20.0
AT_ONCE = 16
"""Calendars that are waited for; the network takes longer than reading."""
PROCESSORS = max(1, (os.cpu_count() or 1) - 1)
"""Files that are read at once: the others are for whoever clicks."""
ENDLESS = N_("This calendar is too long, or an entry of it repeats without end: it is not read.")
PRIVATE = N_("This address lies in a private network and is not read.")
NOT_ENCRYPTED = N_("The address of a calendar must begin with https://, and so must the one it leads to.")
TOO_LARGE = N_("This calendar is larger than 4 MB: it is not read.")
NO_CALENDAR = N_("What this address gives is no calendar.")
UNREACHED = N_("This calendar could not be reached. It is tried again.")


class BusyCalendars:
    def __init__(self, database: Database, *, may_be_private: bool, seconds: int = outside_calendar.SECONDS) -> None:
        """`seconds` of a processor's time are what one calendar may take."""
        self._database = database
        self._seconds = seconds
        self._may_be_private = may_be_private
        self._fetching = asyncio.Semaphore(AT_ONCE)
        self._reading = asyncio.Semaphore(PROCESSORS)

    async def read_due(self) -> int:
        """Read the calendars that were not read lately, side by side: a slow one delays no other. What cannot be read
        keeps what was known, and says so."""
        async with self._database.reading() as tx:
            due = await own_calendar.due(tx)
        async with asyncio.TaskGroup() as group:
            for person_id, address in due:
                group.create_task(self._read_one(person_id, address))
        return len(due)

    async def _read_one(self, person_id: uuid.UUID, address: str) -> None:
        async with self._fetching:
            try:
                trouble = await self._read(person_id, address)
            except Exception:
                # Whatever one calendar holds must not keep the others from being read.
                log.exception("calendar_failed", person=str(person_id))
                trouble = NO_CALENDAR
            if trouble:
                await self._note(person_id, address, trouble)

    async def _note(self, person_id: uuid.UUID, address: str, trouble: str) -> None:
        try:
            async with self._database.transaction() as tx:
                await own_calendar.note_trouble(tx, person_id, address, trouble)
        except Exception:
            # It stays due: it is read and noted again in the next round, and no other is kept from being read.
            log.exception("calendar_not_noted", person=str(person_id))

    async def _read(self, person_id: uuid.UUID, address: str) -> str:
        """What kept it from being read, empty when nothing did."""
        try:
            content = await outside.fetch(address, LARGEST, may_be_private=self._may_be_private, seconds=FETCHED_WITHIN)
            found = await self._understand(person_id, content)
        except outside.NotEncrypted:
            return NOT_ENCRYPTED
        except outside.TooLarge:
            return TOO_LARGE
        except EndlessCalendar:
            return ENDLESS
        except UnreadableCalendar:
            return NO_CALENDAR
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("calendar_unread", person=str(person_id), reason=type(error).__name__)
            return PRIVATE if outside.is_private(error) else UNREACHED
        async with self._database.transaction() as tx:
            await own_calendar.keep_busy(tx, person_id, address, found)
        return ""

    async def _understand(self, person_id: uuid.UUID, content: bytes) -> Read:
        async with self._reading:
            now = self._database.clock.now()
            async with self._database.reading() as tx:
                whose = await own_calendar.whose(tx, person_id)
            question = Question(now, now + AHEAD, whose.zone, whose.addresses, whose.appointments)
            reading = await outside_calendar.read(content, question, seconds=self._seconds)
        return Read([Span(begins, ends) for begins, ends in reading.busy], reading.unread)
