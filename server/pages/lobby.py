"""The lobby of a fair: its booths with their true state, one's lines, the organisers' words."""

from aiohttp import web

from rooms import access
from rooms.chat import conversations, messages
from rooms.core.events import conversation_stream, fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booth_documents, schedule
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import FairDay
from rooms.lines import line_status
from rooms.lines.line_status import Position
from rooms.views.lobby import Search, cards_of
from server.pages.following import heads
from server.visit import Visit, get


@get("/fairs/{fair}")
async def lobby(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"))
        talk = await conversations.of_fair(tx, fair.id)
        following = await heads(tx, visit, fair_stream(fair.id))
        cards = await cards_of(tx, fair)
        search = Search(**{name: visit.query.get(name, "") for name in ("q", "sector", "location", "contract", "now")})
        shown = [card for card in cards if card.fits(search)]
        return visit.page(
            "lobby.html",
            fair=fair,
            days=await schedule.days_of(tx, fair),
            next_day=await next_day(tx, fair),
            banner=(await booth_documents.banners_of(tx, [fair.id])).get(fair.id),
            cards=shown,
            all_cards=cards,
            locations=sorted({card.booth.employer.location for card in cards if card.booth.employer.location}),
            contracts=sorted({vacancy.contract.value for card in cards for vacancy in card.vacancies}),
            mine=await mine(tx, visit, fair),
            announcements=await announcements.of_fair(tx, fair.id),
            messages=await messages.messages_of(tx, talk.id, 3),
            following=following,
        )


async def mine(tx: Transaction, visit: Visit, fair: Fair) -> list[Position]:
    return await line_status.of_person(tx, visit.actor.person.id, fair.id) if visit.actor.person else []


async def next_day(tx: Transaction, fair: Fair) -> FairDay | None:
    return next((day for day in await schedule.days_of(tx, fair) if day.opens_at > tx.now), None)


@get("/fairs/{fair}/chat")
async def fair_chat(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        fair = await access.fair(tx, visit.actor, visit.path("fair"))
        talk = await conversations.of_fair(tx, fair.id)
        following = await heads(tx, visit, fair_stream(fair.id), conversation_stream(talk.id))
        return visit.page(
            "fair_chat.html",
            fair=fair,
            conversation=talk,
            messages=await messages.messages_of(tx, talk.id),
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
