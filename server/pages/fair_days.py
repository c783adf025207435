"""A fair's days, and its way through the states by hand: published, open, closed, archived."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from rooms.appointments import fair_days
from rooms.appointments.appointment import Appointment
from rooms.core.errors import N_, Conflict, Invalid
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import opening, schedule
from rooms.fairs.fairs import Fair
from server import edits, language
from server.edits import Shown
from server.page_request import PageRequest
from server.pages.fair_hours import day_mode, hours_of, local_moment
from server.pages.fair_lists import fair_run
from server.pages.organise import board
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def _locked(tx: Transaction, request: PageRequest) -> Fair:
    """The fair, which the calendar does not turn meanwhile."""
    fair = await fair_run(tx, request)
    await tx.lock(fair, key_share=True)
    return fair


@post("/organise/{fair}/days", again=board)
async def add_day(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await _locked(tx, request)
        await schedule.add_day(tx, fair, *hours_of(request, fair), day_mode(request))
    return request.go(f"/organise/{fair.slug}#days", language.gettext("The opening hours are set."))


@get("/organise/{fair}/days/{day}")
async def day_form(request: PageRequest) -> web.StreamResponse:
    """Other hours for a day, and which interviews could not be held then."""
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        day = await schedule.day_of(tx, fair, request.id("day"))
        left_out: Sequence[Appointment] = ()
        if isinstance(request.problem, LeavesOut):
            left_out = await fair_days.left_out(tx, fair, day, *hours_of(request, fair))
        return request.render(
            "fair_day.html",
            fair=fair,
            fair_day=day,
            shown=_shown(fair, day),
            left_out=left_out,
            heads=await read_heads(tx, request, fair_stream(fair.id)),
        )


class LeavesOut(Conflict):
    """Some interviews could not be held: whoever changes the day sees which before it is changed."""

    def __init__(self) -> None:
        message = N_("Nothing is changed yet: look at the interviews that could not be held, then confirm.")
        super().__init__("day.leaves_out", message)


def _shown(fair: Fair, day: schedule.FairDay) -> Shown:
    opens, closes = day.opens_at.astimezone(fair.zone), day.closes_at.astimezone(fair.zone)
    hours = {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
    return {"date": opens.date().isoformat(), **hours, "day_mode": day.mode.value}


@post("/organise/{fair}/days/{day}", again=day_form)
async def change_day(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await _locked(tx, request)
        day = await schedule.day_of(tx, fair, request.id("day"))
        edits.merge(request, _shown(fair, day))
        hours = hours_of(request, fair)
        confirmed = set(request.ticked("left_out"))
        found = {str(row.id) for row in await fair_days.left_out(tx, fair, day, *hours)}
        if not found <= confirmed:
            raise LeavesOut()
        words = language.gettext("The fair has other hours on this day.")
        mode = day_mode(request, day.mode)
        gone = await fair_days.change_day(tx, fair, day, hours, request.actor.known, words, mode)
    return request.go(f"/organise/{request.path('fair')}#days", language.gettext("Saved.") + _told_of(len(gone)))


@post("/organise/{fair}/days/{day}/remove")
async def remove_day(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        words = language.gettext("The fair does not take place on this day.")
        fair = await _locked(tx, request)
        gone = await fair_days.remove_day(tx, fair, request.id("day"), request.actor.known, words)
    return request.go(f"/organise/{request.path('fair')}#days", language.gettext("Removed.") + _told_of(len(gone)))


def _told_of(cancelled: int) -> str:
    if not cancelled:
        return ""
    told = language.ngettext(
        "%(num)s interview was cancelled; everybody concerned is told.",
        "%(num)s interviews were cancelled; everybody concerned is told.",
        cancelled,
    )
    return " " + told % {"num": cancelled}


MOVES: dict[str, Callable[[Transaction, Fair], Awaitable[None]]] = {
    "publish": opening.publish,
    "open": opening.open_by_hand,
    "close": opening.close_by_hand,
    "close_for_now": opening.close_until_next_day,
    "calendar": opening.by_the_calendar,
    "archive": opening.archive,
}


@post("/organise/{fair}/move", again=board)
async def move(request: PageRequest) -> web.StreamResponse:
    """Publish, open, close or archive."""
    wanted = request.typed("move")
    if wanted not in MOVES:
        raise Invalid("move", N_("Please choose one of the answers."), field="move")
    async with request.transaction() as tx:
        fair = await _locked(tx, request)
        await MOVES[wanted](tx, fair)
    if fair.is_open_now:
        return request.go(f"/organise/{fair.slug}", language.gettext("The fair is open."))
    return request.go(f"/organise/{fair.slug}", language.gettext("Done."))


@post("/organise/{fair}/open", again=board)
async def open_until(request: PageRequest) -> web.StreamResponse:
    """Open the doors now, until a moment that is said."""
    async with request.transaction() as tx:
        fair = await _locked(tx, request)
        await opening.open_by_hand(tx, fair, local_moment(request, "until", fair, "until_date"))
    return request.go(f"/organise/{fair.slug}", language.gettext("The fair is open."))
