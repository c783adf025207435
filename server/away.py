"""What a page says while the database cannot be reached: what goes on all the same, and that it tries again."""

import asyncio

from aiohttp import web

from rooms.access import Actor
from rooms.people import languages
from server import language, security
from server.page_request import PageRequest, Services
from server.request_names import PART
from signaling.cookies import LANGUAGE_COOKIE

RETRY_AFTER = "5"
"""Seconds (RFC 9110, 10.2.3)."""
READ_WITHIN = 20.0


async def page(http: web.Request, services: Services, read: PageRequest | None = None) -> web.StreamResponse:
    """`read` is the request whose form was read already."""
    spoken = languages.choose(http.headers.get("Accept-Language", ""), http.cookies.get(LANGUAGE_COOKIE), None)
    language.current.set(spoken)
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    if PART in http.headers:
        said = language.gettext("Parvis is out of reach for a moment. Nothing that was confirmed is lost.")
        return web.Response(text=said, status=503, headers=headers)
    request = PageRequest(http, services, Actor(), spoken, "")
    is_form = http.method == "POST"
    sent = await _typed(http, services, read) if is_form else []
    text = services.render_template("away.html", request, is_form=is_form, sent=sent, again=http.path_qs)
    return web.Response(text=text, status=503, content_type="text/html", headers=headers)


async def _typed(http: web.Request, services: Services, read: PageRequest | None) -> list[tuple[str, str]]:
    """What the form held, to be sent again by one click; a file has to be chosen again. Nothing of another site's."""
    if read and read.form:
        return [(name, value) for name, values in read.form.items() for value in values]
    if not security.same_origin(http, services.settings.public_url):
        return []
    try:
        async with asyncio.timeout(READ_WITHIN):
            data = await http.post()
    except (web.HTTPException, ValueError, OSError, TimeoutError):
        return []
    return [(name, value) for name, value in data.items() if isinstance(value, str)]
