"""Saying beforehand that one takes part in a fair, and its days for one's calendar."""

from aiohttp import web

from rooms import access
from rooms.fairs import registration, registration_questions, schedule
from server import calendars, language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


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
            heads=await read_heads(tx, request),
        )


@post("/fairs/{fair}/take-part", again=take_part)
async def register(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        before = await registration.attendee_of(tx, fair, request.actor.known)
        takes_part = before is not None and before.registered_at is not None
        await registration.answer(tx, fair, request.actor.known, request.form)
    said = language.gettext("You take part. A mail confirms it.")
    if takes_part or fair.is_open_now:
        said = language.gettext("Saved.")
    return request.go(f"{fair.path}/take-part", said)


@post("/fairs/{fair}/take-part/cancel", again=take_part)
async def cancel(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        await registration.cancel(tx, fair, request.actor.known)
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
