"""What the columns of a list mean, guessed from what stands above them, and what is wrong with a line."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from email.utils import parseaddr
from enum import StrEnum
from functools import cache
from typing import Any

import phonenumbers
from rapidfuzz import fuzz
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

from rooms.core.errors import N_, Invalid, Problem
from rooms.core.text import as_seen, clean_text, one_line, slugged
from rooms.organisations.employers import SECTORS
from rooms.people import people

ALIKE = 80
"""Percent from which on two words are the same with a slip of the pen."""
AT_A_TIME = 25
"""Lines looked at before others have their turn."""
SAMPLE = 50
LONGEST_HEAD, LONGEST_ADDRESS = 120, 400


class ListKind(StrEnum):
    EMPLOYERS = "employers"
    RECRUITERS = "recruiters"
    CANDIDATES = "candidates"


class Field(StrEnum):
    EMPLOYER = "employer"
    SECTOR = "sector"
    SIRET = "siret"
    LOCATION = "location"
    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PHONE = "phone"


F = Field
FIELDS: dict[ListKind, tuple[Field, ...]] = {
    ListKind.EMPLOYERS: (F.EMPLOYER, F.EMAIL, F.SECTOR, F.SIRET, F.LOCATION, F.NAME, F.FIRST_NAME, F.LAST_NAME),
    ListKind.RECRUITERS: (F.EMPLOYER, F.EMAIL, F.SIRET, F.NAME, F.FIRST_NAME, F.LAST_NAME),
    ListKind.CANDIDATES: (F.EMAIL, F.NAME, F.FIRST_NAME, F.LAST_NAME, F.PHONE),
}
NEEDED: dict[ListKind, tuple[Field, ...]] = {
    ListKind.EMPLOYERS: (F.EMPLOYER, F.EMAIL),
    ListKind.RECRUITERS: (F.EMPLOYER, F.EMAIL),
    ListKind.CANDIDATES: (F.EMAIL,),
}
HEADS: dict[Field, tuple[str, ...]] = {
    F.EMPLOYER: (
        "employer", "company", "company name", "organisation", "organization", "exhibitor", "business", "employeur",
        "entreprise", "nom de l entreprise", "société", "raison sociale", "établissement", "enseigne", "exposant",
    ),
    F.SECTOR: ("sector", "industry", "branch", "field", "secteur", "secteur d activité", "activité", "domaine"),
    F.SIRET: ("siret", "siret number", "numéro siret", "n siret"),
    F.LOCATION: ("location", "town", "city", "place", "lieu", "ville", "commune", "localisation"),
    F.EMAIL: (
        "email", "e mail", "mail", "email address", "e mail address", "contact email", "courriel", "adresse mail",
        "adresse e mail", "adresse électronique", "mél", "mail du contact",
    ),
    F.NAME: ("name", "full name", "contact", "contact name", "nom complet", "nom et prénom", "nom du contact", "nom"),
    F.FIRST_NAME: ("first name", "given name", "forename", "prénom"),
    F.LAST_NAME: ("last name", "family name", "surname", "nom de famille", "nom d usage"),
    F.PHONE: ("phone", "telephone", "phone number", "mobile", "cell", "téléphone", "tél", "portable"),
}  # fmt: skip
"""As people write above a column, in English and French."""
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


def has_heads(cells: Sequence[str]) -> bool:
    """Whether a list's first line says what stands below: somebody's address never does."""
    return not any("@" in cell for cell in cells)


def guess(kind: ListKind, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> dict[str, int]:
    """Which column, counted from 0, holds which field: the one whose head is most alike, and otherwise what its cells
    look like."""
    scored = [
        (_alike(head, words), field, number)
        for field in FIELDS[kind]
        for words in [_heads_of(kind, field)]
        for number, head in enumerate(heads)
    ]
    found: dict[str, int] = {}
    for score, field, number in sorted(scored, key=lambda each: -each[0]):
        if score >= ALIKE and field not in found and number not in found.values():
            found[field] = number
    if F.FIRST_NAME in found and F.NAME in found and F.LAST_NAME not in found:
        found[F.LAST_NAME] = found.pop(F.NAME)
    return _by_cells(kind, found, lines[:SAMPLE], bool(heads))


def _heads_of(kind: ListKind, field: Field) -> tuple[str, ...]:
    # On a list of employers a name without more is that of the employer.
    if kind is ListKind.EMPLOYERS and field is F.EMPLOYER:
        return (*HEADS[field], "name", "nom")
    if kind is ListKind.EMPLOYERS and field is F.NAME:
        return tuple(head for head in HEADS[field] if head not in ("name", "nom"))
    return HEADS[field]


def _alike(text: str, words: Sequence[str], measure: Callable[[str, str], float] = fuzz.ratio) -> float:
    """In percent, to the one of `words` that it is most like."""
    given = _bare(text)
    return max((measure(given, _bare_word(each)) for each in words), default=0.0) if given else 0.0


def _bare(text: str) -> str:
    return slugged(text[:LONGEST_HEAD], "").replace("-", " ")


_bare_word = cache(_bare)
"""For our own words alone: what strangers write is not kept."""


def _by_cells(kind: ListKind, found: dict[str, int], lines: Sequence[Sequence[str]], has_heads: bool) -> dict[str, int]:
    columns = range(max((len(cells) for cells in lines), default=0))

    def share(number: int, pattern: str) -> float:
        cells = [cells[number] for cells in lines if number < len(cells) and cells[number]]
        return sum(bool(re.search(pattern, cell)) for cell in cells) / len(cells) if cells else 0.0

    for field, pattern in ((F.EMAIL, "@"), (F.SIRET, r"^[\d\s]{14,18}$"), (F.PHONE, r"^\+?[\d\s.()-]{9,20}$")):
        free = [number for number in columns if number not in found.values()]
        if field in FIELDS[kind] and field not in found and free:
            best = max(free, key=lambda number: share(number, pattern))
            if share(best, pattern) > 0.5:
                found[field] = best
    text = F.NAME if kind is ListKind.CANDIDATES else F.EMPLOYER
    free = [number for number in columns if number not in found.values()]
    if not has_heads and text not in found and free:
        found[text] = free[0]
    return found


async def check(
    kind: ListKind, columns: Mapping[str, int], lines: Sequence[tuple[int, Sequence[str]]], sector: str = ""
) -> list[LineValues | Fault]:
    """Each line as it would be sent, or what is wrong with it. `sector` is that of employers of which none is said."""
    seen: dict[tuple[str, str], int] = {}
    checked: list[LineValues | Fault] = []
    for count, (number, cells) in enumerate(lines):
        if count % AT_A_TIME == AT_A_TIME - 1:
            await asyncio.sleep(0)
        found = _line(kind, {field: _cell(cells, at) for field, at in columns.items()}, sector)
        if isinstance(found, LineValues):
            key = found.email, as_seen(found.employer)
            first = seen.setdefault(key, number)
            if first != number:
                found = Fault(N_("Stands in line %(line)s already."), {"line": first}, F.EMAIL, is_double=True)
        checked.append(found)
    return checked


def _cell(cells: Sequence[str], number: int) -> str:
    return cells[number].strip() if 0 <= number < len(cells) else ""


def _line(kind: ListKind, said: Mapping[str, str], sector: str) -> LineValues | Fault:
    try:
        shown, address = _named_address(said.get(F.EMAIL, ""))
        if not address:
            raise Invalid("email.missing", N_("There is no e-mail address."), field=F.EMAIL)
        name = said.get(F.NAME) or f"{said.get(F.FIRST_NAME, '')} {said.get(F.LAST_NAME, '')}"
        name = clean_text(one_line(name) or one_line(shown), F.NAME, people.LONGEST_NAME)
        email = people.clean_email(address)
        if kind is ListKind.CANDIDATES:
            return LineValues(email, name, phone=clean_phone(said.get(F.PHONE, "")))
        employer = clean_text(one_line(said.get(F.EMPLOYER, "")), F.EMPLOYER, 120)
        if not employer:
            raise Invalid("employer.missing", N_("There is no employer."), field=F.EMPLOYER)
        if kind is ListKind.RECRUITERS:
            return LineValues(email, name, employer=employer, siret=clean_siret(said.get(F.SIRET, "")))
        return LineValues(
            email,
            name,
            employer=employer,
            sector=sector_of(said.get(F.SECTOR, "")) or _known_sector(sector),
            siret=clean_siret(said.get(F.SIRET, "")),
            location=clean_text(one_line(said.get(F.LOCATION, "")), F.LOCATION, 80),
        )
    except Problem as problem:
        return Fault(problem.message, problem.values, problem.field or "")


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
    scored = [(_alike(text, (sector, *words), fuzz.token_set_ratio), sector) for sector, words in SECTOR_WORDS.items()]
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
