"""A counsellor's day: who comes, what was agreed with them, and which colleagues could take over."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rooms.appointments import agenda, evidence, hours, own_calendar, room
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState
from rooms.appointments.availability import whole_days
from rooms.appointments.diaries import A_DAY
from rooms.appointments.own_calendar import Trouble
from rooms.caseload import agreed_steps, caseload
from rooms.caseload.agreed_steps import AgreedStep
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.people.people import Person


@dataclass(frozen=True)
class CounselDay:
    """What the page of one day shows; times are read in the zone `at` of the counsellor's agency."""

    chosen: date
    yesterday: date
    tomorrow: date
    today: date
    at: ZoneInfo
    moment_now: datetime
    rows: list[Appointment]
    cancelled: list[Appointment]
    before: dict[uuid.UUID, datetime]
    """When each candidate was met last."""
    steps: dict[uuid.UUID, list[AgreedStep]]
    waiting: dict[uuid.UUID, datetime]
    """Since when who has come to their appointment waits."""
    talks: dict[uuid.UUID, uuid.UUID]
    colleagues: list[Person]
    asking: list[tuple[Person, datetime]]
    is_closed: bool
    own_calendar: Trouble
    opens_before: timedelta = ROOM_OPENS_BEFORE


async def of_counsellor(tx: Transaction, counsellor_id: uuid.UUID, zone: ZoneInfo, chosen: date) -> CounselDay:
    begins, ends = whole_days(chosen, chosen, zone)
    rows = await agenda.of_person(tx, counsellor_id, since=begins, until=ends)
    mine = [row for row in rows if row.led_by_id == counsellor_id]
    candidates = {row.candidate_id for row in mine}
    return CounselDay(
        chosen=chosen,
        yesterday=chosen - A_DAY,
        tomorrow=chosen + A_DAY,
        today=tx.now.astimezone(zone).date(),
        at=zone,
        moment_now=tx.now,
        rows=[row for row in mine if row.state is not AppointmentState.CANCELLED],
        cancelled=[row for row in mine if row.state is AppointmentState.CANCELLED],
        before=await agenda.last_before(tx, candidates, min(tx.now, ends)),
        steps=await agreed_steps.of_people(tx, candidates),
        waiting=await evidence.waiting_since(tx, mine),
        talks=await room.talks_of(tx, mine),
        colleagues=await agencies.colleagues_of(tx, counsellor_id),
        asking=await caseload.asking(tx, counsellor_id),
        own_calendar=await own_calendar.trouble_of(tx, counsellor_id),
        is_closed=await hours.is_closed(tx, counsellor_id, chosen),
    )
