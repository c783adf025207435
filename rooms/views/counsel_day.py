"""A counsellor's day: who comes, what was agreed with them, and which colleagues could take over."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rooms.appointments import agenda, availability_rules, evidence, hours, own_calendar, room
from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment, AppointmentState
from rooms.appointments.appointment_types import Venue
from rooms.appointments.availability import Span, joined, whole_days, windows, without
from rooms.appointments.diaries import A_DAY
from rooms.appointments.own_calendar import Trouble
from rooms.caseload import agreed_steps, caseload
from rooms.caseload.agreed_steps import AgreedStep
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.organisations.agencies import Agency
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
    free: list[Span]
    """When the counsellor is there, and nothing takes their time."""
    turns_at: datetime | None
    """When the page is to look otherwise by the clock alone."""
    opens_before: timedelta = ROOM_OPENS_BEFORE


SHORTEST_GAP = timedelta(minutes=20)


async def _free(
    tx: Transaction, counsellor_id: uuid.UUID, agency: Agency, chosen: date, rows: list[Appointment]
) -> list[Span]:
    """The counsellor's hours of this day without what is booked or busy; only pieces that are worth naming."""
    venue = Venue(agency.name, agency.time_zone, agency.country, agency.region)
    found = await availability_rules.of_people(tx, [counsellor_id], venue, chosen, chosen, follow_up=True)
    hours = joined(span for mode in Mode for span in windows(found[counsellor_id], mode, chosen, chosen))
    busy = await own_calendar.busy_spans(tx, counsellor_id, *whole_days(chosen, chosen, agency.zone))
    taken = [*busy, *(Span(row.occupied_from, row.occupied_until) for row in rows)]
    return [span for span in without(hours, taken) if span.length >= SHORTEST_GAP]


def _turns_at(rows: list[Appointment], now: datetime) -> datetime | None:
    moments = (moment for row in rows for moment in (row.begins_at - ROOM_OPENS_BEFORE, row.begins_at, row.ends_at))
    return min((moment for moment in moments if moment > now), default=None)


async def of_counsellor(tx: Transaction, counsellor_id: uuid.UUID, agency: Agency, chosen: date) -> CounselDay:
    zone = agency.zone
    begins, ends = whole_days(chosen, chosen, zone)
    rows = await agenda.of_person(tx, counsellor_id, since=begins, until=ends)
    mine = [row for row in rows if row.led_by_id == counsellor_id]
    candidates = {row.candidate_id for row in mine}
    standing = [row for row in mine if row.state is not AppointmentState.CANCELLED]
    return CounselDay(
        chosen=chosen,
        yesterday=chosen - A_DAY,
        tomorrow=chosen + A_DAY,
        today=tx.now.astimezone(zone).date(),
        at=zone,
        moment_now=tx.now,
        rows=standing,
        free=await _free(tx, counsellor_id, agency, chosen, standing),
        turns_at=_turns_at(standing, tx.now),
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
