"""Whether this process serves, and how it was reached: for a load balancer and for `parvis doctor`."""

from aiohttp import web
from sqlalchemy import text

from server.page_request import PageRequest
from server.routes import get


@get("/healthz")
async def healthz(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        await tx.session.execute(text("SELECT 1"))
    return web.json_response({"ok": True, "scheme": request.http.scheme})
