"""One's own places in a fair, in whatever lines."""

from aiohttp import web

from rooms import access
from rooms.core.events import fair_stream
from server.page_request import PageRequest, get
from server.pages.lobby import mine
from server.pages.stream_heads import read_heads


@get("/fairs/{fair}/lines")
async def my_lines(request: PageRequest) -> web.StreamResponse:
    """One's places in this fair, each with where it stands."""
    request.actor.known  # noqa: B018
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        heads = await read_heads(tx, request, fair_stream(fair.id))
        return request.render("my_lines.html", fair=fair, mine=await mine(tx, request, fair), heads=heads)
