"""A stranger's calendar file: whatever it says, what can be read counts, what cannot is counted, and it ends in time.

The codes are those of the list of inputs that broke comparable products.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server import outside_calendar
from server.outside_calendar import MOST_BUSY, EndlessCalendar, Question, Reading, UnreadableCalendar
from server.public_addresses import is_public

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 10, 5, 6, tzinfo=UTC)
QUESTION = Question(NOW, NOW + timedelta(days=180), PARIS, ["claire@example.org"], ["ours"])
SEVENTH = (datetime(2026, 10, 7, 8, tzinfo=UTC), datetime(2026, 10, 7, 9, tzinfo=UTC))


def calendar(*parts: str) -> bytes:
    body = "".join(parts)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Replay//EN\r\n{body}END:VCALENDAR\r\n".encode()


def event(*lines: str, uid: str = "x", begins: str = "DTSTART:20261007T080000Z", lasts: str = "DURATION:PT1H") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *filter(None, (begins, lasts)), *lines, "END:VEVENT", ""])


GOOD = event(uid="good")


def read(content: bytes) -> Reading:
    return outside_calendar.busy(content, QUESTION)


def is_good(reading: Reading) -> bool:
    return any(begins <= SEVENTH[0] and ends >= SEVENTH[1] for begins, ends in reading.busy)


def test_recurring_all_day_free_and_cancelled_entries() -> None:
    weekly = event(
        "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Europe/Paris:20261202T090000",
        begins="DTSTART;TZID=Europe/Paris:20261125T090000", lasts="DURATION:PT45M",
    )  # fmt: skip
    free = event("TRANSP:TRANSPARENT", uid="free")
    gone = event("STATUS:CANCELLED", uid="gone")
    day = event(uid="day", begins="DTSTART;VALUE=DATE:20261224", lasts="")
    found = read(calendar(weekly, free, gone, day))
    assert [(begins.astimezone(PARIS).strftime("%d %H:%M"), ends - begins) for begins, ends in found.busy] == [
        ("25 09:00", timedelta(minutes=45)),
        ("09 09:00", timedelta(minutes=45)),
        ("24 00:00", timedelta(days=1)),
    ]
    assert found.unread == 0


def test_what_is_no_calendar_is_said_to_be_none() -> None:
    for content in (b"", b"<html>no</html>", b"\x00\xff\xfe", b"END:VCALENDAR\r\n"):
        with pytest.raises(UnreadableCalendar):
            read(content)


def series(count: int, rule: str, begins: str) -> list[str]:
    return [event(f"RRULE:{rule}", uid=f"s{number}", begins=begins, lasts="DURATION:PT30M") for number in range(count)]


YEARS_AGO = "DTSTART;TZID=Europe/Paris:20240108T170000"


@pytest.mark.parametrize(
    ("entries", "days"),
    [
        (series(20, "FREQ=WEEKLY", YEARS_AGO), 26),
        (series(1, "FREQ=DAILY", "DTSTART:19700101T160000Z"), 180),
    ],
    ids=["twenty of each week since years", "each day since 1970"],
)
def test_series_that_began_long_ago_are_read_to_the_horizon(entries: list[str], days: int) -> None:  # I1, K4
    found = read(calendar(*entries, GOOD))
    assert is_good(found)
    assert (len(found.busy), found.unread) == (days + 1, 0)


NEVER_ENDING = {
    "an interval of nothing": event("RRULE:FREQ=DAILY;INTERVAL=0"),
    "each second since years": event("RRULE:FREQ=SECONDLY", begins="DTSTART:20200101T000000Z"),
    "each minute since the beginning": event("RRULE:FREQ=MINUTELY", begins="DTSTART:19700101T000000Z"),
}


@pytest.mark.parametrize("entry", NEVER_ENDING.values(), ids=NEVER_ENDING)
def test_a_rule_that_never_ends_is_left_out_alone(entry: str) -> None:  # I2
    found = read(calendar(entry, GOOD))
    assert is_good(found)
    assert (len(found.busy), found.unread) == (1, 1)


def test_many_rules_without_end_do_not_use_up_the_time_of_the_others() -> None:  # I2
    hostile = [event("RRULE:FREQ=SECONDLY", uid=f"h{n}", begins="DTSTART:20200101T000000Z") for n in range(50)]
    weekly = event("RRULE:FREQ=WEEKLY", uid="w", begins=YEARS_AGO)
    found = outside_calendar.busy(calendar(*hostile, weekly, GOOD), QUESTION, seconds=6)
    assert is_good(found)
    assert (len(found.busy), found.unread) == (27, 50)


BAD_BESIDE_GOOD = {
    "a rule without a day": event("RRULE:FREQ=WEEKLY;BYDAY=", uid="bad"),
    "no beginning": event(uid="bad", begins=""),
    "a line that is no property": event("what is this", uid="bad", begins="DTSTART:20261009T080000Z"),
    "an end that is no time": event("DTEND:later", uid="bad", lasts=""),
    "a day that is none": event(uid="bad", begins="DTSTART:20261332T080000Z"),
    "a year beyond all": event("RRULE:FREQ=YEARLY", uid="bad", begins="DTSTART:99991231T235959Z"),
    "a duration that is none": event(uid="bad", lasts="DURATION:an hour"),
}


@pytest.mark.parametrize("entry", BAD_BESIDE_GOOD.values(), ids=BAD_BESIDE_GOOD)
def test_an_entry_that_cannot_be_read_costs_no_other(entry: str) -> None:  # I3
    for parts in ((entry, GOOD), (GOOD, entry)):
        found = read(calendar(*parts))
        assert is_good(found)
        assert found.unread == 1


def test_what_says_nothing_of_the_time_may_be_broken() -> None:  # I3
    alarm = "BEGIN:VALARM\r\nTRIGGER:soon\r\nEND:VALARM"
    for lines in ([alarm], ["CREATED:yesterday?"], ["SUMMARY:a folded\r\n  line: of text"]):
        assert is_good(read(calendar(event(*lines))))


def test_a_file_that_was_cut_off_gives_what_it_has() -> None:  # I3
    whole = calendar(GOOD, event(uid="late", begins="DTSTART:20261008T080000Z"))
    for cut in (len("END:VCALENDAR\r\n"), 40):
        assert is_good(read(whole[:-cut]))


def test_every_way_to_write_the_file() -> None:
    text = calendar(event("SUMMARY:Réunion"))
    for content in (text.replace(b"\r\n", b"\n"), b"\xef\xbb\xbf" + text, text.decode().encode("cp1252")):
        assert is_good(read(content))


def zone(hours: str) -> str:
    times = f"DTSTART:16010101T000000\r\nTZOFFSETFROM:{hours}\r\nTZOFFSETTO:{hours}\r\n"
    standard = f"BEGIN:STANDARD\r\n{times}END:STANDARD\r\n"
    return f"BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\n{standard}END:VTIMEZONE\r\n"


def test_a_zone_is_the_one_its_own_calendar_defines() -> None:  # I4
    tokyo = calendar(zone("+0900"), event(begins="DTSTART;TZID=Customized Time Zone:20261007T170000"))
    lima = calendar(zone("-0500"), event(begins="DTSTART;TZID=Customized Time Zone:20261007T030000"))
    for content in (tokyo, lima, tokyo + lima, lima + tokyo):
        assert read(content).busy == [SEVENTH]


@pytest.mark.parametrize("zone_id", ["W. Europe Standard Time", "/Europe/Paris", "Europe/Paris", "Our own office"])
def test_a_zone_that_is_named_otherwise_or_not_at_all(zone_id: str) -> None:
    assert read(calendar(event(begins=f"DTSTART;TZID={zone_id}:20261007T100000"))).busy == [SEVENTH]


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Claire@Example.org",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
    ],
)
def test_what_keeps_nobody_busy(line: str) -> None:  # I8
    assert read(calendar(event(line))).busy == []


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;PARTSTAT=DECLINED:mailto:somebody@example.org",
        "ATTENDEE;PARTSTAT=TENTATIVE:mailto:claire@example.org",
        "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        "STATUS:TENTATIVE",
    ],
)
def test_what_does(line: str) -> None:  # I8
    assert read(calendar(event(line))).busy == [SEVENTH]


def test_one_time_of_a_series_may_be_declined_alone() -> None:  # I8
    first = "DTSTART:20261006T080000Z"
    declined = event("RECURRENCE-ID:20261007T080000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:claire@example.org")
    found = read(calendar(event("RRULE:FREQ=DAILY;COUNT=3", begins=first), declined))
    assert [begins.day for begins, _ in found.busy] == [6, 8]


def test_free_and_busy_times_are_read() -> None:  # K11
    lines = (
        "FREEBUSY:20261007T080000Z/PT30M,20261007T083000Z/20261007T090000Z",
        "FREEBUSY;FBTYPE=FREE:20261008T080000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261009T080000Z/PT1H",
        "FREEBUSY:whenever",
    )
    found = read(calendar("BEGIN:VFREEBUSY\r\n", *(f"{line}\r\n" for line in lines), "END:VFREEBUSY\r\n"))
    assert [begins.day for begins, _ in found.busy] == [7, 9]
    assert (found.busy[0], found.unread) == (SEVENTH, 1)


def test_an_appointment_of_the_house_that_comes_back_is_known_already() -> None:  # K11
    assert read(calendar(event(uid="ours"))).busy == []


def test_times_beyond_what_anybody_has_are_not_kept() -> None:
    many = [
        event(uid=str(n), begins=f"DTSTART:{NOW + timedelta(minutes=20 * n):%Y%m%dT%H%M%SZ}", lasts="DURATION:PT5M")
        for n in range(MOST_BUSY + 10)
    ]
    assert len(outside_calendar.busy(calendar(*many), QUESTION, seconds=60).busy) == MOST_BUSY


@pytest.mark.parametrize("entry", NEVER_ENDING.values(), ids=NEVER_ENDING)
async def test_a_rule_that_never_ends_holds_nothing_of_the_house(entry: str) -> None:  # I2, S5
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.05)

    beating = asyncio.create_task(heart())
    found = await outside_calendar.read(calendar(entry, GOOD), QUESTION)
    beating.cancel()
    assert is_good(found)
    assert beats > 1


async def test_what_takes_all_its_time_is_ended() -> None:
    with pytest.raises(EndlessCalendar):
        await outside_calendar.read(calendar(GOOD), QUESTION, seconds=0)


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("8.8.8.8", True), ("127.0.0.1", False), ("100.64.0.1", False), ("224.0.0.1", False), ("0.0.0.0", False),
        ("2001:4860:4860::8888", True), ("::1", False), ("::", False), ("fd00::1", False), ("fe80::1", False),
        ("fec0::1", False), ("ff0e::1", False), ("::ffff:127.0.0.1", False), ("::ffff:8.8.8.8", True),
        ("64:ff9b::a9fe:a9fe", False), ("64:ff9b::808:808", True), ("64:ff9b:1::a00:1", False),
        ("2002:a00:1::", False), ("2002:808:808::", True), ("2001:0:a00:1::1", False), ("::10.0.0.1", False),
    ],
)  # fmt: skip
def test_an_address_is_judged_as_what_it_is(address: str, is_so: bool) -> None:  # X2
    assert is_public(address) == is_so
