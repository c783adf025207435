"""A believable fair for the demo, and its cast. Made once; on another day its doors are opened again."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from rooms.appointments import appointment_types, booking_rules, hours
from rooms.appointments.appointment_types import AppointmentTypeText
from rooms.core import text
from rooms.core.database import Database
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booths, fairs, opening, schedule
from rooms.fairs.booths import BoothText
from rooms.fairs.fairs import Fair, FairDescription
from rooms.organisations import employers, vacancies
from rooms.organisations.vacancies import VacancyText
from rooms.people import people, signin
from rooms.people.people import Person, Profile
from server.demo import office, past

FAIR = "Hôtellerie et restauration, Loire"
INTERVIEWS_WITH = "Luc Moreau"
INTERVIEW = AppointmentTypeText("Entretien", 20, ("video", "phone"), "Quel poste vous intéresse ?", "Votre CV")
OPEN_FOR = timedelta(hours=12)
OPEN_AT_LEAST = timedelta(hours=2)


@dataclass(frozen=True)
class Stand:
    employer: str
    location: str
    colour: str
    description: str
    vacancies: tuple[tuple[str, str, str], ...]
    recruiter: str
    is_simulated: bool = True


STANDS = (
    Stand(
        "Hôtel Atlantique", "Nantes", "rust",
        "Un hôtel de 60 chambres face à la gare. Formation sur place, horaires connus un mois à l'avance.",
        (("Cuisinier ou cuisinière", "permanent", "Préparer les plats du midi et du soir, dans une équipe de cinq."),
         ("Réceptionniste", "permanent", "Accueillir les clients, en français et en anglais."),
         ("Veilleur ou veilleuse de nuit", "fixed_term", "Trois nuits par semaine.")),
        "Luc Moreau", False,
    ),
    Stand(
        "Maison Perrin", "Angers", "violet",
        "Une pâtisserie artisanale de quatre personnes. On commence tôt, on finit à midi.",
        (("Pâtissier ou pâtissière", "permanent", "Viennoiseries et entremets. Débutants bienvenus."),
         ("Apprenti pâtissier", "apprenticeship", "Deux ans, avec le CFA d'Angers.")),
        "Sophie Perrin",
    ),
    Stand(
        "Carrefour Ouest", "Saint-Nazaire", "blue",
        "Le magasin compte 180 personnes et cherche des gens qui aiment le contact.",
        (("Boulanger ou boulangère", "permanent", "Pain cuit sur place toute la journée."),
         ("Poissonnier ou poissonnière", "permanent", "Formation assurée pendant trois mois."),
         ("Chef ou cheffe d'équipe", "permanent", "Organiser le rayon frais.")),
        "Yann Kerviel",
    ),
    Stand(
        "Loire Camping", "Saumur", "forest",
        "Trois campings au bord de l'eau, ouverts d'avril à octobre. Logement possible.",
        (("Agent d'accueil", "seasonal", "Recevoir les familles, répondre au téléphone."),
         ("Maintenance et piscine", "seasonal", "Entretenir les sanitaires et la piscine.")),
        "Nadia Haddad",
    ),
    Stand(
        "Brasserie du Port", "Le Croisic", "wine",
        "Une brasserie de 90 couverts. Deux jours de repos qui se suivent.",
        (("Serveur ou serveuse", "permanent", "Service du midi, sans coupure."),
         ("Aide de cuisine", "temporary", "Préparation et plonge.")),
        "Marc Olivier",
    ),
    Stand(
        "Thermes de Pornic", "Pornic", "teal",
        "Soins et repos face à la mer. Nous cherchons des personnes calmes et précises.",
        (("Hydrothérapeute", "permanent", "Donner les soins d'eau. Diplôme demandé."),
         ("Gouvernant ou gouvernante", "permanent", "Suivre la tenue de 40 chambres.")),
        "Hélène Faure", False,
    ),
)  # fmt: skip

CANDIDATES = (
    ("Karim Diallo", "boulangerie", "Rezé", "français, wolof", "CAP boulanger en juin. J'aime le matin."),
    ("Jeanne Le Goff", "réception d'hôtel", "Nantes", "français, anglais", "Dix ans d'accueil, je reprends."),
    ("Tomás Silva", "cuisine", "Saint-Herblain", "portugais, français", "Trois ans en cuisine à Porto."),
)  # fmt: skip


SEEKER = ("Malika Brahimi", "aide à domicile", "Rezé", "français, arabe")


@dataclass(frozen=True)
class Cast:
    """Who may be played, with the path of a link that signs them in, and who is simulated."""

    visitors: dict[str, tuple[str, str]]
    recruiters: list[tuple[str, str]]
    """(name, link path) of the simulated ones."""
    candidates: list[tuple[str, str, str]]
    """(name, link path, their words) of the simulated ones."""
    seekers: list[tuple[str, str]]
    """(name, link path) of the simulated ones who come to appointments."""
    fair: str


async def seed(database: Database) -> Cast:
    async with database.transaction() as tx:
        fair = (await tx.session.execute(select(Fair).where(Fair.name == FAIR))).scalar_one_or_none()
        fair = fair or await _make_fair(tx)
        await past.make(tx, await _person(tx, "Inès Roche"))
        await _open_doors(tx, fair)
        await office.fill_today(tx, address("Claire Dubois"))
        await office.expect(tx, await _person(tx, SEEKER[0], Profile(*SEEKER), simulated=True))
        return await _cast(tx, fair)


async def _person(tx: Transaction, name: str, profile: Profile | None = None, *, simulated: bool = False) -> Person:
    person = await people.welcome(tx, name, address(name), "fr")
    person.is_simulated = simulated
    if profile:
        await people.change_profile(tx, person, profile)
    return person


def address(name: str) -> str:
    return text.slugged(name, "x").replace("-", ".") + "@exemple.fr"


async def _make_fair(tx: Transaction) -> Fair:
    organiser = await _person(tx, "Inès Roche")
    administrator = await _person(tx, "Paul Garnier")
    organiser.is_organiser = administrator.is_organiser = administrator.is_administrator = True
    counsellor = await _person(tx, "Claire Dubois")
    amina = Profile("Amina Benali", "pâtisserie", "Nantes et 30 km", "français, arabe")
    await office.open_office(tx, counsellor, await _person(tx, "Amina Benali", amina))
    for name, seeks, location, languages, _ in CANDIDATES:
        await _person(tx, name, Profile(name, seeks, location, languages), simulated=True)
    text = (
        "Une journée pour rencontrer les employeurs de l'hôtellerie, de la restauration et du commerce, de Nantes à "
        "Saumur. Regardez les stands, posez vos questions, prenez une place : on vous appelle quand c'est votre tour."
    )
    description = FairDescription(FAIR, text, ("fr", "en"), ("hospitality", "retail"), "Europe/Paris")
    fair = await fairs.create(tx, organiser, description)
    for stand in STANDS:
        await _make_booth(tx, fair, stand)
    await announcements.announce(tx, fair, "Bienvenue ! Vous pouvez attendre dans trois files à la fois.")
    return fair


async def _make_booth(tx: Transaction, fair: Fair, stand: Stand) -> None:
    sector = "retail" if stand.employer.startswith("Carrefour") else "hospitality"
    employer = await employers.found(tx, stand.employer, sector)
    recruiter = await _person(tx, stand.recruiter, simulated=stand.is_simulated)
    await employers.add_member(tx, employer.id, recruiter, is_owner=True)
    booth = await booths.reserve(tx, fair, employer)
    await booths.set_up(tx, booth, BoothText(stand.description, 15, sector, stand.location, stand.colour))
    for title, contract, words in stand.vacancies:
        await vacancies.add(tx, employer, VacancyText(title, stand.location, contract, words))
    if stand.recruiter == INTERVIEWS_WITH:
        await appointment_types.add(tx, booth, INTERVIEW)
        for weekday in range(7):
            await hours.add_weekly(tx, recruiter.id, weekday, 0, hours.MINUTES_A_DAY, ("video", "phone"))
        await booking_rules.change(tx, recruiter.id, booking_rules.RulesText(0, 10, 0, 56, 12))


async def _open_doors(tx: Transaction, fair: Fair) -> None:
    """Open from now on, for long enough to look round, whatever day it is."""
    if fair.open_until and fair.open_until > tx.now + OPEN_AT_LEAST:
        return
    quarter = tx.now.replace(minute=tx.now.minute // 15 * 15, second=0, microsecond=0)
    for day in await schedule.days_of(tx, fair):
        if day.closes_at > quarter:
            await schedule.remove_day(tx, fair, day.id)
    await schedule.add_day(tx, fair, quarter, quarter + OPEN_FOR)
    if fair.state is fairs.FairState.DRAFT:
        await opening.publish(tx, fair)
    if not fair.is_open_now:
        await opening.open_by_hand(tx, fair)


async def _link(tx: Transaction, name: str) -> str:
    _, token = await signin.make_link(tx, signin.Purpose.SIGN_IN, address(name), name, is_reusable=True)
    return f"/links/{token}"


async def _cast(tx: Transaction, fair: Fair) -> Cast:
    roles = {
        "candidate": "Amina Benali",
        "recruiter": "Luc Moreau",
        "counsellor": "Claire Dubois",
        "organiser": "Inès Roche",
        "administrator": "Paul Garnier",
    }
    return Cast(
        visitors={role: (name, await _link(tx, name)) for role, name in roles.items()},
        recruiters=[(stand.recruiter, await _link(tx, stand.recruiter)) for stand in STANDS if stand.is_simulated],
        candidates=[(name, await _link(tx, name), words) for name, _, _, _, words in CANDIDATES],
        seekers=[(SEEKER[0], await _link(tx, SEEKER[0]))],
        fair=fair.slug,
    )
