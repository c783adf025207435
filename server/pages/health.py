"""Whether this process serves, and how it was reached: for a load balancer and for `parvis doctor`."""

import secrets

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text

from rooms.core.errors import NotFound
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


@get("/metrics")
async def metrics(request: PageRequest) -> web.StreamResponse:
    """For whoever brings the token that the operator has set; there is nothing for anybody else."""
    wanted = request.services.settings.metrics_token.get_secret_value()
    brought = request.http.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not secrets.compare_digest(brought.encode(), wanted.encode()):
        raise NotFound("page")
    return web.Response(body=await request.services.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
