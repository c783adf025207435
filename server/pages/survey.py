"""The three questions after a fair: answered by those who were there, worded and read by those who run it."""

from aiohttp import web

from rooms.core.errors import NotFound
from rooms.core.transaction import Transaction
from rooms.fairs import fairs, surveys
from rooms.fairs.fairs import Fair
from rooms.fairs.surveys import NUMBERS, Audience
from rooms.views import survey_results
from server import language
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def _asked(tx: Transaction, request: PageRequest) -> tuple[Fair, list[Audience]]:
    """Whoever was there answers when nobody sees the fair any more."""
    fair = await tx.session.get_one(Fair, await fairs.id_of(tx, request.path("fair")))
    found = await surveys.audiences_of(tx, fair.id, request.actor.known.id)
    if not found:
        raise NotFound("survey")
    return fair, found


@get("/fairs/{fair}/survey")
async def survey(request: PageRequest) -> web.StreamResponse:
    me = request.actor.known
    async with request.reading() as tx:
        fair, audiences = await _asked(tx, request)
        return request.render(
            "survey.html",
            fair=fair,
            survey=await surveys.of_fair(tx, fair.id),
            own_words=await surveys.own_words(tx, fair.id),
            answers={each: await surveys.answer_of(tx, fair.id, each, me.id) for each in audiences},
            heads=await read_heads(tx, request),
        )


@post("/fairs/{fair}/survey", again=survey)
async def answer(request: PageRequest) -> web.StreamResponse:
    said_yes = {"yes": True, "no": False}.get(request.typed("said_yes"))
    usefulness = request.number("usefulness", 0) if request.typed("usefulness") else None
    async with request.transaction() as tx:
        fair, audiences = await _asked(tx, request)
        audience = next((each for each in audiences if each.value == request.typed("audience")), None)
        if audience is None:
            raise NotFound("survey")
        await surveys.answer(tx, fair, audience, request.actor.known, usefulness, said_yes, request.typed("words"))
    said = language.gettext("Thank you. You can change your answers until the questions close.")
    return request.go(f"{fair.path}/survey", said)


@get("/organise/{fair}/survey")
async def of_fair(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "fair_survey.html",
            fair=fair,
            survey=await surveys.of_fair(tx, fair.id),
            results=await survey_results.of_fair(tx, fair.id),
            own_words=await surveys.own_words(tx, fair.id),
            audiences=list(Audience),
            numbers=NUMBERS,
            heads=await read_heads(tx, request),
        )


@post("/organise/{fair}/survey", again=of_fair)
async def word(request: PageRequest) -> web.StreamResponse:
    """Ask in the fair's own words."""
    wanted = {(audience, number): request.typed(f"{audience}_{number}") for audience in Audience for number in NUMBERS}
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await surveys.word(tx, fair, wanted)
    return request.go(f"/organise/{fair.slug}/survey", language.gettext("Saved."))
