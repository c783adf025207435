"""A counsellor's office for the demo: an agency, its appointment types, Claire's hours, her people, and a day."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from rooms.appointments import (
    agenda,
    allocation,
    appointment_types,
    booking,
    booking_rules,
    guests,
    hours,
    reservation,
    slot_search,
    transitions,
)
from rooms.appointments.appointment import Attendance
from rooms.appointments.appointment_types import AppointmentType, AppointmentTypeText
from rooms.appointments.availability import Span, local
from rooms.appointments.reservation import Reservation
from rooms.appointments.search import SlotSearch
from rooms.caseload import agreed_steps, caseload, notes
from rooms.core.transaction import Transaction
from rooms.meetings.modes import Mode
from rooms.organisations import agencies
from rooms.organisations.agencies import Agency
from rooms.people import people
from rooms.people.people import Need, Person, Profile

AGENCY = "Agence Nantes Centre"
BY_ANY = ("video", "audio", "phone")
APPOINTMENT_TYPES = (
    AppointmentTypeText(
        "Premier rendez-vous", 45, BY_ANY, "Qu'attendez-vous de nous ?", "Votre CV, si vous en avez un"
    ),
    AppointmentTypeText("Mon projet", 30, BY_ANY, "De quoi voulez-vous parler ?"),
    AppointmentTypeText(
        "CV et candidatures", 30, BY_ANY, "Quelle candidature préparez-vous ?", "L'annonce et votre CV"
    ),
    AppointmentTypeText("Formation", 45, ("video", "phone"), "Quelle formation vous intéresse ?"),
    AppointmentTypeText(
        "Après le forum", 20, ("video", "phone"), "Quels employeurs avez-vous rencontrés ?", is_follow_up=True
    ),
)
FOLLOWED = (
    ("Léa Martin", "vente", ()),
    ("Yann Tanguy", "logistique", ()),
    ("Paul Kouassi", "soudure", (Need.MORE_TIME,)),
    ("Sofia Ramos", "aide à domicile", (Need.SIGN_LANGUAGE,)),
    ("Bruno Le Bihan", "cuisine", ()),
)  # fmt: skip
PAST = (Attendance.CAME, Attendance.LATE, Attendance.TECHNICAL, Attendance.CAME)
NOTES = ("Projet clair, à encourager.", "Préfère le matin.", "La connexion a coupé, rappelée par téléphone.")
STEPS = ("Refaire le CV", "Appeler deux employeurs", "Demander l'attestation de formation")
WITHIN = timedelta(minutes=10)
SEEKER_SAYS = "Je voudrais travailler près de chez moi, auprès de personnes âgées."
WORDS = ("Je cherche près de chez moi.", "Je voudrais changer de métier.", "J'ai une piste au forum.")


async def open_office(tx: Transaction, counsellor: Person, amina: Person) -> None:
    """Claire's agency, hours on every working day and the people she follows."""
    team = await agencies.team(tx, AGENCY, "Équipe Loire")
    await agencies.add_member(tx, team.id, counsellor)
    await agencies.place(tx, team.agency, "Europe/Paris", "", "12 rue de Strasbourg, 44000 Nantes", "02 40 00 00 00")
    for text in APPOINTMENT_TYPES:
        await appointment_types.add(tx, team.agency, text)
    for weekday in range(5):
        await hours.add_weekly(tx, counsellor.id, weekday, 9 * 60, 12 * 60, ("video", "audio", "phone"))
        await hours.add_weekly(tx, counsellor.id, weekday, 13 * 60 + 30, 17 * 60, ("video", "phone"))
    await booking_rules.change(tx, counsellor.id, booking_rules.RulesText(0, 10, 1, 56, 12))
    await caseload.follow(tx, counsellor.id, amina.id)
    for name, seeks, needs in FOLLOWED:
        person = await people.welcome(tx, name, None, "fr")
        await people.change_profile(tx, person, Profile(name, seeks, "Nantes", "français", needs))
        await caseload.follow(tx, counsellor.id, person.id)
    await remember(tx, counsellor, team.agency)


async def fill_today(tx: Transaction, counsellor_address: str) -> None:
    """Book some of Claire's next times by telephone for people she follows, once a day."""
    where = (await tx.session.execute(select(Agency).where(Agency.name == AGENCY))).scalar_one_or_none()
    if where is None:
        return
    counsellor = await people.by_email(tx, counsellor_address)
    if counsellor is None:
        return
    begins = datetime.combine(tx.now.astimezone(where.zone).date(), time(0), tzinfo=where.zone).astimezone(UTC)
    if await agenda.of_person(tx, counsellor.id, since=tx.now, until=begins + timedelta(days=2)):
        return
    types = {appointment_type.name: appointment_type for appointment_type in await appointment_types.all_of(tx, where)}
    for number, person in enumerate(await caseload.followed_by(tx, counsellor.id)):
        if person.email is None:
            await _book(tx, counsellor, person, types["Mon projet"], WORDS[number % len(WORDS)])
        else:
            await _book_three(tx, counsellor, person, types["Mon projet"])


async def remember(tx: Transaction, counsellor: Person, agency: Agency) -> None:
    """What was before today: talks that took place, one that failed technically, notes and steps."""
    types = {appointment_type.name: appointment_type for appointment_type in await appointment_types.all_of(tx, agency)}
    appointment_type, nothing = types["Mon projet"], timedelta(0)
    for number, person in enumerate(await caseload.followed_by(tx, counsellor.id)):
        begins = local(tx.now.astimezone(agency.zone).date() - timedelta(days=6 + 9 * number), time(10), agency.zone)
        span = Span(begins, begins + timedelta(minutes=appointment_type.minutes))
        wanted = Reservation(appointment_type, counsellor.id, Mode.VIDEO, span, nothing, nothing, agency.time_zone)
        row = await reservation.reserve(tx, person, wanted)
        if row is None:
            continue
        transitions.book(tx, row, counsellor, WORDS[number % len(WORDS)])
        await transitions.end(tx, row, PAST[number % len(PAST)], counsellor)
        await notes.write_note(tx, counsellor, person.id, "team", NOTES[number % len(NOTES)])
        step = await agreed_steps.propose(tx, counsellor, person.id, STEPS[number % len(STEPS)], None)
        step.due_on = begins.date()  # lay ahead when they agreed on it
        agreed_steps.sign(tx, step, person.id)
        if number % 2:
            agreed_steps.finish(tx, step)


async def expect(tx: Transaction, seeker: Person) -> None:
    """The simulated jobseeker has an appointment within minutes, whatever the hour: somebody is there to be met."""
    where = (await tx.session.execute(select(Agency).where(Agency.name == AGENCY))).scalar_one_or_none()
    if where is None:
        return
    (counsellor,) = await agencies.counsellors_of(tx, where.id)
    await caseload.follow(tx, counsellor.id, seeker.id)
    if any(row.ends_at > tx.now for row in await agenda.active_of(tx, seeker.id)):
        return
    (appointment_type,) = (each for each in await appointment_types.all_of(tx, where) if each.name == "Mon projet")
    begins = tx.now.replace(second=0, microsecond=0) - timedelta(minutes=tx.now.minute % 5) + WITHIN
    for _ in range(12):
        span = Span(begins, begins + timedelta(minutes=appointment_type.minutes))
        nothing = timedelta(0)
        wanted = Reservation(appointment_type, counsellor.id, Mode.VIDEO, span, nothing, nothing, where.time_zone)
        row = await reservation.reserve(tx, seeker, wanted)
        if row:
            return await booking.book(tx, row, seeker, SEEKER_SAYS)
        begins += timedelta(minutes=5)


async def _book_three(tx: Transaction, counsellor: Person, person: Person, appointment_type: AppointmentType) -> None:
    """With a recruiter who comes too, in the days to come, when all three can."""
    tomorrow = tx.now.astimezone(appointment_type.venue.zone).date() + timedelta(days=1)
    for guest in await guests.choices(tx, apart_from=(counsellor.id, person.id)):
        found = await slot_search.free_times(
            tx,
            SlotSearch(appointment_type, Mode.VIDEO, counsellor_id=counsellor.id, guest=guest),
            person.id,
            tomorrow,
            7,
        )
        if found:
            begins = found[0].span.begins
            await booking.book_for(tx, counsellor, person, appointment_type, Mode.VIDEO, begins, guest=guest)
            return


async def _book(
    tx: Transaction, counsellor: Person, person: Person, appointment_type: AppointmentType, said: str
) -> None:
    day = tx.now.astimezone(appointment_type.venue.zone).date()
    for mode in (Mode.PHONE, Mode.VIDEO):
        found = await slot_search.free_times(
            tx, SlotSearch(appointment_type, mode, counsellor_id=counsellor.id), person.id, day, 4
        )
        if found:
            row = await allocation.reserve(
                tx,
                SlotSearch(appointment_type, mode, counsellor_id=counsellor.id),
                person,
                found[0].span.begins,
                appointment_type.venue.time_zone,
            )
            await booking.book(tx, row, counsellor, said, "02 40 12 34 56")
            return
