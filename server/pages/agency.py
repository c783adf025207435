"""An agency: where it is, and what people come for."""

from aiohttp import web

from rooms import access
from rooms.appointments import appointment_types
from rooms.appointments.appointment_types import AppointmentType, AppointmentTypeText
from rooms.core import time_zones
from rooms.organisations import agencies
from rooms.organisations.agencies import Agency
from rooms.organisations.public_holidays import regions_of
from server import edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/administer/agencies/{agency}")
async def agency(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await access.agency(tx, request.actor, request.id("agency"))
        heads = await read_heads(tx, request)
        types, teams = await appointment_types.all_of(tx, row), await agencies.teams_in(tx, row.id)
    return request.render(
        "agency.html",
        agency=row,
        shown=_shown(row),
        types=types,
        teams=teams,
        zones=time_zones.by_region(),
        regions=regions_of(row.country),
        heads=heads,
    )


def _shown(row: Agency) -> Shown:
    return {
        "agency": row.name,
        "time_zone": row.time_zone,
        "region": row.region,
        "address": row.address,
        "phone": row.phone,
        "area": row.area,
    }


@post("/administer/agencies/{agency}", again=agency)
async def place(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.agency(tx, request.actor, request.id("agency"))
        await tx.lock(row)
        edits.merge(request, _shown(row))
        await agencies.rename(tx, row, request.typed("agency"))
        zone, region = request.typed("time_zone"), request.typed("region")
        await agencies.place(
            tx, row, zone, region, request.typed("address"), request.typed("phone"), request.typed("area")
        )
    return request.go(f"/administer/agencies/{row.id}#place", language.gettext("Saved."))


def appointment_type_text(request: PageRequest) -> AppointmentTypeText:
    """What was typed into the fields of an appointment type (`appointment_type_fields` in the macros)."""
    return AppointmentTypeText(
        request.typed("appointment_type"),
        request.number("minutes", 30),
        tuple(request.ticked("modes")),
        request.typed("question"),
        request.typed("bring"),
        bool(request.typed("is_follow_up")),
        request.uuid("team") if request.typed("team") else None,
    )


def shown_of_type(row: AppointmentType) -> Shown:
    return {
        "appointment_type": row.name,
        "minutes": str(row.minutes),
        "modes": tuple(row.modes),
        "question": row.question,
        "bring": row.bring,
        "is_follow_up": "1" if row.is_follow_up else "",
        "team": str(row.team_id or ""),
    }


@post("/administer/agencies/{agency}/types", again=agency)
async def add_type(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.agency(tx, request.actor, request.id("agency"))
        await appointment_types.add(tx, row, appointment_type_text(request))
    return request.go(f"/administer/agencies/{row.id}#types", language.gettext("People can take it from now on."))


@get("/administer/agencies/{agency}/types/{appointment_type}/change")
async def appointment_type(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await access.agency(tx, request.actor, request.id("agency"))
        found = await appointment_types.of_venue(tx, row, request.id("appointment_type"))
        heads, teams = await read_heads(tx, request), await agencies.teams_in(tx, row.id)
    return request.render(
        "appointment_type.html",
        appointment_type=found,
        shown=shown_of_type(found),
        teams=teams,
        back=f"/administer/agencies/{row.id}",
        heads=heads,
    )


@post("/administer/agencies/{agency}/types/{appointment_type}/change", again=appointment_type)
async def change_type(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.agency(tx, request.actor, request.id("agency"))
        found = await appointment_types.of_venue(tx, row, request.id("appointment_type"))
        await tx.lock(found)
        edits.merge(request, shown_of_type(found))
        await appointment_types.change(tx, row, found.id, appointment_type_text(request))
    return request.go(f"/administer/agencies/{row.id}#types", language.gettext("Saved."))


@post("/administer/agencies/{agency}/types/{appointment_type}/withdraw")
async def withdraw_type(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await access.agency(tx, request.actor, request.id("agency"))
        await appointment_types.withdraw(tx, row, request.id("appointment_type"))
    return request.go(f"/administer/agencies/{row.id}#types", language.gettext("Nobody can take it any more."))
