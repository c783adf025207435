"""When one can be booked, for counsellors and recruiters alike, and the calendars that come in and go out."""

from datetime import time, timedelta
from urllib.parse import urlsplit

from aiohttp import web

from rooms import access
from rooms.appointments import agenda, booking_rules, handover, hours, own_calendar
from rooms.appointments.booking_rules import RulesText
from rooms.core.errors import N_, Invalid
from server import calendars, language
from server.pages.following import heads
from server.visit import Visit, get, post

SINCE = timedelta(days=90)


@get("/counsel/hours")
async def hours_page(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        rules = await booking_rules.of_person(tx, visit.actor.known.id)
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        return visit.page(
            "counsel_hours.html",
            weekly=await hours.weekly_of(tx, visit.actor.known.id),
            unlike=hours.in_a_row(await hours.days_of(tx, visit.actor.known.id)),
            rules=rules,
            following=following,
        )


def minutes_of(visit: Visit, name: str) -> int:
    """An hour as typed, in minutes since midnight; 00:00 as an end is the end of the day."""
    try:
        typed = time.fromisoformat(visit.typed(name))
    except ValueError:
        raise Invalid(f"{name}.unreadable", N_("Please give a time, for example 09:00."), field=name) from None
    minutes = typed.hour * 60 + typed.minute
    return hours.MINUTES_A_DAY if name.endswith("ends") and minutes == 0 else minutes


@post("/counsel/hours/weekly", again=hours_page)
async def add_weekly(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        begins, ends = minutes_of(visit, "begins"), minutes_of(visit, "ends")
        modes, kept = visit.ticked("modes"), bool(visit.typed("kept"))
        await hours.add_weekly(tx, visit.actor.known.id, visit.number("weekday", 0), begins, ends, modes, kept=kept)
    return visit.go("/counsel/hours#weekly", language.gettext("Saved."))


@post("/counsel/hours/weekly/{hours}/remove")
async def remove_weekly(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        await hours.remove_weekly(tx, visit.actor.known.id, visit.id("hours"))
    return visit.go("/counsel/hours#weekly", language.gettext("Removed."))


@post("/counsel/hours/days", again=hours_page)
async def add_day(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        chosen = visit.day("day")
        is_open = bool(visit.ticked("day_modes"))
        span = (minutes_of(visit, "day_begins"), minutes_of(visit, "day_ends")) if is_open else None
        until = visit.day("until") if visit.typed("until") else None
        zone = await hours.zone_of(tx, visit.actor.known.id)
        if is_open:
            await hours.add_day(tx, visit.actor.known.id, chosen, span, visit.ticked("day_modes"), until=until)
        else:
            await handover.close_days(tx, visit.actor.known.id, chosen, until or chosen, zone)
        staying = await agenda.seen_by(tx, visit.actor.known.id, chosen, zone, until)
    said = language.gettext("Saved.")
    if staying and not is_open:
        names = ", ".join(f"{language.moment(row.begins_at, row.host.zone)} {row.candidate.name}" for row in staying)
        said += " " + language.gettext("These stay booked; move them or hand them over: %(names)s.", names=names)
    return visit.go("/counsel/hours#days", said)


@post("/counsel/hours/days/{unlike_day}/remove")
async def remove_day(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        until = visit.day("until") if visit.typed("until") else None
        await hours.remove_days(tx, visit.actor.known.id, visit.id("unlike_day"), until)
    return visit.go("/counsel/hours#days", language.gettext("Removed."))


@post("/counsel/hours/rules", again=hours_page)
async def change_rules(visit: Visit) -> web.StreamResponse:
    text = RulesText(
        visit.number("before_minutes", 0),
        visit.number("after_minutes", 5),
        visit.number("notice_hours", 2),
        visit.number("horizon_days", 56),
        visit.number("most_a_day", 12),
    )
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        await booking_rules.change(tx, visit.actor.known.id, text)
    return visit.go("/counsel/hours#rules", language.gettext("Saved."))


@post("/counsel/hours/calendar", again=hours_page)
async def read_calendar(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        await own_calendar.read_at(tx, visit.actor.known.id, visit.typed("busy_address"))
    return visit.go("/counsel/hours#calendars", language.gettext("Saved. It is read within a minute."))


@post("/counsel/hours/feed")
async def open_feed(visit: Visit) -> web.StreamResponse:
    """A new address for one's calendar; it is shown once."""
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        token = await own_calendar.open_feed(tx, visit.actor.known.id)
    address = f"{visit.house.settings.public_url.rstrip('/')}/feeds/{token}.ics"
    said = language.gettext("Copy this address into your calendar, it is shown only now: %(address)s", address=address)
    return visit.go("/counsel/hours#calendars", said)


@post("/counsel/hours/feed/close")
async def close_feed(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await access.keeps_hours(tx, visit.actor)
        await own_calendar.close_feed(tx, visit.actor.known.id)
    return visit.go("/counsel/hours#calendars", language.gettext("The address gives nothing any more."))


@get("/feeds/{feed}.ics")
async def feed(visit: Visit) -> web.StreamResponse:
    """The calendar that goes out: whoever knows the address reads it, until it is withdrawn."""
    await visit.house.rates.count("feed", visit.address, 60)
    async with visit.reading() as tx:
        person = await own_calendar.whose_feed(tx, visit.path("feed"))
        rows = await agenda.of_person(tx, person.id, since=tx.now - SINCE)
    url = visit.house.settings.public_url.rstrip("/")
    text = calendars.feed(rows, person.id, url, urlsplit(url).hostname or "localhost")
    headers = {"Cache-Control": "no-store"}
    return web.Response(body=text, content_type="text/calendar", charset="utf-8", headers=headers)
