"""Covering for a counsellor who is away: taking over, sharing out, moving or cancelling what they would hold."""

from datetime import date, timedelta

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import agenda, handover
from rooms.appointments.availability import whole_days
from rooms.core.transaction import Transaction
from rooms.organisations import agencies
from rooms.people.people import Person
from server import language
from server.page_request import PageRequest
from server.pages.counsel_day import said_of
from server.pages.stream_heads import read_heads
from server.routes import get, post

SHOWN_FOR = timedelta(days=60)


async def _covered(tx: Transaction, request: PageRequest) -> Person:
    return await access.covered(tx, request.actor, request.id("counsellor"))


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
        rows = await agenda.of_person(tx, person.id, since=tx.now, until=tx.now + SHOWN_FOR)
        zone = (await agencies.teams_of(tx, person.id))[0].agency.zone
        can_take = bool(await agencies.teams_of(tx, request.actor.known.id))
    theirs = [row for row in rows if row.led_by_id == person.id and not row.is_interview and row.is_ahead(request.now)]
    days: dict[date, list[object]] = {}
    for row in theirs:
        days.setdefault(row.begins_at.astimezone(zone).date(), []).append(row)
    return request.render("colleague.html", person=person, days=days, can_take=can_take, zone=zone, heads=heads)


@post("/counsel/colleagues/{counsellor}/share-out", again=colleague)
async def share_out(request: PageRequest) -> web.StreamResponse:
    """A day that the counsellor cannot hold: each appointment goes to whoever is free, and nothing new is booked."""
    async with request.transaction() as tx:
        person = await _covered(tx, request)
        chosen = request.day("day")
        zone = (await agencies.teams_of(tx, person.id))[0].agency.zone
        me = await tx.session.get_one(Person, request.actor.known.id)
        done = await handover.share_out(tx, me, person.id, *whole_days(chosen, chosen, zone))
        if request.typed("is_closed"):
            await handover.close_days(tx, person.id, chosen, chosen, zone)
    said = said_of(done)
    if done.left:
        names = ", ".join(row.candidate.name for row in done.left)
        said += " " + language.gettext("Nobody is free for these, move or cancel them: %(names)s.", names=names)
    return request.go(f"/counsel/colleagues/{request.id('counsellor')}", said)


@post("/appointments/{appointment}/take-over")
async def take_over(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_CHANGE, lock=True)
        await access.counsels(tx, request.actor)
        me = await tx.session.get_one(Person, request.actor.known.id)
        await handover.take_over(tx, row, me)
    return request.go(row.path, language.gettext("It is yours now. Everybody concerned is told."))
