"""A certificate of attendance: that somebody was at a fair, for whoever has to show it."""

from collections.abc import Sequence
from datetime import datetime

from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import FairDay
from rooms.people.people import Person
from server import language
from server.paper import Sheet


def of(fair: Fair, person: Person, came_at: datetime, days: Sequence[FairDay]) -> bytes:
    """A PDF in the language that is current, with times as they are at the fair."""
    _ = language.gettext
    page = Sheet(_("Certificate of attendance"))
    page.ln(10)
    page.say(_("Certificate of attendance"), 22, bold=True)
    page.ln(6)
    page.say(_("%(name)s was at the recruitment fair “%(fair)s”.", name=person.name, fair=fair.name), 15)
    when = f"{language.day(came_at, fair.zone)}, {language.clock(came_at, fair.zone)}"
    page.say(_("First there: %(when)s (%(zone)s)", when=when, zone=fair.time_zone))
    page.ln(4)
    page.say(_("The fair was open:"), bold=True)
    for day in days:
        hours = f"{language.clock(day.opens_at, fair.zone)}–{language.clock(day.closes_at, fair.zone)}"
        page.say(f"{language.day(day.opens_at, fair.zone)}, {hours}")
    page.ln(6)
    page.say(_("Written by Parvis from what was recorded at the fair."), 10)
    return bytes(page.output())
