"""Web Push: the service worker at the root, and a browser's wish to be rung."""

from aiohttp import web

from rooms.people import push
from rooms.people.push import Keys
from server import rendering
from server.page_request import PageRequest
from server.push_sender import public_key
from server.routes import get, post


@get("/service-worker.js")
async def service_worker(request: PageRequest) -> web.StreamResponse:
    """At the root, because a worker's scope is the folder it comes from."""
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(rendering.STATIC / "js" / "service_worker.js", headers=headers)


@get("/push/key")
async def key(request: PageRequest) -> web.StreamResponse:
    return web.json_response({"key": public_key(request.services.settings.secret.get_secret_value())})


@post("/push/subscribe")
async def subscribe(request: PageRequest) -> web.StreamResponse:
    keys = Keys(request.typed("endpoint"), request.typed("p256dh"), request.typed("auth"))
    async with request.transaction() as tx:
        await push.subscribe(tx, request.actor.known, keys, request.actor.session_id)
    return web.json_response({"ok": True})


@post("/push/unsubscribe")
async def unsubscribe(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        await push.unsubscribe(tx, request.actor.known, request.typed("endpoint"))
    return web.json_response({"ok": True})
