"""The lobby's search."""

from rooms.core.transaction import Transaction
from rooms.fairs import booths
from rooms.fairs.fairs import Fair
from rooms.organisations import vacancies
from rooms.organisations.vacancies import VacancyText
from rooms.views.lobby import Search, cards_of
from tests.cast import Cast


async def found(tx: Transaction, cast: Cast, search: Search) -> set[str]:
    cards = await cards_of(tx, await tx.session.get_one(Fair, cast.fair.id))
    return {card.booth.employer.name for card in cards if card.fits(search)}


async def at_the_desk(cast: Cast) -> str:
    await cast.connect(cast.luc, cast.atlantique)
    return cast.atlantique.employer.name


async def test_open_now_finds_who_is_at_the_desk_while_the_doors_are_open(cast: Cast) -> None:
    name = await at_the_desk(cast)
    async with cast.database.transaction() as tx:
        assert await found(tx, cast, Search(now="1")) == {name}
        await booths.pause(tx, await cast.fresh_booth(tx, cast.atlantique))
        assert await found(tx, cast, Search(now="1")) == set(), "on a break"


async def test_open_now_finds_nobody_at_night(cast: Cast) -> None:
    """The fair goes on tomorrow, and a recruiter tidies their desk: nobody can be met."""
    await at_the_desk(cast)
    async with cast.database.transaction() as tx:
        (await tx.session.get_one(Fair, cast.fair.id)).open_until = None
        assert await found(tx, cast, Search(now="1")) == set()
        assert await found(tx, cast, Search()) != set()


LOOKED_FOR = (
    "cuisiniers", "cuisiniere", "CUISINIÈRE", "patissier", "hotel", "serveurs", "receptionist", "St-Nazaire", "CDI",
    "saint nazaire", "cuisiner", "serv",
)  # fmt: skip
NOT_THERE = ("soudeur", "CDD", "Rennes", "serrurier", "xyz", "st brieuc")


async def test_what_is_looked_for_is_found_however_it_is_written(cast: Cast) -> None:  # C1
    async with cast.database.transaction() as tx:
        booth = await cast.fresh_booth(tx, cast.perrin)
        booth.description = "Un hôtel au bord de la mer."
        for title in ("Cuisinier (H/F)", "Pâtissière", "Serveur ou serveuse", "Réceptionniste"):
            await vacancies.add(tx, booth.employer, VacancyText(title, "Saint-Nazaire", "permanent", ""))
    async with cast.database.transaction() as tx:
        name = cast.perrin.employer.name
        missed = [words for words in LOOKED_FOR if name not in await found(tx, cast, Search(q=words))]
        assert missed == []
        wrong = [words for words in NOT_THERE if name in await found(tx, cast, Search(q=words))]
        assert wrong == []
