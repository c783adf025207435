"""The screen in the house of a fair that is held on site: which number is called to which table. It shows no name."""

from datetime import timedelta

from aiohttp import web

from rooms import access
from rooms.core.events import fair_stream
from rooms.fairs import schedule
from rooms.lines import on_site
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get

DRAWN_EVERY = timedelta(seconds=3)


@get("/fairs/{fair}/screen")
async def screen(request: PageRequest) -> web.StreamResponse:
    """For everybody: it hangs on a wall."""
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        return request.render(
            "call_screen.html",
            fair=fair,
            called=await on_site.called(tx, fair),
            is_on_site=await schedule.on_site_now(tx, fair) is not None,
            drawn_again_at=tx.now + DRAWN_EVERY,
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )
