"""What a candidate allows employers to take into their own recruiting software, and that file."""

import json
from dataclasses import asdict

from aiohttp import web

from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs.booths import Booth
from rooms.organisations import transfer_consents
from rooms.organisations.employers import Employer
from rooms.people.people import Person
from rooms.views import transfer
from rooms.views.transfer import Candidate, Transfer
from server import language, tables
from server.page_request import PageRequest
from server.pages.desk import booth_of
from server.routes import get, post

FORMATS = ("json", "csv")
HEADS = (
    "name", "email", "location", "seeks", "spoken_languages", "allowed_at", "allowed_words", "kind", "at", "recruiter",
    "vacancy", "words", "step", "answer", "team_notes", "tags",
)  # fmt: skip
"""The columns of the file, which other programs read: the same in every language."""


def agreed_words(employer: Employer) -> str:
    """The sentence with which it is allowed."""
    sentence = language.gettext(
        "I allow %(employer)s to take my name, e-mail address and profile, and what I write to them, into their own "
        "recruiting software."
    )
    return sentence % {"employer": employer.name}


async def allow_if_ticked(tx: Transaction, request: PageRequest, person: Person, employer: Employer) -> None:
    if request.typed("may_transfer"):
        await transfer_consents.give(tx, person, employer.id, agreed_words(employer))


@post("/me/transfers/{employer_id}")
async def allow(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        employer = await tx.session.get(Employer, request.id("employer_id"))
        if employer is None:
            raise NotFound("employer")
        await transfer_consents.give(tx, request.actor.known, employer.id, agreed_words(employer))
    return request.go("/me", language.gettext("Allowed. You can end it on this page whenever you like."))


@post("/me/transfers/{employer_id}/withdraw")
async def withdraw(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        row = await transfer_consents.withdraw(tx, request.actor.known.id, request.id("employer_id"))
        name = row.employer.name
    said = language.gettext("Ended: nothing more goes to %(employer)s. Ask them to erase what they have taken.")
    return request.go("/me", said % {"employer": name})


@get("/desk/{booth}/transfer/{file_format}")
async def file(request: PageRequest) -> web.StreamResponse:
    """Everybody met at this booth who allows it."""
    file_format = request.path("file_format")
    if file_format not in FORMATS:
        raise NotFound("transfer")
    async with request.reading() as tx:
        booth = await booth_of(tx, request)
        found = await transfer.of_booth(tx, booth)
        content = _as_json(booth, found) if file_format == "json" else _as_csv(found)
    name = f"{booth.fair.slug}-{booth.employer.slug}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    media_type = "application/json" if file_format == "json" else "text/csv"
    return web.Response(body=content, content_type=media_type, headers=headers)


def _as_json(booth: Booth, found: Transfer) -> bytes:
    whole = {
        "fair": booth.fair.name,
        "employer": booth.employer.name,
        "candidates": [asdict(each) for each in found.candidates],
        "left_out": found.left_out,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, default=lambda moment: moment.isoformat()).encode()


def _as_csv(found: Transfer) -> bytes:
    """A line for each talk and each application."""
    rows = [row for each in found.candidates for row in _lines(each)]
    return tables.as_csv([tables.Table("", HEADS, rows)])


def _lines(of: Candidate) -> list[list[tables.Cell]]:
    who: list[tables.Cell] = [
        of.name, of.email, of.location, of.seeks, of.spoken_languages, of.allowed_at.isoformat(), of.allowed_words,
    ]  # fmt: skip
    talks: list[list[tables.Cell]] = [
        ["talk", each.at.isoformat(), each.recruiter, each.vacancy, each.words, each.next_step, each.answer,
         each.team_notes, ", ".join(each.tags)]
        for each in of.talks
    ]  # fmt: skip
    applications: list[list[tables.Cell]] = [
        ["application", each.at.isoformat(), "", each.vacancy, each.words, each.verdict, each.answer, "", ""]
        for each in of.applications
    ]
    return [who + line for line in talks + applications]
