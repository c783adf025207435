"""When one can be booked, for counsellors and recruiters alike, and the calendars that come in and go out."""

from datetime import time, timedelta

from aiohttp import web

from rooms import access
from rooms.appointments import agenda, booking_rules, handover, hours, own_calendar
from rooms.appointments.booking_rules import BookingRules, RulesText
from rooms.core.errors import N_, Invalid
from server import calendars, edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post

SINCE = timedelta(days=90)


@get("/counsel/hours")
async def hours_page(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        rules = await booking_rules.of_person(tx, request.actor.known.id)
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        return request.render(
            "hours.html",
            weekly=await hours.weekly_of(tx, request.actor.known.id),
            unlike=hours.in_a_row(await hours.days_of(tx, request.actor.known.id)),
            rules=rules,
            shown=_shown(rules),
            is_counsellor=request.navigation.counsel,
            heads=heads,
        )


def _shown(rules: BookingRules) -> Shown:
    return {name: str(getattr(rules, name)) for name in booking_rules.RANGES}


def minutes_of(request: PageRequest, name: str) -> int:
    """An hour as typed, in minutes since midnight; 00:00 as an end is the end of the day."""
    try:
        typed = time.fromisoformat(request.typed(name))
    except ValueError:
        raise Invalid(f"{name}.unreadable", N_("Please give a time, for example 09:00."), field=name) from None
    minutes = typed.hour * 60 + typed.minute
    return hours.MINUTES_A_DAY if name.endswith("ends") and minutes == 0 else minutes


@post("/counsel/hours/weekly", again=hours_page)
async def add_weekly(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        begins, ends = minutes_of(request, "begins"), minutes_of(request, "ends")
        modes, kept = request.ticked("modes"), bool(request.typed("kept"))
        await hours.add_weekly(tx, request.actor.known.id, request.number("weekday", 0), begins, ends, modes, kept=kept)
    return request.go("/counsel/hours#weekly", language.gettext("Saved."))


@post("/counsel/hours/weekly/{hours}/remove")
async def remove_weekly(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        await hours.remove_weekly(tx, request.actor.known.id, request.id("hours"))
    return request.go("/counsel/hours#weekly", language.gettext("Removed. What is booked in these hours stays booked."))


@post("/counsel/hours/days", again=hours_page)
async def add_day(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        chosen = request.day("day")
        is_open = bool(request.ticked("day_modes"))
        span = (minutes_of(request, "day_begins"), minutes_of(request, "day_ends")) if is_open else None
        until = request.day("until") if request.typed("until") else None
        zone = await hours.zone_of(tx, request.actor.known.id)
        if is_open:
            await hours.add_day(tx, request.actor.known.id, chosen, span, request.ticked("day_modes"), until=until)
        else:
            await handover.close_days(tx, request.actor.known.id, chosen, until or chosen, zone)
        staying = await agenda.seen_by(tx, request.actor.known.id, chosen, zone, until)
    said = language.gettext("Saved.")
    if is_open:
        said += " " + language.gettext(
            "Your weekly hours do not count on such a day: only what is written for it here."
        )
    if staying and not is_open:
        names = ", ".join(f"{language.moment(row.begins_at, row.venue.zone)} {row.candidate.name}" for row in staying)
        said += " " + language.gettext("These stay booked; move them or hand them over: %(names)s.", names=names)
    return request.go("/counsel/hours#days", said)


@post("/counsel/hours/days/{unlike_day}/remove")
async def remove_day(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        until = request.day("until") if request.typed("until") else None
        await hours.remove_days(tx, request.actor.known.id, request.id("unlike_day"), until)
    return request.go("/counsel/hours#days", language.gettext("Removed."))


@post("/counsel/hours/rules", again=hours_page)
async def change_rules(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        rules = await booking_rules.of_person(tx, request.actor.known.id)
        await tx.lock(rules)
        edits.merge(request, _shown(rules))
        text = RulesText(
            request.number("before_minutes", 0),
            request.number("after_minutes", 5),
            request.number("notice_hours", 2),
            request.number("horizon_days", 56),
            request.number("most_a_day", 12),
        )
        await booking_rules.change(tx, request.actor.known.id, text)
    return request.go("/counsel/hours#rules", language.gettext("Saved."))


@post("/counsel/hours/calendar", again=hours_page)
async def read_calendar(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        await own_calendar.read_at(tx, request.actor.known.id, request.typed("busy_address"))
    return request.go("/counsel/hours#calendars", language.gettext("Saved. It is read within a minute."))


@post("/counsel/hours/feed")
async def open_feed(request: PageRequest) -> web.StreamResponse:
    """A new address for one's calendar; it is shown once."""
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        token = await own_calendar.open_feed(tx, request.actor.known.id)
    address = f"{request.services.settings.public_url.rstrip('/')}/feeds/{token}.ics"
    said = language.gettext("Copy this address into your calendar, it is shown only now: %(address)s", address=address)
    return request.go("/counsel/hours#calendars", said)


@post("/counsel/hours/feed/close")
async def close_feed(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await access.keeps_hours(tx, request.actor)
        await own_calendar.close_feed(tx, request.actor.known.id)
    return request.go("/counsel/hours#calendars", language.gettext("The address gives nothing any more."))


@get("/feeds/{feed}.ics")
async def feed(request: PageRequest) -> web.StreamResponse:
    """The calendar that goes out: whoever knows the address reads it, until it is withdrawn."""
    await request.services.rates.count("feed", request.network, 60)
    async with request.reading() as tx:
        person = await own_calendar.whose_feed(tx, request.path("feed"))
        rows = await agenda.of_person(tx, person.id, since=tx.now - SINCE)
    url = request.services.settings.public_url.rstrip("/")
    text = calendars.feed(rows, person.id, url)
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=text, content_type="text/calendar", charset="utf-8", headers=headers)
