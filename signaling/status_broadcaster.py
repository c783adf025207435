"""States: how each line is doing, the latest only. Stirred by events and presence, told a few times a second."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from rooms.core.database import Database
from rooms.core.events import PublishedEvent, fair_stream, line_stream, person_stream
from rooms.core.transaction import Transaction
from rooms.fairs import booths, desk_presence
from rooms.fairs.booths import Booth
from rooms.fairs.schedule import FairTurned
from rooms.lines import line_status, places
from rooms.lines.line_status import LineStatus, Position
from rooms.lines.places import PlaceState
from rooms.lines.waits import Wait
from signaling.contract import Payload, WaitView, server_event
from signaling.load import Load, Shedding
from signaling.telling import Telling

log = structlog.get_logger()
COALESCE, COALESCE_IN_A_CROWD = 0.25, 1.0
LOBBY_IN_A_CROWD, PAYS_EVERY = 10.0, 1.0
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


class StatusBroadcaster:
    """Tells the states of due booths: those that something has stirred in this process, to whoever is concerned in all
    of them."""

    def __init__(
        self, database: Database, telling: Telling, load: Load, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._telling = telling
        self._load, self._clock = load, clock
        self._lobby_at: dict[uuid.UUID, float] = {}
        """When the lobby was told last of each booth."""
        self._owed: set[uuid.UUID] = set()
        """Booths of which the lobby was not told yet."""
        self._due: set[uuid.UUID] = set()
        self._watched: set[uuid.UUID] = set()
        """The fairs that somebody here has looked at."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._look_at = 0.0
        self._staffed: set[uuid.UUID] = set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

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

    async def refresh_watched(self) -> None:
        """States that other processes told may have been missed."""
        for fair_id in list(self._watched):
            await self._refresh_fair(fair_id)

    async def watch(self, fair_id: uuid.UUID) -> None:
        """Somebody here follows this fair for the first time: its states are told."""
        if fair_id not in self._watched:
            self._watched.add(fair_id)
            await self._refresh_fair(fair_id)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), PAYS_EVERY if self._owed else None)
            self._pay()
            if not self._due:
                continue
            await asyncio.sleep(COALESCE if self._load.shedding is Shedding.NOTHING else COALESCE_IN_A_CROWD)
            self._wake.clear()
            due, self._due = self._due, set()
            try:
                await self.tell(due)
            except Exception:
                log.exception("status_failed")

    def _pay(self) -> None:
        """The lobby is told what it was spared, once there is time for it again, and every ten seconds at the least."""
        ready = {booth_id for booth_id in self._owed if not self._is_spared(booth_id)}
        self._owed -= ready
        self.refresh(ready)

    def _is_spared(self, booth_id: uuid.UUID) -> bool:
        last = self._lobby_at.get(booth_id, -LOBBY_IN_A_CROWD)
        is_late = self._clock() >= last + LOBBY_IN_A_CROWD
        return self._load.shedding >= Shedding.LOBBY and not is_late

    async def look_again(self) -> int:
        """Reach, waits, pauses and who stands at a desk change by the clock alone: one process of all looks again every
        few seconds. Gives how many booths it has looked at."""
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return 0
        self._look_at = now + LOOK_AGAIN
        async with self._database.reading() as tx:
            staffed = await desk_presence.staffed(tx)
            waited_in = await places.waited_in(tx)
        # Whoever was at a desk at the last look may be gone by now.
        self.refresh(waited_in | staffed | self._staffed)
        self._staffed = staffed
        return len(waited_in | staffed)

    async def tell(self, due: set[uuid.UUID]) -> None:
        async with self._database.reading() as tx:
            found = await self._booths(tx, due)
            statuses, lines = await line_status.of_booths(tx, found), await line_status.of_lines(tx, found)
        for booth in found:
            self._tell_booth(booth, statuses[booth.id], lines[booth.id])

    async def _booths(self, tx: Transaction, ids: set[uuid.UUID]) -> list[Booth]:
        return list((await tx.session.execute(select(Booth).where(Booth.id.in_(ids)))).scalars())

    def _tell_booth(self, booth: Booth, status: LineStatus, line: list[Position]) -> None:
        self._tell_lobby(booth, booth_status(status))
        self._telling.tell_room(line_stream(booth.id), desk_status(line, status))
        for position in line:
            self._telling.tell_room(person_stream(position.place.person_id), place_status(position, status))

    def _tell_lobby(self, booth: Booth, status: BoothStatus) -> None:
        if self._is_spared(booth.id):
            self._owed.add(booth.id)
            return
        self._lobby_at[booth.id] = self._clock()
        self._telling.tell_room(fair_stream(booth.fair_id), status)
