"""Doing without mails of one kind: by the link in a letter, or by the mail program's own button (RFC 8058)."""

import hmac

from aiohttp import web

from rooms.core.errors import NotFound
from rooms.core.outbox import Mail
from rooms.core.transaction import Transaction
from rooms.people import mail_refusals
from server import language
from server.mail_writer import unsubscribe_path
from server.page_request import PageRequest
from server.routes import get, post


async def _letter(tx: Transaction, request: PageRequest) -> Mail:
    path = unsubscribe_path(request.services.settings, request.id("mail"))
    mail = await tx.session.get(Mail, request.id("mail"))
    if not hmac.compare_digest(path.encode(), request.http.path.encode()) or mail is None:
        raise NotFound("mail")
    return mail


@get("/unsubscribe/{mail}/{refusal}")
async def ask(request: PageRequest) -> web.StreamResponse:
    """A mail scanner that looks here changes nothing."""
    async with request.reading() as tx:
        mail = await _letter(tx, request)
        refused = await mail_refusals.is_refused(tx, mail.recipient, mail.template)
    return request.render("unsubscribe.html", mail=mail, is_refused=refused)


@post("/unsubscribe/{mail}/{refusal}", again=ask, needs_token=False)
async def refuse(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        mail = await _letter(tx, request)
        await mail_refusals.refuse(tx, mail.recipient, mail.template)
    # A mail program follows no redirect.
    return await request.stay(ask, request.http.path, language.gettext("You get no more mails of this kind."))
