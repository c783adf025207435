"""Covering for a counsellor who is away: taking over, sharing out, moving or cancelling what they would hold."""

from datetime import date, timedelta

from aiohttp import web

from rooms import access
from rooms.appointments import booking, handover
from rooms.appointments.appointment import Appointment
from rooms.appointments.availability import local_day
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.people.people import Person
from server import language
from server.page_request import PageRequest
from server.pages.appointment import and_told
from server.pages.appointment_times import demand_not_moved, move_as_typed, show_other_times, time_shown
from server.pages.counsel_day import said_of
from server.pages.stream_heads import read_heads
from server.routes import get, post

SHOWN_FOR = timedelta(days=60)


async def _covered(tx: Transaction, request: PageRequest) -> Person:
    return await access.covered(tx, request.actor, request.id("counsellor"))


async def _row(tx: Transaction, request: PageRequest, *, lock: bool = True) -> Appointment:
    counsellor = await _covered(tx, request)
    return await access.covered_appointment(tx, request.actor, counsellor, request.id("appointment"), lock=lock)


def _back(request: PageRequest) -> str:
    return f"/counsel/colleagues/{request.id('counsellor')}"


@get("/counsel/colleagues")
async def colleagues(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        found = await agencies.colleagues_of(tx, request.actor.known.id)
    return request.render("colleagues.html", colleagues=found, heads=heads)


@get("/counsel/colleagues/{counsellor}")
async def colleague(request: PageRequest) -> web.StreamResponse:
    """What the counsellor would hold from now on. Who comes and when, not what they wrote."""
    async with request.reading() as tx:
        person = await _covered(tx, request)
        heads = await read_heads(tx, request)
        rows = await access.to_cover(tx, request.actor, person)
        can_take = bool(await agencies.teams_of(tx, request.actor.known.id))
    days: dict[date, list[Appointment]] = {}
    for row in rows:
        if row.begins_at < request.now + SHOWN_FOR:
            days.setdefault(local_day(row.begins_at, row.venue.zone), []).append(row)
    return request.render(
        "colleague.html", person=person, days=days, can_take=can_take, time_shown=time_shown, heads=heads
    )


@post("/counsel/colleagues/{counsellor}/share-out", again=colleague)
async def share_out(request: PageRequest) -> web.StreamResponse:
    """A day that the counsellor cannot hold: each appointment goes to whoever is free, and nothing new is booked."""
    async with request.transaction() as tx:
        person = await _covered(tx, request)
        chosen, me = request.day("day"), await tx.session.get_one(Person, request.actor.known.id)
        rows = await access.to_cover(tx, request.actor, person)
        done = await handover.share_out(tx, me, person, chosen, rows, closes=bool(request.typed("is_closed")))
    said = said_of(done)
    if done.left:
        names = ", ".join(row.candidate.name for row in done.left)
        said += " " + language.gettext("Nobody is free for these, move or cancel them: %(names)s.", names=names)
    return request.go(_back(request), said)


@get("/counsel/colleagues/{counsellor}/appointments/{appointment}/times")
async def other_times(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        row = await _row(tx, request, lock=False)
        base = f"{_back(request)}/appointments/{row.id}"
        return await show_other_times(tx, request, row, _back(request), base=base, heads=heads)


@post("/counsel/colleagues/{counsellor}/appointments/{appointment}/move", again=other_times)
async def move(request: PageRequest) -> web.StreamResponse:
    """To another time, and to whoever is there then."""
    async with request.transaction() as tx:
        row = await _row(tx, request)
        await move_as_typed(tx, request, row, request.actor.known)
        when, name = language.moment(row.begins_at, row.venue.zone), row.led_by.name
    said = language.gettext("It has moved to %(when)s, with %(name)s.", when=when, name=name)
    return request.go(_back(request), and_told(request, row, said))


@post("/counsel/colleagues/{counsellor}/appointments/{appointment}/cancel", again=colleague)
async def cancel(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _row(tx, request)
        demand_not_moved(request, row)
        await booking.cancel(tx, row, request.actor.known, request.typed("words"))
    return request.go(_back(request), and_told(request, row, language.gettext("It is cancelled.")))


@post("/counsel/colleagues/{counsellor}/appointments/{appointment}/take-over", again=colleague)
async def take_over(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await _row(tx, request)
        await access.counsels(tx, request.actor)
        demand_not_moved(request, row)
        await handover.take_over(tx, row, await tx.session.get_one(Person, request.actor.known.id))
    return request.go(row.path, and_told(request, row, language.gettext("It is yours now.")))
