"""One's own places in a fair, in whatever lines."""

from aiohttp import web

from rooms import access
from rooms.core.events import fair_stream
from rooms.fairs import schedule
from rooms.lines import lately
from server.page_request import PageRequest
from server.pages.lobby import mine
from server.pages.stream_heads import read_heads
from server.routes import get


@get("/fairs/{fair}/lines")
async def my_lines(request: PageRequest) -> web.StreamResponse:
    """One's places in this fair, each with where it stands."""
    request.actor.known  # noqa: B018
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        heads = await read_heads(tx, request, fair_stream(fair.id))
        left = await lately.left(tx, request.actor.known.id, fair.id)
        rows = await mine(tx, request, fair)
        until = [row.place.passed_over_until for row in rows if row.place.passed_over_until]
        turns_at = min((moment for moment in until if moment > tx.now), default=None)
        return request.render(
            "my_lines.html",
            fair=fair,
            mine=rows,
            left=left,
            ended=await lately.ended(tx, request.actor.known.id, fair.id),
            turns_at=turns_at,
            day_on_site=await schedule.on_site_now(tx, fair) if rows else None,
            heads=heads,
        )
