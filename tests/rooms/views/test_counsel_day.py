"""A counsellor's day as their page shows it."""

from datetime import date, timedelta

from rooms.appointments import hours
from rooms.appointments.availability import Span, without
from rooms.views import counsel_day
from tests.cast import Cast
from tests.rooms.appointments.office import WEDNESDAY_NINE, open_office

HOUR = timedelta(hours=1)


async def test_free_is_what_the_hours_leave_and_nothing_else(cast: Cast) -> None:  # K7
    """Nine to twelve and two to four, with one appointment: lunch is not free, the first and the last hours are."""
    office, nine = await open_office(cast), WEDNESDAY_NINE
    agency = office.appointment_type.agency
    assert agency
    day = nine.astimezone(agency.zone).date()
    async with cast.database.transaction() as tx:
        await hours.add_weekly(tx, office.claire.id, day.weekday(), 14 * 60, 16 * 60, ("phone",))
    booked = await office.book(cast.amina, nine + timedelta(minutes=80))
    async with cast.database.reading() as tx:
        view = await counsel_day.of_counsellor(tx, office.claire.id, agency, day)
    after = booked.occupied_until
    assert view.free == [
        Span(nine, booked.occupied_from),
        Span(after, nine + 3 * HOUR),
        Span(nine + 5 * HOUR, nine + 7 * HOUR),
    ]
    assert view.turns_at == booked.begins_at - view.opens_before
    async with cast.database.reading() as tx:
        assert (await counsel_day.of_counsellor(tx, office.claire.id, agency, date(2027, 1, 2))).free == []


def test_what_is_taken_is_cut_out() -> None:
    begins = WEDNESDAY_NINE
    span = Span(begins, begins + 4 * HOUR)
    taken = [Span(begins - HOUR, begins + HOUR), Span(begins + 2 * HOUR, begins + 3 * HOUR)]
    assert without([span], taken) == [Span(begins + HOUR, begins + 2 * HOUR), Span(begins + 3 * HOUR, span.ends)]
    assert without([span], [Span(begins - HOUR, begins + 9 * HOUR)]) == []
    assert without([], taken) == []
