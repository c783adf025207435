"""The demo's mailbox: every mail the house wrote, so that one visitor can play every part. Not there in production."""

from email.message import EmailMessage

from aiohttp import web

from rooms.core import outbox
from server.mail_writer import Writer
from server.page_request import PageRequest
from server.rendering import environment
from server.routes import get


@get("/demo/mailbox")
async def mailbox(request: PageRequest) -> web.StreamResponse:
    writer = Writer(environment(), request.services.settings)
    async with request.reading() as tx:
        mails = await outbox.latest(tx)
    messages = [(mail, writer.write(mail)) for mail in mails]
    return request.render("mailbox.html", mails=[(mail, text["Subject"], _plain(text)) for mail, text in messages])


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""
