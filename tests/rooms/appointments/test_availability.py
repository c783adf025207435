"""Availability to slots: no overlap, no hole, and right across zones and changes of clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.appointments.availability import (
    GRID,
    Day,
    Hours,
    Rules,
    Span,
    Taken,
    by_day,
    fits,
    in_minutes,
    joined,
    open_spans,
    slots,
    windows,
)
from rooms.meetings.modes import Mode

VIDEO = frozenset({Mode.VIDEO})
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FOREVER = timedelta(days=20_000)
ZONES = (
    "Europe/Paris", "America/Guadeloupe", "Indian/Reunion", "America/Vancouver", "Pacific/Auckland",
    "America/St_Johns", "Asia/Kathmandu", "Africa/Casablanca",
)  # fmt: skip
CHANGES = (date(2026, 10, 25), date(2027, 3, 28), date(2026, 11, 1), date(2027, 3, 14), date(2026, 9, 27))


def minutes(number: int) -> time:
    return time(number // 60, number % 60)


grid = st.integers(0, 287).map(lambda piece: piece * 5)
hours = st.tuples(st.integers(0, 6), grid, grid).map(
    lambda drawn: Hours(drawn[0], minutes(min(drawn[1:])), minutes(max(drawn[1:])), VIDEO)
)
pauses = st.sampled_from((0, 5, 10, 15)).map(lambda number: timedelta(minutes=number))
rules = st.builds(
    Rules,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    hours=st.lists(hours, max_size=8).map(tuple),
    before=pauses,
    after=pauses,
    notice=st.just(timedelta(0)),
    horizon=st.just(FOREVER),
)
days = st.sampled_from(CHANGES).flatmap(lambda change: st.integers(-2, 2).map(lambda n: change + timedelta(days=n)))


def busy_about(first: date) -> st.SearchStrategy[tuple[Span, ...]]:
    start = datetime.combine(first, time(0), tzinfo=UTC) - timedelta(hours=14)
    piece = st.tuples(st.integers(0, 1300), st.integers(1, 40))
    span = piece.map(lambda drawn: Span(start + drawn[0] * GRID, start + (drawn[0] + drawn[1]) * GRID))
    return st.lists(span, max_size=12).map(tuple)


@settings(max_examples=150, deadline=None)
@given(rules=rules, first=days, length=st.sampled_from((15, 20, 30, 45, 60)), data=st.data())
def test_slots_overlap_nothing_and_leave_no_hole(rules: Rules, first: date, length: int, data: st.DataObject) -> None:
    busy = data.draw(busy_about(first))
    last, lasts = first + timedelta(days=2), timedelta(minutes=length)
    open_hours = windows(rules, Mode.VIDEO, first, last)
    taken = Taken(tuple(map(in_minutes, busy)))
    found = slots(rules, Mode.VIDEO, lasts, taken, LONG_AGO, first, last)

    needs = [Span(slot.begins - rules.before, slot.ends + rules.after) for slot in found]
    assert all(slot.length == lasts for slot in found)
    assert all(any(w.begins <= slot.begins and slot.ends <= w.ends for w in open_hours) for slot in found)
    assert not any(need.meets(other) for need in needs for other in busy)
    assert all(fits(rules, Mode.VIDEO, slot, taken, LONG_AGO) for slot in found), "shown, but not to be booked"
    assert all(one.ends <= other.begins for one, other in pairwise(needs))

    given_away = [*busy, *needs]
    for window in open_hours:
        begins = window.begins
        while begins + lasts <= window.ends:
            need = Span(begins - rules.before, begins + lasts + rules.after)
            assert any(need.meets(other) for other in given_away), f"{begins} is free and not shown"
            begins += GRID


@settings(max_examples=150, deadline=None)
@given(rules=rules, first=days)
def test_windows_are_the_hours_as_a_clock_on_the_wall_shows_them(rules: Rules, first: date) -> None:
    """Every open moment reads, in the zone and on its own day, as inside the hours; and every hour is open."""
    last = first + timedelta(days=2)
    found = windows(rules, Mode.VIDEO, first, last)
    moment = datetime.combine(first, time(0), tzinfo=rules.zone).astimezone(UTC)
    until = datetime.combine(last + timedelta(days=1), time(0), tzinfo=rules.zone).astimezone(UTC)
    while moment < until:
        wall = moment.astimezone(rules.zone)
        is_open = any(w.begins <= moment < w.ends for w in found)
        says_open = any(
            h.weekday == wall.weekday()
            and h.begins <= wall.time().replace(fold=0)
            and (wall.time().replace(fold=0) < h.ends or h.ends == time(0))
            for h in rules.hours
        )
        changes = (moment + timedelta(hours=3)).astimezone(rules.zone).utcoffset() != (
            moment - timedelta(hours=3)
        ).astimezone(rules.zone).utcoffset()
        assert changes or is_open == says_open, wall
        moment += timedelta(minutes=15)


def nine_to_noon(zone: str, weekday: int) -> Rules:
    return Rules(ZoneInfo(zone), (Hours(weekday, time(9), time(12), VIDEO),), notice=timedelta(0), horizon=FOREVER)


@pytest.mark.parametrize(
    ("zone", "day", "nine_in_utc"),
    [
        ("Europe/Paris", date(2026, 10, 24), 7),
        ("Europe/Paris", date(2026, 10, 25), 8),
        ("Europe/Paris", date(2027, 3, 27), 8),
        ("Europe/Paris", date(2027, 3, 28), 7),
        ("America/Guadeloupe", date(2026, 10, 25), 13),
        ("America/Guadeloupe", date(2027, 3, 28), 13),
        ("Indian/Reunion", date(2026, 10, 25), 5),
        ("Indian/Reunion", date(2027, 3, 28), 5),
        ("America/Vancouver", date(2026, 10, 31), 16),
        ("America/Vancouver", date(2026, 11, 2), 16),
        ("America/Vancouver", date(2026, 12, 15), 16),
    ],
)
def test_nine_oclock_is_nine_oclock_of_that_day(zone: str, day: date, nine_in_utc: int) -> None:
    """British Columbia keeps summer time from November 2026 on (tzdata 2026b)."""
    (window,) = windows(nine_to_noon(zone, day.weekday()), Mode.VIDEO, day, day)
    assert window.begins == datetime(day.year, day.month, day.day, nine_in_utc, tzinfo=UTC)
    assert window.length == timedelta(hours=3)


@pytest.mark.parametrize(("day", "really"), [(date(2026, 10, 25), 7), (date(2027, 3, 28), 5), (date(2027, 3, 29), 6)])
def test_a_night_that_loses_or_wins_an_hour_is_as_long_as_it_really_lasts(day: date, really: int) -> None:
    rules = Rules(ZoneInfo("Europe/Paris"), (Hours(day.weekday(), time(0), time(6), VIDEO),), notice=timedelta(0),
                  horizon=FOREVER)  # fmt: skip
    found = slots(rules, Mode.VIDEO, timedelta(hours=1), Taken(), LONG_AGO, day, day)
    assert len(found) == really


def test_holidays_absences_and_extra_hours() -> None:
    monday = date(2026, 12, 21)
    rules = Rules(
        ZoneInfo("Europe/Paris"),
        tuple(Hours(weekday, time(9), time(10), VIDEO) for weekday in range(7)),
        days=(Day(monday), Day(monday + timedelta(days=1), ((time(14), time(15), VIDEO),))),
        holidays=frozenset({date(2026, 12, 25), monday + timedelta(days=1)}),
        notice=timedelta(0),
        horizon=FOREVER,
    )
    found = slots(rules, Mode.VIDEO, timedelta(hours=1), Taken(), LONG_AGO, monday, monday + timedelta(days=6))
    assert [slot.begins.astimezone(rules.zone).strftime("%d %H") for slot in found] == [
        "22 14", "23 09", "24 09", "26 09", "27 09",
    ]  # fmt: skip


def test_notice_horizon_the_most_of_a_day_and_other_modes() -> None:
    day = date(2026, 11, 24)
    now = datetime(2026, 11, 24, 8, 2, tzinfo=UTC)
    rules = Rules(ZoneInfo("Europe/Paris"), (Hours(1, time(9), time(12), VIDEO),), notice=timedelta(minutes=30),
                  horizon=timedelta(days=8), most_a_day=2)  # fmt: skip
    half = timedelta(minutes=30)
    found = slots(rules, Mode.VIDEO, half, Taken(), now, day, day + timedelta(days=21))
    assert found[0].begins == datetime(2026, 11, 24, 8, 35, tzinfo=UTC)
    assert {slot.begins.date() for slot in found} == {day, day + timedelta(days=7)}
    full = Taken(a_day={day: 2})
    assert {s.begins.date() for s in slots(rules, Mode.VIDEO, half, full, now, day, day + timedelta(days=7))} == {
        day + timedelta(days=7)
    }
    assert slots(rules, Mode.PHONE, half, Taken(), now, day, day) == []


def test_spans_as_somebody_says_them_by_day() -> None:
    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    paris = ZoneInfo("Europe/Paris")
    spans = [Span(at(24, 8, 2), at(24, 17, 59)), Span(at(25, 20), at(26, 5)), Span(at(27, 22), at(27, 23))]
    assert by_day(spans, paris) == [
        (date(2026, 11, 24), time(9, 5), time(18, 55)),
        (date(2026, 11, 25), time(21), time(0)),
        (date(2026, 11, 26), time(0), time(6)),
        (date(2026, 11, 27), time(23), time(0)),
    ]
    assert by_day([Span(at(24, 8, 1), at(24, 8, 4))], paris) == []


def test_only_while_the_fair_is_open() -> None:
    day = date(2026, 11, 24)
    open_from = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    rules = Rules(ZoneInfo("Europe/Paris"), (Hours(1, time(9), time(12), VIDEO),), notice=timedelta(0),
                  horizon=FOREVER, within=(Span(open_from, open_from + timedelta(hours=1)),))  # fmt: skip
    found = slots(rules, Mode.VIDEO, timedelta(minutes=30), Taken(), LONG_AGO, day, day)
    assert [slot.begins for slot in found] == [open_from, open_from + timedelta(minutes=30)]
    odd = replace(
        rules, within=(Span(open_from + timedelta(seconds=62), open_from + timedelta(minutes=64, seconds=30)),)
    )
    cut = replace(odd, within=(Span(open_from, open_from + timedelta(minutes=29, seconds=30)),))
    assert slots(cut, Mode.VIDEO, timedelta(minutes=30), Taken(), LONG_AGO, day, day) == [], "it closes before the end"
    (slot,) = slots(odd, Mode.VIDEO, timedelta(minutes=30), Taken(), LONG_AGO, day, day)
    assert slot.begins == open_from + GRID
    assert fits(odd, Mode.VIDEO, slot, Taken(), LONG_AGO), "shown, but not to be booked"
    assert slots(replace(rules, within=()), Mode.VIDEO, timedelta(minutes=30), Taken(), LONG_AGO, day, day) == []


def test_joining_spans() -> None:
    def span(begins: int, ends: int) -> Span:
        return Span(LONG_AGO + begins * GRID, LONG_AGO + ends * GRID)

    assert joined([span(4, 6), span(0, 2), span(2, 3), span(5, 9), span(7, 7)]) == [span(0, 3), span(4, 9)]


@settings(max_examples=150, deadline=None)
@given(mine=rules, theirs=rules, first=days, data=st.data())
def test_what_two_can_both_is_inside_what_each_of_them_can(
    mine: Rules, theirs: Rules, first: date, data: st.DataObject
) -> None:
    """An appointment of three: the counsellor's times, within what is left of the guest's."""
    busy, busy_theirs = data.draw(busy_about(first)), data.draw(busy_about(first))
    last, half = first + timedelta(days=2), timedelta(minutes=30)
    taken, taken_theirs = Taken(tuple(map(in_minutes, busy))), Taken(tuple(map(in_minutes, busy_theirs)))
    around = first - timedelta(days=1), last + timedelta(days=1)
    left = open_spans(theirs, Mode.VIDEO, taken_theirs, LONG_AGO, *around)
    found = slots(replace(mine, within=left), Mode.VIDEO, half, taken, LONG_AGO, first, last)
    for slot in found:
        assert fits(mine, Mode.VIDEO, slot, taken, LONG_AGO)
        assert fits(theirs, Mode.VIDEO, slot, taken_theirs, LONG_AGO)


@settings(max_examples=60, deadline=None)
@given(mine=rules, zone=st.sampled_from(ZONES).map(ZoneInfo), first=days, data=st.data())
def test_a_guest_who_can_always_come_costs_no_time(
    mine: Rules, zone: ZoneInfo, first: date, data: st.DataObject
) -> None:
    always = Rules(zone, tuple(Hours(n, time(0), time(0), VIDEO) for n in range(7)), horizon=FOREVER)
    taken = Taken(tuple(map(in_minutes, data.draw(busy_about(first)))))
    last, half = first + timedelta(days=2), timedelta(minutes=30)
    around = first - timedelta(days=1), last + timedelta(days=1)
    left = open_spans(always, Mode.VIDEO, Taken(), LONG_AGO, *around)
    alone = slots(mine, Mode.VIDEO, half, taken, LONG_AGO, first, last)
    assert slots(replace(mine, within=left), Mode.VIDEO, half, taken, LONG_AGO, first, last) == alone


def test_what_is_left_of_a_day_keeps_the_pauses_and_a_full_day_is_shut() -> None:
    paris = ZoneInfo("Europe/Paris")
    nine_to_noon = (Hours(0, time(9), time(12), VIDEO),)
    rule = Rules(
        paris,
        nine_to_noon,
        before=timedelta(minutes=5),
        after=timedelta(minutes=10),
        notice=timedelta(0),
        horizon=FOREVER,
    )
    monday = date(2026, 11, 30)

    def at(hour: int, minute: int) -> datetime:
        return datetime(2026, 11, 30, hour - 1, minute, tzinfo=UTC)

    busy = Taken((in_minutes(Span(at(10, 0), at(10, 30))),))
    left = open_spans(rule, Mode.VIDEO, busy, LONG_AGO, monday, monday)
    assert left == (Span(at(9, 0), at(9, 50)), Span(at(10, 35), at(12, 0)))
    full = replace(busy, a_day={monday: rule.most_a_day})
    assert open_spans(rule, Mode.VIDEO, full, LONG_AGO, monday, monday) == ()
    assert open_spans(rule, Mode.VIDEO, busy, at(11, 0), monday, monday) == (Span(at(11, 0), at(12, 0)),)
