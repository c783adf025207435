"""What a line of a list says, cleaned, and what is wrong with it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from email.utils import parseaddr
from typing import Any

import phonenumbers
from rapidfuzz import fuzz
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

from rooms.core.errors import N_, Invalid, Problem
from rooms.core.text import as_seen, clean_text, one_line
from rooms.fairs import registration_questions
from rooms.fairs.list_columns import ALIKE, Field, ListKind, alike, questions_in
from rooms.fairs.registration_questions import QuestionKind, RegistrationQuestion
from rooms.organisations.employers import SECTORS
from rooms.people import people

AT_A_TIME = 25
"""Lines looked at before others have their turn."""
LONGEST_ADDRESS = 400


SECTOR_WORDS: dict[str, tuple[str, ...]] = {
    "hospitality": ("hotels", "restaurants", "catering", "tourism", "hôtellerie", "restauration", "tourisme", "horeca"),
    "retail": ("shops", "sales", "trade", "commerce", "vente", "distribution", "grande distribution"),
    "health": ("care", "healthcare", "social", "santé", "soins", "médico social", "aide à la personne"),
    "industry": ("manufacturing", "production", "industrie", "usine", "métallurgie", "agroalimentaire"),
    "building": ("construction", "public works", "bâtiment", "travaux publics", "btp"),
    "transport": ("logistics", "warehouse", "driving", "transports", "logistique", "entrepôt"),
    "office": ("administration", "services", "it", "finance", "tertiaire", "bureau", "informatique", "numérique"),
    "farming": ("agriculture", "gardening", "forestry", "agricole", "espaces verts", "forêt", "viticulture"),
}
"""As people name a sector, beside its own name."""


@dataclass(frozen=True)
class LineValues:
    """What a line says, cleaned."""

    email: str
    name: str = ""
    phone: str = ""
    employer: str = ""
    sector: str = ""
    siret: str = ""
    location: str = ""
    answers: Mapping[str, Sequence[str]] = dataclass_field(default_factory=dict)
    """To the fair's own questions, by their ids."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Fault:
    """What keeps a line from being sent."""

    message: str
    values: Mapping[str, Any]
    field: str = ""
    is_double: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"message": self.message, "values": dict(self.values), "field": self.field}


@dataclass(frozen=True)
class Reading:
    """How the lines of a list are read."""

    kind: ListKind
    columns: Mapping[str, int]
    """Which column, counted from 0, holds which field."""
    sector: str = ""
    """That of employers of which none is said."""
    questions: Sequence[RegistrationQuestion] = ()
    """Of the fair."""


F = Field


async def check(reading: Reading, lines: Sequence[tuple[int, Sequence[str]]]) -> list[LineValues | Fault]:
    """Each line as it would be sent, or what is wrong with it."""
    seen: dict[tuple[str, str], int] = {}
    checked: list[LineValues | Fault] = []
    for count, (number, cells) in enumerate(lines):
        if count % AT_A_TIME == AT_A_TIME - 1:
            await asyncio.sleep(0)
        found = _line(reading, {field: _cell(cells, at) for field, at in reading.columns.items()})
        if isinstance(found, LineValues):
            key = found.email, as_seen(found.employer)
            first = seen.setdefault(key, number)
            if first != number:
                found = Fault(N_("Stands in line %(line)s already."), {"line": first}, F.EMAIL, is_double=True)
        checked.append(found)
    return checked


def _cell(cells: Sequence[str], number: int) -> str:
    return cells[number].strip() if 0 <= number < len(cells) else ""


def _line(reading: Reading, said: Mapping[str, str]) -> LineValues | Fault:
    kind = reading.kind
    try:
        shown, address = _named_address(said.get(F.EMAIL, ""))
        if not address:
            raise Invalid("email.missing", N_("There is no e-mail address."), field=F.EMAIL)
        name = said.get(F.NAME) or f"{said.get(F.FIRST_NAME, '')} {said.get(F.LAST_NAME, '')}"
        name = clean_text(one_line(name) or one_line(shown), F.NAME, people.LONGEST_NAME)
        email = people.clean_email(address)
        if kind is ListKind.CANDIDATES:
            return LineValues(email, name, phone=clean_phone(said.get(F.PHONE, "")), answers=_answers(reading, said))
        employer = clean_text(one_line(said.get(F.EMPLOYER, "")), F.EMPLOYER, 120)
        if not employer:
            raise Invalid("employer.missing", N_("There is no employer."), field=F.EMPLOYER)
        if kind is ListKind.RECRUITERS:
            return LineValues(email, name, employer=employer, siret=clean_siret(said.get(F.SIRET, "")))
        return LineValues(
            email,
            name,
            employer=employer,
            sector=sector_of(said.get(F.SECTOR, "")) or _known_sector(reading.sector),
            siret=clean_siret(said.get(F.SIRET, "")),
            location=clean_text(one_line(said.get(F.LOCATION, "")), F.LOCATION, 80),
        )
    except Problem as problem:
        return Fault(problem.message, problem.values, problem.field or "")


def _answers(reading: Reading, said: Mapping[str, str]) -> dict[str, list[str]]:
    """To the questions that the list has a column for; what is empty there is asked when the person registers."""
    asked = [each for each in questions_in(reading.kind, reading.questions) if said.get(each.field)]
    found = {
        str(each.id): registration_questions.clean(each, _chosen(each, said[each.field]), is_whole=False)
        for each in asked
    }
    return {question_id: answers for question_id, answers in found.items() if answers}


def _chosen(question: RegistrationQuestion, text: str) -> list[str]:
    """What a cell means: an answer as it is written, whatever its capitals, or several with signs between them."""
    if question.kind is QuestionKind.TEXT:
        return [text]
    options = {as_seen(option): option for option in question.options}
    if as_seen(text) in options:
        return [options[as_seen(text)]]
    parts = [part.strip() for part in re.split(r"[;|\n]" if re.search(r"[;|\n]", text) else ",", text)]
    if question.kind is QuestionKind.SECTORS:
        return [sector_of(part) or part for part in parts if part]
    return [options.get(as_seen(part), part) for part in parts if part]


def _named_address(text: str) -> tuple[str, str]:
    """Of `Lea Martin <lea@example.org>` (RFC 5322, 3.4), or an address alone."""
    is_named = "<" in text and len(text) <= LONGEST_ADDRESS and "((" not in text
    return parseaddr(text) if is_named else ("", text)


def _known_sector(sector: str) -> str:
    if sector not in SECTORS:
        message = N_("The sector is missing, or none of ours. Choose one above for all that have none.")
        raise Invalid("sector.unknown", message, field=F.SECTOR)
    return sector


def sector_of(text: str) -> str:
    """The sector that is meant by what somebody wrote; empty if none is."""
    scored = [(alike(text, (sector, *words), fuzz.token_set_ratio), sector) for sector, words in SECTOR_WORDS.items()]
    score, sector = max(scored)
    return sector if score >= ALIKE else ""


def clean_siret(text: str) -> str:
    """The fourteen digits of a French establishment (INSEE), or nothing."""
    if not text.strip():
        return ""
    try:
        found: str = siret.validate(text)
    except ValidationError:
        message = N_("This is no SIRET: fourteen digits, of which the last one checks the others.")
        raise Invalid("siret.invalid", message, field=F.SIRET) from None
    return found


def clean_phone(text: str, country: str = "FR") -> str:
    """A telephone number as every country dials it (ITU-T E.164), or nothing."""
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Invalid("phone.invalid", N_("This is no telephone number. Example: 06 12 34 56 78"), field=F.PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
