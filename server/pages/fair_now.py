"""The fair as it goes on, on a screen of its own for whoever runs it."""

from datetime import timedelta

from aiohttp import web

from rooms.core.events import fair_stream
from rooms.fairs import booths
from rooms.views import fair_now
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get

DRAWN_EVERY = timedelta(seconds=30)


@get("/organise/{fair}/now")
async def now(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        rows = await booths.of_fair(tx, fair.id)
        return request.render(
            "fair_now.html",
            await fair_now.of_fair(tx, fair, rows),
            fair=fair,
            long_wait=int(fair_now.LONG_WAIT.total_seconds() // 60),
            drawn_again_at=tx.now + DRAWN_EVERY,
            heads=heads,
        )
