"""The demo's mailbox: every mail the house wrote, so that one visitor can play every part; and a list to try an import
with. Not there in production."""

from email.message import EmailMessage
from itertools import product

from aiohttp import web

from rooms.core import outbox
from server import tables
from server.mail_writer import Writer
from server.page_request import PageRequest
from server.rendering import environment
from server.routes import get
from server.tables import Cell, Table


@get("/demo/mailbox")
async def mailbox(request: PageRequest) -> web.StreamResponse:
    writer = Writer(environment(), request.services.settings)
    async with request.reading() as tx:
        mails = await outbox.latest(tx)
    messages = [(mail, writer.write(mail)) for mail in mails]
    return request.render("mailbox.html", mails=[(mail, text["Subject"], _plain(text)) for mail, text in messages])


@get("/demo/list.csv")
async def a_list(request: PageRequest) -> web.StreamResponse:
    """Sixty employers as somebody's spreadsheet would have them, with the faults of real ones."""
    request.actor.known  # noqa: B018
    rows: list[list[Cell]] = [
        [name, sector, f"recrutement{number}@exemple.fr", town]
        for number, (name, sector, town) in enumerate(_sixty(), start=1)
    ]
    rows[4][2] = "pas d'adresse"
    rows[9] = list(rows[8])
    content = tables.as_csv([Table("", ["Entreprise", "Secteur", "Mél", "Ville"], rows)])
    return web.Response(body=content, content_type="text/csv", headers={"Content-Disposition": "attachment"})


def _sixty() -> list[tuple[str, str, str]]:
    return [
        (f"{kind} {name}", sector, town)
        for (kind, sector), name, town in product(
            (("Hôtel", "Hôtellerie"), ("Garage", "Industrie"), ("Ferme", "Agriculture")),
            ("Le Goff", "Dubois", "Marchand", "Fournier", "Girard"),
            ("Nantes", "Angers", "Le Mans", "Laval"),
        )
    ]


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""
