"""A fair as it goes on: how many are here, wait and talk now, how the day went so far, and where a hand is needed."""

import statistics
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Any

from sqlalchemy import Row, func, select

from rooms.core.transaction import Transaction
from rooms.fairs.attendees import Attendee
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines import line_status
from rooms.lines.call import Call, CallState
from rooms.lines.line_status import LineStatus
from rooms.lines.places import Place, PlaceState
from rooms.meetings.meeting import Meeting
from rooms.people import presence

SLOT = timedelta(minutes=10)
LONGEST_DAY = timedelta(hours=12)
"""What is shown ends now, and begins with the first who took a place that day, at most so long ago."""
LONG_WAIT = timedelta(minutes=45)
"""From then on a line needs a hand."""

Rows = Sequence[Row[*tuple[Any, ...]]]


class Need(StrEnum):
    NOBODY_THERE = "nobody_there"
    LONG_WAIT = "long_wait"
    EMPTY = "empty"
    NOBODY_WAITS = "nobody_waits"


@dataclass(frozen=True)
class Hand:
    """A booth that needs one."""

    booth: Booth
    need: Need
    waiting: int
    longest_wait: int | None
    """In minutes, of those who wait now."""


@dataclass(frozen=True)
class Slot:
    """Ten minutes of the day. Who waits and talks is counted at its end."""

    begins_at: datetime
    waiting: int
    talking: int
    joined: int
    talks: int
    left: int
    missed: int


@dataclass(frozen=True)
class FairNow:
    candidates: int
    """Who have come and are connected."""
    recruiters: int
    waiting: int
    """Different people with a place, whether or not they can be called now."""
    talking: int
    longest_wait: int | None
    median_wait: int | None
    """In minutes, of the places that wait now."""
    joined: int
    talks: int
    left: int
    missed: int
    """Since the first slot: places taken, talks begun, places left before a call, calls missed."""
    slots: Sequence[Slot]
    hands: Sequence[Hand]


@dataclass(frozen=True)
class _Day:
    places: Rows
    """booth_id, person_id, state, joined_at, ended_at; those that ended before are left out."""
    calls: Rows
    """rang_at."""
    talks: Rows
    """live_at, ended_at."""


async def of_fair(tx: Transaction, fair: Fair, booths: Sequence[Booth]) -> FairNow:
    """With as many queries for sixty booths as for one."""
    day = await _day(tx, [booth.id for booth in booths], tx.now - LONGEST_DAY)
    statuses = await line_status.of_booths(tx, list(booths))
    slots = _slots(day, tx.now)
    waiting = [place for place in day.places if place.state in (PlaceState.WAITING, PlaceState.ON_HOLD)]
    waits = [_minutes(tx.now - place.joined_at) for place in waiting]
    return FairNow(
        candidates=await _candidates(tx, fair),
        recruiters=len({person.id for status in statuses.values() for person in status.staff}),
        waiting=len({place.person_id for place in waiting}),
        talking=sum(talk.ended_at is None for talk in day.talks),
        longest_wait=max(waits, default=None),
        median_wait=round(statistics.median(waits)) if waits else None,
        joined=sum(slot.joined for slot in slots),
        talks=sum(slot.talks for slot in slots),
        left=sum(slot.left for slot in slots),
        missed=sum(slot.missed for slot in slots),
        slots=slots,
        hands=_hands(booths, statuses, waiting, tx.now) if fair.is_open_now else [],
    )


async def _day(tx: Transaction, ids: Sequence[uuid.UUID], since: datetime) -> _Day:
    of_booths = tx.among(Place.booth_id, ids)
    columns = (Place.booth_id, Place.person_id, Place.state, Place.joined_at, Place.ended_at)
    calls = select(Call.rang_at).join(Place, Place.id == Call.place_id)
    talks = select(Meeting.live_at, Meeting.ended_at).join(Call, Call.id == Meeting.call_id)
    return _Day(
        places=await tx.plain_rows(select(*columns).where(of_booths, _lasted(Place.ended_at, since))),
        calls=await tx.plain_rows(calls.where(of_booths, Call.state == CallState.MISSED, Call.rang_at >= since)),
        talks=await tx.plain_rows(
            talks.join(Place, Place.id == Call.place_id)
            .where(of_booths, Meeting.live_at.is_not(None))
            .where(_lasted(Meeting.ended_at, since))
        ),
    )


def _lasted(ended_at: Any, since: datetime) -> Any:
    return ended_at.is_(None) | (ended_at >= since)


async def _candidates(tx: Transaction, fair: Fair) -> int:
    here = presence.is_here(tx, Attendee.person_id)
    query = select(func.count()).where(Attendee.fair_id == fair.id, Attendee.came_at.is_not(None), here)
    return await tx.session.scalar(query) or 0


def _slots(day: _Day, now: datetime) -> list[Slot]:
    since = now - LONGEST_DAY
    first = min((place.joined_at for place in day.places if place.joined_at >= since), default=now)
    begins = first.replace(minute=first.minute // 10 * 10, second=0, microsecond=0)
    count = int((now - begins) / SLOT) + 1

    def number(moment: datetime) -> int:
        return max(0, int((moment - begins) / SLOT))

    def told(moments: Iterable[datetime | None]) -> Counter[int]:
        return Counter(number(moment) for moment in moments if moment and moment >= begins)

    def lasting(spans: Iterable[tuple[datetime, datetime | None]]) -> list[int]:
        change: Counter[int] = Counter()
        for began, ended in spans:
            change[number(began)] += 1
            if ended:
                change[number(ended)] -= 1
        return list(accumulate(change[each] for each in range(count)))

    here = lasting((place.joined_at, place.ended_at) for place in day.places)
    talking = lasting((talk.live_at, talk.ended_at) for talk in day.talks)
    joined, talks = told(place.joined_at for place in day.places), told(talk.live_at for talk in day.talks)
    left = told(place.ended_at for place in day.places if place.state is PlaceState.LEFT)
    missed = told(call.rang_at for call in day.calls)
    return [
        Slot(begins + each * SLOT, max(0, here[each] - talking[each]), talking[each],
             joined[each], talks[each], left[each], missed[each])
        for each in range(count)
    ]  # fmt: skip


def _hands(
    booths: Sequence[Booth], statuses: Mapping[uuid.UUID, LineStatus], waiting: Sequence[Any], now: datetime
) -> list[Hand]:
    """The worst first: people wait and nobody is there, then who waits longest, then where nobody is, or comes."""
    at: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for place in waiting:
        at[place.booth_id].append(place)
    found = [_hand(booth, statuses[booth.id], at[booth.id], now) for booth in booths]
    kinds = list(Need)
    return sorted(
        (hand for hand in found if hand), key=lambda hand: (kinds.index(hand.need), -(hand.longest_wait or 0))
    )


def _hand(booth: Booth, status: LineStatus, waiting: Sequence[Any], now: datetime) -> Hand | None:
    longest = max((_minutes(now - place.joined_at) for place in waiting), default=None)
    if waiting and not status.staff:
        return Hand(booth, Need.NOBODY_THERE, len(waiting), longest)
    if longest is not None and longest >= _minutes(LONG_WAIT):
        return Hand(booth, Need.LONG_WAIT, len(waiting), longest)
    if booth.fair.is_open_now and not status.staff and not status.is_paused:
        return Hand(booth, Need.EMPTY, 0, None)
    if status.staff and not waiting and not status.is_paused:
        return Hand(booth, Need.NOBODY_WAITS, 0, None)
    return None


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
