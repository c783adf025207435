"""Interviews by appointment at a booth: what can be booked, when its people are there for it, and who has booked."""

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda, appointment_types, hours
from rooms.appointments import interviews as booth_interviews
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from server import language
from server.pages.agency import reason_text
from server.pages.following import heads
from server.pages.hours import minutes_of
from server.visit import Visit, get, post


async def _booth(tx: Transaction, visit: Visit, act: Act = Act.BOOTH_STAFF) -> Booth:
    return await access.booth_by_id(tx, visit.actor, visit.id("booth"), act)


@get("/booths/{booth}/interviews")
async def interviews(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        booth = await _booth(tx, visit)
        days = await booth_interviews.days_ahead(tx, booth)
        own = await hours.days_of(tx, visit.actor.known.id)
        return visit.page(
            "interviews.html",
            fair=booth.fair,
            booth=booth,
            reasons=await appointment_types.all_of(tx, booth),
            rows=await agenda.at_booth(tx, booth.id),
            invited=await agenda.with_guest(tx, booth.id),
            days=days,
            there=await booth_interviews.times_of(tx, booth, visit.actor.known.id),
            own=[row for row in own if row.begins is not None and row.day in {day for day, *_ in days}],
            following=await heads(tx, visit, fair_stream(booth.fair_id)),
        )


@post("/booths/{booth}/interviews", again=interviews)
async def add_reason(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit, Act.BOOTH_SET_UP)
        await appointment_types.add(tx, booth, reason_text(visit))
    return visit.go(f"/booths/{booth.id}/interviews#kinds", language.gettext("Candidates can book it from now on."))


@get("/booths/{booth}/interviews/{interview}/change")
async def interview(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        booth = await _booth(tx, visit, Act.BOOTH_SET_UP)
        return visit.page(
            "reason.html",
            fair=booth.fair,
            reason=await appointment_types.of_venue(tx, booth, visit.id("interview")),
            teams=(),
            back=f"/booths/{booth.id}/interviews",
            following=await heads(tx, visit),
        )


@post("/booths/{booth}/interviews/{interview}/change", again=interview)
async def change_reason(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit, Act.BOOTH_SET_UP)
        await appointment_types.change(tx, booth, visit.id("interview"), reason_text(visit))
    return visit.go(f"/booths/{booth.id}/interviews#kinds", language.gettext("Saved."))


@post("/booths/{booth}/interviews/{interview}/withdraw")
async def withdraw_reason(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit, Act.BOOTH_SET_UP)
        await appointment_types.withdraw(tx, booth, visit.id("interview"))
    return visit.go(f"/booths/{booth.id}/interviews#kinds", language.gettext("Nobody can take it any more."))


@post("/booths/{booth}/interviews/times", again=interviews)
async def add_times(visit: Visit) -> web.StreamResponse:
    """On a day of the fair, the recruiter is there for interviews from one time to another."""
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        span = minutes_of(visit, "day_begins"), minutes_of(visit, "day_ends")
        me, modes = visit.actor.known.id, visit.ticked("day_modes")
        await booth_interviews.be_there(tx, booth, me, visit.day("day"), span, modes)
    return visit.go(f"/booths/{booth.id}/interviews#times", language.gettext("Saved."))


@post("/booths/{booth}/interviews/times/{interview_day}/remove")
async def remove_times(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        booth = await _booth(tx, visit)
        await hours.remove_days(tx, visit.actor.known.id, visit.id("interview_day"))
    return visit.go(f"/booths/{booth.id}/interviews#times", language.gettext("Removed."))
