"""Lists that an organiser brings to a fair: read, looked at, sent, taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from rooms import access
from rooms.access import Act, importing
from rooms.core.errors import N_, Invalid, NotFound
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.core.uploads import Upload
from rooms.fairs import list_columns, list_imports, registration_questions
from rooms.fairs.fairs import Fair
from rooms.fairs.list_columns import FIELDS, NEEDED, ListKind
from rooms.fairs.list_imports import PAGE, ImportLine, ImportState, LineState, ListImport
from rooms.fairs.registration_questions import RegistrationQuestion
from server import language, spreadsheet, tables, words
from server.page_request import PageRequest
from server.pages.fair_hours import local_moment
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post
from server.tables import Table

FORM_WITH_LIST = spreadsheet.LARGEST + 2**20
SHOWN = 10
"""Good lines, as they will be sent."""
LOOKS_AGAIN = timedelta(seconds=2)
LEFT_OUT = (LineState.FAULTY, LineState.DOUBLED, LineState.KNOWN)


@dataclass(frozen=True)
class LeftOut:
    """A line that is not sent, and why."""

    number: int
    text: str
    why: str


@dataclass(frozen=True)
class ListView:
    row: ListImport
    counts: Mapping[LineState, int]
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    questions: list[RegistrationQuestion]
    """Of the fair, to which the list may bring answers."""
    columns: list[str]
    """What stands above each, or in its first line."""
    good: list[Mapping[str, Any]]
    left_out: list[LeftOut]
    page: int
    pages: int

    @property
    def all(self) -> int:
        return sum(self.counts.values())


async def _may(request: PageRequest) -> None:
    async with request.reading() as tx:
        await access.fair(tx, request.actor, request.path("fair"), Act.FAIR_RUN)


def _kind(text: str) -> ListKind:
    try:
        return ListKind(text)
    except ValueError:
        raise NotFound("list") from None


@get("/organise/{fair}/imports")
async def imports(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        rows = await list_imports.of_fair(tx, fair.id)
        kind = request.typed("kind") or request.query.get("kind", ListKind.CANDIDATES)
        return request.render(
            "imports.html",
            fair=fair,
            kind=_kind(kind),
            kinds=list(ListKind),
            imports=rows,
            counts=await list_imports.counts(tx, [row.id for row in rows]),
            most=list_imports.MOST_LINES,
            heads=await read_heads(tx, request),
        )


@post("/organise/{fair}/imports", again=imports, largest=FORM_WITH_LIST, first=_may)
async def bring(request: PageRequest) -> web.StreamResponse:
    """Read a file or pasted lines, and keep them to be looked at."""
    kind = _kind(request.typed("kind"))
    upload = request.files.get("document")
    if upload is None or not upload.content:
        upload = Upload("", request.typed("lines").encode())
    read = await spreadsheet.read(upload, request.services.list_readers)
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        questions = await registration_questions.of_fair(tx, fair.id)
        columns = list_columns.guess(kind, read.heads, [cells for _, cells in read.lines], questions)
        row = await list_imports.keep(tx, request.actor.known, fair, kind, read, columns)
    return request.go(_path(request, row))


def _path(request: PageRequest, row: ListImport) -> str:
    return f"/organise/{request.path('fair')}/imports/{row.id}"


@get("/organise/{fair}/sheet")
async def sheet(request: PageRequest) -> web.StreamResponse:
    """A sheet with nothing but its heads, the fair's own questions among them, for every spreadsheet program."""
    kind = _kind(request.query.get("kind", ListKind.CANDIDATES))
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        asked = list_columns.questions_in(kind, await registration_questions.of_fair(tx, fair.id))
    heads = [words.label(f"field_{field}") for field in FIELDS[kind]] + [question.words for question in asked]
    headers = {"Content-Disposition": f'attachment; filename="{kind}.csv"', "Cache-Control": "no-store"}
    content = tables.as_csv([Table("", heads, [])])
    return web.Response(body=content, content_type="text/csv", headers=headers)


async def _one(tx: Transaction, request: PageRequest, *, lock: bool = False) -> tuple[Fair, ListImport]:
    fair = await fair_run(tx, request)
    return fair, await list_imports.one(tx, fair, request.id("import"), lock=lock)


@get("/organise/{fair}/imports/{import}")
async def one_import(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair, row = await _one(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        view = await _view(tx, request, row)
        turns_at = tx.now + LOOKS_AGAIN if row.state is ImportState.UNDER_WAY else None
        return request.render("import.html", fair=fair, brought=view, turns_at=turns_at, heads=heads)


async def _view(tx: Transaction, request: PageRequest, row: ListImport) -> ListView:
    counts = (await list_imports.counts(tx, [row.id]))[row.id]
    left = sum(counts.get(state, 0) for state in LEFT_OUT)
    pages = max(1, -(-left // PAGE))
    asked = request.query.get("page", "1")
    page = min(max(1, int(asked) if asked.isdecimal() and len(asked) < 6 else 1), pages)
    left_out = await list_imports.lines_of(tx, row.id, *LEFT_OUT, first=(page - 1) * PAGE, most=PAGE)
    first = await list_imports.lines_of(tx, row.id, most=SHOWN)
    good = await list_imports.lines_of(tx, row.id, LineState.GOOD, LineState.INVITED, most=SHOWN)
    return ListView(
        row=row,
        counts=counts,
        fields=FIELDS[row.kind],
        needed=NEEDED[row.kind],
        questions=list_columns.questions_in(row.kind, await registration_questions.of_fair(tx, row.fair_id)),
        columns=_columns(row, first),
        good=[line.values for line in good],
        left_out=[_left_out(line) for line in left_out],
        page=page,
        pages=pages,
    )


def _columns(row: ListImport, lines: list[ImportLine]) -> list[str]:
    width = max([len(row.heads), *(len(line.cells) for line in lines)])
    example = [
        next((line.cells[n] for line in lines if n < len(line.cells) and line.cells[n]), "") for n in range(width)
    ]
    heads = [*row.heads, *[""] * (width - len(row.heads))]
    return [head or text for head, text in zip(heads, example, strict=True)]


def _left_out(line: ImportLine) -> LeftOut:
    why = language.gettext("On the list of the fair already.")
    if line.fault:
        sentence, values = line.fault["message"], line.fault["values"]
        why = language.gettext(sentence, **values)
    return LeftOut(line.number, " · ".join(filter(None, line.cells)), why)


@post("/organise/{fair}/imports/{import}/columns", again=one_import)
async def choose_columns(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        _, row = await _one(tx, request, lock=True)
        asked = list_columns.questions_in(row.kind, await registration_questions.of_fair(tx, row.fair_id))
        names = [*(field.value for field in FIELDS[row.kind]), *(question.field for question in asked)]
        chosen = {name: request.number(name, -1) for name in names if request.typed(name)}
        for field in NEEDED[row.kind]:
            if field.value not in chosen:
                message = N_("Please say in which column this stands.")
                raise Invalid("column.missing", message, field=field.value)
        await list_imports.choose_columns(tx, row, chosen, request.typed("sector_of_all"))
    return request.go(_path(request, row), language.gettext("The list is read anew."))


@post("/organise/{fair}/imports/{import}/send", again=one_import)
async def send(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, row = await _one(tx, request, lock=True)
        await list_imports.begin(tx, fair, row, _moment(request, fair))
    return request.go(_path(request, row), language.gettext("The list is on its way: nothing more is needed of you."))


def _moment(request: PageRequest, fair: Fair) -> datetime | None:
    return local_moment(request, "opens", fair) if request.typed("when") == "later" else None


@post("/organise/{fair}/imports/{import}/take-back", again=one_import)
async def take_back(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair, row = await _one(tx, request, lock=True)
        await importing.take_back(tx, fair, row)
    return request.go(_path(request, row), language.gettext("Taken back: its invitations open nothing any more."))


@post("/organise/{fair}/imports/{import}/throw-away", again=one_import)
async def throw_away(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        _, row = await _one(tx, request, lock=True)
        await list_imports.throw_away(tx, row)
    return request.go(f"/organise/{request.path('fair')}/imports", language.gettext("Thrown away. Nothing was sent."))
