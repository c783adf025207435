"""The lobby of a fair: each booth as a card, and which cards answer a search."""

import uuid
from dataclasses import dataclass

from rooms.core.transaction import Transaction
from rooms.fairs import booth_documents, booths, tiers
from rooms.fairs.booths import Booth
from rooms.fairs.fairs import Fair
from rooms.lines import line_status
from rooms.lines.line_status import LineStatus
from rooms.organisations import vacancies
from rooms.organisations.vacancies import Vacancy
from rooms.views.job_words import CONTRACT_WORDS, are_found, stems_of


@dataclass(frozen=True)
class Search:
    """What somebody looks for; an empty field asks for nothing."""

    q: str = ""
    sector: str = ""
    location: str = ""
    contract: str = ""
    now: str = ""


@dataclass(frozen=True)
class Card:
    booth: Booth
    vacancies: list[Vacancy]
    status: LineStatus
    logo_id: uuid.UUID | None = None
    tier: str = ""

    def fits(self, search: Search) -> bool:
        employer = self.booth.employer
        return (
            (not search.q or are_found(stems_of(search.q), stems_of(self._text())))
            and search.sector in ("", employer.sector)
            and search.location in ("", employer.location)
            and (not search.contract or any(search.contract == vacancy.contract for vacancy in self.vacancies))
            and (not search.now or self.status.can_be_met)
        )

    def _text(self) -> str:
        employer = self.booth.employer
        jobs = [f"{row.title} {row.location} {CONTRACT_WORDS[row.contract]}" for row in self.vacancies]
        return " ".join([employer.name, employer.location, self.booth.description, *jobs])


async def cards_of(tx: Transaction, fair: Fair) -> list[Card]:
    """The cards of every booth that is set up, by tier and name, in the same number of queries for any number."""
    rows = await booths.of_fair(tx, fair.id)
    statuses = await line_status.of_booths(tx, rows)
    jobs = await vacancies.of_employers(tx, [booth.employer_id for booth in rows])
    logos = await booth_documents.logos_of(tx, {booth.id for booth in rows})
    ranks = {tier.id: (rank, tier.name) for rank, tier in enumerate(await tiers.of_fair(tx, fair.id))}
    last = len(ranks), ""
    tiered = [(ranks.get(booth.tier_id, last) if booth.tier_id else last, booth) for booth in rows]
    return [
        Card(booth, jobs[booth.employer_id], statuses[booth.id], logos.get(booth.id), name)
        for (_, name), booth in sorted(tiered, key=lambda each: each[0][0])
    ]
