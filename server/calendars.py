"""iCalendar: entries for mails (iTIP), and a person's appointments as a feed.

RFC 5545 (iCalendar), RFC 5546 (iTIP: REQUEST, CANCEL, SEQUENCE), RFC 6047 (iMIP). Times are written in UTC, which
every calendar shows in its own zone: no zone definition can be out of date.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any

from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText

from rooms.appointments.appointment import Appointment, AppointmentState
from rooms.fairs.programme import ProgrammeItem
from rooms.fairs.schedule import FairDay
from rooms.meetings.modes import Mode
from server import language
from server.language import phone_text

PRODUCT = "-//Parvis//Appointments//EN"
ASKED_AGAIN = timedelta(minutes=15)
ALARM_BEFORE = timedelta(minutes=15)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def entry(values: dict[str, Any], summary: str, description: str, organiser: str) -> bytes:
    """One appointment for one attendee. The UID stays over moves and over a change of this installation's address (RFC
    7986, 5.3); SEQUENCE rises (RFC 5546, 2.1.4)."""
    method = str(values["method"])
    calendar, event = _calendar(method), Event()
    event.add("uid", values["uid"])
    event.add("sequence", values["sequence"])
    event.add("dtstamp", datetime.fromisoformat(values["stamped_at"]).astimezone(UTC))
    event.add("dtstart", datetime.fromisoformat(values["begins_at"]).astimezone(UTC))
    event.add("dtend", datetime.fromisoformat(values["ends_at"]).astimezone(UTC))
    event.add("summary", summary)
    event.add("description", description)
    event.add("location", values["location"])
    if method != "CANCEL":
        event.add_component(_alarm(summary))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    name, address = parseaddr(organiser)
    chair = vCalAddress(f"mailto:{address}")
    chair.params["CN"] = vText(name or address)
    event.add("organizer", chair)
    attendee = vCalAddress(f"mailto:{values['attendee']}")
    attendee.params["CN"] = vText(values["attendee_name"])
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def feed(rows: Iterable[Appointment], person_id: uuid.UUID, url: str) -> bytes:
    """Somebody's appointments as a calendar to follow. What was cancelled is gone: not every program hides it."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", "Parvis")
    # How often to ask again: RFC 7986, 5.7, and what Outlook reads instead ([MS-OXCICAL], X-PUBLISHED-TTL).
    calendar.add("refresh-interval", ASKED_AGAIN, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASKED_AGAIN))
    for row in rows:
        if row.state is not AppointmentState.CANCELLED:
            calendar.add_component(_event(row, person_id, url))
    return bytes(calendar.to_ical())


def file(row: Appointment, person_id: uuid.UUID, url: str) -> bytes:
    """One appointment to be kept in any calendar."""
    calendar = _calendar("PUBLISH")
    calendar.add_component(_event(row, person_id, url))
    return bytes(calendar.to_ical())


def _event(row: Appointment, person_id: uuid.UUID, url: str) -> Event:
    event = Event()
    event.add("uid", str(row.id))
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.made_at)
    event.add("dtstart", row.begins_at)
    event.add("dtend", row.ends_at)
    event.add("summary", f"{row.appointment_type.name}, {row.partners(person_id)}")
    event.add("description", f"{url}/appointments/{row.id}")
    event.add("location", place(row.mode.value, row.phone, row.venue.name, f"{url}{row.path}"))
    event.add("status", "CANCELLED" if row.state is AppointmentState.CANCELLED else "CONFIRMED")
    event.add_component(_alarm(str(event["SUMMARY"])))
    return event


def fair_days(name: str, days: Iterable[FairDay], address: str) -> bytes:
    """A fair's days, one entry each, to be kept in any calendar."""
    calendar = _calendar("PUBLISH")
    for day in days:
        event = Event()
        event.add("uid", str(day.id))
        event.add("dtstamp", day.opens_at)
        event.add("dtstart", day.opens_at)
        event.add("dtend", day.closes_at)
        event.add("summary", name)
        event.add("description", address)
        event.add("url", address)
        event.add_component(_alarm(name))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def place(mode: str, phone: str, agency: str, address: str) -> str:
    """Where it is: a number that is called, or the page that is the way in; and with which agency."""
    return f"{phone_text(phone) if mode == Mode.PHONE else address} ({agency})"


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", words)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def file_name(begins: datetime) -> str:
    """Of the file that is kept: `begins` is read where the agency is."""
    word = language.gettext("appointment")
    return f"{word}-{begins:%Y-%m-%d-%H%M}.ics"


def summary(values: dict[str, Any]) -> str:
    return language.gettext("%(reason)s with %(other)s", reason=values["appointment_type"], other=values["other"])


def programme_item(fair: str, item: ProgrammeItem, url: str) -> bytes:
    """One item of a fair's programme, for whoever wants it in their calendar."""
    calendar, event = _calendar("PUBLISH"), Event()
    event.add("uid", f"{item.id}@parvis")
    event.add("dtstamp", item.begins_at.astimezone(UTC))
    event.add("dtstart", item.begins_at.astimezone(UTC))
    event.add("dtend", item.ends_at.astimezone(UTC))
    event.add("summary", f"{item.title} – {fair}")
    event.add("location", item.location or item.link)
    event.add("description", "\n".join(filter(None, (item.text, item.link, url))))
    event.add("url", url)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
