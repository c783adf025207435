"""What people say of their appointments."""

from aiohttp import web

from rooms import access
from rooms.appointments import (
    satisfaction,
)
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get


@get("/counsel/satisfaction")
async def satisfied(request: PageRequest) -> web.StreamResponse:
    """What people say, by team and appointment type; nobody's name."""
    async with request.reading() as tx:
        teams = await access.counsels(tx, request.actor)
        heads = await read_heads(tx, request)
        results = await satisfaction.results(tx, teams[0].agency_id)
    return request.render("satisfaction.html", results=results, least=satisfaction.LEAST_SHOWN, heads=heads)
