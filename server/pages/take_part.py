"""Saying beforehand that one takes part in a fair, and its days for one's calendar."""

import uuid
from functools import partial

from aiohttp import web

from rooms import access
from rooms.core.errors import Invalid
from rooms.core.uploads import Checked, DocumentKind
from rooms.fairs import answer_files, registration, registration_questions, schedule
from rooms.fairs.registration_questions import QuestionKind
from rooms.views import suggested_booths
from server import calendars, language
from server.files import forget, take_in
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post

CODES_A_MINUTE = 10
FORM_WITH_ANSWERS = 21 * 2**20
"""Four files of the largest kind."""


@get("/fairs/{fair}/take-part")
async def take_part(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        mine = await registration.attendee_of(tx, fair, request.actor.known)
        answered = await registration_questions.answered_by(tx, mine.id) if mine else []
        return request.render(
            "take_part.html",
            fair=fair,
            attendee=mine,
            questions=await registration_questions.of_fair(tx, fair.id),
            answers={each.question.id: each.answers for each in answered},
            answered=answered,
            days=await schedule.days_of(tx, fair),
            needs_code=await registration.needs_code(tx, fair, request.actor.known),
            suggested=await suggested_booths.to(tx, fair, request.actor.known),
            heads=await read_heads(tx, request),
        )


async def _see(request: PageRequest) -> object:
    async with request.reading() as tx:
        await access.fair(tx, request.actor, request.path("fair"))
    return request.actor.known


@post("/fairs/{fair}/take-part", again=take_part, largest=FORM_WITH_ANSWERS, first=_see)
async def register(request: PageRequest) -> web.StreamResponse:
    person = request.actor.known
    if request.typed("code"):
        await request.services.rates.count("fair_code", str(person.id), CODES_A_MINUTE)
    await _keep_files(request)
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        before = await registration.attendee_of(tx, fair, person)
        took_part = before is not None and before.takes_part
        await registration.answer(tx, fair, person, request.form, request.typed("code"))
        mine = await registration.attendee_of(tx, fair, person)
        takes_part = mine is not None and mine.takes_part
    if not takes_part:
        said = language.gettext("Your request is with the organisers. A mail tells you what they say.")
    elif took_part or fair.is_open_now:
        said = language.gettext("Saved.")
    else:
        said = language.gettext("You take part. A mail confirms it.")
    return request.go(f"{fair.path}/take-part", said)


async def _keep_files(request: PageRequest) -> None:
    """What is given as a file is kept even if another answer is missing: nobody has to choose it twice."""
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        await registration.demand_welcome(tx, fair, request.actor.known, request.typed("code"))
        questions = await registration_questions.of_fair(tx, fair.id)
    for question in questions:
        upload = request.files.get(question.field)
        if question.kind is not QuestionKind.FILE or upload is None or not upload.name:
            continue
        add = partial(_keep_file, request, question.id)
        try:
            await take_in(request.services.storage, DocumentKind.ANSWER, upload, add)
        except Invalid as problem:
            raise Invalid(problem.code, problem.message, field=question.field, **problem.values) from None


async def _keep_file(
    request: PageRequest, question_id: uuid.UUID, checked: Checked, document_id: uuid.UUID
) -> list[uuid.UUID]:
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        return await answer_files.keep(tx, fair, request.actor.known, question_id, checked, document_id)


@post("/fairs/{fair}/take-part/cancel", again=take_part)
async def cancel(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        await registration.cancel(tx, fair, request.actor.known)
        stale = await answer_files.withdraw_all(tx, fair, request.actor.known)
    await forget(request.services.storage, stale)
    return request.go(f"{fair.path}/take-part", language.gettext("You do not take part any more."))


@get("/fairs/{fair}/calendar.ics")
async def calendar(request: PageRequest) -> web.StreamResponse:
    """The fair's days as a file for any calendar."""
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        days = await schedule.days_of(tx, fair)
    content = calendars.fair_days(fair.name, days, request.services.settings.public_url + fair.path)
    headers = {"Content-Disposition": f'attachment; filename="{fair.slug}.ics"', "Cache-Control": "no-store"}
    return web.Response(body=content, content_type="text/calendar", charset="utf-8", headers=headers)
