"""The organiser's pages: making a fair, inviting employers, opening and closing, the board."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations
from rooms.appointments import fair_days
from rooms.chat import moderation
from rooms.core import time_zones
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream, moderation_stream
from rooms.core.transaction import Transaction
from rooms.fairs import announcements, booth_documents, booths, fairs, schedule
from rooms.fairs.fairs import Fair, FairDescription
from rooms.lines import line_status
from server import language
from server.pages.following import heads
from server.visit import Visit, get, post


@get("/organise")
async def organise(visit: Visit) -> web.StreamResponse:
    person = visit.actor.known
    access.may(visit.actor, Act.FAIR_CREATE)
    async with visit.reading() as tx:
        following = await heads(tx, visit)
        return visit.page("organise.html", fairs=await fairs.run_by(tx, person), following=following)


@get("/organise/new")
async def new_fair(visit: Visit) -> web.StreamResponse:
    visit.actor.known  # noqa: B018
    access.may(visit.actor, Act.FAIR_CREATE)
    return visit.page("fair_form.html", fair=None, zones=time_zones.by_region())


@post("/organise/new", again=new_fair)
async def create(visit: Visit) -> web.StreamResponse:
    person = visit.actor.known
    access.may(visit.actor, Act.FAIR_CREATE)
    async with visit.transaction() as tx:
        fair = await fairs.create(tx, person, _description(visit))
        if visit.typed("date"):
            await schedule.add_day(tx, fair, *_hours(visit, fair))
            return visit.go(f"/organise/{fair.slug}", language.gettext("The fair is made. Invite its employers."))
    return visit.go(f"/organise/{fair.slug}", language.gettext("The fair is made. Add its opening hours."))


def _description(visit: Visit) -> FairDescription:
    return FairDescription(
        visit.typed("name"),
        visit.typed("description"),
        tuple(visit.ticked("languages")),
        tuple(visit.ticked("sectors")),
        visit.typed("time_zone", "Europe/Paris"),
        visit.number("most_lines", 3),
        visit.number("answer_days", 5),
        visit.number("grace_minutes", 10),
    )


async def _fair(tx: Transaction, visit: Visit) -> Fair:
    return await access.fair(tx, visit.actor, visit.path("fair"), Act.FAIR_RUN)


@get("/organise/{fair}")
async def board(visit: Visit) -> web.StreamResponse:
    """What needs a hand first, then the fair's days, employers and words."""
    async with visit.reading() as tx:
        fair = await _fair(tx, visit)
        following = await heads(tx, visit, fair_stream(fair.id), moderation_stream(fair.id))
        rows = await booths.of_fair(tx, fair.id, only_set_up=False)
        return visit.page(
            "board.html",
            fair=fair,
            days=await schedule.days_of(tx, fair),
            booths=rows,
            statuses=await line_status.of_booths(tx, rows),
            announcements=await announcements.of_fair(tx, fair.id),
            invitations=await invitations.open_for(tx, fair),
            banner=(await booth_documents.banners_of(tx, [fair.id])).get(fair.id),
            organisers=await fairs.organisers_of(tx, fair),
            opens_at_once=await schedule.opens_at_once(tx, fair),
            reports=await moderation.open_reports(tx, fair.id),
            following=following,
        )


@get("/organise/{fair}/describe")
async def describe_form(visit: Visit) -> web.StreamResponse:
    async with visit.reading() as tx:
        fair = await _fair(tx, visit)
        following = await heads(tx, visit, fair_stream(fair.id))
        return visit.page("fair_form.html", fair=fair, zones=time_zones.by_region(), following=following)


@post("/organise/{fair}/describe", again=describe_form)
async def describe(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await fairs.describe(tx, await _fair(tx, visit), _description(visit))
    return visit.go(f"/organise/{visit.path('fair')}", language.gettext("Saved."))


@post("/organise/{fair}/days", again=board)
async def add_day(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await schedule.add_day(tx, fair, *_hours(visit, fair))
    return visit.go(f"/organise/{fair.slug}#days", language.gettext("The opening hours are set."))


def _hours(visit: Visit, fair: Fair) -> tuple[datetime, datetime]:
    return _local(visit, "opens", fair), _local(visit, "closes", fair)


def _local(visit: Visit, field: str, fair: Fair) -> datetime:
    """A day and an hour as typed, in the fair's own time zone."""
    try:
        typed = datetime.fromisoformat(f"{visit.typed('date')}T{visit.typed(field)}")
    except ValueError:
        message = N_("Please give the day and the hours, for example 2027-03-15, 09:00 and 18:00.")
        raise Invalid("day.unreadable", message, field="date") from None
    return typed.replace(tzinfo=fair.zone).astimezone(UTC)


@post("/organise/{fair}/days/{day}/remove")
async def remove_day(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        words = language.gettext("The fair does not take place on this day.")
        fair = await _fair(tx, visit)
        gone = await fair_days.remove_day(tx, fair, visit.id("day"), visit.actor.known, words)
    said = language.gettext("Removed.")
    if gone:
        told = language.ngettext(
            "%(num)s interview was cancelled; everybody concerned is told.",
            "%(num)s interviews were cancelled; everybody concerned is told.",
            len(gone),
        )
        said += " " + told % {"num": len(gone)}
    return visit.go(f"/organise/{visit.path('fair')}#days", said)


@post("/organise/{fair}/employers", again=board)
async def invite_employer(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await invitations.invite_employer(
            tx, fair, visit.typed("employer"), visit.typed("sector"), visit.typed("email"), fair.languages[0]
        )
    return visit.go(f"/organise/{fair.slug}#employers", language.gettext("The invitation is on its way."))


@post("/organise/{fair}/candidates", again=board)
async def invite_candidate(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await invitations.invite_candidate(
            tx, fair, visit.typed("candidate_name"), visit.typed("candidate_email"), fair.languages[0]
        )
    return visit.go(f"/organise/{fair.slug}#candidates", language.gettext("The invitation is on its way."))


@post("/organise/{fair}/organisers", again=board)
async def invite_organiser(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await invitations.invite_to_run(tx, fair, visit.typed("organiser_email"), fair.languages[0])
    return visit.go(f"/organise/{fair.slug}#organisers", language.gettext("The invitation is on its way."))


@post("/organise/{fair}/organisers/{person}/remove", again=board)
async def remove_organiser(visit: Visit) -> web.StreamResponse:
    person = visit.id("person")
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await fairs.remove_organiser(tx, fair, person)
    return visit.go(f"/organise/{fair.slug}#organisers", language.gettext("This person runs the fair no longer."))


@post("/organise/{fair}/invitations/{invitation}/withdraw")
async def withdraw_invitation(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await invitations.withdraw(tx, fair, visit.id("invitation"))
    return visit.go(f"/organise/{fair.slug}#invitations", language.gettext("This invitation opens nothing any more."))


@post("/organise/{fair}/announcements", again=board)
async def announce(visit: Visit) -> web.StreamResponse:
    async with visit.transaction() as tx:
        await announcements.announce(tx, await _fair(tx, visit), visit.typed("text"))
    return visit.go(
        f"/organise/{visit.path('fair')}#announcements", language.gettext("Everybody at the fair can read it.")
    )


MOVES: dict[str, Callable[[Transaction, Fair], Awaitable[None]]] = {
    "publish": schedule.publish,
    "open": schedule.open_by_hand,
    "close": schedule.close_by_hand,
    "archive": schedule.archive,
}


@post("/organise/{fair}/move", again=board)
async def move(visit: Visit) -> web.StreamResponse:
    """Publish, open, close or archive."""
    wanted = visit.typed("move")
    if wanted not in MOVES:
        raise Invalid("move", N_("Please choose one of the answers."), field="move")
    async with visit.transaction() as tx:
        fair = await _fair(tx, visit)
        await MOVES[wanted](tx, fair)
    if fair.is_open_now:
        return visit.go(f"/organise/{fair.slug}", language.gettext("The fair is open."))
    return visit.go(f"/organise/{fair.slug}", language.gettext("Done."))
