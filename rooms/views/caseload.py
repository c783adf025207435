"""A counsellor's caseload as its page shows it: who is followed, who could be, and how fast was answered."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from rooms.appointments import availability_rules
from rooms.caseload import caseload, follow_requests, saved_filters
from rooms.caseload.caseload import Followed, Only, Unfollowed, WithColleague
from rooms.caseload.response_times import Kept
from rooms.caseload.saved_filters import KeptFilter
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.organisations.agencies import Agency
from rooms.people.people import Person


@dataclass(frozen=True)
class Search:
    """What the counsellor looks for; `name` is that of somebody whom they were about to take in."""

    words: str
    only: list[str]
    name: str = ""
    order: str = ""
    page: int = 1


class Order(StrEnum):
    NAME = "by_name"
    LAST = "by_last"
    NEXT = "by_next"


LONG_AGO, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
PAGE = 50
"""People on one page."""


@dataclass(frozen=True)
class Caseload:
    at: ZoneInfo
    only: list[str]
    rows: list[Followed]
    """Of one page."""
    found: int
    """On all pages."""
    count: int
    """Whom the counsellor follows, whatever is looked for."""
    page: int
    pages: int
    order: str
    elsewhere: list[WithColleague]
    unfollowed: Unfollowed
    filters: list[KeptFilter]
    is_kept: bool
    """Whether what is looked for is one of the filters already."""
    requests: list[tuple[Person, datetime]]
    colleagues: list[Person]
    kept: Kept
    choices: tuple[str, ...] = tuple(each.value for each in Only)
    orders: tuple[str, ...] = tuple(each.value for each in Order)


def in_order(rows: list[Followed], order: str) -> list[Followed]:
    """By name; or whoever was not met for the longest time first; or whoever comes soonest. Each name keeps its place
    among equals."""
    if order == Order.LAST:
        return sorted(rows, key=lambda row: row.last_at or LONG_AGO)
    if order == Order.NEXT:
        return sorted(rows, key=lambda row: row.next_at or NEVER)
    return rows


async def of_counsellor(tx: Transaction, counsellor_id: uuid.UUID, agency: Agency, search: Search) -> Caseload:
    rows = await caseload.entries(tx, counsellor_id, search.words)
    filters = await saved_filters.of_counsellor(tx, counsellor_id)
    holidays = availability_rules.holidays_around(agency, tx.now.date())
    found = in_order([row for row in rows if row.is_among(search.only)], search.order)
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, search.page), pages)
    return Caseload(
        at=agency.zone,
        only=search.only,
        rows=found[(page - 1) * PAGE : page * PAGE],
        found=len(found),
        page=page,
        pages=pages,
        order=search.order,
        count=await caseload.count_of(tx, counsellor_id),
        elsewhere=await caseload.elsewhere(tx, counsellor_id, search.words),
        unfollowed=await caseload.unfollowed(tx, counsellor_id, search.words or search.name),
        filters=filters,
        is_kept=any(each.words == search.words and set(each.only) == set(search.only) for each in filters),
        requests=await follow_requests.of_counsellor(tx, counsellor_id),
        colleagues=await agencies.colleagues_of(tx, counsellor_id),
        kept=await caseload.kept_promise(tx, counsellor_id, agency.zone, holidays),
    )
