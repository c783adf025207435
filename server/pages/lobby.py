"""The lobby of a fair: its booths with their true state, one's lines, the organisers' words."""

import uuid
from dataclasses import dataclass

from aiohttp import web

from rooms import access, booths, chat, documents, employers, fairs
from rooms.booths import Booth
from rooms.employers import Vacancy
from rooms.facts import conversation_stream, fair_stream
from rooms.fairs import Fair, FairDay
from rooms.lines import standing
from rooms.lines.standing import Position, Standing
from rooms.transaction import Transaction
from server.pages.following import heads
from server.visit import Visit, get


@dataclass(frozen=True)
class Card:
    booth: Booth
    vacancies: list[Vacancy]
    standing: Standing
    logo: uuid.UUID | None = None

    def fits(self, query: dict[str, str]) -> bool:
        """Whether the card answers the search: words, sector, contract, open now."""
        words = query.get("q", "").casefold().split()
        employer = self.booth.employer
        text = " ".join([employer.name, employer.location, self.booth.description]
                        + [f"{vacancy.title} {vacancy.location}" for vacancy in self.vacancies]).casefold()  # fmt: skip
        return (
            all(word in text for word in words)
            and query.get("sector", "") in ("", employer.sector)
            and query.get("location", "") in ("", employer.location)
            and (not query.get("contract") or any(query["contract"] == v.contract for v in self.vacancies))
            and (not query.get("now") or bool(self.standing.staff and not self.standing.is_paused))
        )


@get("/fairs/{fair}")
async def lobby(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"))
        talk = await chat.of_fair(tx, fair.id)
        following = await heads(tx, visit, fair_stream(fair.id))
        cards = await cards_of(tx, fair)
        shown = [card for card in cards if card.fits(visit.query)]
        return visit.page(
            "lobby.html",
            fair=fair,
            days=await fairs.days_of(tx, fair),
            next_day=await next_day(tx, fair),
            banner=(await documents.banners_of(tx, [fair.id])).get(fair.id),
            cards=shown,
            all_cards=cards,
            locations=sorted({card.booth.employer.location for card in cards if card.booth.employer.location}),
            contracts=sorted({vacancy.contract.value for card in cards for vacancy in card.vacancies}),
            mine=await mine(tx, visit, fair),
            announcements=await fairs.announcements_of(tx, fair.id),
            messages=await chat.messages_of(tx, talk.id, 3),
            following=following,
        )


async def cards_of(tx: Transaction, fair: Fair) -> list[Card]:
    stands = await booths.of_fair(tx, fair.id)
    standings = await standing.of_booths(tx, stands)
    jobs = await employers.vacancies_of(tx, [booth.employer_id for booth in stands])
    logos = await documents.logos_of(tx, {booth.id for booth in stands})
    return [Card(booth, jobs[booth.employer_id], standings[booth.id], logos.get(booth.id)) for booth in stands]


async def mine(tx: Transaction, visit: Visit, fair: Fair) -> list[Position]:
    return await standing.of_person(tx, visit.actor.person.id, fair.id) if visit.actor.person else []


async def next_day(tx: Transaction, fair: Fair) -> FairDay | None:
    return next((day for day in await fairs.days_of(tx, fair) if day.opens_at > tx.now), None)


@get("/fairs/{fair}/chat")
async def fair_chat(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"))
        talk = await chat.of_fair(tx, fair.id)
        following = await heads(tx, visit, fair_stream(fair.id), conversation_stream(talk.id))
        return visit.page(
            "fair_chat.html",
            fair=fair,
            conversation=talk,
            messages=await chat.messages_of(tx, talk.id),
            moderates=await access.can_run(tx, visit.actor, fair),
            following=following,
        )


@get("/fairs/{fair}/lines")
async def my_lines(visit: Visit) -> web.StreamResponse:
    """One's places in this fair, each with where it stands."""
    visit.actor.known  # noqa: B018
    async with visit.reading() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"))
        following = await heads(tx, visit, fair_stream(fair.id))
        return visit.page("my_lines.html", fair=fair, mine=await mine(tx, visit, fair), following=following)
