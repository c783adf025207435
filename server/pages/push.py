"""Web Push: the service worker at the root, and a browser's wish to be rung."""

from aiohttp import web

from rooms.people import push
from rooms.people.push import Keys
from server import rendering
from server.push_sender import public_key
from server.visit import Visit, get, post


@get("/service-worker.js")
async def service_worker(visit: Visit) -> web.StreamResponse:
    """At the root, because a worker's scope is the folder it comes from."""
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}
    return web.FileResponse(rendering.STATIC / "js" / "service_worker.js", headers=headers)


@get("/push/key")
async def key(visit: Visit) -> web.StreamResponse:
    return web.json_response({"key": public_key(visit.house.settings.secret.get_secret_value())})


@post("/push/subscribe")
async def subscribe(visit: Visit) -> web.StreamResponse:
    keys = Keys(visit.typed("endpoint"), visit.typed("p256dh"), visit.typed("auth"))
    async with visit.transaction() as tx:
        await push.subscribe(tx, visit.actor.known, keys, visit.actor.session)
    return web.json_response({"ok": True})


@post("/push/unsubscribe")
async def unsubscribe(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await push.unsubscribe(tx, visit.actor.known, visit.typed("endpoint"))
    return web.json_response({"ok": True})
