"""Trying camera and microphone before anybody calls."""

from aiohttp import web

from server.page_request import PageRequest
from server.pages.stream_heads import fair_around, read_heads
from server.routes import get


@get("/camera")
async def check_camera(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        heads = await read_heads(tx, request)
        return request.render("camera.html", fair=await fair_around(tx, request), heads=heads)
