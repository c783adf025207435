"""Vacancies that an employer brings as a list: read, those with a fault left out, those that stand already passed
over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rooms.core.errors import N_, Conflict, Invalid, Problem
from rooms.core.text import as_seen
from rooms.core.transaction import Transaction
from rooms.fairs.list_columns import ALIKE, alike
from rooms.fairs.list_lines import Fault
from rooms.organisations import vacancies
from rooms.organisations.employers import Employer
from rooms.organisations.vacancies import Contract, VacancyText

MOST_LINES = 300
HEADS: dict[str, tuple[str, ...]] = {
    "title": ("job", "job title", "title", "position", "vacancy", "poste", "intitulé", "intitulé du poste", "métier",
              "offre", "emploi"),
    "location": ("place", "place of work", "location", "town", "city", "lieu", "lieu de travail", "ville", "commune"),
    "contract": ("contract", "contract type", "type", "contrat", "type de contrat"),
    "description": ("description", "text", "missions", "tasks", "descriptif", "mission", "profil"),
    "pay": ("pay", "salary", "wage", "rémunération", "salaire"),
    "hours": ("hours", "working hours", "time", "horaires", "durée du travail", "temps de travail"),
    "starts": ("start", "starts", "start date", "date de début", "prise de poste", "début"),
    "experience": ("experience", "level", "expérience", "niveau", "expérience requise"),
    "how_to_apply": ("how to apply", "apply", "candidature", "comment postuler", "postuler", "contact"),
}  # fmt: skip
"""As people write above a column, in English and French."""
CONTRACTS: dict[Contract, tuple[str, ...]] = {
    Contract.PERMANENT: ("cdi", "permanent", "unlimited"),
    Contract.FIXED_TERM: ("cdd", "fixed term", "temporary contract"),
    Contract.SEASONAL: ("saisonnier", "seasonal", "saison"),
    Contract.TEMPORARY: ("intérim", "temporary", "mission"),
    Contract.APPRENTICESHIP: ("apprentissage", "alternance", "apprenticeship", "contrat pro"),
    Contract.INTERNSHIP: ("stage", "internship"),
}


@dataclass
class Brought:
    """What became of a list."""

    added: int = 0
    known: int = 0
    faults: list[tuple[int, Fault]] = field(default_factory=list)
    """By the number of the line, as whoever opens the file sees it."""


def guess(heads: Sequence[str]) -> dict[str, int]:
    """Which column, counted from 0, holds which field."""
    scored = [(alike(head, words), name, at) for name, words in HEADS.items() for at, head in enumerate(heads)]
    found: dict[str, int] = {}
    for score, name, at in sorted(scored, key=lambda each: -each[0]):
        if score >= ALIKE and name not in found and at not in found.values():
            found[name] = at
    return found


async def bring(
    tx: Transaction, employer: Employer, heads: Sequence[str], lines: Sequence[tuple[int, Sequence[str]]]
) -> Brought:
    """Add what can be added; nobody has to mend one line to have the others."""
    columns = guess(heads)
    if "title" not in columns:
        message = N_("No column holds the job. Its first line says what stands below, for example “Job” or “Poste”.")
        raise Invalid("list.no_heads", message, field="vacancy_lines")
    if len(lines) > MOST_LINES:
        message = N_("This list is too long: at most %(most)s lines at a time.")
        raise Invalid("list.too_long", message, field="vacancy_lines", most=MOST_LINES)
    # Two lists brought at once add nothing twice.
    await tx.lock(employer, key_share=True)
    standing = (await vacancies.of_employers(tx, [employer.id]))[employer.id]
    known = {_key(row.title, row.location, row.contract) for row in standing}
    if len(standing) + len(lines) > vacancies.MOST_OF_EMPLOYER:
        message = N_("At most %(most)s vacancies stand at once. Withdraw some first.")
        raise Conflict("vacancy.too_many", message, field="vacancy_lines", most=vacancies.MOST_OF_EMPLOYER)
    brought = Brought()
    for number, cells in lines:
        said = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        try:
            text = _text(said)
            key = _key(text.title, text.location, text.contract)
            if key in known:
                brought.known += 1
                continue
            async with tx.attempt():
                await vacancies.add(tx, employer, text)
        except Problem as problem:
            brought.faults.append((number, Fault(problem.message, problem.values, problem.field or "")))
            continue
        known.add(key)
        brought.added += 1
    return brought


def _text(said: dict[str, str]) -> VacancyText:
    if not said["title"]:
        raise Invalid("title.missing", N_("The job is missing."), field="title")
    return VacancyText(
        said["title"],
        said.get("location", ""),
        _contract(said),
        said.get("description", ""),
        how_to_apply=said.get("how_to_apply", ""),
        pay=said.get("pay", ""),
        hours=said.get("hours", ""),
        starts=said.get("starts", ""),
        experience=said.get("experience", ""),
    )


def _key(title: str, location: str, contract: str) -> tuple[str, str, str]:
    return as_seen(title), as_seen(location), str(contract)


def _contract(said: dict[str, str]) -> str:
    text = said.get("contract", "")
    if not text:
        return Contract.PERMANENT
    score, contract = max((alike(text, (each, *words)), each) for each, words in CONTRACTS.items())
    if score >= ALIKE:
        return contract
    # Such as "CDD 6 mois".
    typed = set(text.casefold().split())
    named = [each for each, words in CONTRACTS.items() if typed & set(words)]
    if len(named) != 1:
        message = N_(
            "“%(said)s” is no contract that is known here. Known are: permanent (CDI), fixed term (CDD), seasonal, "
            "temporary (intérim), apprenticeship, internship."
        )
        raise Invalid("contract.unknown", message, field="contract", said=text[:40])
    return named[0]
