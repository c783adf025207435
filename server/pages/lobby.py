"""The lobby of a fair: its booths with their true state, one's lines, the organisers' words."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from markupsafe import Markup

from rooms import access
from rooms.chat import conversations, messages
from rooms.chat.messages import Message
from rooms.core import streams
from rooms.core.events import fair_stream, hall_stream
from rooms.core.streams import Head
from rooms.core.transaction import Transaction
from rooms.fairs import admission, announcements, booth_documents, fairs, programme, registration, schedule
from rooms.fairs.admission import Fullness
from rooms.fairs.announcements import Announcement
from rooms.fairs.fairs import Fair
from rooms.fairs.programme import ProgrammeItem
from rooms.fairs.schedule import FairDay
from rooms.lines import line_status
from rooms.lines.line_status import Position
from rooms.organisations.employers import SECTORS
from rooms.people.documents import Document
from rooms.views.lobby import Search, cards_of
from server.page_request import PageRequest
from server.pages import entrance_hall
from server.pages.stream_heads import read_heads
from server.routes import get

NEXT_ITEMS = 4


@dataclass(frozen=True)
class Hall:
    """The lobby as it is for everybody."""

    fair_id: uuid.UUID
    head: Head
    """Where the fair's stream stood before this was read."""
    employers: int
    locations: list[str]
    sectors: list[str]
    contracts: list[str]
    next_day: FairDay | None
    days: Sequence[FairDay]
    """Those that are not over."""
    banner: Document | None
    announcements: Sequence[Announcement]
    programme: Sequence[ProgrammeItem]
    """What comes next."""
    messages: Sequence[Message]
    has_entrance: bool
    """One comes in through an entrance hall now."""
    hall_opens_at: datetime | None
    """From then on one comes in through it."""
    fullness: Fullness | None
    booths: Markup
    """Already written, for whoever looks for nothing and waits nowhere."""


@get("/fairs/{fair}", is_shared=True)
async def lobby(request: PageRequest) -> web.StreamResponse:
    # Whoever waits for the hall holds no connection that its writer needs; whether they may see it is asked below.
    hall = await request.shared(("hall", request.path("fair")), _hall)
    waits = await entrance_hall.arrive(request, hall.fair_id) if hall.has_entrance else None
    async with request.reading() as tx:
        # Read after the hall's head: what changes between the two is told to whoever follows from there.
        fair = await access.fair(tx, request.actor, request.path("fair"))
        if waits:
            heads = await read_heads(tx, request, hall_stream(fair.id), fair_stream(fair.id))
            # Whoever was let in since they were asked about is told by no event that comes after these heads.
            waiting = (await admission.waiting_of(tx, fair.id, [waits.person_id])).get(waits.person_id)
            if waiting:
                return request.render("entrance_hall.html", fair=fair, hall=hall, admission=waiting, heads=heads)
        heads = await read_heads(tx, request, known={fair_stream(fair.id): hall.head})
        places = await mine(tx, request, fair)
        search = Search(
            **{name: request.query.get(name, "") for name in ("q", "sector", "location", "contract", "now")}
        )
        is_own = bool(places) or search != Search()
        return request.render(
            "lobby.html",
            fair=fair,
            hall=hall,
            written=None if is_own else hall.booths,
            cards=[card for card in await cards_of(tx, fair) if card.fits(search)] if is_own else [],
            waits_at={position.place.booth_id for position in places},
            is_search=search != Search(),
            attendee=await registration.attendee_of(tx, fair, request.actor.person) if request.actor.person else None,
            mine=places,
            heads=heads,
        )


async def _hall(request: PageRequest) -> Hall:
    async with request.reading() as tx:
        fair_id = await fairs.id_of(tx, request.path("fair"))
        head = await streams.head(tx, fair_stream(fair_id))
        fair = await tx.session.get_one(Fair, fair_id)
        cards = await cards_of(tx, fair)
        employers = [card.booth.employer for card in cards]
        conversation = await conversations.of_fair(tx, fair.id)
        text = request.services.render_template(
            "lobby_booths.html", request, fair=fair, cards=cards, waits_at=(), is_search=False
        )
        return Hall(
            fair_id=fair_id,
            head=head,
            booths=Markup(text),  # noqa: S704
            has_entrance=admission.has_hall(fair, tx.now),
            hall_opens_at=admission.hall_opens_at(fair, tx.now),
            fullness=await admission.fullness(tx, fair),
            employers=len(cards),
            locations=sorted({employer.location for employer in employers if employer.location}),
            sectors=[sector for sector in SECTORS if any(employer.sector == sector for employer in employers)],
            contracts=sorted({vacancy.contract.value for card in cards for vacancy in card.vacancies}),
            next_day=await next_day(tx, fair),
            days=[day for day in await schedule.days_of(tx, fair) if day.closes_at > tx.now and not day.ended_at],
            banner=(await booth_documents.banners_of(tx, [fair.id])).get(fair.id),
            announcements=await announcements.of_fair(tx, fair.id),
            programme=[item for item in await programme.of_fair(tx, fair.id) if item.ends_at > tx.now][:NEXT_ITEMS],
            messages=await messages.messages_of(tx, conversation.id, 3),
        )


async def mine(tx: Transaction, request: PageRequest, fair: Fair) -> list[Position]:
    """One's places at the fair; for a page whose heads have been read."""
    me = request.actor.person
    return await line_status.of_person(tx, me.id, fair.id) if me and request.standing.waits else []


async def next_day(tx: Transaction, fair: Fair) -> FairDay | None:
    return next((day for day in await schedule.days_of(tx, fair) if day.opens_at > tx.now), None)
