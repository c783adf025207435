"""Pages are sent compressed: as brotli (RFC 7932) where the browser takes it, else as gzip (RFC 1952)."""

import gzip

import brotli
from aiohttp import web

LEAST = 1000
"""Bytes from which on it is worth it."""
QUALITY = 5
"""Of brotli, from 0 to 11: a page is written once, and somebody waits for it."""
TEXT = ("text/html", "text/plain", "text/calendar", "application/json")


def accepted(header: str) -> set[str]:
    """The codings that a browser takes (RFC 9110, 12.5.3)."""
    found = set()
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            found.add(coding.strip())
    return found


def compressed(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """The response, with its body as the browser can unpack it; one that is small or no text stays as it is."""
    if not isinstance(response, web.Response) or response.content_type not in TEXT:
        return response
    body = response.body
    response.headers["Vary"] = "Accept-Encoding"
    if not isinstance(body, bytes) or len(body) < LEAST:
        return response
    takes = accepted(request.headers.get("Accept-Encoding", ""))
    if "br" in takes:
        response.body, response.headers["Content-Encoding"] = brotli.compress(body, quality=QUALITY), "br"
    elif "gzip" in takes:
        response.body, response.headers["Content-Encoding"] = gzip.compress(body, compresslevel=6), "gzip"
    return response
