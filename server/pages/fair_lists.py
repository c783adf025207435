"""The lists of a fair: its employers, their recruiters, its candidates. Searched, filtered, a page at a time; whoever
runs the fair invites there, reminds and withdraws."""

import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from aiohttp import web

from rooms import access
from rooms.access import Act, invitations, open_invitations
from rooms.core.errors import N_, Invalid
from rooms.core.events import fair_stream
from rooms.core.transaction import Transaction
from rooms.fairs import registration_approval, registration_questions
from rooms.fairs.fairs import Fair, FairState
from rooms.fairs.list_columns import ListKind
from rooms.views import attendees, fair_staff
from rooms.views.attendees import AttendeeState, Order, Search
from server import language
from server.page_request import PageRequest
from server.pages.stream_heads import read_heads
from server.routes import get, post


async def fair_run(tx: Transaction, request: PageRequest) -> Fair:
    return await access.fair(tx, request.actor, request.path("fair"), Act.FAIR_RUN)


def search_of(request: PageRequest) -> Search:
    page = request.query.get("page", "1")
    return Search(
        request.query.get("q", ""),
        tuple(request.query_all("state")),
        request.query.get("order", ""),
        int(page) if page.isdecimal() and len(page) < 6 else 1,
        request.query.get("answer", ""),
    )


def as_query(search: Search) -> str:
    """What is looked for, as it stands in an address."""
    states = [("state", each) for each in search.states]
    return urlencode([("q", search.words), *states, ("order", search.order), ("answer", search.answer)])


@get("/organise/{fair}/recruiters")
async def recruiters(request: PageRequest) -> web.StreamResponse:
    search = search_of(request)
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        listed = fair_staff.page_of(await fair_staff.recruiters_of(tx, fair), search.words, search.states, search.page)
        return request.render(
            "fair_recruiters.html",
            listed,
            fair=fair,
            search=search,
            asked=as_query(search),
            ticked=request.ticked("chosen"),
            states=[state for state in AttendeeState if state is not AttendeeState.WITHDRAWN],
            kind=ListKind.RECRUITERS,
            heads=heads,
        )


@get("/organise/{fair}/candidates")
async def candidates(request: PageRequest) -> web.StreamResponse:
    search = search_of(request)
    async with request.reading() as tx:
        fair = await fair_run(tx, request)
        heads = await read_heads(tx, request, fair_stream(fair.id))
        return request.render(
            "fair_candidates.html",
            await attendees.of_fair(tx, fair.id, search),
            fair=fair,
            search=search,
            asked=as_query(search),
            states=list(AttendeeState),
            orders=list(Order),
            questions=await registration_questions.of_fair(tx, fair.id),
            ticked=request.ticked("chosen"),
            kind=ListKind.CANDIDATES,
            heads=heads,
        )


@post("/organise/{fair}/candidates", again=candidates)
async def invite_candidate(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        name, email = request.typed("candidate_name"), request.typed("candidate_email")
        await invitations.invite_candidate(tx, request.actor.known, fair, name, email)
    said = language.gettext("The invitation is on its way.")
    if fair.state is FairState.DRAFT:
        said = language.gettext("The invitation goes out when the fair is published.")
    return back(request, "candidates", said)


@post("/organise/{fair}/candidates/chosen", again=candidates)
async def act_on_candidates(request: PageRequest) -> web.StreamResponse:
    """Remind those who are chosen, or everybody who is found; or withdraw their invitations."""
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        if request.typed("act") in ("approve", "decline"):
            said = await _decide(tx, request, fair)
        else:
            said = await act_on(tx, request, fair, await _chosen(tx, request, fair))
    return back(request, "candidates", said)


async def _decide(tx: Transaction, request: PageRequest, fair: Fair) -> str:
    """Those who asked to take part do, or do not."""
    is_all = bool(request.typed("all"))
    chosen = await attendees.all_found(tx, fair.id, _looked_for(request)) if is_all else chosen_ids(request)
    if request.typed("act") == "approve":
        count = await registration_approval.approve(tx, fair, chosen, one_by_one=not is_all)
        said = language.ngettext("%(num)s person takes part now.", "%(num)s people take part now.", count)
    else:
        count = await registration_approval.decline(tx, fair, chosen)
        said = language.ngettext("%(num)s person is told that you decline.", "%(num)s people are told.", count)
    return said % {"num": count} if count else language.gettext("Nobody of them waits for your approval.")


def _looked_for(request: PageRequest) -> Search:
    """What was looked for when everybody who is found was chosen."""
    states = tuple(request.ticked("state"))
    return Search(request.typed("q"), states, answer=request.typed("answer"))


@post("/organise/{fair}/recruiters/chosen", again=recruiters)
async def act_on_recruiters(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        chosen = chosen_ids(request)
        if request.typed("all"):
            rows = found_of(request, await fair_staff.recruiters_of(tx, fair))
            chosen = [row.link_id for row in rows if row.link_id]
        said = await act_on(tx, request, fair, chosen)
    return back(request, "recruiters", said)


def found_of(request: PageRequest, rows: Sequence[fair_staff.T]) -> list[fair_staff.T]:
    """Everybody of a list who is found by what was looked for when everybody was chosen."""
    search = _looked_for(request)
    return fair_staff.all_found(rows, search.words, search.states)


async def _chosen(tx: Transaction, request: PageRequest, fair: Fair) -> list[uuid.UUID]:
    """The invitations of those who are ticked, or of everybody who is found. Nobody is reminded who has answered."""
    only_open = request.typed("act") == "remind"
    if request.typed("all"):
        return await attendees.all_invitations(tx, fair.id, _looked_for(request), only_open=only_open)
    return await attendees.invitations_of(tx, fair.id, chosen_ids(request), only_open=only_open)


def chosen_ids(request: PageRequest) -> list[uuid.UUID]:
    chosen = request.uuids("chosen")
    if not chosen and not request.typed("all"):
        raise Invalid("chosen.nobody", N_("Please choose somebody in the list first."), field="chosen")
    return chosen


async def act_on(tx: Transaction, request: PageRequest, fair: Fair, chosen: list[uuid.UUID]) -> str:
    act, done = request.typed("act"), ""
    if act == "remind":
        count = await open_invitations.remind(tx, request.actor.known, fair, chosen)
        done = language.ngettext("%(num)s reminder is on its way.", "%(num)s reminders are on their way.", count)
    elif act == "withdraw":
        count = await open_invitations.withdraw_these(tx, fair, chosen)
        done = language.ngettext("%(num)s invitation is withdrawn.", "%(num)s invitations are withdrawn.", count)
    else:
        raise Invalid("act", N_("Please choose one of the answers."), field="act")
    return done % {"num": count} if count else language.gettext("Nobody of them has an invitation that is open.")


@post("/organise/{fair}/invitations/{invitation}/withdraw")
async def withdraw_invitation(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await open_invitations.withdraw(tx, fair, request.id("invitation"))
    return _back_to_list(request, language.gettext("This invitation opens nothing any more."))


@post("/organise/{fair}/invitations/{invitation}/again", again=recruiters)
async def send_invitation_again(request: PageRequest) -> web.StreamResponse:
    async with request.transaction() as tx:
        fair = await fair_run(tx, request)
        await open_invitations.send_again(tx, request.actor.known, fair, request.id("invitation"))
    return _back_to_list(request, language.gettext("The invitation is on its way."))


def back(request: PageRequest, kind: str, said: str) -> web.StreamResponse:
    """To the list as it was: searched, and on its page."""
    path = f"/organise/{request.path('fair')}/{kind}"
    came_from = request.came_from("")
    return request.go(came_from if came_from.split("?")[0] == path else path, said)


def _back_to_list(request: PageRequest, said: str) -> web.StreamResponse:
    came_from = request.came_from("").split("?")[0]
    kind = came_from.rpartition("/")[2]
    if kind in set(ListKind):
        return back(request, kind, said)
    return request.go(f"/organise/{request.path('fair')}#invitations", said)
