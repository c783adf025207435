"""Whether this process serves, and how it was reached: for a load balancer and for `parvis doctor`."""

from aiohttp import web
from sqlalchemy import text

from server.visit import Visit, get


@get("/healthz")
async def healthz(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        await tx.session.execute(text("SELECT 1"))
    return web.json_response({"ok": True, "scheme": visit.request.scheme})
