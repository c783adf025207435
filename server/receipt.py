"""The receipt: what was recorded of an appointment and its connection, in words that anybody can show to anybody."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rooms.appointments.appointment import Appointment
from rooms.appointments.evidence import Evidence
from server import language, words
from server.paper import Sheet


def of(row: Appointment, evidence: Sequence[Evidence], zone: ZoneInfo) -> bytes:
    """A PDF in the language that is current, with times as they are in `zone`."""
    when = f"{language.day(row.begins_at, zone)}, {language.clock(row.begins_at, zone)}"
    page = Sheet(language.gettext("Receipt: %(when)s", when=when))
    for line in filter(None, (row.venue.name, row.venue.address)):
        page.say(line, 11)
    page.ln(10)
    page.say(language.gettext("What was recorded of your appointment"), 18, bold=True)
    page.say(f"{when} ({language.zone_name(zone, row.begins_at)})")
    people = ", ".join(person.name for person in row.people)
    page.say(f"{row.appointment_type.name} · {words.label(row.mode.value)} · {people}")
    page.ln(4)
    if row.attendance:
        page.say(language.gettext("Recorded: %(attendance)s", attendance=words.label(row.attendance.value)), bold=True)
    page.say(language.gettext("A technical failure is never counted against anybody."))
    if row.contested_words:
        page.say(language.gettext("What %(name)s says: %(words)s", name=row.candidate.name, words=row.contested_words))
    page.ln(4)
    page.say(language.gettext("What the connection did"), 15, bold=True)
    for each in evidence:
        said = f"{language.clock(each.at, zone)}  {each.person.name} – {words.label('saw_' + each.what.value)}"
        page.say(f"{said} {each.detail}".rstrip(), 11)
    page.ln(4)
    page.say(language.gettext("Number of the appointment: %(number)s", number=row.id), 9)
    return bytes(page.output())
