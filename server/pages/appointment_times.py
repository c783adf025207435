"""Booking, step two of three: when; or a wish, when no time suits."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from rooms import access
from rooms.access import Act, batch_booking
from rooms.access.batch_booking import ActorSlotRequest
from rooms.appointments import (
    agenda,
    appointment_types,
    booking,
    slot_search,
    transitions,
    waiting_list,
)
from rooms.appointments.appointment import Appointment, Guest
from rooms.appointments.appointment_types import AppointmentType
from rooms.appointments.search import SlotSearch
from rooms.appointments.slot_search import DAYS_AT_ONCE, Candidate, Openings, Time
from rooms.core.errors import N_, Conflict, Problem
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.people.people import Person
from rooms.views.appointment import zone_for
from server import edits, language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post
from server.shared_part import shared_part

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


def search_of(
    request: PageRequest,
    appointment_type: AppointmentType,
    moving: Appointment | None = None,
    candidate: Person | None = None,
    counsellor_id: uuid.UUID | None = None,
    guest: Guest | None = None,
) -> SlotSearch:
    """How to meet is what was chosen; otherwise how it was to be, or the first way of the appointment type. Whoever has
    no address is called."""
    first = moving.mode if moving else Mode(appointment_type.modes[0])
    search = SlotSearch(appointment_type, first, moving, counsellor_id, guest)
    wanted = request.typed("mode") or request.query.get("mode", "")
    if wanted in search.modes:
        return replace(search, mode=Mode(wanted))
    if request.typed("mode"):
        # An old page: nobody is given another way to meet than they chose.
        message = N_("This way to meet is not offered any more. Please choose another one.")
        raise Conflict("mode.gone", message, field="mode")
    if moving:
        return search
    if candidate and not candidate.email and Mode.PHONE in search.modes:
        return replace(search, mode=Mode.PHONE)
    return replace(search, mode=Mode((search.modes or appointment_type.modes)[0]))


def time_shown(row: Appointment) -> edits.Shown:
    """What a form shows that moves, cancels or takes over: a page has one for each appointment."""
    return {str(row.id): row.begins_at.isoformat()}


def demand_not_moved(request: PageRequest, row: Appointment) -> None:
    """Two tabs, or two people, that change one appointment: the second is shown where the first has moved it."""
    edits.demand_same(request, time_shown(row), transitions.moved_meanwhile())


async def show_other_times(
    tx: Transaction,
    request: PageRequest,
    row: Appointment,
    back: str,
    *,
    base: str = "",
    counsellor_id: uuid.UUID | None = None,
    **values: str,
) -> web.StreamResponse:
    """To which times an appointment can move: `base` is the address under which it is moved, `back` where it stays."""
    if not row.is_ahead(tx.now):
        return request.go(back)
    shown = await shown_times(tx, request, row.appointment_type, row.candidate, row, counsellor_id=counsellor_id)
    return request.render(
        "appointment_times.html",
        appointment_type=row.appointment_type,
        shown=shown,
        moving=row,
        stands=time_shown(row),
        back=back,
        base=base or back,
        **values,
    )


async def move_as_typed(tx: Transaction, request: PageRequest, row: Appointment, by: Person) -> None:
    """To the time, and the way to meet, that were chosen there."""
    demand_not_moved(request, row)
    mode = search_of(request, row.appointment_type, row).mode
    await booking.move(tx, row, by, request.moment("begins"), mode)


def _week(request: PageRequest) -> int:
    typed = request.query.get("week", "0")
    return min(int(typed), MOST_WEEKS) if typed.isdecimal() and len(typed) <= 3 else 0


async def shown_times(
    tx: Transaction,
    request: PageRequest,
    appointment_type: AppointmentType,
    candidate: Person,
    moving: Appointment | None = None,
    *,
    counsellor_id: uuid.UUID | None = None,
    guest: Guest | None = None,
) -> Shown:
    """A week of times; `only` those of one counsellor, who chooses for somebody, perhaps with a guest, and reads all of
    their day in the agency's time."""
    first = _first_day(request, tx, appointment_type)
    search = search_of(request, appointment_type, moving, candidate, counsellor_id, guest)
    found = await slot_search.free_times(tx, search, candidate.id, first)
    return _shown(request, search, found)


def _first_day(request: PageRequest, tx: Transaction, appointment_type: AppointmentType) -> date:
    return tx.now.astimezone(appointment_type.venue.zone).date() + timedelta(days=_week(request) * DAYS_AT_ONCE)


def _shown(request: PageRequest, search: SlotSearch, found: list[Time]) -> Shown:
    here, moving = search.appointment_type.venue.zone, search.moving
    zone = (None if search.counsellor_id else request.zone) or here
    if moving:
        # One appointment is read in one zone on every page, wherever the device is.
        zone = zone_for(moving, request.actor.person.id if request.actor.person else moving.candidate_id)
    if moving and search.mode is moving.mode:
        found = [each for each in found if each.span.begins != moving.begins_at]
    begins = tuple(each.span.begins for each in found)
    first = begins[0] if begins else request.now
    is_foreign = not moving and first.astimezone(zone).utcoffset() != first.astimezone(here).utcoffset()
    modes = tuple(each for each in search.modes if each != Mode.PHONE or moving is None or moving.phone)
    return Shown(zone, is_foreign, begins, _week(request), search.mode, modes)


@get("/appointments/new/{appointment_type}")
async def choose_time(request: PageRequest) -> web.StreamResponse:
    """Step two of three: when."""
    me = request.actor.known.id
    heads, reserved = "", None
    if not request.wants_part:
        async with request.reading() as tx:
            heads, reserved = await read_heads(tx, request), await agenda.reserved_by(tx, me)

    openings = await _openings(request)
    appointment_type = openings.appointment_type
    # What one may not take is no answer for who shares the look: that is asked of each afterwards.
    if appointment_type.booth or (appointment_type.agency and appointment_type.agency.area):
        async with request.reading() as tx:
            await access.may_take(tx, request.actor, appointment_type)
    found = await _times_of(request, openings)
    shown = _shown(request, search_of(request, appointment_type), found)
    if request.wants_part:
        return shared_part(
            request, "times.html", (appointment_type.id, shown), appointment_type=appointment_type, shown=shown
        )
    return request.render(
        "appointment_times.html",
        appointment_type=appointment_type,
        shown=shown,
        moving=None,
        reserved=reserved,
        heads=heads,
    )


async def _openings(request: PageRequest) -> Openings:
    """Many look at once when times open: nobody keeps a connection to the database while they share one look."""

    async def look(asked: list[None]) -> list[Openings]:
        async with request.reading() as tx:
            appointment_type = await appointment_types.active(tx, request.id("appointment_type"))
            # Only one counsellor is asked for a follow-up, and not the same one for everybody.
            team = [] if appointment_type.is_follow_up else await appointment_types.ids_for(tx, appointment_type)
            search, first = search_of(request, appointment_type), _first_day(request, tx, appointment_type)
            return [await slot_search.openings_of(tx, search, team, first)] * len(asked)

    mode = request.typed("mode") or request.query.get("mode")
    about = ("openings", request.id("appointment_type"), mode, _week(request))
    return await request.services.batching.ask(about, None, look)


async def _times_of(request: PageRequest, openings: Openings) -> list[Time]:
    """What of these openings the visitor can book; who looks at the same time is read together with them."""
    me, appointment_type = request.actor.known.id, openings.appointment_type
    if appointment_type.is_follow_up:
        async with request.reading() as tx:
            return await slot_search.free_times(tx, search_of(request, appointment_type), me, openings.first)

    async def know(people: list[uuid.UUID]) -> list[Candidate]:
        async with request.reading() as tx:
            return await slot_search.candidates(tx, people, openings.around)

    candidate = await request.services.batching.ask(("candidates", openings.around), me, know)
    return slot_search.times_for(openings, candidate)


@post("/appointments/new/{appointment_type}/hold", again=choose_time)
async def hold(request: PageRequest) -> web.StreamResponse:
    """The time is kept for five minutes while the last step is filled in."""
    request.actor.known  # noqa: B018
    appointment_type, begins, mode = (
        request.id("appointment_type"),
        request.moment("begins"),
        request.typed("mode") or request.query.get("mode"),
    )

    async def hold_all(asked: list[ActorSlotRequest]) -> list[Appointment | Problem]:
        async with request.transaction() as tx:
            return await batch_booking.reserve_all(tx, appointment_type, mode, asked)

    asked = ActorSlotRequest(request.actor, begins, request.zone.key if request.zone else None)
    day = begins.astimezone(UTC).date()
    row = await request.services.batching.ask(("hold", appointment_type, mode, day), asked, hold_all)
    return request.go(f"{row.path}/confirm")


@post("/appointments/new/{appointment_type}/wish", again=choose_time)
async def wish(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        appointment_type = await access.appointment_type(tx, request.actor, request.id("appointment_type"))
        person = await tx.session.get_one(Person, request.actor.known.id)
        zone = (request.zone or appointment_type.venue.zone).key
        first, last = request.day("first_day"), request.day("last_day")
        search = search_of(request, appointment_type)
        await waiting_list.wish(tx, person, appointment_type, search.mode, first, last, zone)
        today = tx.now.astimezone(appointment_type.venue.zone).date()
        begins = max(first, today)
        days = min((last - begins).days + 1, DAYS_AT_ONCE)
        free = await slot_search.free_times(tx, search, person.id, begins, days)
    said = language.gettext("You are told first when a time comes free.")
    if not free:
        return request.go("/appointments", said)
    week = (free[0].span.begins.astimezone(appointment_type.venue.zone).date() - today).days // DAYS_AT_ONCE
    said += " " + language.gettext("Some are free in these days already: here they are.")
    return request.go(f"/appointments/new/{appointment_type.id}?mode={search.mode}&week={week}", said)


@post("/wishes/{wish}/give-up")
async def give_up(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await booking.wait_no_longer(tx, request.actor.known, request.id("wish"))
    return request.go("/appointments", language.gettext("Done."))


@post("/appointments/{appointment}/decline")
async def decline(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_KEEP, lock=True)
        await booking.decline(tx, row)
    return request.go("/appointments", language.gettext("You keep your turn and are told of the next one."))
