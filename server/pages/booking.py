"""Booking, in three steps: what for, when, and one button; or a wish, when no time suits."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from rooms import access
from rooms.access import Act, batch_booking
from rooms.access.batch_booking import ActorBooking, ActorSlotRequest
from rooms.appointments import agenda, appointment_types, booking, choices, slot_search, waiting_list
from rooms.appointments.appointment import SHOWN, Appointment, Guest, Lapsed
from rooms.appointments.appointment_types import Reason
from rooms.appointments.slot_search import DAYS_AT_ONCE, Candidate, Openings, Time
from rooms.core.errors import Problem
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies, referents
from rooms.people import documents, people
from rooms.people.documents import Document
from rooms.people.people import Person
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post

MOST_WEEKS = 26


@dataclass(frozen=True)
class Shown:
    """Times of some days as the visitor reads them: in their own zone."""

    zone: ZoneInfo
    is_foreign: bool
    """Whether the visitor's zone is not the agency's, so that it is named."""
    begins: tuple[datetime, ...]
    week: int
    mode: Mode
    modes: tuple[str, ...]
    """By phone only where a number is known or can still be given."""


@get("/appointments/new")
async def choose_reason(visit: Visit) -> web.StreamResponse:
    """Step one of three: what for, and how."""
    person = visit.actor.known
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        reasons = await choices.reasons_for(tx, person)
        known = await agencies.all_agencies(tx)
        is_followed = await referents.referent_of(tx, person.id) is not None
    asks_where = not is_followed and any(each.area for each in known)
    return visit.page(
        "appointment_reason.html", agencies=reasons, asks_where=asks_where, postcode=person.postcode,
        elsewhere=[each for each in known if each.phone], following=following,
    )  # fmt: skip


@post("/appointments/where", again=choose_reason)
async def live_at(visit: Visit) -> web.StreamResponse:
    """The postcode says which agency serves somebody."""
    async with visit.transaction() as tx:
        person = await tx.session.get_one(Person, visit.actor.known.id)
        await people.live_at(tx, person, visit.typed("postcode"))
    return visit.go("/appointments/new")


def mode_of(
    visit: Visit, reason: Reason, moving: Appointment | None = None, candidate: Person | None = None,
    guest: Guest | None = None,
) -> Mode:  # fmt: skip
    """What was chosen; otherwise how it was to be, or the first way of the reason. Whoever has no address is called."""
    wanted = visit.typed("mode") or visit.query.get("mode", "")
    if wanted in slot_search.modes_for(reason, guest, moving):
        return Mode(wanted)
    possible = slot_search.modes_for(reason, guest)
    if candidate and not candidate.email and not moving and Mode.PHONE in possible:
        return Mode.PHONE
    return moving.mode if moving else Mode((possible or reason.modes)[0])


def _week(visit: Visit) -> int:
    typed = visit.query.get("week", "0")
    return min(int(typed), MOST_WEEKS) if typed.isdecimal() and len(typed) <= 3 else 0


async def shown_times(
    tx: Transaction, visit: Visit, reason: Reason, candidate: Person, moving: Appointment | None = None,
    *, only: uuid.UUID | None = None, guest: Guest | None = None,
) -> Shown:  # fmt: skip
    """A week of times; `only` those of one counsellor, who chooses for somebody, perhaps with a guest, and reads all of
    their day in the agency's time."""
    first, mode = _first_day(visit, tx, reason), mode_of(visit, reason, moving, candidate, guest)
    found = await slot_search.free_times(tx, reason, mode, candidate.id, first, moving=moving, only=only, guest=guest)
    return _shown(tx.now, visit, reason, mode, found, moving, guest, zone=reason.host.zone if only else None)


def _first_day(visit: Visit, tx: Transaction, reason: Reason) -> date:
    return tx.now.astimezone(reason.host.zone).date() + timedelta(days=_week(visit) * DAYS_AT_ONCE)


def _shown(
    now: datetime, visit: Visit, reason: Reason, mode: Mode, found: list[Time], moving: Appointment | None = None,
    guest: Guest | None = None, zone: ZoneInfo | None = None,
) -> Shown:  # fmt: skip
    here = reason.host.zone
    week, zone = _week(visit), zone or visit.zone or here
    if moving and mode is moving.mode:
        found = [each for each in found if each.span.begins != moving.begins_at]
    begins = tuple(each.span.begins for each in found)
    first = begins[0] if begins else now
    is_foreign = first.astimezone(zone).utcoffset() != first.astimezone(here).utcoffset()
    possible = slot_search.modes_for(reason, moving.asked if moving else guest, moving)
    modes = tuple(each for each in possible if each != Mode.PHONE or moving is None or moving.phone)
    return Shown(zone, is_foreign, begins, week, mode, modes)


@get("/appointments/new/{reason}")
async def choose_time(visit: Visit) -> web.StreamResponse:
    """Step two of three: when."""
    me = visit.actor.known.id
    following, reserved = "", None
    if not visit.wants_part:
        async with visit.reading() as tx:
            following, reserved = await heads(tx, visit), await agenda.reserved_by(tx, me)

    async def look(asked: list[None]) -> list[Openings]:
        async with visit.reading() as tx:
            # What one may not take is no answer for who shares the look: that is asked of each afterwards.
            reason = await appointment_types.active(tx, visit.id("reason"))
            # Only one counsellor is asked for a follow-up, and not the same one for everybody.
            team = [] if reason.is_follow_up else await appointment_types.ids_for(tx, reason)
            found = await slot_search.openings_of(
                tx, reason, mode_of(visit, reason), team, _first_day(visit, tx, reason)
            )
        return [found] * len(asked)

    # Many look at once when times open: nobody keeps a connection to the database while they share one look.
    gathering = visit.house.gathering
    about = ("openings", visit.id("reason"), visit.typed("mode") or visit.query.get("mode"), _week(visit))
    openings = await gathering.ask(about, None, look)
    reason = openings.reason

    async def know(people: list[uuid.UUID]) -> list[Candidate]:
        async with visit.reading() as tx:
            return await slot_search.candidates(tx, people, openings.around)

    if reason.booth or (reason.agency and reason.agency.area):
        async with visit.reading() as tx:
            await access.may_take(tx, visit.actor, reason)
    if reason.is_follow_up:
        async with visit.reading() as tx:
            found = await slot_search.free_times(tx, reason, mode_of(visit, reason), me, openings.first)
    else:
        found = slot_search.times_for(openings, await gathering.ask(("candidates", openings.around), me, know))
    shown = _shown(visit.house.database.clock.now(), visit, reason, mode_of(visit, reason), found)
    if visit.wants_part:
        return visit.part("times.html", (reason.id, shown), reason=reason, shown=shown)
    return visit.page(
        "appointment_times.html", reason=reason, shown=shown, moving=None, reserved=reserved, following=following
    )


@post("/appointments/new/{reason}/hold", again=choose_time)
async def hold(visit: Visit) -> web.StreamResponse:
    """The time is kept for five minutes while the last step is filled in."""
    visit.actor.known  # noqa: B018
    reason, begins, mode = visit.id("reason"), visit.moment("begins"), visit.typed("mode") or visit.query.get("mode")

    async def hold_all(asked: list[ActorSlotRequest]) -> list[Appointment | Problem]:
        async with visit.transaction() as tx:
            return await batch_booking.reserve_all(tx, reason, mode, asked)

    asked = ActorSlotRequest(visit.actor, begins, visit.zone.key if visit.zone else None)
    day = begins.astimezone(UTC).date()
    row = await visit.house.gathering.ask(("hold", reason, mode, day), asked, hold_all)
    return visit.go(f"/appointments/{row.id}/confirm")


@post("/appointments/new/{reason}/wish", again=choose_time)
async def wish(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        reason = await access.reason(tx, visit.actor, visit.id("reason"))
        person = await tx.session.get_one(Person, visit.actor.known.id)
        zone = (visit.zone or reason.host.zone).key
        first, last = visit.day("first_day"), visit.day("last_day")
        mode = mode_of(visit, reason)
        await waiting_list.wish(tx, person, reason, mode, first, last, zone)
        today = tx.now.astimezone(reason.host.zone).date()
        begins = max(first, today)
        days = min((last - begins).days + 1, DAYS_AT_ONCE)
        free = await slot_search.free_times(tx, reason, mode, person.id, begins, days)
    said = language.gettext("You are told first when a time comes free.")
    if not free:
        return visit.go("/appointments", said)
    week = (free[0].span.begins.astimezone(reason.host.zone).date() - today).days // DAYS_AT_ONCE
    said += " " + language.gettext("Some are free in these days already: here they are.")
    return visit.go(f"/appointments/new/{reason.id}?mode={mode}&week={week}", said)


@post("/wishes/{wish}/give-up")
async def give_up(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await booking.wait_no_longer(tx, visit.actor.known, visit.id("wish"))
    return visit.go("/appointments", language.gettext("Done."))


@post("/appointments/{appointment}/decline")
async def decline(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_KEEP, lock=True)
        await booking.decline(tx, row)
    return visit.go("/appointments", language.gettext("You keep your turn and are told of the next one."))


@get("/appointments/{appointment}/confirm")
async def confirm_form(visit: Visit) -> web.StreamResponse:
    """Step three of three: the time is reserved; a question, perhaps a number, and one button."""
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        try:
            row = await access.appointment(tx, visit.actor, visit.id("appointment"), Act.APPOINTMENT_KEEP)
        except Lapsed as lapsed:
            row = lapsed.row
            if row.reserved_until is None:
                raise
        if row.state in SHOWN:
            return visit.go(f"/appointments/{row.id}")
        values = {"row": row, "at": ZoneInfo(row.time_zone), "cv": await cv_of(tx, row), "following": following}
        return visit.page("appointment_confirm.html", is_kept=not row.is_lapsed(tx.now), **values)


async def cv_of(tx: Transaction, row: Appointment) -> Document | None:
    """An employer reads the CV of whoever comes to an interview."""
    return (await documents.cvs_of(tx, {row.candidate_id})).get(row.candidate_id) if row.is_interview else None


@post("/appointments/{appointment}/book", again=confirm_form)
async def book(visit: Visit) -> web.StreamResponse:
    async def book_all(asked: list[ActorBooking]) -> list[Appointment | Problem]:
        async with visit.transaction() as tx:
            return await batch_booking.book_all(tx, asked)

    asked = ActorBooking(visit.actor, visit.id("appointment"), visit.typed("said"), visit.typed("phone"))
    row = await visit.house.gathering.ask("book", asked, book_all)
    return visit.go(f"/appointments/{row.id}", language.gettext("It is booked. A mail with everything is on its way."))
