"""The ticket for days on site: shown at the door, from the letter or from the page of the fair."""

from collections.abc import Sequence

from aiohttp import web

from rooms import access
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import passages, registration, schedule
from rooms.fairs.attendees import Attendee
from rooms.fairs.fairs import Fair
from rooms.fairs.schedule import FairDay
from server import tickets
from server.page_request import PageRequest
from server.routes import get


async def days_on_site(tx: Transaction, fair: Fair) -> Sequence[FairDay]:
    """Those that lie ahead."""
    return [day for day in await schedule.days_of(tx, fair) if day.is_on_site and day.closes_at > tx.now]


@get("/fairs/{fair}/ticket")
async def of_mine(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        mine = await registration.attendee_of(tx, fair, request.actor.known)
        if mine is None or not mine.takes_part or not await days_on_site(tx, fair):
            raise NotFound("ticket")
    return request.go(tickets.path_of(request.services.settings, mine.id))


@get("/tickets/{ticket}")
async def ticket(request: PageRequest) -> web.StreamResponse:
    """For whoever holds it, signed in or not: it is shown on somebody else's phone too."""
    settings = request.services.settings
    attendee_id = tickets.attendee_of(settings, request.path("ticket"))
    async with request.reading() as tx:
        attendee = await tx.session.get(Attendee, attendee_id)
        if attendee is None:
            raise NotFound("ticket")
        fair = await tx.session.get_one(Fair, attendee.fair_id)
        address = settings.public_url.rstrip("/") + tickets.path_of(settings, attendee_id)
        return request.render(
            "ticket.html",
            # Neither the way round the fair nor the person's own pages: whoever holds the ticket may be anybody.
            of_fair=fair,
            attendee=attendee,
            is_valid=await passages.may_come(tx, attendee),
            fair_days=await days_on_site(tx, fair),
            code=tickets.drawn(address),
        )
