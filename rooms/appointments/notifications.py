"""What is written to the people of an appointment: what happened, with an entry for their calendars, and reminders."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from rooms.appointments import links
from rooms.appointments.appointment import Appointment
from rooms.core import outbox
from rooms.core.outbox import Channel, Letter
from rooms.core.transaction import Transaction
from rooms.people.people import Person


@dataclass(frozen=True)
class Reminder:
    """Sent `before` the beginning; useless from `until` before it on."""

    name: str
    before: timedelta
    until: timedelta


REMINDERS = (
    Reminder("days", timedelta(hours=48), timedelta(hours=12)),
    Reminder("hours", timedelta(hours=2), timedelta(minutes=20)),
    Reminder("now", timedelta(minutes=10), timedelta(minutes=-10)),
)


async def booked(tx: Transaction, *rows: Appointment) -> None:
    await outbox.post(tx, *chain.from_iterable(_with_reminders(tx, row, "booked") for row in rows))


async def booked_for(tx: Transaction, row: Appointment) -> None:
    """The candidate can be written to from now on; everybody else has been."""
    link = links.make(tx, row)
    told = [_letter_to(tx, row, row.candidate, "booked", "REQUEST", link)]
    reminders = [each for each in _reminders(tx, row, link) if each.recipient == row.candidate.email]
    await outbox.post(tx, *told, *reminders)


async def moved(tx: Transaction, row: Appointment, before: datetime) -> None:
    """Everybody is told, with the time it was planned for."""
    await outbox.take_back(tx, f"remind:{row.id}:")
    letters = _with_reminders(tx, row, "moved")
    told = (replace(each, values=each.values | {"before": before.isoformat()}) for each in letters)
    await outbox.post(tx, *told)


async def handed_over(tx: Transaction, row: Appointment, before: Person) -> None:
    """It stays at its time, with a colleague: everybody is told, and the calendars follow."""
    await outbox.take_back(tx, f"remind:{row.id}:")
    gone = _let_go(tx, row, before, row.appointment_type.desk_path)
    gone = replace(gone, values=gone.values | {"what": "let_go", "to": row.led_by.name})
    await outbox.post(tx, *_with_reminders(tx, row, "handed_over"), gone)


async def cancelled(tx: Transaction, row: Appointment, by: Person) -> None:
    await outbox.take_back(tx, f"remind:{row.id}:")
    told = _everybody(tx, row, "cancelled", "CANCEL", links.make(tx, row))
    await outbox.post(tx, *(replace(each, values=each.values | {"by": by.name}) for each in told))


async def day_closed(tx: Transaction, counsellor: Person, by: Person, begins: datetime, zone: ZoneInfo) -> None:
    """A colleague, or an administrator, has closed a day for them."""
    values: dict[str, object] = {
        "name": counsellor.name,
        "by": by.name,
        "path": f"/counsel?day={begins.astimezone(zone):%Y-%m-%d}",
    }
    values |= {"begins_at": begins.isoformat(), "zone": zone.key}
    await outbox.post(tx, Letter(counsellor.email, "day_closed", counsellor.language, values))


async def taken_from(tx: Transaction, row: Appointment, counsellor: Person, begins: datetime) -> None:
    """It has moved to a colleague: the counsellor who had it at `begins` is told, and their calendar lets it go."""
    letter = _let_go(tx, row, counsellor, row.appointment_type.desk_path)
    told = {"begins_at": begins.isoformat(), "what": "let_go", "to": row.led_by.name}
    await outbox.post(tx, replace(letter, values=letter.values | told))


async def guest_excused(tx: Transaction, row: Appointment, guest: Person) -> None:
    """The appointment stands without the employer: the two others are told, and the calendars of all three follow."""
    await outbox.take_back(tx, f"remind:{row.id}:")
    gone = _let_go(tx, row, guest, "/appointments")
    gone = replace(gone, values=gone.values | {"what": "without_you"})
    await outbox.post(tx, *_with_reminders(tx, row, "guest_excused"), gone)


def _let_go(tx: Transaction, row: Appointment, person: Person, path: str) -> Letter:
    values = _values(row, person, "cancelled") | {"calendar": _entry(tx, row, person, "CANCEL")}
    values |= {"other": row.candidate.name, "path": path}
    once = f"taken:{row.id}:{row.sequence}:{person.id}"
    return Letter(person.email, "appointment", person.language, values, once)


async def proposed(tx: Transaction, row: Appointment) -> None:
    """A time has come free for somebody who waits: it is reserved for them for a while."""
    person, values = row.candidate, _values(row, row.candidate, "proposed")
    values |= {"path": row.path, "until": row.reserved_until.isoformat() if row.reserved_until else ""}
    await outbox.post(tx, Letter(person.email, "appointment", person.language, values, f"proposed:{row.id}"))


async def remind(tx: Transaction, row: Appointment) -> None:
    await outbox.post(tx, *_reminders(tx, row, links.make(tx, row)))


def _with_reminders(tx: Transaction, row: Appointment, what: str) -> list[Letter]:
    """What everybody is told now, and what reminds them: one link leads the candidate to it from each."""
    link = links.make(tx, row)
    return _everybody(tx, row, what, "REQUEST", link) + _reminders(tx, row, link)


def _reminders(tx: Transaction, row: Appointment, link: str) -> list[Letter]:
    """Those that still make sense; each is sent when its moment comes. Counsellors have their day before them."""
    found = []
    for reminder in REMINDERS:
        if row.begins_at - reminder.before <= tx.now:
            continue
        mail = _reminder(row, row.candidate, reminder, link)
        found.append(mail)
        if row.phone:
            sms = replace(mail, recipient=row.phone, template="reminder", once=f"{mail.once}:sms", channel=Channel.SMS)
            found.append(sms)
        if row.guest:
            found.append(_reminder(row, row.guest, reminder, row.path))
    return found


def _reminder(row: Appointment, person: Person, reminder: Reminder, path: str) -> Letter:
    values = _values(row, person, f"remind_{reminder.name}") | {"path": path}
    once = f"remind:{row.id}:{row.sequence}:{reminder.name}"
    return Letter(
        person.email, "appointment", person.language, values,
        once if person is row.candidate else f"{once}:{person.id}",
        due_at=row.begins_at - reminder.before, useless_at=row.begins_at - reminder.until,
    )  # fmt: skip


def _everybody(tx: Transaction, row: Appointment, what: str, method: str, link: str) -> list[Letter]:
    paths = {person.id: row.path for person in row.people} | {row.candidate_id: link}
    return [_letter_to(tx, row, person, what, method, paths[person.id]) for person in row.people]


def _letter_to(tx: Transaction, row: Appointment, person: Person, what: str, method: str, path: str) -> Letter:
    values = _values(row, person, what) | {"path": path, "calendar": _entry(tx, row, person, method)}
    once = f"{what}:{row.id}:{row.sequence}:{person.id}"
    return Letter(person.email, "appointment", person.language, values, once)


def _values(row: Appointment, person: Person, what: str) -> dict[str, object]:
    zone = row.time_zone if person is row.candidate else row.venue.time_zone
    return {
        "what": what,
        "is_candidate": person.id == row.candidate_id,
        "name": person.name,
        "other": row.partners(person.id),
        "appointment_type": row.appointment_type.name,
        "mode": row.mode.value,
        "phone": row.phone,
        "bring": row.appointment_type.bring,
        "begins_at": row.begins_at.isoformat(),
        "zone": zone,
        "words": row.cancel_words,
        "agency": row.venue.name,
        "agency_phone": row.venue.phone,
    }


def _entry(tx: Transaction, row: Appointment, person: Person, method: str) -> dict[str, object]:
    """What server/calendars.py makes an iCalendar entry of."""
    return {
        "method": method,
        "uid": str(row.id),
        "sequence": row.sequence,
        "begins_at": row.begins_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "stamped_at": tx.now.isoformat(),
        "attendee": person.email or "",
        "attendee_name": person.name,
    }
