"""Whether this process serves, and how it was reached: for a load balancer and for `parvis doctor`."""

from aiohttp import web
from sqlalchemy import text

from server.page_request import PageRequest
from server.routes import get
from signaling.backplane import BackplaneState


@get("/healthz")
async def healthz(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        await tx.session.execute(text("SELECT 1"))
    return web.json_response({"ok": True, "scheme": request.http.scheme})


@get("/readyz")
async def readyz(request: PageRequest) -> web.StreamResponse:
    """Whether people are to be sent to this process. While it does not hear the others they are better off elsewhere;
    while Redis is away none of them does, and each serves its own."""
    async with request.reading() as tx:
        await tx.session.execute(text("SELECT 1"))
    backplane = request.services.hub.telling.backplane
    state = backplane.state if backplane else None
    is_ready = state is not BackplaneState.DEAF
    return web.json_response({"ok": is_ready, "redis": state}, status=200 if is_ready else 503)
