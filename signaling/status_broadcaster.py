"""States: how each line is doing, the latest only. Stirred by events and presence, told a few times a second."""

import asyncio
import contextlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import select

from rooms.core.database import Database
from rooms.core.events import PublishedEvent, fair_stream, line_stream, person_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.booths import Booth
from rooms.fairs.schedule import FairTurned
from rooms.lines import line_status
from rooms.lines.line_status import LineStatus, Position
from rooms.lines.places import Place, PlaceState
from rooms.lines.waits import Wait
from signaling.contract import Payload, WaitView, server_event

log = structlog.get_logger()
COALESCE = 0.25
LOOK_AGAIN = 10.0


@server_event("booth:status", latest_of="booth_id")
class BoothStatus(Payload):
    """State: how a booth's line is doing, for anybody."""

    booth_id: UUID
    staff: int
    staff_names: list[str]
    waiting: int
    wait: WaitView | None
    is_paused: bool
    is_open: bool


@server_event("place:status", latest_of="place_id")
class PlaceStatus(Payload):
    """State: where your place stands. `position` 1 is first; none while on hold or in the talk."""

    place_id: UUID
    booth_id: UUID
    state: PlaceState
    position: int | None
    wait: WaitView | None
    passed_over_until: datetime | None
    staff: int
    is_paused: bool
    is_open: bool


class DeskPlace(Payload):
    place_id: UUID
    position: int | None
    is_near: bool
    is_engaged: bool
    can_be_called: bool


@server_event("desk:status", latest_of="booth_id")
class DeskStatus(Payload):
    """State: who in the line can be called now, for the staff."""

    booth_id: UUID
    staff_names: list[str]
    is_paused: bool
    is_open: bool
    places: list[DeskPlace]


def _wait(wait: Wait | None) -> WaitView | None:
    return WaitView(least=wait.least, most=wait.most) if wait else None


def booth_status(status: LineStatus) -> BoothStatus:
    return BoothStatus(
        booth_id=status.booth_id,
        staff=len(status.staff),
        staff_names=[person.name for person in status.staff],
        waiting=status.waiting,
        wait=_wait(status.wait),
        is_paused=status.is_paused,
        is_open=status.is_open,
    )


def place_status(position: Position, status: LineStatus) -> PlaceStatus:
    return PlaceStatus(
        place_id=position.place.id,
        booth_id=status.booth_id,
        state=position.place.state,
        position=position.position,
        wait=_wait(position.wait),
        passed_over_until=position.place.passed_over_until,
        staff=len(status.staff),
        is_paused=status.is_paused,
        is_open=status.is_open,
    )


def desk_status(line: list[Position], status: LineStatus) -> DeskStatus:
    return DeskStatus(
        booth_id=status.booth_id,
        staff_names=[person.name for person in status.staff],
        is_paused=status.is_paused,
        is_open=status.is_open,
        places=[
            DeskPlace(
                place_id=position.place.id,
                position=position.position,
                is_near=position.is_near,
                is_engaged=position.is_engaged,
                can_be_called=position.can_be_called,
            )
            for position in line
        ],
    )


class Emit(Protocol):
    """Sends an event to a connection or to all in a room."""

    async def __call__(self, payload: Payload, *, to: str) -> None: ...


class StatusBroadcaster:
    """Tells the states of due booths; looks again at those with people in line every few seconds."""

    def __init__(self, database: Database, emit: Emit) -> None:
        self._database = database
        self._emit = emit
        self._due: set[uuid.UUID] = set()
        self._last: dict[uuid.UUID, dict[uuid.UUID, BoothStatus]] = {}
        """What was told last, by fair and booth."""
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._look_again())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []

    def refresh(self, found: Iterable[uuid.UUID]) -> None:
        self._due.update(found)
        if self._due:
            self._wake.set()

    async def follow(self, published: list[PublishedEvent]) -> None:
        """Facts of a line stir its booth; a fair that turned stirs all of its booths."""
        for each in published:
            if isinstance(each.event, FairTurned):
                await self._refresh_fair(each.event.fair_id)
            elif isinstance(found := getattr(each.event, "booth_id", None), uuid.UUID):
                self.refresh({found})

    async def _refresh_fair(self, fair_id: uuid.UUID) -> None:
        async with self._database.reading() as tx:
            self.refresh(booth.id for booth in await booths.of_fair(tx, fair_id))

    async def watch(self, fair_id: uuid.UUID) -> None:
        """Somebody follows this fair from now on: its staffed booths are looked at again and again."""
        if fair_id not in self._last:
            self._last[fair_id] = {}
            await self._refresh_fair(fair_id)

    async def tell_again(self, sid: str, fair_id: uuid.UUID) -> None:
        """A connection that was away missed states: it is told the last ones."""
        # Another booth may be told for the first time while this one is on its way.
        for status in list(self._last.get(fair_id, {}).values()):
            await self._emit(status, to=sid)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(COALESCE)
            self._wake.clear()
            due, self._due = self._due, set()
            try:
                await self.tell(due)
            except Exception:
                log.exception("status_failed")

    async def _look_again(self) -> None:
        """Reach, waits, pauses and who stands at a desk change by the clock alone."""
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            with contextlib.suppress(Exception):
                async with self._database.reading() as tx:
                    query = select(Place.booth_id).where(Place.state == PlaceState.WAITING).distinct()
                    self.refresh((await tx.session.execute(query)).scalars())
                self.refresh(booth for told in self._last.values() for booth, status in told.items() if status.staff)

    async def tell(self, due: set[uuid.UUID]) -> None:
        async with self._database.reading() as tx:
            for booth in await self._booths(tx, due):
                await self._tell_booth(tx, booth)

    async def _booths(self, tx: Transaction, ids: set[uuid.UUID]) -> list[Booth]:
        return list((await tx.session.execute(select(Booth).where(Booth.id.in_(ids)))).scalars())

    async def _tell_booth(self, tx: Transaction, booth: Booth) -> None:
        status = (await line_status.of_booths(tx, [booth]))[booth.id]
        line = await line_status.of_line(tx, booth)
        shown = booth_status(status)
        self._last.setdefault(booth.fair_id, {})[booth.id] = shown
        await self._emit(shown, to=fair_stream(booth.fair_id))
        await self._emit(desk_status(line, status), to=line_stream(booth.id))
        for position in line:
            await self._emit(place_status(position, status), to=person_stream(position.place.person_id))
