"""Certificates of attendance: for whoever was at a fair, and for the counsellor with whom they share it."""

from datetime import datetime

from aiohttp import web

from rooms import access
from rooms.caseload import suggestions
from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import fairs, registration, schedule
from rooms.fairs.fairs import Fair
from rooms.people.people import Person
from server import certificate
from server.page_request import PageRequest
from server.routes import get


@get("/fairs/{fair}/certificate")
async def of_mine(request: PageRequest) -> web.StreamResponse:
    """What somebody who was there shows to whom they like."""
    person = request.actor.known
    async with request.reading() as tx:
        # Whoever was there may show it when nobody sees the fair any more.
        fair = await tx.session.get_one(Fair, await fairs.id_of(tx, request.path("fair")))
        mine = await registration.attendee_of(tx, fair, person)
        if mine is None or mine.came_at is None:
            raise NotFound("attendee")
        return await _pdf(tx, fair, person, mine.came_at)


@get("/counsel/people/{followed}/suggestions/{suggestion}/certificate")
async def of_followed(request: PageRequest) -> web.StreamResponse:
    """For the file of the agency: of a fair that was suggested, if the person shares how it went."""
    async with request.reading() as tx:
        person = await access.followed(tx, request.actor, request.id("followed"))
        row = await suggestions.shared(tx, request.actor.known.id, person.id, request.id("suggestion"))
        came_at = (await suggestions.attended(tx, [row])).get(row.id)
        if came_at is None:
            raise NotFound("attendee")
        return await _pdf(tx, row.fair, person, came_at)


async def _pdf(tx: Transaction, fair: Fair, person: Person, came_at: datetime) -> web.Response:
    days = [day for day in await schedule.days_of(tx, fair) if day.opens_at <= tx.now]
    headers = {"Content-Disposition": f'attachment; filename="{fair.slug}.pdf"', "Cache-Control": "no-store"}
    content = certificate.of(fair, person, came_at, days)
    return web.Response(body=content, content_type="application/pdf", headers=headers)
