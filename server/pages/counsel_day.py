"""The counsellor's day: who comes, who is next, and how it went."""

from datetime import date

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.appointments import (
    handover,
    room,
)
from rooms.appointments.appointment import Attendance
from rooms.appointments.availability import whole_days
from rooms.appointments.handover import HandedOver
from rooms.core.errors import N_, Invalid
from rooms.people.people import Person
from rooms.views import counsel_day
from server import language
from server.page_request import PageRequest
from server.pages.appointment import appointment
from server.pages.stream_heads import read_heads
from server.routes import get, post

FARTHEST_DAY = 3650


@get("/counsel")
async def day(request: PageRequest) -> web.StreamResponse:
    """One page for the day: who comes, who is next, what was agreed, which gaps are free."""
    async with request.reading() as tx:
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        zone = teams[0].agency.zone
        chosen = _chosen_day(request, tx.now.astimezone(zone).date())
        view = await counsel_day.of_counsellor(tx, request.actor.known.id, teams[0].agency, chosen)
    return request.render("counsel_day.html", view, heads=heads)


def _chosen_day(request: PageRequest, today: date) -> date:
    try:
        chosen = date.fromisoformat(request.typed("day") or request.query.get("day", ""))
    except ValueError:
        return today
    return chosen if abs((chosen - today).days) < FARTHEST_DAY else today


@post("/counsel/hand-over", again=day)
async def hand_day_over(request: PageRequest) -> web.StreamResponse:
    """A colleague takes what lies ahead of this day; everybody is told."""
    async with request.transaction() as tx:
        teams = await access.counsels(tx, request.actor)
        chosen = request.day("day")
        me = await tx.session.get_one(Person, request.actor.known.id)
        zone = teams[0].agency.zone
        done = await handover.hand_day_over(tx, me, request.uuid("colleague"), *whole_days(chosen, chosen, zone))
        if request.typed("is_closed"):
            await handover.close_days(tx, me.id, chosen, chosen, zone)
    said = said_of(done)
    if done.left:
        names = ", ".join(row.candidate.name for row in done.left)
        said += " " + language.gettext("These stay with you, your colleague is not free then: %(names)s.", names=names)
    return request.go(f"/counsel?day={chosen}", said)


def said_of(done: HandedOver) -> str:
    """What has gone over, and whom nobody can write to."""
    said = language.gettext("Appointments handed over: %(count)s.", count=len(done.taken))
    silent = ", ".join(row.candidate.name for row in done.taken if not row.candidate.email)
    if silent:
        said += " " + language.gettext("Without an e-mail address, please tell them: %(names)s.", names=silent)
    return said


@post("/appointments/{appointment}/record", again=appointment)
async def record(request: PageRequest) -> web.StreamResponse:
    """How it went, in one of the plain states."""
    how = request.typed("attendance")
    if how not in list(Attendance):
        raise Invalid("attendance", N_("Please choose one of the answers."), field="attendance")
    async with request.transaction() as tx:
        row = await access.appointment(tx, request.actor, request.id("appointment"), Act.APPOINTMENT_RECORD, lock=True)
        await room.record(tx, row, Attendance(how), request.actor.known)
    return request.go(request.came_from(row.appointment_type.desk_path), language.gettext("Recorded."))
