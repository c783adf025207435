"""Interviews by appointment at a booth: what can be booked, when its people are there for it, and who has booked."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda, appointment_types, booking_rules, hours
from rooms.appointments import interviews as booth_interviews
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from server import edits, language
from server.page_request import PageRequest
from server.pages.agency import appointment_type_text, shown_of_type
from server.pages.hours import minutes_of
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def _booth(tx: Transaction, request: PageRequest, act: Act = Act.BOOTH_STAFF) -> Booth:
    return await access.booth_by_id(tx, request.actor, request.id("booth"), act)


async def _own_booth(tx: Transaction, request: PageRequest) -> Booth:
    """Of whoever belongs to the employer: how its people talk is nobody else's to say."""
    booth = await _booth(tx, request, Act.BOOTH_SET_UP)
    access.demand(Act.EMPLOYER_SEE, await access.to_booth(tx, request.actor, booth))
    return booth


@get("/booths/{booth}/interviews")
async def interviews(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        rules = await booking_rules.of_person(tx, request.actor.known.id)
        days = await booth_interviews.days_ahead(tx, booth)
        own = await hours.days_of(tx, request.actor.known.id)
        return request.render(
            "interviews.html",
            fair=booth.fair,
            booth=booth,
            types=await appointment_types.all_of(tx, booth),
            rows=await agenda.at_booth(tx, booth.id),
            invited=await agenda.with_guest(tx, booth.id),
            days=days,
            rules=rules,
            there=await booth_interviews.times_of(tx, booth, request.actor.known.id),
            own=[row for row in own if row.begins is not None and row.day in {day for day, *_ in days}],
            heads=await read_heads(tx, request, fair_stream(booth.fair_id)),
        )


@post("/booths/{booth}/interviews", again=interviews)
async def add_type(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await _own_booth(tx, request)
        await appointment_types.add(tx, booth, appointment_type_text(request))
    return request.go(f"/booths/{booth.id}/interviews#kinds", language.gettext("Candidates can book it from now on."))


@get("/booths/{booth}/interviews/{interview}/change")
async def interview(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await _own_booth(tx, request)
        found = await appointment_types.of_venue(tx, booth, request.id("interview"))
        return request.render(
            "appointment_type.html",
            fair=booth.fair,
            appointment_type=found,
            shown=shown_of_type(found),
            teams=(),
            back=f"/booths/{booth.id}/interviews",
            heads=await read_heads(tx, request),
        )


@post("/booths/{booth}/interviews/{interview}/change", again=interview)
async def change_type(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await _own_booth(tx, request)
        found = await appointment_types.of_venue(tx, booth, request.id("interview"))
        await tx.lock(found)
        edits.merge(request, shown_of_type(found))
        await appointment_types.change(tx, booth, found.id, appointment_type_text(request))
    return request.go(f"/booths/{booth.id}/interviews#kinds", language.gettext("Saved."))


@post("/booths/{booth}/interviews/{interview}/withdraw")
async def withdraw_type(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await _own_booth(tx, request)
        await appointment_types.withdraw(tx, booth, request.id("interview"))
    return request.go(f"/booths/{booth.id}/interviews#kinds", language.gettext("Nobody can take it any more."))


@post("/booths/{booth}/interviews/times", again=interviews)
async def add_times(request: PageRequest) -> web.StreamResponse:
    """On a day of the fair, the recruiter is there for interviews from one time to another."""
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        span = minutes_of(request, "day_begins"), minutes_of(request, "day_ends")
        me, modes = request.actor.known.id, request.ticked("day_modes")
        await booth_interviews.be_there(tx, booth, me, request.day("day"), span, modes)
    return request.go(f"/booths/{booth.id}/interviews#times", language.gettext("Saved."))


@post("/booths/{booth}/interviews/times/{interview_day}/remove")
async def remove_times(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        booth = await _booth(tx, request)
        await hours.remove_days(tx, request.actor.known.id, request.id("interview_day"))
    return request.go(f"/booths/{booth.id}/interviews#times", language.gettext("Removed."))
