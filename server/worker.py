"""Acts on deadlines: rows whose moment has come. It holds a lease, so one of several processes does it."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from rooms.access import planned_letters
from rooms.appointments import abandoned, agenda, booking, delays, expected
from rooms.core import lease, outbox
from rooms.core.database import Database
from rooms.core.errors import Away
from rooms.core.transaction import Transaction
from rooms.fairs import booth_applications, list_imports, registration, schedule, surveys
from rooms.lines import absence, calls
from rooms.meetings import follow_up
from rooms.people import presence

log = structlog.get_logger()
LEASE = timedelta(seconds=15)
RENEW_EVERY = 5.0
LOOK_EVERY = 0.5
TIDY_EVERY = 5.0
STOPS_WITHIN = 5.0


class Worker:
    """The loop inside `parvis serve`: renews this process's presence, then does what is due."""

    def __init__(
        self, database: Database, process_id: uuid.UUID, aside: Sequence[Callable[[], Awaitable[int]]]
    ) -> None:
        self.database = database
        self.process = process_id
        self._aside = aside
        """What waits for others, such as a mail server: done beside the loop, each for itself."""
        self._task: asyncio.Task[None] | None = None
        self._going_on: dict[int, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._leads = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        # Asked, not cancelled: a transaction cut off in the middle would keep SQLite's write lock.
        self._stopping.set()
        for task in (self._task, *self._going_on.values()):
            if task:
                await asyncio.wait({task}, timeout=STOPS_WITHIN)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        # A database that is away learns of the end by its silence.
        with contextlib.suppress(Away):
            async with self.database.transaction() as tx:
                await presence.end_process(tx, self.process)
                await lease.give_back(tx, "worker", str(self.process))

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        renew_at = tidy_at = 0.0
        while not self._stopping.is_set():
            try:
                if clock() >= renew_at:
                    await self.renew()
                    renew_at = clock() + RENEW_EVERY
                if self._leads:
                    await self.act(tidy=clock() >= tidy_at)
                    tidy_at = clock() + TIDY_EVERY if clock() >= tidy_at else tidy_at
            except Exception:
                # The loop outlives any single failure; the row stays due and is tried again.
                log.exception("worker_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_EVERY)

    async def renew(self) -> None:
        async with self.database.transaction() as tx:
            if not await presence.renew_process(tx, self.process):
                log.error("process_name_taken", mend="give each process a PARVIS_PROCESS_NAME of its own")
            self._leads = await lease.take(tx, "worker", str(self.process), LEASE)

    async def act(self, *, tidy: bool = True) -> None:
        """Everything that is due now, each in a transaction of its own."""
        async with self.database.reading() as tx:
            ringing, turning, expired = (
                await calls.due(tx),
                await schedule.to_turn(tx),
                await agenda.expired_reservations(tx),
            )
        for call in ringing:
            await self._one(_expire, call)
        for fair in turning:
            await self._one(schedule.turn_due, fair)
        for appointment in expired:
            await self._one(booking.lapse, appointment)
        if tidy:
            await self._tidy()
        for number, work in enumerate(self._aside):
            if number not in self._going_on or self._going_on[number].done():
                self._going_on[number] = asyncio.create_task(self._do_aside(work))

    async def _tidy(self) -> None:
        async with self.database.reading() as tx:
            forsaken = await abandoned.now_abandoned(tx)
            busy = await delays.counsellors(tx)
            letters = await planned_letters.due(tx)
        for meeting in forsaken:
            await self._one(abandoned.end_abandoned, meeting)
        for counsellor in busy:
            await self._one(delays.look, counsellor)
        for letter in letters:
            await self._one(planned_letters.send, letter)
        async with self.database.transaction() as tx:
            await registration.remind(tx)
        async with self.database.transaction() as tx:
            await surveys.begin_due(tx)
        async with self.database.transaction() as tx:
            await follow_up.remind(tx)
        async with self.database.transaction() as tx:
            await list_imports.forget_unsent(tx)
            await booth_applications.forget_unconfirmed(tx)
        async with self.database.transaction() as tx:
            await absence.put_absent_on_hold(tx)
            await absence.let_absent_go(tx)
            await expected.let_in(tx)
            await presence.forget_old(tx)
            await outbox.forget_useless(tx)

    async def _do_aside(self, work: Callable[[], Awaitable[int]]) -> None:
        """A slow mail server or calendar must not delay a deadline."""
        try:
            await work()
        except Exception:
            log.exception("work_aside_failed")

    async def _one(self, command: Callable[[Transaction, uuid.UUID], Awaitable[None]], mail_id: uuid.UUID) -> None:
        try:
            async with self.database.transaction() as tx:
                await command(tx, mail_id)
        except Exception:
            # One row that cannot be acted on holds up no other; it stays due.
            log.exception("due_failed", row=str(mail_id))


async def _expire(tx: Transaction, call_id: uuid.UUID) -> None:
    row = await calls.locked(tx, call_id)
    if row:
        await calls.expire(tx, row)
