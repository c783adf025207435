"""An agency: where it is, and what people come for."""

from aiohttp import web

from rooms import access
from rooms.appointments import appointment_types
from rooms.appointments.appointment_types import ReasonText
from rooms.core import time_zones
from rooms.organisations import agencies
from rooms.organisations.public_holidays import regions_of
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post


@get("/administer/agencies/{agency}")
async def agency(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        row = await access.agency(tx, visit.actor, visit.id("agency"))
        following = await heads(tx, visit)
        reasons, teams = await appointment_types.all_of(tx, row), await agencies.teams_in(tx, row.id)
    return visit.page(
        "agency.html",
        agency=row,
        reasons=reasons,
        teams=teams,
        zones=time_zones.by_region(),
        regions=regions_of(row.country),
        following=following,
    )


@post("/administer/agencies/{agency}", again=agency)
async def place(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.agency(tx, visit.actor, visit.id("agency"))
        await agencies.rename(tx, row, visit.typed("agency"))
        zone, region = visit.typed("time_zone"), visit.typed("region")
        await agencies.place(tx, row, zone, region, visit.typed("address"), visit.typed("phone"), visit.typed("area"))
    return visit.go(f"/administer/agencies/{row.id}#place", language.gettext("Saved."))


def reason_text(visit: Visit) -> ReasonText:
    """What was typed into the fields of a reason (`reason_fields` in the macros)."""
    return ReasonText(
        visit.typed("reason"),
        visit.number("minutes", 30),
        tuple(visit.ticked("modes")),
        visit.typed("question"),
        visit.typed("bring"),
        bool(visit.typed("is_follow_up")),
        visit.uuid("team") if visit.typed("team") else None,
    )


@post("/administer/agencies/{agency}/reasons", again=agency)
async def add_reason(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.agency(tx, visit.actor, visit.id("agency"))
        await appointment_types.add(tx, row, reason_text(visit))
    return visit.go(f"/administer/agencies/{row.id}#reasons", language.gettext("People can take it from now on."))


@get("/administer/agencies/{agency}/reasons/{reason}/change")
async def reason(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        row = await access.agency(tx, visit.actor, visit.id("agency"))
        found = await appointment_types.of_venue(tx, row, visit.id("reason"))
        following, teams = await heads(tx, visit), await agencies.teams_in(tx, row.id)
    return visit.page(
        "reason.html", reason=found, teams=teams, back=f"/administer/agencies/{row.id}", following=following
    )


@post("/administer/agencies/{agency}/reasons/{reason}/change", again=reason)
async def change_reason(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.agency(tx, visit.actor, visit.id("agency"))
        await appointment_types.change(tx, row, visit.id("reason"), reason_text(visit))
    return visit.go(f"/administer/agencies/{row.id}#reasons", language.gettext("Saved."))


@post("/administer/agencies/{agency}/reasons/{reason}/withdraw")
async def withdraw_reason(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        row = await access.agency(tx, visit.actor, visit.id("agency"))
        await appointment_types.withdraw(tx, row, visit.id("reason"))
    return visit.go(f"/administer/agencies/{row.id}#reasons", language.gettext("Nobody can take it any more."))
