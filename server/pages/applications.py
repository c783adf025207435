"""An employer asks for a booth and comes back to what it wrote; whoever runs the fair decides."""

from collections.abc import Mapping

from aiohttp import web

from rooms import access
from rooms.access import booth_approval
from rooms.core.errors import N_, Conflict, Invalid
from rooms.fairs import booth_applications
from rooms.fairs.booth_applications import ApplicationState, ApplicationText, BoothApplication
from rooms.fairs.fairs import demand_not_archived
from server import language
from server.page_request import PageRequest
from server.pages.fair_lists import fair_run
from server.pages.stream_heads import read_heads
from server.routes import get, post

APPLY_A_MINUTE = 10
"""From one network: an association may apply for its members."""
DECISIONS = (
    ApplicationState.APPROVED,
    ApplicationState.ASKED_BACK,
    ApplicationState.WAITING,
    ApplicationState.REFUSED,
)


def _typed(request: PageRequest) -> ApplicationText:
    names = ("employer", "sector", "siret", "location", "contact", "email", "phone")
    texts: Mapping[str, str] = {name: request.typed(name) for name in names}
    return ApplicationText(**texts, vacancies=request.number("vacancies", 0), wishes=request.typed("wishes"))


@get("/fairs/{fair}/apply")
async def apply_form(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        booth_applications.demand_open(fair)
        return request.render("apply.html", fair=fair, row=None, heads=await read_heads(tx, request))


@post("/fairs/{fair}/apply", again=apply_form)
async def apply(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("apply", request.network, APPLY_A_MINUTE)
    async with request.transaction() as tx:
        fair = await access.fair(tx, request.actor, request.path("fair"))
        await booth_applications.apply(tx, fair, _typed(request), request.language)
    said = language.gettext("Nearly done: a mail is on its way. Its link sends your application to the organisers.")
    return request.go(fair.path, said)


@get("/applications/{application_token}")
async def application(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        row = await booth_applications.by_token(tx, request.path("application_token"))
        return request.render("apply.html", fair=row.fair, row=row, heads=await read_heads(tx, request))


@post("/applications/{application_token}", again=application)
async def change(request: PageRequest) -> web.StreamResponse:
    await request.services.rates.count("apply", request.network, APPLY_A_MINUTE)
    async with request.transaction() as tx:
        row = await booth_applications.by_token(tx, request.path("application_token"), lock=True)
        await booth_applications.change(tx, row, _typed(request))
    said = language.gettext("Your application is with the organisers. You can change it here until they decide.")
    return request.go(f"/applications/{request.path('application_token')}", said)


@post("/organise/{fair}/applications/{application}/put-aside")
async def put_aside(request: PageRequest) -> web.StreamResponse:
    """It goes without a letter."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await booth_applications.put_aside(
            tx, await booth_applications.one(tx, fair, request.id("application"), lock=True)
        )
    return request.go(f"/organise/{fair.slug}/applications", language.gettext("Removed."))


@get("/organise/{fair}/applications")
async def applications(request: PageRequest) -> web.StreamResponse:
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        return request.render(
            "applications.html",
            fair=fair,
            applications=await booth_applications.of_fair(tx, fair.id),
            decisions=[each.value for each in DECISIONS],
            heads=await read_heads(tx, request),
        )


@post("/organise/{fair}/applications", again=applications)
async def take_applications(request: PageRequest) -> web.StreamResponse:
    """Let employers apply, or no longer."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        demand_not_archived(fair)
        fair.takes_applications = bool(request.typed("takes"))
        said = language.gettext("Employers may apply now.") if fair.takes_applications else language.gettext("Done.")
    return request.go(f"/organise/{fair.slug}/applications", said)


@post("/organise/{fair}/applications/{application}", again=applications)
async def decide(request: PageRequest) -> web.StreamResponse:
    if request.typed("decision") not in DECISIONS:
        raise Invalid("decision", N_("Please choose one of the answers."), field="decision")
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        row: BoothApplication = await booth_applications.one(tx, fair, request.id("application"), lock=True)
        # Whoever applied may change it until it is decided: what is decided on is what was shown.
        if request.typed("changed_at") not in ("", row.changed_at.isoformat()):
            message = N_("They have changed their application meanwhile. Please look at it again.")
            raise Conflict("application.changed", message)
        state = ApplicationState(request.typed("decision"))
        await booth_approval.decide(tx, request.actor.known, row, state, request.typed("words"))
    return request.go(f"/organise/{fair.slug}/applications", language.gettext("A mail tells them."))
