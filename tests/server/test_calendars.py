"""Calendars: what goes out is read back, moves and cancels leave it right, and what comes in closes the right times."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from aiohttp import web
from aiohttp.test_utils import TestServer
from icalendar import Calendar
from sqlalchemy import select

from rooms.appointments import agenda, booking, booking_rules, own_calendar
from rooms.appointments.availability import Span
from rooms.core.outbox import Mail
from server import calendars, outside_calendar
from server.busy_calendars import BusyCalendars
from server.mail import Writer
from server.outside_calendar import EndlessCalendar, UnreadableCalendar
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
        await booking.cancel(tx, await office.fresh(tx, gone), await cast.fresh(tx, cast.karim))
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
    found = sorted(outside_calendar.busy(OWN.encode(), FIRST, LAST, PARIS))
    assert [(begins.astimezone(PARIS).strftime("%d %H:%M"), ends - begins) for begins, ends in found] == [
        ("25 09:00", timedelta(minutes=45)),
        ("09 09:00", timedelta(minutes=45)),
        ("24 00:00", timedelta(days=1)),
    ]
    with pytest.raises(UnreadableCalendar):
        outside_calendar.busy(b"<html>no</html>", FIRST, LAST, PARIS)


def rule(text: str) -> bytes:
    begins = "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261101T000000Z\r\nDTEND:20261101T000001Z\r\n"
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{begins}{text}END:VEVENT\r\nEND:VCALENDAR\r\n".encode()


def test_a_rule_for_every_second_ends_in_time() -> None:
    assert len(outside_calendar.busy(rule("RRULE:FREQ=SECONDLY\r\n"), FIRST, LAST, PARIS)) == outside_calendar.MOST_BUSY


ENDLESS = {
    "an interval of nothing": rule("RRULE:FREQ=DAILY;INTERVAL=0\r\n"),
    "every second for years": rule("RRULE:FREQ=SECONDLY\r\n").replace(b"20261101", b"20200101"),
    "a day that never comes": rule("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n"),
    "every second of the days to leave out": rule("RRULE:FREQ=DAILY\r\nEXRULE:FREQ=SECONDLY\r\n"),
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
async def test_a_rule_that_never_ends_holds_nothing_of_the_house(text: bytes) -> None:
    """Read or refused: what counts is that it is over within the limits, and that everything else went on meanwhile."""
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.05)

    beating = asyncio.create_task(heart())
    async with asyncio.timeout(10):
        with contextlib.suppress(UnreadableCalendar):
            assert len(await outside_calendar.read(text, FIRST, LAST, PARIS, seconds=1)) <= outside_calendar.MOST_BUSY
    beating.cancel()
    assert beats > 1


async def test_one_whose_calendar_never_ends_is_told_and_the_others_are_read(
    cast: Cast, somebodys_calendar: TestServer
) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        for person, path in ((office.nadia, "/endless.ics"), (office.claire, "/mine.ics")):
            await own_calendar.read_at(tx, person.id, str(somebodys_calendar.make_url(path)))
    assert await BusyCalendars(cast.database, may_be_private=True, seconds=1).read_due() == 2
    async with cast.database.transaction() as tx:
        assert "repeats without end" in (await booking_rules.of_person(tx, office.nadia.id)).busy_trouble
        assert (await booking_rules.of_person(tx, office.claire.id)).busy_trouble == ""
        assert await own_calendar.due(tx) == [], "it is not read again at once"


async def test_a_file_of_more_than_a_life_holds_is_not_read_to_its_end() -> None:
    entry = b"BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261101T000000Z\r\nRRULE:FREQ=DAILY;COUNT=9\r\nEND:VEVENT\r\n"
    text = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + entry * 40_000 + b"END:VCALENDAR\r\n"
    with pytest.raises(EndlessCalendar):
        await outside_calendar.read(text, FIRST, LAST, PARIS, seconds=2)


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
async def somebodys_calendar() -> AsyncIterator[TestServer]:
    async def serve(request: web.Request) -> web.Response:
        if request.path == "/away":
            raise web.HTTPFound("/mine.ics")
        kept = {
            "/mine.ics": OWN,
            "/endless.ics": ENDLESS["an interval of nothing"].decode(),
            "/odd.ics": OWN.replace("DTEND;TZID=Europe/Paris:20261125T094500", "DTEND:later"),
        }
        return web.Response(text=kept.get(request.path, "no"), content_type="text/calendar")

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


async def test_busy_times_of_ones_own_calendar_close_the_same_times_here(
    cast: Cast, somebodys_calendar: TestServer
) -> None:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        await own_calendar.read_at(tx, office.claire.id, str(somebodys_calendar.make_url("/mine.ics")))
    assert await BusyCalendars(cast.database, may_be_private=True).read_due() == 1
    assert await office.starts(cast.amina) == ["09:45", "10:25", "11:05"]
    async with cast.database.reading() as tx:
        assert await own_calendar.due(tx) == []


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
    cast: Cast, somebodys_calendar: TestServer, address: str, says: str
) -> None:
    office = await open_office(cast)
    async with cast.database.transaction() as tx:
        await own_calendar.read_at(tx, office.claire.id, address.format(port=somebodys_calendar.port))
    await BusyCalendars(cast.database, may_be_private=False).read_due()
    async with cast.database.transaction() as tx:
        assert says in (await booking_rules.of_person(tx, office.claire.id)).busy_trouble


@pytest.mark.parametrize(
    ("path", "says"), [("/no", "no calendar"), ("/odd.ics", "no calendar"), ("/away", "could not be reached")]
)
async def test_what_cannot_be_read_is_told_and_keeps_what_was_known(
    cast: Cast, somebodys_calendar: TestServer, path: str, says: str
) -> None:
    office = await open_office(cast)
    reader = BusyCalendars(cast.database, may_be_private=True)
    async with cast.database.transaction() as tx:
        await own_calendar.read_at(tx, office.claire.id, str(somebodys_calendar.make_url(path)))
    await reader.read_due()
    async with cast.database.transaction() as tx:
        rules = await booking_rules.of_person(tx, office.claire.id)
        assert says in rules.busy_trouble
    assert await office.starts(cast.amina) == ["09:00", "09:40", "10:20", "11:00"]


async def test_what_was_read_at_an_address_that_has_changed_meanwhile_means_nothing(cast: Cast) -> None:
    office = await open_office(cast)
    claire, taken = office.claire.id, [Span(WEDNESDAY_NINE, WEDNESDAY_NINE + timedelta(hours=3))]
    async with cast.database.transaction() as tx:
        await own_calendar.read_at(tx, claire, "https://new.example.org/mine.ics")
    for address, starts in (("https://old.example.org/mine.ics", 4), ("https://new.example.org/mine.ics", 0)):
        async with cast.database.transaction() as tx:
            await own_calendar.note_trouble(
                tx, claire, address, "This calendar could not be reached. It is tried again."
            )
            assert bool((await booking_rules.of_person(tx, claire)).busy_trouble) is (starts == 0)
            await own_calendar.keep_busy(tx, claire, address, taken)
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
