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

from rooms.appointments import agenda, booking, booking_rules, own_calendar
from rooms.appointments.availability import Span
from rooms.appointments.own_calendar import Read
from rooms.core.outbox import Mail
from server import calendars
from server.busy_calendars import BusyCalendars
from server.mail_writer import Writer
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
    text = calendars.feed(rows, office.claire.id, "https://parvis.example.org")
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


async def test_one_whose_calendar_has_a_rule_without_end_is_told_and_everything_else_is_read(  # I2
    cast: Cast, somebodys_calendar: TestServer
) -> None:
    office = await open_office(cast, counsellors=2)
    async with cast.database.transaction() as tx:
        for person, path in ((office.nadia, "/endless.ics"), (office.claire, "/mine.ics")):
            await own_calendar.read_at(tx, person.id, str(somebodys_calendar.make_url(path)))
    assert await BusyCalendars(cast.database, may_be_private=True).read_due() == 2
    async with cast.database.transaction() as tx:
        rules = await booking_rules.of_person(tx, office.nadia.id)
        assert (rules.busy_trouble, rules.busy_unread) == ("", 1)
        assert (await own_calendar.trouble_of(tx, office.nadia.id)).unread == 1
        assert await own_calendar.trouble_of(tx, office.claire.id) == own_calendar.Trouble()
        assert await own_calendar.due(tx) == [], "it is not read again at once"


async def test_an_address_that_was_just_given_is_read_before_those_read_longest_ago(cast: Cast) -> None:
    office = await open_office(cast, counsellors=2)
    claire, nadia = office.claire.id, office.nadia.id
    async with cast.database.transaction() as tx:
        await own_calendar.read_at(tx, claire, "https://one.example.org/")
        await own_calendar.keep_busy(tx, claire, "https://one.example.org/", Read([]))
    cast.clock.pass_by(hours=1)
    async with cast.database.transaction() as tx:
        await own_calendar.read_at(tx, nadia, "https://two.example.org/")
        assert [person for person, _ in await own_calendar.due(tx)] == [nadia, claire]


@pytest.fixture
async def somebodys_calendar() -> AsyncIterator[TestServer]:
    async def serve(request: web.Request) -> web.Response:
        if request.path == "/away":
            raise web.HTTPFound("/mine.ics")
        if request.path == "/round":
            raise web.HTTPFound("/round")
        kept = {
            "/mine.ics": OWN,
            "/endless.ics": OWN.replace("COUNT=3", "INTERVAL=0"),
            "/large.ics": OWN + "X" * 5 * 2**20,
            "/odd.ics": OWN.replace("20261125T094500", "later"),
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
        ("HTTP://127.0.0.1:{port}/mine.ics", "begin with https"),
        ("https://localhost:{port}/mine.ics", "private network"),
        ("https://10.0.0.8/mine.ics", "private network"),
        ("https://[::1]/mine.ics", "private network"),
        ("https://169.254.169.254/latest", "private network"),
        ("https://\uff11\uff12\uff17.\uff10.\uff10.\uff11:{port}/mine.ics", "private network"),
        ("https://0x7f.1:{port}/mine.ics", "private network"),
        ("WEBCAL://127.0.0.1:{port}/mine.ics", "private network"),
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
    ("path", "says"), [("/no", "no calendar"), ("/round", "could not be reached"), ("/large.ics", "larger than 4 MB")]
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
            await own_calendar.keep_busy(tx, claire, address, Read(taken))
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
