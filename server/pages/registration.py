"""What a fair asks those who register, and what one of them has answered."""

from aiohttp import web

from rooms.core.errors import N_, Invalid
from rooms.fairs import attendees, registration_answers, registration_questions
from rooms.fairs.fairs import RegistrationMode
from rooms.fairs.registration import choose_mode as choose_registration
from rooms.fairs.registration_questions import Asked, QuestionKind
from rooms.views import letters
from server import language
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post


@get("/organise/{fair}/registration")
async def registration(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "registration.html",
            fair=fair,
            questions=await registration_questions.of_fair(tx, fair.id),
            answered=await registration_answers.how_often(tx, fair.id),
            tallies=await registration_answers.tallies(tx, fair.id),
            kinds=[each.value for each in QuestionKind],
            modes=[each.value for each in RegistrationMode],
            heads=await read_heads(tx, request),
        )


@post("/organise/{fair}/registration", again=registration)
async def ask(request: PageRequest) -> web.StreamResponse:
    try:
        kind = QuestionKind(request.typed("kind"))
    except ValueError:
        raise Invalid("kind", N_("Please choose one of the answers."), field="kind") from None
    asked = Asked(
        kind,
        request.typed("words"),
        request.typed("options"),
        is_required=bool(request.typed("is_required")),
        is_shown_to_recruiters=bool(request.typed("is_shown_to_recruiters")),
    )
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await registration_questions.ask(tx, fair, asked)
    return request.go(
        f"/organise/{fair.slug}/registration", language.gettext("Whoever registers is asked it from now on.")
    )


@post("/organise/{fair}/registration/mode", again=registration)
async def choose_mode(request: PageRequest) -> web.StreamResponse:
    """Say who may take part."""
    if request.typed("mode") not in set(RegistrationMode):
        raise Invalid("mode", N_("Please choose one of the answers."), field="mode")
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await tx.lock(fair, key_share=True)
        choose_registration(fair, RegistrationMode(request.typed("mode")), request.typed("code"))
    return request.go(f"/organise/{fair.slug}/registration", language.gettext("Saved."))


@post("/organise/{fair}/registration/{question}/remove", again=registration)
async def withdraw(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await registration_questions.withdraw(tx, fair, request.id("question"))
    return request.go(f"/organise/{fair.slug}/registration", language.gettext("Nobody is asked it any more."))


@get("/organise/{fair}/attendees/{attendee}")
async def attendee(request: PageRequest) -> web.StreamResponse:
    """One candidate on the list: who they are, and what they have answered."""
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        row = await attendees.one(tx, fair.id, request.id("attendee"))
        return request.render(
            "attendee.html",
            fair=fair,
            attendee=row,
            answered=await registration_questions.answered_by(tx, row.id),
            letters=await letters.to_attendee(tx, fair, row),
            heads=await read_heads(tx, request),
        )
