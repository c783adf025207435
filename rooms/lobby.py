"""The lobby of a fair: each booth as a card, and which cards answer a search."""

import uuid
from dataclasses import dataclass

from rooms import booths, documents, employers
from rooms.booths import Booth
from rooms.employers import Vacancy
from rooms.fairs import Fair
from rooms.lines import standing
from rooms.lines.standing import Standing
from rooms.transaction import Transaction


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
    standing: Standing
    logo: uuid.UUID | None = None

    def fits(self, search: Search) -> bool:
        employer = self.booth.employer
        return (
            all(word in self._text() for word in search.q.casefold().split())
            and search.sector in ("", employer.sector)
            and search.location in ("", employer.location)
            and (not search.contract or any(search.contract == vacancy.contract for vacancy in self.vacancies))
            and (not search.now or bool(self.standing.staff and not self.standing.is_paused))
        )

    def _text(self) -> str:
        employer = self.booth.employer
        jobs = [f"{vacancy.title} {vacancy.location}" for vacancy in self.vacancies]
        return " ".join([employer.name, employer.location, self.booth.description, *jobs]).casefold()


async def cards_of(tx: Transaction, fair: Fair) -> list[Card]:
    """The cards of every booth that is set up, in the same number of queries for any number of them."""
    stands = await booths.of_fair(tx, fair.id)
    standings = await standing.of_booths(tx, stands)
    jobs = await employers.vacancies_of(tx, [booth.employer_id for booth in stands])
    logos = await documents.logos_of(tx, {booth.id for booth in stands})
    return [Card(booth, jobs[booth.employer_id], standings[booth.id], logos.get(booth.id)) for booth in stands]
