"""The lobby of a fair: its booths with their true state, one's lines, the organisers' words."""

from aiohttp import web

from rooms import access
from rooms.chat import conversations, messages
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booth_documents, schedule
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import FairDay
from rooms.lines import line_status
from rooms.lines.line_status import Position
from rooms.organisations.employers import SECTORS
from rooms.views.lobby import Search, cards_of
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get


@get("/fairs/{fair}")
async def lobby(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        conversation = await conversations.of_fair(tx, fair.id)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        cards = await cards_of(tx, fair)
        search = Search(
            **{name: request.query.get(name, "") for name in ("q", "sector", "location", "contract", "now")}
        )
        shown = [card for card in cards if card.fits(search)]
        return request.render(
            "lobby.html",
            fair=fair,
            days=await schedule.days_of(tx, fair),
            next_day=await next_day(tx, fair),
            banner=(await booth_documents.banners_of(tx, [fair.id])).get(fair.id),
            cards=shown,
            all_cards=cards,
            locations=sorted({card.booth.employer.location for card in cards if card.booth.employer.location}),
            sectors=[sector for sector in SECTORS if any(card.booth.employer.sector == sector for card in cards)],
            contracts=sorted({vacancy.contract.value for card in cards for vacancy in card.vacancies}),
            mine=await mine(tx, request, fair),
            announcements=await announcements.of_fair(tx, fair.id),
            messages=await messages.messages_of(tx, conversation.id, 3),
            heads=heads,
        )


async def mine(tx: Transaction, request: PageRequest, fair: Fair) -> list[Position]:
    return await line_status.of_person(tx, request.actor.person.id, fair.id) if request.actor.person else []


async def next_day(tx: Transaction, fair: Fair) -> FairDay | None:
    return next((day for day in await schedule.days_of(tx, fair) if day.opens_at > tx.now), None)
