"""A counsellor's caseload as its page shows it: who is followed, who could be, and how fast was answered."""

import uuid
from dataclasses import dataclass
from datetime import datetime
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


@dataclass(frozen=True)
class Caseload:
    at: ZoneInfo
    only: list[str]
    rows: list[Followed]
    count: int
    elsewhere: list[WithColleague]
    unfollowed: Unfollowed
    filters: list[KeptFilter]
    is_kept: bool
    """Whether what is looked for is one of the filters already."""
    requests: list[tuple[Person, datetime]]
    colleagues: list[Person]
    kept: Kept
    choices: tuple[str, ...] = tuple(each.value for each in Only)


async def of_counsellor(tx: Transaction, counsellor_id: uuid.UUID, agency: Agency, search: Search) -> Caseload:
    rows = await caseload.entries(tx, counsellor_id, search.words)
    filters = await saved_filters.of_counsellor(tx, counsellor_id)
    holidays = availability_rules.holidays_around(agency, tx.now.date())
    return Caseload(
        at=agency.zone,
        only=search.only,
        rows=[row for row in rows if row.is_among(search.only)],
        count=await caseload.count_of(tx, counsellor_id),
        elsewhere=await caseload.elsewhere(tx, counsellor_id, search.words),
        unfollowed=await caseload.unfollowed(tx, counsellor_id, search.words or search.name),
        filters=filters,
        is_kept=any(each.words == search.words and set(each.only) == set(search.only) for each in filters),
        requests=await follow_requests.of_counsellor(tx, counsellor_id),
        colleagues=await agencies.colleagues_of(tx, counsellor_id),
        kept=await caseload.kept_promise(tx, counsellor_id, agency.zone, holidays),
    )
