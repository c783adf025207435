"""A part of a page that many are shown at once: written once for all of them."""

import secrets
from collections.abc import Hashable
from typing import Any

from aiohttp import web

from server import language
from server.page_request import NOT_KEPT, PageRequest

PARTS_KEPT = 64


def shared_part(request: PageRequest, template: str, key: Hashable, **values: Any) -> web.Response:
    """Written once for all who are shown the same: `key` says what makes it differ, apart from the language, the
    sentence that says what is wrong, and the form's token."""
    problem = language.problem_text(request.problem) if request.problem else ""
    known = request.services.parts
    whole = (template, request.language, problem, key)
    if whole not in known:
        if len(known) >= PARTS_KEPT:
            known.clear()
        own, request.form_token = request.form_token, secrets.token_urlsafe(30)
        try:
            known[whole] = (request.form_token, request.services.render_template(template, request, **values))
        finally:
            request.form_token = own
    token, text = known[whole]
    status = request.problem.status if request.problem else request.status
    return web.Response(
        text=text.replace(token, request.form_token), content_type="text/html", status=status, headers=NOT_KEPT
    )
