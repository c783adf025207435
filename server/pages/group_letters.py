"""Writing to many at a fair: to whom, how it will look, and what became of it; and the list of candidates to take
away."""

import asyncio
from zoneinfo import ZoneInfo

from aiohttp import web

from rooms.access import group_letters, planned_letters
from rooms.access.group_letters import Group, Occasion
from rooms.core.errors import N_, Invalid
from rooms.fairs import registration_answers, schedule
from rooms.fairs.registration_answers import Given
from rooms.views import attendees
from server import language, tables, words
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run, search_of
from server.pages.stream_heads import read_heads
from server.routes import get, post
from server.tables import Cell, Table


@get("/organise/{fair}/letters")
async def letters(request: PageRequest) -> web.StreamResponse:
    return await _page(request)


async def _page(
    request: PageRequest,
    group: Group | None = None,
    preview: tuple[str, str] | None = None,
    when: Occasion = Occasion.NOW,
) -> web.StreamResponse:
    """With what is to be sent, as it will look, before it is."""
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        days = await schedule.days_of(tx, fair)
        return request.render(
            "group_letters.html",
            fair=fair,
            groups=list(Group),
            counts=await group_letters.counts(tx, fair.id),
            sent=await group_letters.of_fair(tx, fair.id),
            occasions=list(Occasion),
            planned=[
                (letter, planned_letters.leaves(letter.occasion, days))
                for letter in await planned_letters.planned(tx, fair.id)
            ],
            when=when,
            preview=preview,
            group=group,
            heads=await read_heads(tx, request),
        )


def _group(request: PageRequest) -> Group:
    try:
        return Group(request.typed("group"))
    except ValueError:
        raise Invalid("group", N_("Please choose one of the answers."), field="group") from None


@post("/organise/{fair}/letters", again=letters)
async def write(request: PageRequest) -> web.StreamResponse:
    """First as it will look; it is sent once that was seen."""
    group, subject, text, when = _group(request), request.typed("subject"), request.typed("text"), _when(request)
    if request.typed("act") == "send" and when is not Occasion.NOW:
        async with request.transaction() as tx:
            fair = await fair_run(tx, request)
            await planned_letters.plan(tx, fair, request.actor.known, group, subject, text, when)
        return request.go(f"/organise/{fair.slug}/letters#planned", language.gettext("The letter is planned."))
    if request.typed("act") == "send":
        async with request.transaction() as tx:
            fair = await fair_run(tx, request)
            letter = await group_letters.send(tx, fair, request.actor.known, group, subject, text)
        count = letter.recipients
        said = language.ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", count)
        return request.go(f"/organise/{fair.slug}/letters", said % {"num": count})
    return await _page(request, group, group_letters.checked(subject, text), when)


def _when(request: PageRequest) -> Occasion:
    try:
        return Occasion(request.typed("when", Occasion.NOW))
    except ValueError:
        raise Invalid("when", N_("Please choose one of the answers."), field="when") from None


@post("/organise/{fair}/letters/{letter}/call-off", again=letters)
async def call_off(request: PageRequest) -> web.StreamResponse:
    """A letter that is planned is not sent."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await planned_letters.call_off(tx, fair, request.id("letter"))
    return request.go(f"/organise/{fair.slug}/letters#planned", language.gettext("This letter is not sent."))


@get("/organise/{fair}/candidates/export")
async def export_candidates(request: PageRequest) -> web.StreamResponse:
    """Everybody who is found, with what they answered and when they agreed."""
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        rows = await attendees.everybody(tx, fair.id, search_of(request))
        questions = await registration_answers.asked_ever(tx, fair.id)
        answers = await registration_answers.answers_of(tx, fair.id)
    heads = [language.gettext(head) for head in ("Name", "E-mail address", "Telephone", "State")]
    lines: list[list[Cell]] = [
        [
            row.name,
            row.email or "",
            row.phone,
            words.label(f"attendee_{row.state.value}"),
            *(_said(answers.get((row.id, question.id)), question.kind.value, fair.zone) for question in questions),
        ]
        for row in rows
    ]
    table = Table(fair.name, [*heads, *(question.words for question in questions)], lines)
    headers = {"Content-Disposition": f'attachment; filename="{fair.slug}.xlsx"', "Cache-Control": "no-store"}
    content = await asyncio.to_thread(tables.as_xlsx, [table])
    return web.Response(body=content, content_type=tables.XLSX, headers=headers)


def _said(given: Given | None, kind: str, zone: ZoneInfo) -> str:
    if given is None:
        return ""
    if kind == "consent":
        return language.gettext("agreed on %(when)s", when=language.moment(given.given_at, zone))
    if kind == "sectors":
        return ", ".join(map(words.label, given.answers))
    return given.answers[1] if kind == "file" else ", ".join(given.answers)
