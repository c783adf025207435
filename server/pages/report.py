"""The numbers of a fair for whoever runs it, and of a booth for its own people: as a page, and to take away."""

from collections.abc import Callable, Sequence

from aiohttp import web

from rooms import access
from rooms.access import Act
from rooms.core.errors import NotFound
from rooms.core.events import fair_stream
from rooms.fairs.fairs import Fair
from rooms.views import fair_chance, fair_report, survey_results
from rooms.views.fair_report import Report
from rooms.views.survey_results import SurveyResults
from server import language, report_tables, tables
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.report_tables import COMING, FIGURES
from server.routes import get

IN_TABLES = (
    "people", "places", "left", "calls", "missed", "talks", "talk_minutes", "wait_minutes", "longest_wait",
    "interviews_kept", "unanswered", "applications",
)  # fmt: skip
"""What fits beside each other on a screen; all of it is in the files."""


@get("/organise/{fair}/report")
async def of_fair(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "report.html",
            await fair_report.of_fair(tx, fair),
            fair=fair,
            booth=None,
            surveys=await survey_results.of_fair(tx, fair.id),
            chances=await fair_chance.of_fair(tx, fair.id),
            base=f"/organise/{fair.slug}/report",
            figures=FIGURES,
            coming_names=COMING,
            in_tables=IN_TABLES,
            by_label=report_tables.by_label,
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


@get("/desk/{booth}/report")
async def of_booth(request: PageRequest) -> web.StreamResponse:
    """An employer's own numbers, and no other's."""
    async with request.reading() as tx:
        booth = await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_STAFF)
        return request.render(
            "report.html",
            await fair_report.of_booth(tx, booth),
            fair=booth.fair,
            booth=booth,
            surveys=(),
            chances=(),
            base=f"/desk/{booth.id}/report",
            figures=FIGURES,
            coming_names=(),
            in_tables=IN_TABLES,
            by_label=report_tables.by_label,
            heads=await read_heads(tx, request, fair_stream(booth.fair_id)),
        )


Surveys = Sequence[SurveyResults]
KINDS: dict[str, tuple[str, Callable[[str, Report, Fair, Surveys], bytes]]] = {
    "xlsx": (
        tables.XLSX,
        lambda _, report, __, surveys: tables.as_xlsx(report_tables.tables_of(report, surveys)),
    ),
    "csv": ("text/csv", lambda _, report, __, surveys: tables.as_csv(report_tables.tables_of(report, surveys))),
    "pdf": ("application/pdf", report_tables.as_pdf),
}


def _file(name: str, kind: str, title: str, report: Report, fair: Fair, surveys: Surveys = ()) -> web.Response:
    if kind not in KINDS:
        raise NotFound("report")
    media_type, write = KINDS[kind]
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"}
    return web.Response(body=write(title, report, fair, surveys), content_type=media_type, headers=headers)


@get("/organise/{fair}/report/{kind}")
async def file_of_fair(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        report, surveys = await fair_report.of_fair(tx, fair), await survey_results.of_fair(tx, fair.id)
    named = language.gettext("numbers")
    return _file(f"{fair.slug}-{named}", request.path("kind"), fair.name, report, fair, surveys)


@get("/desk/{booth}/report/{kind}")
async def file_of_booth(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        booth = await access.booth_by_id(tx, request.actor, request.id("booth"), Act.BOOTH_STAFF)
        report = await fair_report.of_booth(tx, booth)
    title = f"{booth.employer.name} – {booth.fair.name}"
    return _file(f"{booth.fair.slug}-{booth.employer.slug}", request.path("kind"), title, report, booth.fair)
