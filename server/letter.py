"""The letter that somebody without internet gets: date, way there or number to call, on one page to print."""

from io import BytesIO

import segno

from rooms.appointments.appointment import ROOM_OPENS_BEFORE, Appointment
from rooms.meetings.modes import Mode
from server import language, words
from server.language import phone_text
from server.paper import Sheet

SQUARE = 42
"""Millimetres: read from a table by a phone held over it."""


def of(row: Appointment, address: str) -> bytes:
    """A PDF of one A4 page, in the candidate's language. `address` leads into the talk without signing in."""
    before = language.current.set(row.candidate.language)
    try:
        return _written(row, address)
    finally:
        language.current.reset(before)


def _written(row: Appointment, address: str) -> bytes:
    zone = row.venue.zone
    when = f"{language.day(row.begins_at, zone)}, {language.clock(row.begins_at, zone)}"
    page = Sheet(language.gettext("Your appointment: %(when)s", when=when))
    for line in filter(None, (row.venue.name, row.venue.address, phone_text(row.venue.phone))):
        page.say(line, 11)
    page.ln(18)
    page.say(language.gettext("Hello %(name)s,", name=row.candidate.name))
    page.say(language.gettext("You have an appointment with %(other)s.", other=row.partners(row.candidate_id)))
    page.ln(6)
    page.say(when, 20, bold=True)
    page.say(f"{row.appointment_type.name} · {words.label(row.mode.value)} · {language.zone_name(zone, row.begins_at)}")
    page.ln(6)
    if row.mode is Mode.PHONE:
        page.say(language.gettext("You are called on %(phone)s.", phone=phone_text(row.phone)))
    else:
        _way_in(page, row, address)
    if row.appointment_type.bring:
        page.say(language.gettext("To have ready: %(bring)s", bring=row.appointment_type.bring))
    if row.venue.phone:
        page.say(language.gettext("To move or cancel it, call %(phone)s.", phone=phone_text(row.venue.phone)))
    return bytes(page.output())


def _way_in(page: Sheet, row: Appointment, address: str) -> None:
    """What to type, and the same as a square for a phone (ISO/IEC 18004)."""
    opens = language.clock(row.begins_at - ROOM_OPENS_BEFORE, row.venue.zone)
    page.say(language.gettext("Open this address in the browser of any phone, tablet or computer:"))
    page.say(address.removeprefix("https://"), 15, bold=True)
    page.say(language.gettext("Or point a phone's camera at the square:"))
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=8, border=2)
    page.image(picture, w=SQUARE, alt_text=address)
    page.ln(3)
    page.say(
        language.gettext("The waiting room opens at %(time)s. You need neither an account nor a program.", time=opens)
    )
