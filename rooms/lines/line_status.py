"""How a line is doing now: the latest only, worked out afresh, told to the lobby, to the desk and to each who waits."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.lines import calls, places, staff_here, waits
from rooms.lines.places import Place, PlaceState
from rooms.lines.waits import Wait
from rooms.meetings import under_way
from rooms.people import engagement, presence
from rooms.people.people import Person
from rooms.people.presence import Reach


@dataclass(frozen=True)
class LineStatus:
    """What anyone may know of a booth's line."""

    booth_id: uuid.UUID
    staff: list[Person]
    waiting: int
    wait: Wait | None
    is_paused: bool
    is_open: bool

    @property
    def can_be_met(self) -> bool:
        """Somebody is at the desk, and the doors are open."""
        return self.is_open and bool(self.staff) and not self.is_paused


@dataclass(frozen=True)
class Position:
    """Where one place is in the line: 1 is first. None while the place is on hold or in its talk."""

    place: Place
    position: int | None
    wait: Wait | None
    is_near: bool
    is_engaged: bool
    can_be_called: bool
    staff: int
    """How many are at the booth."""
    kept_for: Person | None
    """Of these, the one to whom this person was sent."""


async def of_booths(tx: Transaction, booths: list[Booth]) -> dict[uuid.UUID, LineStatus]:
    """The status of each booth, in the same number of queries for any number of booths."""
    ids = [booth.id for booth in booths]
    here = await staff_here.of_booths(tx, ids)
    waiting = await places.counts(tx, ids)
    talks = await under_way.measured(tx, ids)
    busy = await engagement.engaged(tx, {person.id for staff in here.values() for person in staff})
    return {
        booth.id: LineStatus(
            booth_id=booth.id,
            staff=here[booth.id],
            waiting=waiting[booth.id],
            wait=_wait(waiting[booth.id], here[booth.id], talks[booth.id], busy, booth),
            is_paused=booth.paused_at is not None,
            is_open=booth.fair.is_open_now,
        )
        for booth in booths
    }


def _wait(
    ahead: int, staff: list[Person], talks: list[float], busy: Collection[uuid.UUID], booth: Booth
) -> Wait | None:
    if booth.paused_at or not booth.fair.is_open_now:
        return None
    all_busy = all(person.id in busy for person in staff)
    return waits.expected(ahead, len(staff), talks, all_busy=all_busy)


async def of_line(tx: Transaction, booth: Booth) -> list[Position]:
    """Every active place with its position, its wait and whether it can be called now."""
    return (await of_lines(tx, [booth]))[booth.id]


def next_for(line: Sequence[Position], recruiter_id: uuid.UUID) -> Position | None:
    """Whom "Call next" of this recruiter rings."""
    for position in line:
        if position.can_be_called and (position.kept_for is None or position.kept_for.id == recruiter_id):
            return position
    return None


async def of_lines(tx: Transaction, booths: Sequence[Booth]) -> dict[uuid.UUID, list[Position]]:
    """The same for any number of booths, with as many queries as for one."""
    ids = [booth.id for booth in booths]
    lines = await places.in_lines(tx, ids)
    people = {place.person_id for line in lines.values() for place in line}
    reach = await presence.reach(tx, people)
    here = await staff_here.of_booths(tx, ids)
    busy = await engagement.engaged(tx, people | {person.id for staff in here.values() for person in staff})
    talks = await under_way.measured(tx, ids)
    return {
        booth.id: _positions(tx, booth, lines[booth.id], _Around(reach, here[booth.id], busy, talks[booth.id]))
        for booth in booths
    }


@dataclass(frozen=True)
class _Around:
    """What a line's places depend on."""

    reach: Mapping[uuid.UUID, Reach]
    staff: list[Person]
    busy: Collection[uuid.UUID]
    talks: list[float]


def _positions(tx: Transaction, booth: Booth, line: list[Place], around: _Around) -> list[Position]:
    positions, ahead = [], 0
    here = {person.id: person for person in around.staff}
    for place in line:
        waits_now = place.state is PlaceState.WAITING
        near, engaged = around.reach[place.person_id].is_near or place.is_on_site, place.person_id in around.busy
        positions.append(
            Position(
                place=place,
                position=ahead + 1 if waits_now else None,
                wait=_wait(ahead, around.staff, around.talks, around.busy, booth) if waits_now else None,
                is_near=near,
                is_engaged=engaged,
                can_be_called=waits_now and near and not engaged and calls.is_callable(tx, place),
                staff=len(around.staff),
                kept_for=here.get(place.kept_for_id) if place.kept_for_id else None,
            )
        )
        ahead += waits_now
    return positions


async def of_person(tx: Transaction, person_id: uuid.UUID, fair_id: uuid.UUID | None = None) -> list[Position]:
    """The person's own places, each with where it stands."""
    held = await places.of_person(tx, person_id, fair_id)
    lines = await of_lines(tx, [place.booth for place in held])
    return [position for place in held for position in lines[place.booth_id] if position.place.id == place.id]
