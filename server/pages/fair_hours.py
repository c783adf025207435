"""Days and hours as somebody types them, in a fair's own time zone."""

from datetime import UTC, datetime, timedelta

from rooms.core.errors import N_, Invalid
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import DayMode
from server.page_request import PageRequest

YEARS = range(2000, 2100)


LONGEST_NIGHT = timedelta(hours=13)
"""A closing before the opening is one of the next day, unless the day were longer than that: that would be a slip."""


def hours_of(request: PageRequest, fair: Fair) -> tuple[datetime, datetime]:
    opens, closes = local_moment(request, "opens", fair), local_moment(request, "closes", fair)
    if closes < opens:
        next_day = local_moment(request, "closes", fair, later=timedelta(days=1))
        closes = next_day if next_day - opens <= LONGEST_NIGHT else closes
    return opens, closes


def day_mode(request: PageRequest, otherwise: DayMode = DayMode.REMOTE) -> DayMode:
    try:
        return DayMode(request.typed("day_mode", otherwise))
    except ValueError:
        raise Invalid("day_mode", N_("Please choose one of the answers."), field="day_mode") from None


def local_moment(
    request: PageRequest, field: str, fair: Fair, date: str = "date", later: timedelta = timedelta()
) -> datetime:
    """A day and an hour as typed, in the fair's own time zone."""
    try:
        typed = datetime.fromisoformat(f"{request.typed(date)}T{request.typed(field)}").replace(tzinfo=fair.zone)
        typed += later
        if typed.year not in YEARS:
            raise ValueError
    except ValueError:
        message = N_("Please give the day and the hours, for example 2027-03-15, 09:00 and 18:00.")
        raise Invalid("day.unreadable", message, field=date) from None
    moment = typed.astimezone(UTC)
    if moment.astimezone(fair.zone).time() != typed.time():
        message = N_("The clocks go forward that day: this hour does not exist. Please choose another one.")
        raise Invalid("day.no_such_hour", message, field=field)
    return moment
