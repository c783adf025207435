"""The organiser's pages: making a fair, inviting employers, opening and closing, the board."""

from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations, open_invitations
from rooms.chat import help_requests, moderation
from rooms.core import time_zones
from rooms.core.events import fair_stream, moderation_stream
from rooms.core.transaction import Transaction
from rooms.fairs import (
    admission,
    announcements,
    attendees,
    booth_applications,
    booth_documents,
    booths,
    entrance_hall,
    fairs,
    registration_approval,
    rota,
    sanctions,
    schedule,
)
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair, FairDescription
from rooms.lines import line_status
from rooms.people.signin import Purpose
from rooms.views import fair_staff
from server import edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.fair_hours import day_mode, hours_of
from server.pages.stream_heads import read_heads
from server.routes import get, post

SOON = timedelta(hours=1)


@get("/organise")
async def organise(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    access.may(request.actor, Act.FAIR_CREATE)
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        mine = await fairs.run_by(tx, person)
        days = await schedule.days_by_fair(tx, mine)
        return request.render("organise.html", fairs=mine, days_of=days, heads=heads)


@get("/organise/new")
async def new_fair(request: PageRequest) -> web.StreamResponse:
    request.actor.known  # noqa: B018
    access.may(request.actor, Act.FAIR_CREATE)
    return request.render("fair_form.html", fair=None, zones=time_zones.by_region())


@post("/organise/new", again=new_fair)
async def create(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    access.may(request.actor, Act.FAIR_CREATE)
    async with request.transaction() as tx:
        fair = await fairs.create(tx, person, _description(request))
        if request.typed("date"):
            await schedule.add_day(tx, fair, *hours_of(request, fair), day_mode(request))
            return request.go(f"/organise/{fair.slug}", language.gettext("The fair is made. Invite its employers."))
    return request.go(f"/organise/{fair.slug}", language.gettext("The fair is made. Add its opening hours."))


def _description(request: PageRequest) -> FairDescription:
    return FairDescription(
        request.typed("name"),
        request.typed("description"),
        tuple(request.ticked("languages")),
        tuple(request.ticked("sectors")),
        request.typed("time_zone", "Europe/Paris"),
        request.number("most_lines", 3),
        request.number("answer_days", 5),
        request.number("grace_minutes", 10),
        request.typed("site"),
    )


def _shown(fair: Fair) -> Shown:
    return {
        "name": fair.name,
        "description": fair.description,
        "languages": tuple(fair.languages),
        "sectors": tuple(fair.sectors),
        "time_zone": fair.time_zone,
        "most_lines": str(fair.most_lines),
        "answer_days": str(fair.answer_days),
        "grace_minutes": str(fair.grace_minutes),
        "site": fair.site,
        "capacity": str(fair.capacity or ""),
        "admitted_a_minute": str(fair.admitted_a_minute),
    }


async def _fair(tx: Transaction, request: PageRequest) -> Fair:
    return await access.fair(tx, request.actor, request.path("fair"), Act.FAIR_RUN)


@get("/organise/{fair}")
async def board(request: PageRequest) -> web.StreamResponse:
    """What needs a hand first, then the fair's days, employers and words."""
    async with request.reading() as tx:
        fair = await _fair(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id), moderation_stream(fair.id))
        rows, days = await booths.of_fair(tx, fair.id, only_set_up=False), await schedule.days_of(tx, fair)
        return request.render(
            "board.html",
            fair=fair,
            days=days,
            next_day=next((day for day in days if day.opens_at > tx.now), None),
            today=f"{tx.now.astimezone(fair.zone):%Y-%m-%d}",
            booths=rows,
            statuses=await line_status.of_booths(tx, rows),
            announcements=await announcements.of_fair(tx, fair.id),
            invitations=await open_invitations.of_fair(tx, fair, Purpose.ORGANISER),
            candidates=await attendees.count(tx, fair.id),
            applied=await booth_applications.count_asked(tx, fair.id),
            needing_help=await help_requests.count_waiting(tx, fair.id),
            asking=await registration_approval.count_asked(tx, fair.id),
            unattended=await _soon_unattended(tx, fair, rows),
            recruiters=len(await fair_staff.recruiters_of(tx, fair, rows)),
            banner=(await booth_documents.banners_of(tx, [fair.id])).get(fair.id),
            organisers=await fairs.organisers_of(tx, fair),
            opens_at_once=await schedule.opens_at_once(tx, fair),
            lies_ahead=await schedule.lies_ahead(tx, fair),
            reports=await moderation.open_reports(tx, fair.id),
            fullness=await admission.fullness(tx, fair),
            sanctioned=await sanctions.count_open(tx, fair.id),
            heads=heads,
        )


async def _soon_unattended(tx: Transaction, fair: Fair, rows: Sequence[Booth]) -> list[Booth]:
    """At which nobody is planned an hour from now."""
    missing = rota.unattended(await rota.of_booths(tx, fair, rows), tx.now + SOON)
    return [booth for booth in rows if booth.id in missing]


@get("/organise/{fair}/describe")
async def describe_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await _fair(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        shown = _shown(fair)
        return request.render("fair_form.html", fair=fair, shown=shown, zones=time_zones.by_region(), heads=heads)


@post("/organise/{fair}/describe", again=describe_form)
async def describe(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await _fair(tx, request)
        await tx.lock(fair, key_share=True)
        edits.merge(request, _shown(fair))
        await schedule.describe(tx, fair, _description(request))
        capacity = request.number("capacity", 0) if request.typed("capacity") else None
        await entrance_hall.set_capacity(tx, fair, capacity, request.number("admitted_a_minute", 600))
    return request.go(f"/organise/{request.path('fair')}", language.gettext("Saved."))


@post("/organise/{fair}/organisers", again=board)
async def invite_organiser(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await _fair(tx, request)
        await invitations.invite_to_run(tx, request.actor.known, fair, request.typed("organiser_email"))
    return request.go(f"/organise/{fair.slug}#organisers", language.gettext("The invitation is on its way."))


@post("/organise/{fair}/organisers/{person}/remove", again=board)
async def remove_organiser(request: PageRequest) -> web.StreamResponse:
    person = request.id("person")
    async with request.transaction() as tx:
        fair = await _fair(tx, request)
        await fairs.remove_organiser(tx, fair, person)
    return request.go(f"/organise/{fair.slug}#organisers", language.gettext("This person runs the fair no longer."))
