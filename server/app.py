"""The composition root: every part is made and put together here, once."""

import contextlib
from collections.abc import AsyncIterator
from functools import partial
from importlib import import_module
from pathlib import Path

import structlog
from aiohttp import web

from rooms import models  # noqa: F401  every model must be mapped
from rooms.access import importing
from rooms.core.clock import Clock
from rooms.core.database import Database
from rooms.core.errors import Away, NotFound
from rooms.core.outbox import Channel
from rooms.fairs import list_imports
from rooms.people import presence
from server import language, mail, migrating, rendering, security
from server.bounces import Bounces
from server.busy_calendars import BusyCalendars
from server.files import FolderStorage
from server.mail_writer import Writer
from server.page_request import SERVICES, PageRequest, Services
from server.push_sender import PushPost
from server.request_pipeline import handler_of
from server.routes import FORM, ROUTES, Handler, Route
from server.settings import Settings
from server.sms import sms_of
from server.worker import Worker
from signaling.hub import Hub
from signaling.ice import IceServers

log = structlog.get_logger()
YEAR = 365 * 24 * 3600
KNOCKING = 1024
"""How many may connect at one instant: who finds no room is silently tried again by their system after a second."""
PAGE_MODULES = (
    "front",
    "camera",
    "lobby",
    "take_part",
    "fair_chat",
    "my_lines",
    "booth",
    "line",
    "vacancy",
    "job_applications",
    "chat",
    "moderation",
    "help",
    "sign_in",
    "me",
    "desk",
    "desk_talks",
    "scorecards",
    "people_who_fit",
    "transfer",
    "documents",
    "set_up",
    "vacancies",
    "organise",
    "announcements",
    "fair_days",
    "fair_copy",
    "programme",
    "rota",
    "report",
    "survey",
    "fair_now",
    "certificates",
    "ticket",
    "door",
    "call_screen",
    "kiosk",
    "group_letters",
    "fair_lists",
    "fair_employers",
    "imports",
    "registration",
    "applications",
    "push",
    "administer",
    "meeting",
    "referrals",
    "appointment_choice",
    "appointment_times",
    "appointment_confirm",
    "appointments",
    "appointment",
    "appointment_link",
    "counsel_day",
    "cover",
    "caseload",
    "followed",
    "agreed_steps",
    "satisfaction",
    "hours",
    "interviews",
    "agency",
    "health",
    "unsubscribe",
)


def build(settings: Settings, clock: Clock | None = None) -> web.Application:
    """The application, ready to be run; it opens its database when it starts and closes everything when it stops."""
    for name in PAGE_MODULES:
        import_module(f"server.pages.{name}")
    database = Database(settings.database, clock or settings.clock)
    version = rendering.static_version()
    is_demo = settings.mode == "demo"
    if is_demo:
        import_module("server.demo.mailbox")
    static = f"/static/{version}"
    services = Services(
        settings,
        database,
        security.Rates(settings.redis.get_secret_value(), settings.installation, settings.secret.get_secret_value()),
        rendering.renderer(static, database.clock, settings),
        FolderStorage(settings.files),
        _hub(settings, database),
    )
    app = web.Application(middlewares=[security.middleware(settings)], client_max_size=FORM)
    app[SERVICES] = services
    shown = {page.path for page in ROUTES if page.method == "GET"}
    for page in ROUTES:
        # Whoever may GET may ask by HEAD whether it is there (RFC 9110, 9.3.2).
        add = app.router.add_get if page.method == "GET" else app.router.add_post
        add(page.path, handler_of(page))
        if page.method == "POST" and page.path not in shown:
            app.router.add_get(page.path, handler_of(Route("GET", page.path, _to_form(page), None, 0)))
    app.router.add_get("/static/{version}/{path:.+}", _static)
    services.hub.attach(app)
    app.router.add_get("/{path:.*}", handler_of(Route("GET", "/{path}", _nowhere, None, 0)))
    app.cleanup_ctx.append(_running)
    return app


def _hub(settings: Settings, database: Database) -> Hub:
    ice = IceServers(settings.stun_urls, settings.turn_urls, settings.turn_secret.get_secret_value())
    return Hub(
        database,
        ice,
        settings.public_url,
        language.problem_in,
        security.network_of,
        redis=settings.redis.get_secret_value(),
        installation=settings.installation,
    )


async def _running(app: web.Application) -> AsyncIterator[None]:
    services = app[SERVICES]
    _make_folder(services.settings)
    await migrating.migrate(services.database.engine)
    async with services.database.transaction() as tx:
        process = await presence.start_process(tx, services.settings.process_name)
    post = mail.SmtpPost(services.settings) if services.settings.smtp_host else mail.MailboxPost()
    writer = Writer(rendering.environment(), services.settings)
    pushes = PushPost(services.database, services.settings, rendering.environment())
    senders = mail.Senders(post, pushes, sms_of(services.settings), services.settings.invitations_a_minute)
    calendars = BusyCalendars(services.database, may_be_private=services.settings.mode == "demo")
    bounces = Bounces(services.database, services.settings)
    posting = [partial(mail.send_due, services.database, writer, senders, channel) for channel in Channel]
    worker = Worker(
        services.database,
        process,
        (
            *posting,
            partial(_import, services.database),
            calendars.read_due,
            bounces.read_new,
            services.hub.status.look_again,
            services.hub.halls.let_in,
        ),
    )
    services.hub.start(process)
    worker.start()
    yield
    # The worker first: what it still commits is told.
    await worker.stop()
    await services.hub.stop()
    await services.database.close()


async def _import(database: Database) -> int:
    """Go on with the lists that organisers have sent, some lines at a time."""
    count = 0
    while await _is_due(database):
        try:
            async with database.transaction() as tx:
                looked_at = await importing.go_on(tx)
        except Away:
            return count
        except Exception:
            log.exception("import_failed")
            async with database.transaction() as tx:
                await importing.postpone(tx)
            return count
        if not looked_at:
            return count
        count += looked_at
    return count


async def _is_due(database: Database) -> bool:
    async with database.reading() as tx:
        return await list_imports.any_under_way(tx)


async def _nowhere(request: PageRequest) -> web.StreamResponse:
    raise NotFound("page")


def _to_form(page: Route) -> Handler:
    """Whoever opens the address of a form, with Back or in another language, comes to the page it stands on."""

    async def to_form(request: PageRequest) -> web.StreamResponse:
        if path := page.form_page(request.http.match_info):
            return request.go(path)
        raise NotFound("page")

    return to_form


def _make_folder(settings: Settings) -> None:
    settings.files.mkdir(parents=True, exist_ok=True)
    prefix, _, path = settings.database.partition(":///")
    if prefix.startswith("sqlite") and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)


async def _static(request: web.Request) -> web.StreamResponse:
    """A static file. Its address carries the version, so it may be kept for good."""
    path = (rendering.STATIC / request.match_info["path"]).resolve()
    if not path.is_relative_to(rendering.STATIC.resolve()) or not path.is_file():
        raise web.HTTPNotFound()
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable", "Vary": "Accept-Encoding"}
    if path.suffix == ".webmanifest":
        headers["Content-Type"] = "application/manifest+json"
    if path.suffix == ".js":
        headers["Content-Type"] = "text/javascript; charset=utf-8"
    return web.FileResponse(path, headers=headers)


@contextlib.asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block ends; gives the port, which matters when `port` is 0."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=KNOCKING)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
