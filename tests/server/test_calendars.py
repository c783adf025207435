"""Calendars: what goes out is read back, moves and cancels leave it right, and what comes in closes the right times."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from aiohttp import web
from aiohttp.test_utils import TestServer
from icalendar import Calendar
from sqlalchemy import select

from rooms.appointments import agenda, desk, hours
from rooms.appointments.availability import Span
from rooms.outbox import Mail
from server import calendars
from server.busy_calendars import BusyCalendars
from server.calendars import UnreadableCalendar
from server.mail import Writer
from server.public_addresses import is_public
from server.rendering import environment
from server.settings import load
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, open_office

SECRET = "kP3vX8mQ1rT6wZ0yB5nD2gH7jL4sF9cA"
PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)


async def test_the_feed_is_read_back_by_a_calendar_program(cast: Cast) -> None:
    office = await open_office(cast)
    row = await office.book(cast.amina, WEDNESDAY_NINE)
    gone = await office.book(cast.karim, WEDNESDAY_NINE + timedelta(minutes=80))
    async with cast.database.transaction() as tx:
        await desk.cancel(tx, await office.fresh(tx, gone), await cast.fresh(tx, cast.karim))
    async with cast.database.reading() as tx:
        rows = await agenda.of_person(tx, office.claire.id, since=tx.now)
    assert {each.id for each in rows} == {row.id, gone.id}
    text = calendars.feed(rows, office.claire.id, "https://parvis.example.org", "parvis.example.org")
    (event,) = recurring_ical_events.of(Calendar.from_ical(text)).between(FIRST, LAST)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (row.begins_at, row.ends_at)
    assert "Amina Benali" in str(event["SUMMARY"])
    calendar = Calendar.from_ical(text)
    assert calendar["METHOD"] == "PUBLISH", "nobody is invited by a feed"
    assert [each for each in calendar.walk("VEVENT") if "ATTENDEE" in each] == []
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(minutes=15)
    assert "X-PUBLISHED-TTL:PT15M" in text.decode()


OWN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:weekly
DTSTART;TZID=Europe/Paris:20261125T090000
DTEND;TZID=Europe/Paris:20261125T094500
RRULE:FREQ=WEEKLY;COUNT=3
EXDATE;TZID=Europe/Paris:20261202T090000
SUMMARY:Secret
END:VEVENT
BEGIN:VEVENT
UID:free
DTSTART:20261125T100000Z
DTEND:20261125T110000Z
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:day
DTSTART;VALUE=DATE:20261224
END:VEVENT
BEGIN:VEVENT
UID:gone
DTSTART:20261125T100000Z
DTEND:20261125T110000Z
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_recurring_all_day_free_and_cancelled_entries() -> None:
    found = sorted(calendars.busy(OWN.encode(), FIRST, LAST, PARIS))
    assert [(span.begins.astimezone(PARIS).strftime("%d %H:%M"), span.length) for span in found] == [
        ("25 09:00", timedelta(minutes=45)),
        ("09 09:00", timedelta(minutes=45)),
        ("24 00:00", timedelta(days=1)),
    ]
    with pytest.raises(UnreadableCalendar):
        calendars.busy(b"<html>no</html>", FIRST, LAST, PARIS)


def rule(text: str) -> bytes:
    begins = "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261101T000000Z\r\nDTEND:20261101T000001Z\r\n"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{begins}{text}END:VEVENT\r\nEND:VCALENDAR\r\n".encode()


def test_a_rule_for_every_second_ends_in_time() -> None:
    assert len(calendars.busy(rule("RRULE:FREQ=SECONDLY\r\n"), FIRST, LAST, PARIS)) == calendars.MOST_BUSY


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("fd00::1", False),
    ],
)
def test_an_address_is_judged_as_what_it_is(address: str, is_so: bool) -> None:
    assert is_public(address) == is_so


@pytest.fixture
async def own_calendar() -> AsyncIterator[TestServer]:
    async def serve(request: web.Request) -> web.Response:
        if request.path == "/away":
            raise web.HTTPFound("/mine.ics")
        kept = {"/mine.ics": OWN, "/odd.ics": OWN.replace("DTEND;TZID=Europe/Paris:20261125T094500", "DTEND:later")}
        return web.Response(text=kept.get(request.path, "no"), content_type="text/calendar")

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def test_busy_times_of_ones_own_calendar_close_the_same_times_here(cast: Cast, own_calendar: TestServer) -> None:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        await hours.read_calendar_at(tx, office.claire.id, str(own_calendar.make_url("/mine.ics")))
    assert await BusyCalendars(cast.database, may_be_private=True).read_due() == 1
    assert await office.starts(cast.amina) == ["09:45", "10:25", "11:05"]
    async with cast.database.reading() as tx:
        assert await hours.calendars_due(tx) == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1:{port}/mine.ics", "private network"),
        ("https://localhost:{port}/mine.ics", "private network"),
        ("https://10.0.0.8/mine.ics", "private network"),
        ("https://[::1]/mine.ics", "private network"),
        ("https://169.254.169.254/latest", "private network"),
    ],
)
async def test_addresses_of_private_networks_are_refused(
    cast: Cast, own_calendar: TestServer, address: str, says: str
) -> None:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        await hours.read_calendar_at(tx, office.claire.id, address.format(port=own_calendar.port))
    await BusyCalendars(cast.database, may_be_private=False).read_due()
    async with cast.database.transaction() as tx:
        assert says in (await hours.rules_of(tx, office.claire.id)).busy_trouble


@pytest.mark.parametrize(
    ("path", "says"), [("/no", "no calendar"), ("/odd.ics", "no calendar"), ("/away", "could not be reached")]
)
async def test_what_cannot_be_read_is_told_and_keeps_what_was_known(
    cast: Cast, own_calendar: TestServer, path: str, says: str
) -> None:
    office = await open_office(cast)
    reader = BusyCalendars(cast.database, may_be_private=True)
    async with cast.database.transaction() as tx:
        await hours.read_calendar_at(tx, office.claire.id, str(own_calendar.make_url(path)))
    await reader.read_due()
    async with cast.database.transaction() as tx:
        rules = await hours.rules_of(tx, office.claire.id)
        assert says in rules.busy_trouble
    assert await office.starts(cast.amina) == ["09:00", "09:40", "10:20", "11:00"]


async def test_what_was_read_at_an_address_that_has_changed_meanwhile_means_nothing(cast: Cast) -> None:
    office = await open_office(cast)
    claire, taken = office.claire.id, [Span(WEDNESDAY_NINE, WEDNESDAY_NINE + timedelta(hours=3))]
    async with cast.database.transaction() as tx:
        await hours.read_calendar_at(tx, claire, "https://new.example.org/mine.ics")
    for address, starts in (("https://old.example.org/mine.ics", 4), ("https://new.example.org/mine.ics", 0)):
        async with cast.database.transaction() as tx:
            await hours.note_trouble(tx, claire, address, "This calendar could not be reached. It is tried again.")
            assert bool((await hours.rules_of(tx, claire)).busy_trouble) is (starts == 0)
            await hours.keep_busy(tx, claire, address, taken)
        assert len(await office.starts(cast.amina)) == starts


async def test_a_letter_says_a_name_as_it_is_written(cast: Cast) -> None:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        (await cast.fresh(tx, cast.amina)).name = "Amina d’Orves & O'Neil <3"
    await office.book(cast.amina, WEDNESDAY_NINE)
    writer = Writer(environment(), load(mode="demo", secret=SECRET, public_url="https://parvis.example.org"))
    async with cast.database.reading() as tx:
        (mail,) = (await tx.session.execute(select(Mail).where(Mail.recipient == office.claire.email))).scalars()
    written = writer.write(mail).get_body(("plain",)).get_content()
    assert "Amina d’Orves & O'Neil <3" in written
    assert "&amp;" not in written
