"""What the columns of a list mean, guessed from what stands above them and in them."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache

from rapidfuzz import fuzz

from rooms.core.text import slugged
from rooms.fairs.registration_questions import QuestionKind, RegistrationQuestion

ALIKE = 80
"""Percent from which on two words are the same with a slip of the pen."""
SAMPLE = 50
LONGEST_HEAD = 120


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


def has_heads(cells: Sequence[str]) -> bool:
    """Whether a list's first line says what stands below: somebody's address never does."""
    return not any("@" in cell for cell in cells)


def guess(
    kind: ListKind,
    heads: Sequence[str],
    lines: Sequence[Sequence[str]],
    questions: Sequence[RegistrationQuestion] = (),
) -> dict[str, int]:
    """Which column, counted from 0, holds which field, or the answers to which question of the fair: the one whose head
    is most alike, and otherwise what its cells look like."""
    named: dict[str, tuple[str, ...]] = {field: _heads_of(kind, field) for field in FIELDS[kind]}
    named |= {question.field: (question.words,) for question in questions_in(kind, questions)}
    scored = [
        (alike(head, words), field, number) for field, words in named.items() for number, head in enumerate(heads)
    ]
    found: dict[str, int] = {}
    for score, field, number in sorted(scored, key=lambda each: -each[0]):
        if score >= ALIKE and field not in found and number not in found.values():
            found[field] = number
    if F.FIRST_NAME in found and F.NAME in found and F.LAST_NAME not in found:
        found[F.LAST_NAME] = found.pop(F.NAME)
    return _by_cells(kind, found, lines[:SAMPLE], bool(heads))


def questions_in(kind: ListKind, questions: Sequence[RegistrationQuestion]) -> list[RegistrationQuestion]:
    """Those whose answers such a list may bring. Nobody agrees in another's place."""
    answered = (QuestionKind.TEXT, QuestionKind.CHOICE, QuestionKind.SEVERAL, QuestionKind.SECTORS)
    return [each for each in questions if each.kind in answered] if kind is ListKind.CANDIDATES else []


def _heads_of(kind: ListKind, field: Field) -> tuple[str, ...]:
    # On a list of employers a name without more is that of the employer.
    if kind is ListKind.EMPLOYERS and field is F.EMPLOYER:
        return (*HEADS[field], "name", "nom")
    if kind is ListKind.EMPLOYERS and field is F.NAME:
        return tuple(head for head in HEADS[field] if head not in ("name", "nom"))
    return HEADS[field]


def alike(text: str, words: Sequence[str], measure: Callable[[str, str], float] = fuzz.ratio) -> float:
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
